"""Signals as events of a loop without threads: their numbers come out of a socket.

It knows which signals a supervisor minds. It does not know what they mean.
"""

import signal
import socket
from types import FrameType
from typing import Final

MINDED: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)


class Signals:
    """While open, a signal that is minded interrupts nothing and waits to be read."""

    def __init__(self) -> None:
        self.end, self._theirs = socket.socketpair()
        self.end.setblocking(False)
        self._theirs.setblocking(False)
        self._woken = signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, _later) for number in MINDED}

    def read(self) -> set[int]:
        """Those that came since the last look."""
        try:
            return set(self.end.recv(4096))
        except BlockingIOError:
            return set()

    @staticmethod
    def says_stop(came: set[int]) -> bool:
        """Whether one of them says to stop."""
        return bool(came & {signal.SIGINT, signal.SIGTERM})

    @staticmethod
    def says_reload(came: set[int]) -> bool:
        """Whether one of them says to read the configuration again."""
        return signal.SIGHUP in came

    def close(self) -> None:
        """As it was before; in a child, too."""
        for number, before in self._before.items():
            signal.signal(number, before)
        signal.set_wakeup_fd(self._woken)
        self.end.close()
        self._theirs.close()


def _later(number: int, frame: FrameType | None) -> None:
    """Nothing here: the number is in the socket already."""
    del number, frame
