"""A process of its own that reads one PDF: from stdin, page by page, to stdout as lines of JSON.

It knows pypdf, and takes from itself what it will not need before it looks at a byte: memory, time, writing, further
processes. It does not know who asked. Whatever the PDF does, the worst end is this process' end.
"""

import io
import json
import logging
import os
import resource
import sys
import warnings
from typing import Final

MEMORY: Final = 768 << 20
"""Bytes of address space, the interpreter included."""
PROCESSOR_SECONDS: Final = 20
MOST_PAGES: Final = 200
MOST_PAGE_CHARACTERS: Final = 400_000
EXIT_PROTECTED: Final = 3
EXIT_UNREADABLE: Final = 4
_OPEN_FILES: Final = 32
"""The library loads parts of itself when they are needed."""


def main() -> int:
    """Read it."""
    data = sys.stdin.buffer.read()
    _limit()
    from pypdf import PdfReader  # noqa: PLC0415 - the limits hold before anything else is loaded

    warnings.simplefilter("ignore")
    logging.disable()
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return EXIT_PROTECTED
        pages = len(reader.pages)
        _say({"pages": pages})
        for number in range(min(pages, MOST_PAGES)):
            _say({"text": _text(reader, number)})
    except MemoryError:
        return EXIT_UNREADABLE
    except Exception:  # noqa: BLE001 - whatever a hostile file makes of the library is one answer
        return EXIT_UNREADABLE
    return 0


def _text(reader: object, number: int) -> str:
    """A page's text; a page that cannot be read has none."""
    try:
        text: str = reader.pages[number].extract_text()  # type: ignore[attr-defined]  # imported late, see above
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - one bad page is no reason to lose the others
        return ""
    return text[:MOST_PAGE_CHARACTERS]


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _limit() -> None:
    os.chdir("/")
    sys.setrecursionlimit(2_000)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, PROCESSOR_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    sys.exit(main())
