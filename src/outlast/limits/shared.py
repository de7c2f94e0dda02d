"""The memory that the processes of one gateway share: its pages, its lock, and which of them are alive.

It knows a file that is mapped, and the kernel's locks on it, which end with the process that holds them. It does
not know what a page says. The file lies in memory (``/dev/shm``), not on a disk: nothing in it outlives the
machine's run, no disk can fail or stall a call, and nothing but a wilful hand makes it shorter.
"""

import fcntl
import hashlib
import mmap
import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from outlast.limits.page import PAGE_SIZE, SEATS, Page

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - shared by design; the file is checked to be ours alone
NAMES: Final = "outlast-*.limits"
PATIENCE_NS: Final = 250_000_000
"""How long another process may hold the lock: a change takes microseconds, one that was stopped never ends."""

_MAGIC: Final = b"OLLIMIT1"
_CHUNK: Final = 16 * PAGE_SIZE
_SEAT_BYTES: Final = 1 << 40  # far behind the end: a lock needs no byte to lie on
_FLOCK: Final = struct.Struct("hhqqi4x")
_LOOKED_AT_EVERY: Final = 256  # sections
_COUNT, _TABLES = 0, 1  # words of the header: pages in use, and seats that were ever taken
_TRY: Final = fcntl.LOCK_EX | fcntl.LOCK_NB
_flock = fcntl.flock
_seek = os.lseek


class Lost(OSError):
    """The shared memory cannot be used any more, or not now; the message says why."""


def book_path(database: Path, folder: Path = MEMORY) -> Path:
    """Where the book of a database's gateway lies."""
    name = hashlib.sha256(os.fsencode(database.absolute())).hexdigest()[:16]
    return folder / f"outlast-{name}.limits"


class Held(Lost):
    """Another process holds the lock and does not move: later it may be had again."""


class SharedPages:
    """One process's place among those that share a file of pages. Belongs to one thread."""

    def __init__(self, path: Path, *, nonce: bytes) -> None:
        """Open or make the file, wait for its lock, and take a seat; the lock is held until ``unlock``.

        Args:
            path: the file; its folder has to be there.
            nonce: 8 bytes that tell this file from an earlier one of the same name, if it is made here.

        Raises:
            OSError: it cannot be made, is somebody else's, or has no seat left.
        """
        self._path = path
        self._chunks: list[memoryview] = []
        self._size = self._sections = 0
        self._fd = _locked(path)
        try:
            self._enter(nonce)
        except BaseException:
            self.unlock()
            os.close(self._fd)
            raise

    def _enter(self, nonce: bytes) -> None:
        size = os.fstat(self._fd).st_size
        if size < _CHUNK or size % _CHUNK:
            size = -(-max(size, 1) // _CHUNK) * _CHUNK
            os.posix_fallocate(self._fd, 0, size)
        self._map_up_to(size)
        header = self._chunks[0][:PAGE_SIZE]
        self._words = header[16:24].cast("I")
        if bytes(header[:8]) != _MAGIC or self._words[_COUNT] >= size // PAGE_SIZE:
            header[:] = bytes(PAGE_SIZE)
            header[8:16] = nonce
            header[:8] = _MAGIC
        self.nonce = bytes(header[8:16])
        self.seat, self.alone = self._take_seat()
        self._words[_TABLES] = self.seat + 1 if self.alone else max(self._words[_TABLES], self.seat + 1)
        for page in self.pages():
            page.running[self.seat] = page.reserved[self.seat] = 0  # of a process that sat here before

    @property
    def tables(self) -> int:
        """Seats below this number may be taken; none above is."""
        tables = self._words[_TABLES]
        return tables if self.seat < tables <= SEATS else SEATS

    @property
    def full(self) -> bool:
        """Whether one more page makes the file longer. The lock is held."""
        return (self._count() + 2) * PAGE_SIZE > os.fstat(self._fd).st_size

    def lock(self) -> None:
        """Be the only one to read and write.

        Raises:
            Held, Lost: another process holds the lock and does not move; somebody made the file shorter, or took its
                name away, so that a process that starts now would count apart.
        """
        try:
            _flock(self._fd, _TRY)
        except BlockingIOError:
            _wait(self._fd)
        if _seek(self._fd, 0, os.SEEK_END) < self._size:  # what is mapped and not there ends the process that looks
            self.unlock()
            raise Lost(f"{self._path} was made shorter by somebody")
        self._sections += 1
        if not self._sections % _LOOKED_AT_EVERY:
            self.check()

    def unlock(self) -> None:
        """Let the others."""
        _flock(self._fd, fcntl.LOCK_UN)

    def check(self) -> None:
        """See that the file still has its name; the lock is let go where it has not.

        Raises:
            Lost: somebody removed it, or put another one there.
        """
        if not _is_named(self._fd, self._path):
            self.unlock()
            raise Lost(f"{self._path} was removed by somebody")

    def others(self) -> int:
        """Processes that share it beside this one. The lock is held."""
        return sum(not self.is_dead(seat) for seat in range(self.tables) if seat != self.seat)

    def is_dead(self, seat: int) -> bool:
        """Whether nobody holds another one's seat. The lock is held, so nobody sits down meanwhile."""
        if not _seat_lock(self._fd, seat, fcntl.F_WRLCK):
            return False
        _seat_lock(self._fd, seat, fcntl.F_UNLCK)
        return True

    def pages(self) -> Iterator[Page]:
        """Every page in use. The lock is held."""
        for number in range(1, self._count() + 1):
            yield self._page(number)

    def add(self) -> Page:
        """One more page, whatever it holds. The lock is held.

        Raises:
            OSError: there is no memory for it.
        """
        number = self._count() + 1
        if (number + 1) * PAGE_SIZE > self._size:
            grown = max(os.fstat(self._fd).st_size, (number // 16 + 1) * _CHUNK)
            os.posix_fallocate(self._fd, 0, grown)
            self._map_up_to(grown)
        page = self._page(number)
        self._words[_COUNT] = number
        return page

    def remove(self) -> None:
        """Take the file's name away. The lock is held, and nobody else is there."""
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Stand up, and let go of the lock. Pages that somebody holds stay mapped."""
        # Mappings keep descriptors of their own to the same open file, so that closing this one lets go of nothing.
        _seat_lock(self._fd, self.seat, fcntl.F_UNLCK)
        self.unlock()
        os.close(self._fd)
        self._chunks.clear()

    def _count(self) -> int:
        """Pages in use: no more than there are, whatever somebody wrote into the header."""
        count = self._words[_COUNT]
        if (count + 1) * PAGE_SIZE > self._size:
            count = min(count, os.fstat(self._fd).st_size // PAGE_SIZE - 1)
        return count

    def _page(self, number: int) -> Page:
        if (number + 1) * PAGE_SIZE > self._size:  # another process made it
            self._map_up_to(os.fstat(self._fd).st_size)
        start = number % 16 * PAGE_SIZE
        return Page(self._chunks[number // 16][start : start + PAGE_SIZE])

    def _map_up_to(self, size: int) -> None:
        while self._size + _CHUNK <= size:
            self._chunks.append(memoryview(mmap.mmap(self._fd, _CHUNK, offset=self._size)))
            self._size += _CHUNK

    def _take_seat(self) -> tuple[int, bool]:
        alone = _nobody_sits(self._fd)
        for seat in range(SEATS):
            if _seat_lock(self._fd, seat, fcntl.F_WRLCK):
                return seat, alone
        raise Lost(f"{SEATS} processes share {self._path} already")


def _locked(path: Path) -> int:
    """The file, open and locked, and still the one of that name."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            _check_owner(descriptor, path)
            _lock(descriptor)
            if _is_named(descriptor, path):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # the last one there removed it, just now


def _check_owner(descriptor: int, path: Path) -> None:
    found = os.fstat(descriptor)
    if found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise Lost(f"{path} belongs to somebody else, or others may write it")


def _is_named(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _lock(descriptor: int) -> None:
    try:
        _flock(descriptor, _TRY)
    except BlockingIOError:
        _wait(descriptor)


def _wait(descriptor: int) -> None:
    give_up = time.monotonic_ns() + PATIENCE_NS
    while time.monotonic_ns() < give_up:
        os.sched_yield()
        try:
            _flock(descriptor, _TRY)
        except BlockingIOError:
            continue
        return
    raise Held("another process holds their lock and does not move")


def _seat_lock(descriptor: int, seat: int, kind: int) -> bool:
    """Lock or let go of a seat; False: another process has it. Held by the open file: it ends with the process."""
    request = _FLOCK.pack(kind, os.SEEK_SET, _SEAT_BYTES + seat, 1, 0)
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, request)
    except BlockingIOError:
        return False
    return True


def _nobody_sits(descriptor: int) -> bool:
    request = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, _SEAT_BYTES, SEATS, 0)
    answer: tuple[int, ...] = _FLOCK.unpack(fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, request))
    return answer[0] == fcntl.F_UNLCK
