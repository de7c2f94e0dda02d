"""The journal: an append that ``kill -9`` cannot undo, and the same bytes read again for the database.

It knows segments, their order, and the reserve that is kept for a full disk. One thread appends, another one
reads, prepares and releases. It does not know what a record means (``rows``) nor the database (``drain``).

What it promises. A record is in the kernel's page cache when ``append`` returns: it survives the death of the
process, not a loss of power before the writer has brought it to the database, which takes about half a second
and is synced. No write is ever made to a file that an earlier process left.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from outlast.ledger.frames import HEAD_SIZE, MARKER, Frame, Kind
from outlast.ledger.segments import HEADER_SIZE, Segment, create_segment, open_segment, segment_name

SEGMENT_SIZE: Final = 16 << 20
_WINDOW: Final = 16 << 10
"""Bytes read at once: few enough that the reading thread never keeps the interpreter for a millisecond."""
_SPARE: Final = "spare"


class Position(NamedTuple):
    """A place between two frames."""

    segment: int
    offset: int


class Reading(NamedTuple):
    """The next frames, where to go on, and what could not be read on the way."""

    frames: list[Frame]
    then: Position
    damaged: int = 0
    """Places where bytes of the past are no frames any more."""
    torn: int = 0
    """Records that an earlier process died in the middle of; none of their callers had the whole answer."""


class Journal:
    """The segments of one folder; the caller holds the folder's lock."""

    def __init__(
        self,
        folder: Path,
        *,
        after: int = 0,
        segment_size: int = SEGMENT_SIZE,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """Find what an earlier process left and make the first segment of this one.

        Args:
            folder: where the segments lie.
            after: numbers up to this one were used before, whether or not their files are still there.
            segment_size: bytes of a usual segment.
            entropy: random bytes for the salts.

        Raises:
            OSError: the first segment cannot be made.
            LedgerUnavailable: a segment comes from another version.
        """
        self._folder = folder
        self._segment_size = segment_size
        self._entropy = entropy
        (folder / _SPARE).unlink(missing_ok=True)
        self._segments = _left_behind(folder)
        self._number = max((after, *self._segments))
        self._spare: Segment | None = None
        self._blocked = False
        self._current = self._create(segment_size)
        self.prepare()

    @property
    def has_room(self) -> bool:
        """False from the moment when a record found no room until the disk gives some again."""
        return not self._blocked

    @property
    def end(self) -> Position:
        """Behind the last record."""
        current = self._current
        return Position(current.number, current.end)

    def append(self, kind: Kind, payload: bytes) -> bool:
        """Keep one record; False: there is no room for it on the disk. Never raises."""
        try:
            if self._current.append(kind, payload):
                return True
        except OSError:
            self._blocked = self._spare is None  # the disk takes back its promise: go on in the reserve
        try:
            return self._roll(HEAD_SIZE + len(payload)).append(kind, payload)
        except OSError:
            self._blocked = True
            return False

    def prepare(self) -> None:
        """Reserve the next segment ahead of need, so that a full disk is met with room left."""
        if self._spare is not None:
            return
        try:
            spare = create_segment(self._folder / _SPARE, size=self._segment_size, entropy=self._entropy)
        except OSError:
            return
        self._spare = spare
        self._blocked = False

    def read(self, position: Position) -> Reading:
        """The frames that follow a position: some, or none when everything was read."""
        while True:
            if position.segment not in self._segments:
                position = Position(min(n for n in list(self._segments) if n > position.segment), HEADER_SIZE)
            segment = self._segments[position.segment]
            sealed = segment is not self._current  # asked before the end is: a sealed end is final
            end = segment.end
            if position.offset < end:
                return _read_on(segment, position, end)
            if not sealed:
                return Reading([], position)
            position = Position(position.segment + 1, HEADER_SIZE)

    def release(self, position: Position) -> None:
        """Delete the segments that lie wholly before a position."""
        for number in [number for number in list(self._segments) if number < position.segment]:
            self._segments.pop(number).remove()

    def close(self, position: Position) -> None:
        """Delete what was read up to a position, and close the rest for the next process."""
        self.release(position)
        for segment in self._segments.values():
            if segment is self._current and position == self.end:
                segment.remove()
            else:
                segment.close()
        if self._spare is not None:
            self._spare.remove()

    def _roll(self, frame_size: int) -> Segment:
        """Go on in another segment: one made for a frame that is larger than usual, the spare, or a new one."""
        needed = HEADER_SIZE + frame_size
        if needed > self._segment_size:
            self._current = self._create(needed)
        elif self._spare is not None:
            spare, self._spare = self._spare, None
            spare.rename(self._folder / segment_name(self._number + 1))
            self._current = self._enlist(spare)
        elif self._blocked:
            raise OSError  # asked of the disk once per preparation, not once per call
        else:
            self._current = self._create(self._segment_size)
        return self._current

    def _create(self, size: int) -> Segment:
        path = self._folder / segment_name(self._number + 1)
        return self._enlist(create_segment(path, size=size, entropy=self._entropy))

    def _enlist(self, segment: Segment) -> Segment:
        self._number += 1
        segment.number = self._number
        self._segments[self._number] = segment
        return segment


def _read_on(segment: Segment, position: Position, end: int) -> Reading:
    """The frames of one window, or the one frame that is larger than it."""
    left = end - position.offset
    stretch = segment.framing.walk(segment.read(position.offset, min(_WINDOW, left)))
    if not stretch.frames and stretch.stopped == "cut" and stretch.needed <= left:
        stretch = segment.framing.walk(segment.read(position.offset, stretch.needed))
    if stretch.frames:
        return Reading(stretch.frames, Position(position.segment, position.offset + stretch.end))
    return _step_over(segment, position, end)


def _step_over(segment: Segment, position: Position, end: int) -> Reading:
    """No frame begins here: damage, a torn end, or the part that an earlier process never wrote."""
    data = segment.read(position.offset, end - position.offset)
    start = segment.framing.next_whole(data, 0)
    if start is not None:
        return Reading([], Position(position.segment, position.offset + start), damaged=1)
    then = Position(position.segment, end)
    written = data.strip(b"\0")
    if segment.recovered and not written:
        return Reading([], then)
    if segment.recovered and written.count(MARKER) <= 1:
        return Reading([], then, torn=1)
    return Reading([], then, damaged=1)


def _left_behind(folder: Path) -> dict[int, Segment]:
    """The segments of earlier processes by number; what died before it had a header goes."""
    found: dict[int, Segment] = {}
    for path in sorted(folder.glob("*.segment")):
        if not path.stem.isdecimal():
            continue
        segment = open_segment(path)
        if segment is None:
            path.unlink()
            continue
        segment.number = int(path.stem)
        found[segment.number] = segment
    return found
