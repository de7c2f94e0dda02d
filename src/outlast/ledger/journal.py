"""The journal: an append that ``kill -9`` cannot undo, and what of it may be read for the database.

It knows segments, their order, and the reserves that are kept for a full disk and for a process without free
descriptors. One thread appends, one syncs, another one prepares, tells what is in reach, and releases. It does not
know who reads (``scanner``), what a record means (``batch``) nor the database (``drain``).

What it promises. A record is in the kernel's page cache when ``append`` returns: it survives the death of the
process, and a loss of power once ``sync`` has been called after it. No write is ever made to a file that an
earlier process left.
"""

import errno
import os
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from outlast.ledger.extents import Extent, Position, Reach
from outlast.ledger.frames import HEAD_SIZE, Kind
from outlast.ledger.leftovers import SPARE, tidy
from outlast.ledger.segments import HEADER_SIZE, Segment, create_segment, segment_name

SEGMENT_SIZE: Final = 16 << 20
_NO_DESCRIPTOR: Final = frozenset({errno.EMFILE, errno.ENFILE})


class Journal:
    """The segments of one folder; the caller holds the folder's lock."""

    def __init__(
        self,
        folder: Path,
        *,
        after: int = 0,
        segment_size: int = SEGMENT_SIZE,
        entropy: Callable[[int], bytes] = os.urandom,
        to_disk: Callable[[int], None] = os.fdatasync,
        names_to_disk: Callable[[int], None] = os.fsync,
    ) -> None:
        """Find what an earlier process left and make the first segment of this one.

        Args:
            folder: where the segments lie.
            after: numbers up to this one were used before, whether or not their files are still there.
            segment_size: bytes of a usual segment.
            entropy: random bytes for the salts.
            to_disk: brings what was written through a descriptor to the disk.
            names_to_disk: the same for a folder's descriptor and the names of its files.

        Raises:
            OSError: the first segment cannot be made.
            LedgerUnavailable: a segment comes from another version.
        """
        self._folder = folder
        self._segment_size = segment_size
        self._entropy = entropy
        self._to_disk = to_disk
        self._names_to_disk = names_to_disk
        left = tidy(folder)
        self._sealed = left.extents
        self.strange = tuple(left.strange)
        """Files that stand in the way of segments and are none."""
        self._number = max(after, left.highest)
        self._spare: Segment | None = None
        self._blocked = False
        self._full: deque[Segment] = deque()  # open until they are synced
        self._synced = 0
        self._folder_descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._reserved = deque([os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)])
        try:
            self._current = self._create(segment_size)
        except BaseException:
            self._give_back()
            raise
        self.appended = 0
        """Records kept since the opening."""
        self.prepare()
        self._names_synced = 0

    @property
    def has_room(self) -> bool:
        """False from the moment when a record found no room until the disk gives some again."""
        return not self._blocked

    @property
    def synced(self) -> int:
        """How many of the records a loss of power cannot take any more, at least."""
        return self._synced

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

    def sync(self) -> bool:
        """Bring everything that was appended to the disk; False: there was nothing. Never delays an append.

        Raises:
            OSError: the disk refused; what was appended is in the page cache, and may be lost with the power.
        """
        appended = self.appended
        current = self._current  # before the full ones are: it may become one of them meanwhile
        if appended == self._synced:
            return False
        if self._names_synced < current.number:
            self._names_to_disk(self._folder_descriptor)  # a file without its name is lost
            self._names_synced = current.number
        while self._full:
            full = self._full.popleft()
            try:
                self._to_disk(full.descriptor)
            finally:
                self._retire(full)  # the kernel tells a failure once; asking again would hide it
        if current.descriptor >= 0:
            self._to_disk(current.descriptor)
        self._synced = appended
        return True

    def prepare(self) -> None:
        """Reserve the next segment ahead of need, so that a full disk is met with room left."""
        if self._spare is not None:
            return
        try:
            spare = self._make(self._folder / SPARE, self._segment_size)
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
        """Delete what was read up to a position, and leave the rest to the next process, on the disk.

        What a disk does not let go of stays too: the next process knows that it was read.
        """
        with suppress(OSError):
            self.release(position)
        if position == self.reach().end:
            with suppress(OSError):
                self._current.remove()
        else:
            with suppress(OSError):
                self.sync()
            self._current.close()
        if self._spare is not None:
            with suppress(OSError):
                self._spare.remove()
        while self._full:
            self._full.popleft().close()
        self._give_back()

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
        self._full.append(full)
        self._current = following
        return following

    def _create(self, size: int) -> Segment:
        return self._enlist(self._make(self._folder / segment_name(self._number + 1), size))

    def _enlist(self, segment: Segment) -> Segment:
        self._number += 1
        segment.number = self._number
        return segment

    def _make(self, path: Path, size: int) -> Segment:
        """A new file; where the calls have taken every descriptor, with the one that is kept for this."""
        try:
            return create_segment(path, size=size, entropy=self._entropy)
        except OSError as error:
            if error.errno not in _NO_DESCRIPTOR or not self._reserved:
                raise
        os.close(self._reserved.pop())
        return create_segment(path, size=size, entropy=self._entropy)

    def _retire(self, segment: Segment) -> None:
        """A full segment's descriptor becomes the reserve where that was used: giving it back would lose it."""
        if self._reserved:
            segment.close()
        else:
            self._reserved.append(segment.give_descriptor())

    def _give_back(self) -> None:
        os.close(self._folder_descriptor)
        while self._reserved:
            os.close(self._reserved.pop())


def _extent(segment: Segment) -> Extent:
    return Extent(segment.number, segment.end, segment.salt, recovered=False)
