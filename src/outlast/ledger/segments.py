"""One file of the journal: its room reserved on the disk beforehand, its header, its bytes.

It knows how a file gets its room and its name. It does not know which file is written or read next
(``journal``).
"""

import errno
import os
import struct
from collections.abc import Callable
from os import pwrite
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
    """A segment that is being written. ``end`` grows only after its bytes are there: another thread may ask it."""

    __slots__ = ("_pack", "descriptor", "end", "number", "path", "salt", "size")

    def __init__(self, path: Path, descriptor: int, *, salt: int, size: int) -> None:
        self.path = path
        self.number = 0
        """Its place in the order of segments; 0: a spare that has none yet."""
        self.size = size
        self.salt = salt
        self.end = HEADER_SIZE
        """Behind the last byte that counts."""
        self.descriptor = descriptor
        """Open for writing; -1: given back."""
        self._pack = Framing(salt).pack

    def append(self, kind: Kind, payload: bytes) -> bool:
        """Write one frame into the page cache, where ``kill -9`` cannot take it; False: no room is left.

        A mapping would be about a microsecond quicker, but there a disk's refusal is a signal that kills every
        call of the process; here it is an error.

        Raises:
            OSError: the disk refused. Nothing counts as written.
        """
        frame = self._pack(kind, payload)
        size, start = len(frame), self.end
        if start + size > self.size:
            return False
        if pwrite(self.descriptor, frame, start) != size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.end = start + size
        return True

    def rename(self, path: Path) -> None:
        """Move the file."""
        self.path.rename(path)
        self.path = path

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.give_descriptor())

    def give_descriptor(self) -> int:
        """Nothing is written here any more: the descriptor is the caller's to close."""
        descriptor, self.descriptor = self.descriptor, -1
        return descriptor

    def remove(self) -> None:
        """Close, and delete the file."""
        self.close()
        self.path.unlink(missing_ok=True)


class Source:
    """The bytes of a segment, for reading."""

    __slots__ = ("_descriptor", "framing")

    def __init__(self, path: Path, salt: int) -> None:
        """Open the file.

        Raises:
            OSError: it is away, or the disk refuses.
        """
        self.framing = Framing(salt)
        """How its frames are checked."""
        self._descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)

    def read(self, start: int, size: int) -> bytes:
        """At most ``size`` bytes from ``start`` on."""
        return os.pread(self._descriptor, size, start)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._descriptor)


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
    return Segment(path, descriptor, salt=salt, size=size)


def salt_of(path: Path) -> int | None:
    """The salt of a segment; None where the file does not begin as one.

    Raises:
        LedgerUnavailable: it was written in a form that this version does not know.
    """
    with path.open("rb") as file:
        header = file.read(HEADER_SIZE)
    if len(header) < HEADER_SIZE:
        return None
    magic, version, salt = _HEADER.unpack(header)
    if magic != _MAGIC:
        return None
    if version != VERSION:
        raise LedgerUnavailable(
            f"{path} was written by another version of Outlast (form {version}, this one knows {VERSION}); "
            "start that version once, so that it empties its journal"
        )
    return int(salt)


def is_blank(path: Path) -> bool:
    """Whether a file holds nothing but zeros."""
    with path.open("rb") as file:
        while block := file.read(len(_BLOCK)):
            if block.strip(b"\0"):
                return False
    return True


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
