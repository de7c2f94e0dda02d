"""The text of a PDF, read in another process with little time and memory.

It knows how long it waits and what is said of what was not read. It does not know PDF (``pdf_child``).
"""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import msgspec

from outlast.chat.reading import MOST_TAKEN
from outlast.web.files.pdf_child import EXIT_PROTECTED, MOST_PAGES

SECONDS: Final = 30.0
AT_ONCE: Final = 2
"""PDFs that are read at the same time; others wait."""
MODULE: Final = "outlast.web.files.pdf_child"
LONGEST_LINE: Final = 8 << 20
ONLY_TEXT: Final = "Only its text was taken, without pictures and layout."


class PdfText(msgspec.Struct, frozen=True, kw_only=True):
    """What was found."""

    text: str = ""
    left_out: str
    """What was not read, in sentences."""


class _Line(msgspec.Struct, frozen=True):
    pages: int = 0
    text: str = ""


_line = msgspec.json.Decoder(_Line)


@dataclass(slots=True)
class _Read:
    """What the other process has said so far."""

    pages: int = 0
    texts: list[str] = field(default_factory=list)
    length: int = 0


class PdfReader:
    """Reads PDFs, few at a time."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        """``seconds``: how long one may take."""
        self._seconds = seconds
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def read(self, data: bytes) -> PdfText:
        """The text, as far as it can be read; never an error."""
        async with self._gate:
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-m", MODULE,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
                limit=LONGEST_LINE, env={},
            )  # fmt: skip
            read = _Read()
            in_time = True
            try:
                async with asyncio.timeout(self._seconds):
                    await asyncio.gather(_give(child, data), _take(child, read))
                    await child.wait()
            except TimeoutError:
                in_time = False
            finally:
                with suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
        return _said(read, child.returncode or 0, in_time=in_time)


async def _give(child: asyncio.subprocess.Process, data: bytes) -> None:
    assert child.stdin is not None  # noqa: S101 - it was asked for
    with suppress(ConnectionError):
        child.stdin.write(data)
        await child.stdin.drain()
    child.stdin.close()


async def _take(child: asyncio.subprocess.Process, read: _Read) -> None:
    assert child.stdout is not None  # noqa: S101 - it was asked for
    with suppress(ValueError):  # a line that is too long: nothing more is believed
        while line := await child.stdout.readline():
            try:
                said = _line.decode(line)
            except msgspec.DecodeError:
                break
            if said.pages:
                read.pages = said.pages
                continue
            read.texts.append(said.text.strip())
            read.length += len(said.text)
            if read.length > MOST_TAKEN:
                break
    child.kill() if child.returncode is None and read.length > MOST_TAKEN else None


def _said(read: _Read, code: int, *, in_time: bool) -> PdfText:
    """What was read, and why no more was."""
    if code == EXIT_PROTECTED:
        return PdfText(left_out="It is protected by a password; nothing of it was read.")
    text = "\n\n".join(each for each in read.texts if each)
    if not text:
        why = "it took too long" if not in_time else "no text was found in it; it may be a scan, or damaged"
        return PdfText(left_out=f"Nothing of it was read: {why}.")
    notes = [ONLY_TEXT]
    done = len(read.texts)
    if len(text) > MOST_TAKEN:
        notes.append(f"Only the first {MOST_TAKEN:,} characters were taken, from {done} of {read.pages} pages.")
    elif done < read.pages:
        why = f"at most {MOST_PAGES} pages are read" if done >= MOST_PAGES else "the others could not be read in time"
        notes.append(f"The first {done} of {read.pages} pages were read: {why}.")
    return PdfText(text=text[:MOST_TAKEN], left_out=" ".join(notes))
