"""Transcripts from files and standard input as measured turns.

It knows how a file is told to be JSON lines or a page. It does not know features.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from outlast.errors import EvidenceInvalid
from outlast.tone.language import language_of
from outlast.tone.measure import measure
from outlast.tone.profile import Turn
from outlast.tone.transcript import Spoken, read_lines, read_page

LONGEST_LINE = 64 << 20
LARGEST_PAGE = 256 << 20
_LINES = (".jsonl", ".ndjson", ".json")
_PAGES = (".md", ".markdown", ".txt", ".text")


def read_turns(path: Path, language: str) -> Iterator[Turn]:
    """Every assistant's turn of a file, measured; ``-`` is standard input.

    Raises:
        EvidenceInvalid: the file cannot be read, or a line of it is no transcript.
    """
    if str(path) == "-":
        yield from _measured(_spoken(sys.stdin.buffer, "standard input", ""), language)
        return
    try:
        with path.open("rb") as file:
            yield from _measured(_spoken(file, str(path), path.suffix.lower()), language)
    except OSError as error:
        raise EvidenceInvalid(f"{path}: {error.strerror}") from None


def _measured(spoken: Iterator[Spoken], language: str) -> Iterator[Turn]:
    for conversation, position, text in spoken:
        told = language or language_of(text)
        yield Turn(conversation, position, told, measure(text, told))


def _spoken(file: BinaryIO, source: str, suffix: str) -> Iterator[Spoken]:
    first = b""
    if suffix not in _LINES and suffix not in _PAGES:
        first = file.readline(LONGEST_LINE)
    if suffix in _LINES or first.lstrip().startswith(b"{"):
        yield from read_lines(_lines(file, first, source), source)
        return
    raw = first + file.read(LARGEST_PAGE)
    if file.read(1):
        raise EvidenceInvalid(f"{source}: more than {LARGEST_PAGE >> 20} MB of text in one page")
    if raw.strip():
        yield read_page(raw.decode("utf-8", "replace"), source)


def _lines(file: BinaryIO, first: bytes, source: str) -> Iterator[bytes]:
    number = 0
    if first:
        number = 1
        yield first
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise EvidenceInvalid(f"{source}: line {number}: longer than {LONGEST_LINE >> 20} MB")
        yield line
