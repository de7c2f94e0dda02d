"""The thread that has the journal brought into the database, whatever happens to the database meanwhile.

It knows when to drain, how long to wait after a refusal, and what to count. It does not know how rows get there
(``drain``), nor who appends (``recorder``). The steps are made in this process before calls are served, and in
another one from then on: the interpreter runs one thread at a time, and what SQLite maps may end its process. While
the database is away the journal waits on the disk.
"""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Final, Protocol

from outlast.ledger.drain import Drain, Drained
from outlast.ledger.extents import Position, Reach
from outlast.ledger.journal import Journal
from outlast.ledger.process import DrainProcess
from outlast.ledger.retention import Retention

INTERVAL_SECONDS: Final = 0.25
_LONGEST_WAIT: Final = 1.0
_PRUNING_SECONDS: Final = 0.1


class Steps(Protocol):
    """Where steps are made."""

    def step(self, reach: Reach) -> Drained:
        """Take over a batch of what is in reach. Raises whatever refused it."""
        ...


class Writer:
    """Drains one journal in the background. Its counters are written by its thread alone."""

    def __init__(self, journal: Journal, database: Path, folder: Path, retention: Retention | None = None) -> None:
        """Start nothing yet.

        Args:
            journal: what is drained; the caller holds its folder's lock.
            database: the file.
            folder: where the journal's segments lie.
            retention: what is too old; None: that is another process's to delete.
        """
        self._journal = journal
        self._retention = retention
        self._here = Drain(database, folder)
        self.elsewhere: Final = DrainProcess(database, folder)
        """The worker; others than this thread may read there."""
        self._position = Position(0, 0)
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="outlast-ledger", daemon=True)
        self.recovered = 0
        """Records that an earlier process had left."""
        self.drained = 0
        self.damaged = 0
        self.torn = 0
        self.refusals = 0
        self.deleted = 0
        """Calls that were too old."""
        self.last_error = ""
        """Why the last attempt was refused; empty when it was not."""

    def recover(self, drain: Drain) -> None:
        """Drain what an earlier process left.

        Raises:
            sqlite3.Error, OSError, LedgerUnavailable: it was refused; what was drained before stays.
        """
        self._bring_in(drain)
        self.recovered = self.drained

    def count(self, orphans: Drained) -> None:
        """Count what was recovered elsewhere, from journals that no process has any more."""
        self.recovered += orphans.frames
        self.drained += orphans.frames
        self.damaged += orphans.damaged
        self.torn += orphans.torn

    def start(self) -> None:
        """Begin to drain in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Drain what is there, once more, and stop; what the database refuses stays in the journal."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        if not self._try(self._last_round) and self.elsewhere.begun and not self.elsewhere.running:
            self._try(self._last_round)  # the worker was lost on the way; another one goes on where it was
        self.elsewhere.close()
        self._here.close()
        self._journal.close(self._position)

    def _run(self) -> None:
        wait = INTERVAL_SECONDS
        while not self._stopping.wait(wait):
            self._journal.prepare()
            wait = INTERVAL_SECONDS if self._try(self._round) else min(2 * wait, _LONGEST_WAIT)

    def _round(self) -> Reach:
        self.elsewhere.ensure()  # ready before the first call is: its start takes longer than a step
        reach = self._bring_in(self.elsewhere)
        self._prune()
        return reach

    def _prune(self) -> None:
        """Delete for a moment; the rest has to wait until what was recorded meanwhile is in."""
        order = self._retention.due() if self._retention else None
        if order is None or self._retention is None:
            return
        ending = time.monotonic() + _PRUNING_SECONDS
        while time.monotonic() < ending and not self._stopping.is_set():
            pruned = self.elsewhere.prune(order)
            self.deleted += pruned.calls
            if not pruned.more:
                self._retention.done()
                return

    def _last_round(self) -> Reach:
        """Elsewhere; here only where calls came for less than the moment that a worker's start takes."""
        if self.elsewhere.begun:
            reach = self._bring_in(self.elsewhere)
            self.elsewhere.finish()
            return reach
        self._here.position()  # opened even where nothing is left to do: its closing tidies up beside the database
        return self._bring_in(self._here)

    def _try(self, bring_in: Callable[[], Reach]) -> bool:
        """Whatever stops it becomes a recorded fact."""
        try:
            reach = bring_in()
        except Exception as error:  # noqa: BLE001 - the boundary: this thread outlives every refusal
            self.refusals += 1
            self.last_error = str(error) or type(error).__name__
            return False
        self.last_error = ""
        self.drained = self.recovered + reach.appended  # a process that dies behind its commit tells no counts
        return True

    def _bring_in(self, steps: Steps) -> Reach:
        """Drain all that is in reach now; what comes meanwhile waits for the next round."""
        reach = self._journal.reach()
        while self._position != reach.end:
            drained = steps.step(reach)
            self._position = drained.position
            self.drained += drained.frames
            self.damaged += drained.damaged
            self.torn += drained.torn
            self._journal.release(self._position)
        return reach
