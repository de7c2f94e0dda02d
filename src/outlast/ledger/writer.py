"""The thread that brings the journal into the database, whatever happens to the database meanwhile.

It knows when to drain, how long to wait after a refusal, and what to count. It does not know records
(``drain``) nor who appends (``recorder``). While the database is away the journal waits on the disk.
"""

import sqlite3
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Final

from outlast.ledger.database import open_for_writing
from outlast.ledger.drain import Drain
from outlast.ledger.journal import Journal

INTERVAL_SECONDS: Final = 0.25
_LONGEST_WAIT: Final = 1.0


class Writer:
    """Drains one journal in the background. Its counters are written by its thread alone."""

    def __init__(self, journal: Journal, connection: sqlite3.Connection, database: Path) -> None:
        self._journal = journal
        self._database = database
        self._connection: sqlite3.Connection | None = connection
        self._drain: Drain = Drain(connection, journal)
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="outlast-ledger", daemon=True)
        self.drained = 0
        self.damaged = 0
        self.torn = 0
        self.refusals = 0
        self.last_error = ""
        """Why the database refused the last attempt; empty when it did not."""

    def catch_up(self) -> None:
        """Drain everything that is there.

        Raises:
            sqlite3.Error, LedgerUnavailable: the database refused; what was drained before stays.
        """
        if self._connection is None:
            self._connection = open_for_writing(self._database)
            self._drain = Drain(self._connection, self._journal)
        while self._drain.position != self._journal.end:
            drained = self._drain.step()
            self.drained += drained.frames
            self.damaged += drained.damaged
            self.torn += drained.torn

    def start(self) -> None:
        """Begin to drain in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Drain what is there, once more, and stop; what the database refuses stays in the journal."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._try()
        self._drop_connection()
        self._journal.close(self._drain.position)

    def _run(self) -> None:
        wait = INTERVAL_SECONDS
        while not self._stopping.wait(wait):
            self._journal.prepare()
            wait = INTERVAL_SECONDS if self._try() else min(2 * wait, _LONGEST_WAIT)

    def _try(self) -> bool:
        """One round; whatever stops it becomes a recorded fact, and the file is opened anew for the next."""
        try:
            self.catch_up()
        except Exception as error:  # noqa: BLE001 - the boundary: this thread outlives every refusal
            self.refusals += 1
            self.last_error = str(error) or type(error).__name__
            self._drop_connection()
            return False
        self.last_error = ""
        return True

    def _drop_connection(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
