"""What of the journal may be read: which segments, each up to where, and places between their records.

These are values, such that another process can be told them. This file does not know files.
"""

from typing import NamedTuple

import msgspec


class Position(NamedTuple):
    """A place between two frames."""

    segment: int
    offset: int


class Extent(msgspec.Struct, frozen=True, array_like=True):
    """One segment, as far as it was written."""

    number: int
    end: int
    """Behind the last byte that counts; the file's size where an earlier process left it."""
    salt: int
    recovered: bool
    """An earlier process left it, perhaps in the middle of a record."""


class Reach(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Every segment of a journal at one moment, in order. What is in reach does not change any more."""

    extents: tuple[Extent, ...]
    appended: int
    """How many records the owner of the journal had appended by then, at least."""

    @property
    def end(self) -> Position:
        """Behind the last record."""
        last = self.extents[-1]
        return Position(last.number, last.end)
