"""The journal: an append that ``kill -9`` cannot undo, and what of it may be read for the database.

It knows segments, their order, and the reserve that is kept for a full disk. One thread appends, another one
prepares, tells what is in reach, and releases. It does not know who reads (``scanner``), what a record means
(``batch``) nor the database (``drain``).

What it promises. A record is in the kernel's page cache when ``append`` returns: it survives the death of the
process, not a loss of power before it was brought to the database, which takes about half a second and is
synced. No write is ever made to a file that an earlier process left.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from outlast.ledger.extents import Extent, Position, Reach
from outlast.ledger.frames import HEAD_SIZE, Kind
from outlast.ledger.segments import HEADER_SIZE, Segment, create_segment, salt_of, segment_name

SEGMENT_SIZE: Final = 16 << 20
_SPARE: Final = "spare"


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
        self._sealed = _left_behind(folder)
        self._number = max((after, *self._sealed))
        self._spare: Segment | None = None
        self._blocked = False
        self._current = self._create(segment_size)
        self.appended = 0
        """Records kept since the opening."""
        self.prepare()

    @property
    def has_room(self) -> bool:
        """False from the moment when a record found no room until the disk gives some again."""
        return not self._blocked

    def reach(self) -> Reach:
        """What may be read now, which is everything that was appended."""
        appended = self.appended  # before the ends are asked: they hold at least these
        current = self._current  # before the sealed ones are: it may become one of them meanwhile
        last = _extent(current)
        sealed = (extent for extent in list(self._sealed.values()) if extent.number < last.number)
        return Reach((*sealed, last), appended)

    def append(self, kind: Kind, payload: bytes) -> bool:
        """Keep one record; False: there is no room for it on the disk. Never raises."""
        try:
            if self._current.append(kind, payload):
                self.appended += 1
                return True
        except OSError:
            self._blocked = self._spare is None  # the disk takes back its promise: go on in the reserve
        try:
            kept = self._roll(HEAD_SIZE + len(payload)).append(kind, payload)
        except OSError:
            self._blocked = True
            return False
        self.appended += kept
        return kept

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

    def release(self, position: Position) -> None:
        """Delete the segments that lie wholly before a position."""
        for number in [number for number in list(self._sealed) if number < position.segment]:
            (self._folder / segment_name(number)).unlink(missing_ok=True)
            del self._sealed[number]

    def close(self, position: Position) -> None:
        """Delete what was read up to a position, and leave the rest to the next process."""
        self.release(position)
        if position == self.reach().end:
            self._current.remove()
        else:
            self._current.close()
        if self._spare is not None:
            self._spare.remove()

    def _roll(self, frame_size: int) -> Segment:
        """Go on in another segment: one made for a frame that is larger than usual, the spare, or a new one."""
        full = self._current
        needed = HEADER_SIZE + frame_size
        if needed > self._segment_size:
            following = self._create(needed)
        elif self._spare is not None:
            following = self._spare
            following.rename(self._folder / segment_name(self._number + 1))
            self._spare = None
            self._enlist(following)
        elif self._blocked:
            raise OSError  # asked of the disk once per preparation, not once per call
        else:
            following = self._create(self._segment_size)
        self._sealed[full.number] = _extent(full)  # before it is replaced: it is in reach at every moment
        self._current = following
        full.close()
        return following

    def _create(self, size: int) -> Segment:
        path = self._folder / segment_name(self._number + 1)
        return self._enlist(create_segment(path, size=size, entropy=self._entropy))

    def _enlist(self, segment: Segment) -> Segment:
        self._number += 1
        segment.number = self._number
        return segment


def _extent(segment: Segment) -> Extent:
    return Extent(segment.number, segment.end, segment.salt, recovered=False)


def _left_behind(folder: Path) -> dict[int, Extent]:
    """The segments of earlier processes by number; what died before it had a header goes."""
    found: dict[int, Extent] = {}
    for path in sorted(folder.glob("*.segment")):
        if not path.stem.isdecimal():
            continue
        salt = salt_of(path)
        if salt is None:
            path.unlink()
            continue
        number = int(path.stem)
        found[number] = Extent(number, path.stat().st_size, salt, recovered=True)
    return found
