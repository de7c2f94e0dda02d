"""Reading what a stranger sends within bounds: so many bytes, unpacked too, and all of it before a deadline.

It knows sockets, gzip and the clock. It does not know HTTP, nor why something is read.
"""

import io
import socket
import time
import zlib
from dataclasses import dataclass

from outlast.errors import UpstreamBroken

PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Room:
    """How much may come."""

    name: str
    bytes: int

    def check(self, size: int) -> None:
        """Refuse a size that is too much."""
        if size > self.bytes:
            raise UpstreamBroken(f"{self.name} sends more than {self.bytes:,} bytes")


class Gzip:
    """Unpacks piece by piece and stops as soon as it is too much: a bomb is never held."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._size = 0
        self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)

    @property
    def ended(self) -> bool:
        """Whether the last member is complete."""
        return self._inflate.eof

    def feed(self, piece: bytes) -> bytes:
        """What this piece unpacks to."""
        made: list[bytes] = []
        out = b""
        while piece or len(out) == PIECE:  # a full piece may leave more inside
            if self._inflate.eof and piece:  # several members may follow each other
                self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
            try:
                out = self._inflate.decompress(piece, PIECE)
            except zlib.error as exc:
                raise UpstreamBroken(f"{self._room.name} sends what is no gzip: {exc}") from exc
            self._size += len(out)
            self._room.check(self._size)
            made.append(out)
            piece = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
        return b"".join(made)


class TimedSocket(io.RawIOBase):
    """A socket that is read under one deadline, however slowly its bytes drip."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def makefile(self, mode: str) -> io.BufferedReader:
        """What ``HTTPResponse`` reads from."""
        del mode
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """The next bytes; none at the end."""
        self._connection.settimeout(left(self._deadline))
        return self._connection.recv_into(buffer)


def left(deadline: float) -> float:
    """Seconds until then.

    Raises:
        TimeoutError: there are none.
    """
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
