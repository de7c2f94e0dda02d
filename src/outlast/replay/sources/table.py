"""A table of comma-separated values as records: its first row names the members.

It knows quotes, line breaks inside of them and cells that hold JSON. It does not know what a row means.
"""

import csv
import io
import itertools
from collections.abc import Iterator
from typing import BinaryIO, Final, Self

import msgspec

from outlast.replay.sources.shape import UNREADABLE, decoded

MOST_COLUMNS: Final = 500
_NAMED_BY: Final = frozenset({"traceId", "trace_id", "sessionId", "session_id", "input", "messages"})
"""A first row with two of these is a table's head; any other text is not."""
_LONGEST_HEAD: Final = 64 * 1024


def is_table(line: bytes) -> bool:
    """Whether a first line is the head of a table that is known."""
    if line[:1] in (b"{", b"[") or len(line) > _LONGEST_HEAD:
        return False
    try:
        names = next(csv.reader([line.decode("utf-8", "replace").lstrip("\ufeff").strip()]), [])
    except csv.Error:
        return False
    return len(_NAMED_BY & set(names)) >= 2


def rows(stream: BinaryIO, largest: int) -> Iterator[tuple[int, bytes, str]]:
    """Each row's number, its record as JSON, and what is wrong with it; no row may have over ``largest`` signs.

    After a row that cannot be read the rest is left: where the next one begins cannot be told.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    before = csv.field_size_limit(largest)
    try:
        lines = _Lines(text, largest)
        reader = csv.reader(lines)
        names: list[str] = []
        for number in itertools.count():
            lines.signs = 0
            try:
                row = next(reader, None)
            except csv.Error as error:
                yield number, b"", f"a row that cannot be read: {error}"
                return
            if row is None:
                return
            if not number:
                names = row[:MOST_COLUMNS]
            elif len(row) != len(names):
                yield number, b"", f"a row of {len(row)} cells under a head of {len(names)}"
            else:
                yield number, msgspec.json.encode(dict(zip(names, map(_cell, row), strict=True))), ""
    finally:
        csv.field_size_limit(before)
        text.detach()


class _Lines:
    """A text's lines, so many signs of one row at most."""

    def __init__(self, text: io.TextIOWrapper, most: int) -> None:
        self._text = text
        self._most = most
        self.signs = 0
        """Of the row that runs; whoever reads rows sets it back."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._most + 1)
        self.signs += len(line)
        if self.signs > self._most:
            raise csv.Error(f"it is larger than {self._most:,} signs")
        if not line:
            raise StopIteration
        return line


def _cell(cell: str) -> str:
    """A text that stands in the cell as a JSON string, as that text; everything else as it is."""
    if cell[:1] == '"' and cell[-1:] == '"':
        try:
            value = decoded(cell)
        except UNREADABLE:
            return cell
        return value if isinstance(value, str) else cell
    return cell
