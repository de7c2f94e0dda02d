"""A journal's records in order, read from its files by whoever is told what may be read.

It knows damage, torn ends and the parts that were never written. It does not know who writes the files
(``journal``) nor what a record means (``batch``).
"""

from pathlib import Path
from typing import Final, NamedTuple

from outlast.ledger.extents import Extent, Position, Reach
from outlast.ledger.frames import MARKER, Frame
from outlast.ledger.segments import HEADER_SIZE, Source, segment_name

_WINDOW: Final = 256 << 10
"""Bytes read at once."""


class Reading(NamedTuple):
    """The next frames, where to go on, and what could not be read on the way."""

    frames: list[Frame]
    then: Position
    damaged: int = 0
    """Places where bytes of the past are no frames any more."""
    torn: int = 0
    """Records that an earlier process died in the middle of; none of their callers had the whole answer."""


class Scanner:
    """Reads the segments of one folder, and keeps open those that it is not done with."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources: dict[int, Source] = {}

    def read(self, position: Position, reach: Reach) -> Reading:
        """The frames that follow a position: some, or none when everything in reach was read.

        Raises:
            OSError: a segment is away, or the disk refuses.
        """
        for extent in reach.extents:
            if extent.number > position.segment:
                position = Position(extent.number, HEADER_SIZE)
            if extent.number == position.segment and position.offset < extent.end:
                return _read_on(self._source(extent), extent, position)
        return Reading([], position)

    def hold(self, extent: Extent) -> None:
        """Open a segment now: it can be read even if it is deleted.

        Raises:
            OSError: it is away, or the disk refuses.
        """
        self._source(extent)

    def forget(self, position: Position) -> None:
        """Close the segments that lie wholly before a position."""
        for number in [number for number in self._sources if number < position.segment]:
            self._sources.pop(number).close()

    def close(self) -> None:
        """Close every segment; reading on opens what it needs."""
        while self._sources:
            self._sources.popitem()[1].close()

    def _source(self, extent: Extent) -> Source:
        source = self._sources.get(extent.number)
        if source is None:
            source = self._sources[extent.number] = Source(self._folder / segment_name(extent.number), extent.salt)
        return source


def _read_on(source: Source, extent: Extent, position: Position) -> Reading:
    """The frames of one window, or the one frame that is larger than it."""
    left = extent.end - position.offset
    stretch = source.framing.walk(source.read(position.offset, min(_WINDOW, left)))
    if not stretch.frames and stretch.stopped == "cut" and stretch.needed <= left:
        stretch = source.framing.walk(source.read(position.offset, stretch.needed))
    if stretch.frames:
        return Reading(stretch.frames, Position(extent.number, position.offset + stretch.end))
    return _step_over(source, extent, position)


def _step_over(source: Source, extent: Extent, position: Position) -> Reading:
    """No frame begins here: damage, a torn end, or the part that an earlier process never wrote."""
    data = source.read(position.offset, extent.end - position.offset)
    start = source.framing.next_whole(data, 0)
    if start is not None:
        return Reading([], Position(extent.number, position.offset + start), damaged=1)
    then = Position(extent.number, extent.end)
    written = data.strip(b"\0")
    if extent.recovered and not written:
        return Reading([], then)
    if extent.recovered and written.count(MARKER) <= 1:
        return Reading([], then, torn=1)
    return Reading([], then, damaged=1)
