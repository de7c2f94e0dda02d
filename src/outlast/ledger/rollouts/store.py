"""The file of rollouts, opened: steps, assignments and boards behind one start and one end.

It knows that callers wait for assignments and that nobody waits for the rest: each has a desk of its own, and the one
for callers gives up on a lock soon, so that they are served by A.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from outlast.ledger.desk import PATIENCE, SWEEP_S, Desk
from outlast.ledger.rollouts.assignments import KeptAssignments
from outlast.ledger.rollouts.boards import KeptBoards
from outlast.ledger.rollouts.file import shape
from outlast.ledger.rollouts.steps import KeptRollouts

CALLERS_PATIENCE: Final = 1.0
"""Seconds that a call waits for another process's lock at most, twice where B is drawn."""


class RolloutStore:
    """Three ports over one file; the file is made with the first thing that is kept."""

    def __init__(
        self, path: Path, *, unix_ns: Callable[[], int], sweep_s: float = SWEEP_S, patience: float = PATIENCE
    ) -> None:
        """Open nothing yet.

        Args:
            path: the file.
            unix_ns: real time.
            sweep_s: seconds between two looks for what has expired.
            patience: seconds to wait for another process's lock; callers wait ``CALLERS_PATIENCE`` at most.
        """
        self._desk = Desk(path, shape(unix_ns), sweep_s=sweep_s, patience=patience)
        calls = shape(unix_ns)
        self._counter = Desk(path, calls, sweep_s=sweep_s, patience=min(patience, CALLERS_PATIENCE))
        self.rollouts = KeptRollouts(self._desk)
        self.boards = KeptBoards(self._desk)
        self.assignments = KeptAssignments(self._counter, unix_ns=unix_ns)

    def start(self) -> None:
        """Begin to work; in the process that needs it, after any fork."""
        self._desk.start()
        self._counter.start()

    def close(self) -> None:
        """Finish what waits, and end."""
        self.assignments.flush()
        self._counter.close()
        self._desk.close()
