"""The worker as its owner sees it: a process that makes steps, and may die like any other.

It knows how the process is started, asked on each of its two lines, and ended. It does not know what a step does
(``drain``) nor when one is made (``writer``). Whoever waits for an answer leaves the interpreter to the calls.
"""

import os
import socket
import sys
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import Final

import msgspec

from outlast.errors import LedgerUnavailable
from outlast.exchange import SeenModel
from outlast.ledger.drain import Drained
from outlast.ledger.extents import Reach
from outlast.ledger.line import Line
from outlast.ledger.lookout import Look, Looked, Mark, Sum, Summed
from outlast.ledger.retention import Prune, Pruned
from outlast.ledger.worker import Answer, Finish, Finished, Question, Refused, decode_answer, encode

_LONGEST_STEP: Final = 30.0
"""Seconds; a step is small, and takes milliseconds."""
_LONGEST_READ: Final = 5.0
"""The start of the process is in it."""
_LONGEST_END: Final = 5.0
_DYING: Final = 0.2


class _Running:
    """A process, and the two lines to it."""

    def __init__(self, command: tuple[str, ...], patience: float) -> None:
        steps, their_steps = socket.socketpair()
        reads, their_reads = socket.socketpair()
        self.steps, self.reads = Line(steps, patience), Line(reads, min(patience, _LONGEST_READ))
        # What the owner imports is found where the owner found it, whatever way that was started.
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        try:
            with their_steps, their_reads:
                end, beside = their_steps.fileno(), their_reads.fileno()
                self.process: Popen[bytes] = Popen(  # noqa: S603 - ours
                    (*command, str(beside)), stdin=end, stdout=end, pass_fds=(beside,), env=environment
                )
        except OSError:
            self._hang_up()
            raise

    def end(self, patience: float) -> int:
        """Close the lines, wait so many seconds for its end, then kill it; returns its exit status."""
        self._hang_up()
        try:
            return self.process.wait(patience)
        except TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def _hang_up(self) -> None:
        self.reads.close()
        self.steps.close()


class DrainProcess:
    """Makes a drain's steps in another process, and reads there. Belongs to one thread, but for the reads."""

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
        self.begun = False
        """Whether there ever was a process."""

    @property
    def running(self) -> bool:
        """Whether there is a process, as far as is known."""
        return self._running is not None

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

    def finish(self) -> None:
        """Close the database in order, after the last step; raises as ``step`` does."""
        running = self._ready()
        running.reads.close()
        told = self._told(running, Finish())
        if not isinstance(told, Finished):
            raise self._refused(told)

    def look(self, known: Mark) -> Looked:
        """See ``Lookout.look``. Any thread may ask.

        Raises:
            LedgerUnavailable: it was refused, or there is no process; another one comes with the next step.
        """
        told = self._read(Look(known))
        if not isinstance(told, Looked):
            raise self._refused(told)
        return told

    def seen(self, since_ns: int) -> tuple[SeenModel, ...]:
        """See ``SqliteLedger.seen``. Any thread may ask; raises as ``look`` does."""
        told = self._read(Sum(since_ns))
        if not isinstance(told, Summed):
            raise self._refused(told)
        return told.seen

    def close(self) -> None:
        """End the process in order and wait for it; a step that it is in the middle of is made."""
        running, self._running = self._running, None
        if running is not None:
            running.end(_LONGEST_END)

    def _ask(self, question: Question) -> Answer:
        return self._told(self._ready(), question)

    def _read(self, question: Question) -> Answer:
        running = self._running  # the other thread may put another one in its place at any moment
        if running is None:
            raise LedgerUnavailable("the journal's worker is away and is started again")
        try:
            return decode_answer(running.reads.ask(encode(question)))
        except (OSError, msgspec.DecodeError) as error:
            raise LedgerUnavailable(f"the journal's worker does not answer: {error}") from error

    def _told(self, running: _Running, question: Question) -> Answer:
        try:
            return decode_answer(running.steps.ask(encode(question)))
        except (OSError, msgspec.DecodeError) as error:
            raise self._lost(running, str(error)) from error

    @staticmethod
    def _refused(told: Answer) -> LedgerUnavailable:
        return LedgerUnavailable(told.reason if isinstance(told, Refused) else "the journal's worker is confused")

    def _ready(self) -> _Running:
        running = self._running
        if running is None:
            running = self._running = _Running(self._command, self._patience)
            self.begun = True
        elif running.process.poll() is not None:
            raise self._lost(running, "it ended by itself")
        elif running.reads.closed:
            raise self._lost(running, "it did not answer a read")
        return running

    def _lost(self, running: _Running, reason: str) -> LedgerUnavailable:
        self._running = None
        return LedgerUnavailable(f"the journal's worker is lost: {reason} (exit status {running.end(_DYING)})")
