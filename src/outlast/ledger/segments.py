"""One file of the journal: its room reserved on the disk beforehand, its header, its bytes.

It knows how a file gets its room and its name. It does not know which file is written or read next
(``journal``).
"""

import errno
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final

from outlast.errors import LedgerUnavailable
from outlast.ledger.frames import Framing, Kind

_HEADER: Final = struct.Struct("<8sII")
HEADER_SIZE: Final = _HEADER.size
_MAGIC: Final = b"outlast\n"
VERSION: Final = 1
_CANNOT_RESERVE: Final = frozenset({errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL, errno.ENOSYS})
_BLOCK: Final = bytes(1 << 20)


class Segment:
    """An open segment. Written by one thread, read by another: ``end`` grows only after its bytes are there."""

    __slots__ = ("_descriptor", "_framing", "end", "number", "path", "recovered", "size")

    def __init__(self, path: Path, descriptor: int, *, salt: int, size: int, end: int) -> None:
        self.path = path
        self.number = 0
        """Its place in the order of segments; 0: a spare that has none yet."""
        self.size = size
        self.end = end
        """Behind the last byte that counts; the file's size where an earlier process left it."""
        self.recovered = end == size
        self._descriptor = descriptor
        self._framing = Framing(salt)

    @property
    def framing(self) -> Framing:
        """How its frames are checked."""
        return self._framing

    def append(self, kind: Kind, payload: bytes) -> bool:
        """Write one frame into the page cache, where ``kill -9`` cannot take it; False: no room is left.

        A mapping would be about a microsecond quicker, but there a disk's refusal is a signal that kills every
        call of the process; here it is an error.

        Raises:
            OSError: the disk refused. Nothing counts as written.
        """
        frame = self._framing.pack(kind, payload)
        end = self.end + len(frame)
        if end > self.size:
            return False
        if os.pwrite(self._descriptor, frame, self.end) != len(frame):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.end = end
        return True

    def read(self, start: int, size: int) -> bytes:
        """At most ``size`` bytes from ``start`` on."""
        return os.pread(self._descriptor, size, start)

    def rename(self, path: Path) -> None:
        """Move the file."""
        self.path.rename(path)
        self.path = path

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._descriptor)

    def remove(self) -> None:
        """Close, and delete the file."""
        self.close()
        self.path.unlink(missing_ok=True)


def segment_name(number: int) -> str:
    """The file's name."""
    return f"{number:012d}.segment"


def create_segment(path: Path, *, size: int, entropy: Callable[[int], bytes]) -> Segment:
    """A new file with ``size`` bytes of the disk reserved for it, all zero behind its header.

    Raises:
        OSError: the disk is full or refuses.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        salt = int.from_bytes(entropy(4), "little")
        _reserve(descriptor, size)
        os.pwrite(descriptor, _HEADER.pack(_MAGIC, VERSION, salt), 0)
    except OSError:
        os.close(descriptor)
        path.unlink(missing_ok=True)
        raise
    return Segment(path, descriptor, salt=salt, size=size, end=HEADER_SIZE)


def open_segment(path: Path) -> Segment | None:
    """A segment that an earlier process left; None where it never got its header.

    Raises:
        LedgerUnavailable: it was written in a form that this version does not know.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    size = os.fstat(descriptor).st_size
    header = os.pread(descriptor, HEADER_SIZE, 0)
    if len(header) < HEADER_SIZE or not header.strip(b"\0"):
        os.close(descriptor)
        return None
    magic, version, salt = _HEADER.unpack(header)
    if magic == _MAGIC and version != VERSION:
        os.close(descriptor)
        raise LedgerUnavailable(
            f"{path} was written by another version of Outlast (form {version}, this one knows {VERSION}); "
            "start that version once, so that it empties its journal"
        )
    return Segment(path, descriptor, salt=salt, size=size, end=size)


def _reserve(descriptor: int, size: int) -> None:
    try:
        os.posix_fallocate(descriptor, 0, size)
    except OSError as error:
        if error.errno not in _CANNOT_RESERVE:
            raise
        _fill(descriptor, size)


def _fill(descriptor: int, size: int) -> None:
    """Take the room by writing it, where the file system cannot reserve."""
    for start in range(0, size, len(_BLOCK)):
        block = _BLOCK[: size - start]
        if os.pwrite(descriptor, block, start) != len(block):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
