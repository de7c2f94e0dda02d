"""From the journal into the database: one transaction holds the rows and the place they were read from.

It knows that each record counts once, whenever a process dies and however many read the same journal: where to
go on is asked inside the transaction. It does not know what a record's rows are (``batch``), in which process it
runs (``worker``), when to run, nor what to do when the database is away (``writer``).
"""

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from outlast.errors import LedgerUnavailable
from outlast.ledger.batch import Batch, Row
from outlast.ledger.database import BUSY_SECONDS, open_for_writing
from outlast.ledger.extents import Position, Reach
from outlast.ledger.identity import journal_id
from outlast.ledger.pruning import prune
from outlast.ledger.queries import QUERIES
from outlast.ledger.retention import Prune, Pruned
from outlast.ledger.scanner import Scanner

_BATCH_BYTES: Final = 2 << 20
"""A transaction ends behind this many bytes of records, or where the journal does."""
_NOWHERE: Final = Position(0, 0)


class Drained(msgspec.Struct, array_like=True, tag=True):
    """What one transaction took over, and up to where the journal is in the database now."""

    position: Position
    frames: int = 0
    damaged: int = 0
    torn: int = 0


class Drain:
    """Reads one journal into one database. Belongs to one thread between two calls of ``close``."""

    def __init__(
        self, database: Path, folder: Path, *, patience: float = BUSY_SECONDS, scanner: Scanner | None = None
    ) -> None:
        """Open nothing yet.

        Args:
            database: the file.
            folder: where the journal's segments lie.
            patience: seconds to wait for a lock of the database.
            scanner: reads the segments, some of which it may hold open already.
        """
        self._database = database
        self._folder = folder
        self._patience = patience
        self._journal = ""
        self._file = (0, 0)
        self._scanner = scanner or Scanner(folder)
        self._connection: sqlite3.Connection | None = None

    def position(self) -> Position:
        """Up to where the journal is in the database.

        Raises:
            sqlite3.Error, LedgerUnavailable: the file cannot be opened.
        """
        return self._position(self._opened())

    def step(self, reach: Reach) -> Drained:
        """Take over what is in reach and not yet in the database, up to a batch.

        Raises:
            sqlite3.Error, OSError: the database or the disk refused. Nothing of the batch was kept; the same step
                may be tried again, and opens every file anew.
            LedgerUnavailable: the database knows more of this journal than there is, or its file was taken away.
        """
        try:
            self._check_file()
            drained = self._careful_at_need(self._opened(), reach)
            self._check_file()  # kept in a file that is gone is not kept: its segments have to stay
        except BaseException:
            self.close()
            raise
        self._scanner.forget(drained.position)
        return drained

    def prune(self, order: Prune) -> Pruned:
        """Delete a little of what is too old.

        Raises:
            sqlite3.Error, LedgerUnavailable: the database refused; nothing of the step happened.
        """
        try:
            self._check_file()
            return prune(self._opened(), order)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give every file back; the next step opens them again."""
        self._scanner.close()
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._journal = journal_id(self._folder)
            connection = open_for_writing(self._database, patience=self._patience)
            try:
                self._file = _file(self._database)
                self._adopt(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _check_file(self) -> None:
        """Writing goes on without an error in a file that was deleted or replaced: nobody would see it again."""
        if self._connection is not None and self._file != _file(self._database):
            raise LedgerUnavailable(f"{self._database} was deleted or replaced; it is opened again")

    def _adopt(self, connection: sqlite3.Connection) -> None:
        if self._position(connection) == _NOWHERE and connection.execute(QUERIES["position"], ("",)).fetchone():
            connection.execute(QUERIES["adopt_position"], (self._journal,))

    def _position(self, connection: sqlite3.Connection) -> Position:
        found = connection.execute(QUERIES["position"], (self._journal,)).fetchone()
        return Position(*found) if found else _NOWHERE

    def _start(self, connection: sqlite3.Connection, reach: Reach) -> Position:
        position = self._position(connection)
        if position > reach.end:
            raise LedgerUnavailable("the database was exchanged for another one's; restart to record into it")
        return position

    def _careful_at_need(self, connection: sqlite3.Connection, reach: Reach) -> Drained:
        try:
            return self._transaction(connection, reach, Batch(careful=False))
        except OverflowError:
            return self._transaction(connection, reach, Batch(careful=True))

    def _transaction(self, connection: sqlite3.Connection, reach: Reach, batch: Batch) -> Drained:
        connection.execute("BEGIN IMMEDIATE")
        try:
            start = self._start(connection, reach)
            drained = self._take(connection, Drained(start), reach, batch)
            if drained.position != start:
                connection.execute(QUERIES["set_position"], (self._journal, *drained.position))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return drained

    def _take(self, connection: sqlite3.Connection, drained: Drained, reach: Reach, batch: Batch) -> Drained:
        size = 0
        while size < _BATCH_BYTES:
            reading = self._scanner.read(drained.position, reach)
            if reading.then == drained.position:
                break
            drained.position = reading.then
            drained.damaged += reading.damaged + batch.add(reading.frames)
            drained.frames += len(reading.frames)
            drained.torn += reading.torn
            size += sum(len(payload) for _, payload in reading.frames)
            _insert(connection, "insert_exchange", batch.exchanges)
            _insert(connection, "insert_body", batch.bodies)
            _insert(connection, "insert_observation", batch.observations)
        connection.executemany(QUERIES["add_totals"], batch.totals.rows())
        return drained


def _insert(connection: sqlite3.Connection, name: str, rows: list[Row]) -> None:
    """Insert the rows and forget them."""
    if rows:
        connection.executemany(QUERIES[name], rows)
        rows.clear()


def _file(path: Path) -> tuple[int, int]:
    """Which file a name leads to; none: nothing."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (status.st_dev, status.st_ino)
