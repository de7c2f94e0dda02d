"""The worker as its owner sees it: a process that makes steps, and may die like any other.

It knows how the process is started, asked and ended. It does not know what a step does (``drain``) nor when one
is made (``writer``). Whoever waits for an answer leaves the interpreter to the calls.
"""

import os
import socket
import sys
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import Final

import msgspec

from outlast.errors import LedgerUnavailable
from outlast.ledger.drain import Drained
from outlast.ledger.extents import Reach
from outlast.ledger.retention import Prune, Pruned
from outlast.ledger.worker import Answer, Question, Refused, decode_answer, encode

_LONGEST_STEP: Final = 30.0
"""Seconds; a step is small, and takes milliseconds."""
_LONGEST_END: Final = 5.0
_DYING: Final = 0.2


class _Running:
    """A process, and the line to it."""

    def __init__(self, command: tuple[str, ...], patience: float) -> None:
        self._line, theirs = socket.socketpair()
        self._line.settimeout(patience)
        # What the owner imports is found where the owner found it, whatever way that was started.
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        try:
            with theirs:
                end = theirs.fileno()
                self.process: Popen[bytes] = Popen(command, stdin=end, stdout=end, env=environment)  # noqa: S603 - ours
        except OSError:
            self._line.close()
            raise

    def ask(self, question: bytes) -> bytes:
        """Its answer, one line. Raises ``OSError`` where none comes."""
        self._line.sendall(question + b"\n")
        received = b""
        while not received.endswith(b"\n"):
            more = self._line.recv(4096)
            if not more:
                raise ConnectionResetError("it ended in mid-step")
            received += more
        return received

    def end(self, patience: float) -> int:
        """Close the line, wait so many seconds for its end, then kill it; returns its exit status."""
        self._line.close()
        try:
            return self.process.wait(patience)
        except TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class DrainProcess:
    """Makes a drain's steps in another process. Belongs to one thread."""

    def __init__(self, database: Path, folder: Path, *, patience: float = _LONGEST_STEP) -> None:
        """Start nothing yet.

        Args:
            database: the file.
            folder: where the journal's segments lie.
            patience: seconds after which a process that does not answer is killed.
        """
        files = (str(database.absolute()), str(folder.absolute()))
        self._command = (sys.executable, "-P", "-m", "outlast.ledger.worker", *files)
        self._patience = patience
        self._running: _Running | None = None

    def ensure(self) -> int:
        """Start the process if there is none; returns its number.

        Raises:
            LedgerUnavailable: the one that was there has ended; the next call starts another.
            OSError: none can be started.
        """
        return self._ready().process.pid

    def step(self, reach: Reach) -> Drained:
        """See ``Drain.step``.

        Raises:
            LedgerUnavailable: the step was refused; or the process died, and then the step may have been made.
            OSError: no process can be started.
        """
        told = self._ask(reach)
        if not isinstance(told, Drained):
            raise self._refused(told)
        return told

    def prune(self, order: Prune) -> Pruned:
        """See ``Drain.prune``; raises as ``step`` does."""
        told = self._ask(order)
        if not isinstance(told, Pruned):
            raise self._refused(told)
        return told

    def close(self) -> None:
        """End the process in order and wait for it; a step that it is in the middle of is made."""
        running, self._running = self._running, None
        if running is not None:
            running.end(_LONGEST_END)

    def _ask(self, question: Question) -> Answer:
        running = self._ready()
        try:
            return decode_answer(running.ask(encode(question)))
        except (OSError, msgspec.DecodeError) as error:
            raise self._lost(running, str(error)) from error

    @staticmethod
    def _refused(told: Answer) -> LedgerUnavailable:
        return LedgerUnavailable(told.reason if isinstance(told, Refused) else "the journal's worker is confused")

    def _ready(self) -> _Running:
        running = self._running
        if running is None:
            running = self._running = _Running(self._command, self._patience)
        elif running.process.poll() is not None:
            raise self._lost(running, "it ended by itself")
        return running

    def _lost(self, running: _Running, reason: str) -> LedgerUnavailable:
        self._running = None
        return LedgerUnavailable(f"the journal's worker is lost: {reason} (exit status {running.end(_DYING)})")
