"""From the journal into the database: one transaction holds the rows and the place they were read from.

It knows that each record counts once, whenever the process dies. It does not know what a record's rows are
(``batch``), when to run (``writer``), nor what to do when the database is away.
"""

import sqlite3
from dataclasses import dataclass
from itertools import chain
from typing import Final

from outlast.errors import LedgerUnavailable
from outlast.ledger.batch import Batch, Row
from outlast.ledger.journal import Journal, Position
from outlast.ledger.queries import QUERIES, with_rows

_BATCH_FRAMES: Final = 5_000
"""A transaction ends behind this many records, or where the journal does."""
_GROUP: Final = 50
_INSERT_GROUP: Final = with_rows(QUERIES["insert_exchanges"], _GROUP)


@dataclass(slots=True)
class Drained:
    """What one transaction took over."""

    frames: int = 0
    damaged: int = 0
    torn: int = 0


class Drain:
    """Reads one journal into one database.

    Raises:
        LedgerUnavailable: the database belongs to another journal.
    """

    def __init__(self, connection: sqlite3.Connection, journal: Journal) -> None:
        self._connection = connection
        self._journal = journal
        self.position = stored_position(connection)
        if self.position > journal.end:
            raise LedgerUnavailable("the database was exchanged for another one's; restart to record into it")

    def step(self) -> Drained:
        """Take over what is there, up to a batch.

        Raises:
            sqlite3.Error: the database refused. Nothing of the batch was kept; the same step may be tried again.
        """
        if self.position == self._journal.end:
            return Drained()
        try:
            drained, position = self._transaction(Batch(careful=False))
        except OverflowError:
            drained, position = self._transaction(Batch(careful=True))
        self.position = position
        self._journal.release(position)
        return drained

    def _transaction(self, batch: Batch) -> tuple[Drained, Position]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            drained, position = self._take(batch)
            self._connection.execute(QUERIES["set_position"], position)
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        return drained, position

    def _take(self, batch: Batch) -> tuple[Drained, Position]:
        drained, position = Drained(), self.position
        while drained.frames < _BATCH_FRAMES:
            reading = self._journal.read(position)
            if reading.then == position:
                break
            position = reading.then
            drained.damaged += reading.damaged + batch.add(reading.frames)
            drained.frames += len(reading.frames)
            drained.torn += reading.torn
            for group in batch.take_groups(_GROUP):
                self._connection.execute(_INSERT_GROUP, list(chain.from_iterable(group)))
            self._insert("insert_body", batch.bodies)
        self._insert("insert_exchanges", batch.exchanges)
        self._insert("insert_observation", batch.observations)
        self._connection.executemany(QUERIES["add_totals"], batch.totals.rows())
        return drained, position

    def _insert(self, name: str, rows: list[Row]) -> None:
        """Insert the rows and forget them."""
        if rows:
            self._connection.executemany(QUERIES[name], rows)
            rows.clear()


def stored_position(connection: sqlite3.Connection) -> Position:
    """Up to where an earlier process got."""
    segment, offset = connection.execute(QUERIES["position"]).fetchone()
    return Position(segment, offset)
