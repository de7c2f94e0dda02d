"""Lines on their way to a descriptor that may be slow, full or closed: the path never waits for it.

It knows a bounded buffer and a thread that does nothing but write. It does not know what lines say. What has no
room is dropped and counted, and a later line says how many.
"""

import os
import select
import threading
from collections.abc import Callable
from queue import SimpleQueue

from outlast.telemetry.line import LONGEST

ROOM = 4 << 20
"""Bytes that may wait: several thousand lines."""
GATHER_S = 0.05
"""Lines wait this long for company: handing each to the thread would cost more than the line itself."""
_PATIENCE_S = 1.0

Later = Callable[[float, Callable[[], None]], object]
"""Do something after some seconds, on the thread that puts lines."""


class LineWriter:
    """Takes lines from one thread and writes them from another."""

    def __init__(self, descriptor: int, later: Later, *, notice: Callable[[int], bytes], room: int = ROOM) -> None:
        """``notice`` makes the line that says how many lines were dropped."""
        self._descriptor = descriptor
        self._later = later
        self._notice = notice
        self._room = room
        self._lines: list[bytes] = []
        self._taken = 0  # bytes, by the thread that puts
        self._written = 0  # bytes, by the thread that writes: each number has one author, so none is locked
        self._refused = 0
        self._unsaid = 0
        self._failed = 0
        self._queue: SimpleQueue[list[bytes] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def dropped(self) -> int:
        """Lines that nobody will read."""
        return self._refused + self._failed

    def put(self, line: bytes) -> None:
        """Take one line, with its end; never waits, never fails."""
        if self._taken - self._written + len(line) > self._room or self._closed:
            self._refused += 1
            self._unsaid += 1
            return
        if not self._lines:
            self._later(GATHER_S, self.flush)
        if self._unsaid:
            self._say_dropped()
        self._lines.append(line)
        self._taken += len(line)

    def flush(self) -> None:
        """Hand over what was gathered."""
        if not self._lines:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="outlast-log", daemon=True)
            self._thread.start()
        self._queue.put(self._lines)
        self._lines = []

    def close(self, patience_s: float = _PATIENCE_S) -> None:
        """Write what is left, but wait no longer than ``patience_s`` for somebody to read it."""
        if self._unsaid:
            self._say_dropped()
        self.flush()
        self._closed = True
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(patience_s)

    def _say_dropped(self) -> None:
        line = self._notice(self._unsaid)
        self._unsaid = 0
        self._lines.append(line)
        self._taken += len(line)

    def _run(self) -> None:
        while (lines := self._queue.get()) is not None:
            for group in _groups(lines):
                try:
                    self._write(b"".join(group))
                except OSError:  # closed, or nobody reads any more: calls go on, and the count says it
                    self._failed += len(group)
                self._written += sum(map(len, group))

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._descriptor, view) :]
            except BlockingIOError:  # somebody who shares it made it so
                waiting = select.poll()
                waiting.register(self._descriptor, select.POLLOUT)
                waiting.poll()


def _groups(lines: list[bytes]) -> list[list[bytes]]:
    """Lines gathered into pieces that a pipe takes whole."""
    groups: list[list[bytes]] = []
    size = LONGEST + 1
    for line in lines:
        size += len(line)
        if size > LONGEST:
            groups.append([])
            size = len(line)
        groups[-1].append(line)
    return groups
