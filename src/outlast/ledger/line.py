"""A line between a process and its child: a question goes out, an answer comes back, each ends with a newline.

It knows bytes and patience. It does not know what is asked (``worker``).
"""

import socket
from contextlib import suppress
from threading import Lock
from typing import Final

_PIECE: Final = 1 << 16


class Line:
    """The asking end. Several threads may ask; each waits for its turn."""

    def __init__(self, end: socket.socket, patience: float) -> None:
        """Take over one end of a pair; an answer may take ``patience`` seconds."""
        end.settimeout(patience)
        self._end = end
        self._turn = Lock()

    @property
    def closed(self) -> bool:
        """Nothing can be asked any more."""
        return self._end.fileno() < 0

    def ask(self, question: bytes) -> bytes:
        """The answer to a question.

        Raises:
            OSError: none came; the line is closed, since a late answer would be taken for the next one's.
        """
        try:
            with self._turn:
                return self._answer(question)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Ask nothing more; whoever waits for an answer is told that none comes."""
        with suppress(OSError):
            self._end.shutdown(socket.SHUT_RDWR)
        with self._turn:  # a number that is given back while somebody waits at it may be a caller's by then
            self._end.close()

    def _answer(self, question: bytes) -> bytes:
        self._end.sendall(question + b"\n")
        received = bytearray()
        while not received.endswith(b"\n"):
            more = self._end.recv(_PIECE)
            if not more:
                raise ConnectionResetError("it ended in mid-step")
            received += more
        return bytes(received)
