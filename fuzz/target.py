"""One thing that is fuzzed: what checks an input, the words of its format, and the seeds it starts from.

It knows the corpus on disk. It does not know how inputs are made (``mutation``) nor who runs them (``campaign``).
"""

import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
LONGEST_KEPT = 1500

Check = Callable[[bytes, random.Random], str]
"""Reads one input and raises where a rule is broken. Returns a word for what became of the input: an input whose word
is new joins the pool. The random numbers are for what the check itself leaves to chance (where to split)."""


@dataclass(frozen=True)
class Target:
    """What is fuzzed, and with what."""

    name: str
    check: Check
    words: tuple[bytes, ...]
    share: int = 1
    """Its part of all inputs, against the other targets' parts."""
    corpus: Path = CORPUS

    @property
    def folder(self) -> Path:
        """Where its seeds lie."""
        return self.corpus / self.name

    def seeds(self) -> list[bytes]:
        """Every seed, in the order of the names."""
        return [path.read_bytes() for path in sorted(self.folder.iterdir()) if path.is_file()]

    def keep(self, data: bytes) -> Path | None:
        """Add an input to the corpus, under its checksum; None: it is too long to be worth it, or there already."""
        path = self.folder / f"found-{zlib.crc32(data):08x}"
        if len(data) > LONGEST_KEPT or path.exists():
            return None
        path.write_bytes(data)
        return path


def split(data: bytes, rng: random.Random) -> list[bytes]:
    """The same bytes in a few pieces, or each for itself."""
    if len(data) < 300 and rng.random() < 0.1:
        return [data[at : at + 1] for at in range(len(data))]
    cuts = sorted(rng.randrange(len(data) + 1) for _ in range(1 + rng.randrange(3)))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
