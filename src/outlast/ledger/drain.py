"""From the journal into the database: one transaction holds the rows and the place they were read from.

It knows how a frame becomes rows and that each counts once, whenever the process dies. It does not know when
to run (``writer``) nor what to do when the database is away.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import msgspec

from outlast.errors import LedgerUnavailable
from outlast.exchange import Exchange, Observation
from outlast.ledger.frames import EXCHANGE, Frame
from outlast.ledger.journal import Journal, Position
from outlast.ledger.queries import QUERIES, with_rows
from outlast.ledger.rows import Row, Value, bounded, exchange_row, within_bounds
from outlast.ledger.totals import Totals

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
        self._exchanges = msgspec.msgpack.Decoder(Exchange)
        self._observations = msgspec.msgpack.Decoder(Observation)
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
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            drained, position = self._take()
            self._connection.execute(QUERIES["set_position"], position)
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self.position = position
        self._journal.release(position)
        return drained

    def _take(self) -> tuple[Drained, Position]:
        drained, position, totals = Drained(), self.position, Totals()
        while drained.frames < _BATCH_FRAMES:
            reading = self._journal.read(position)
            if reading.then == position:
                break
            position = reading.then
            drained.damaged += reading.damaged + self._insert(reading.frames, totals)
            drained.frames += len(reading.frames)
            drained.torn += reading.torn
        self._connection.executemany(QUERIES["add_totals"], totals.rows())
        return drained, position

    def _insert(self, frames: Sequence[Frame], totals: Totals) -> int:
        """Insert what the frames hold; returns how many could not be understood."""
        rows: list[Row] = []
        bodies: list[Row] = []
        damaged = 0
        for kind, payload in frames:
            try:
                if kind == EXCHANGE:
                    self._add_exchange(self._exchanges.decode(payload), totals, rows, bodies)
                else:
                    self._add_observation(self._observations.decode(payload))
            except msgspec.DecodeError:
                damaged += 1
        self._insert_exchanges(rows)
        if bodies:
            self._connection.executemany(QUERIES["insert_body"], bodies)
        return damaged

    def _add_exchange(self, exchange: Exchange, totals: Totals, rows: list[Row], bodies: list[Row]) -> None:
        if not within_bounds(exchange):
            exchange = bounded(exchange)
        totals.add(exchange)
        if exchange.keep == "totals":
            return
        rows.append(exchange_row(exchange))
        if exchange.request_body is not None or exchange.response_body is not None:
            bodies.append((exchange.id, exchange.request_body, exchange.response_body))

    def _add_observation(self, observation: Observation) -> None:
        o = observation
        self._connection.execute(QUERIES["insert_observation"], (o.target, o.surface, o.event, o.seen_ns, o.evidence))

    def _insert_exchanges(self, rows: list[Row]) -> None:
        whole = len(rows) // _GROUP * _GROUP
        for start in range(0, whole, _GROUP):
            values: list[Value] = list(chain.from_iterable(rows[start : start + _GROUP]))
            self._connection.execute(_INSERT_GROUP, values)
        self._connection.executemany(QUERIES["insert_exchanges"], rows[whole:])


def stored_position(connection: sqlite3.Connection) -> Position:
    """Up to where an earlier process got."""
    segment, offset = connection.execute(QUERIES["position"]).fetchone()
    return Position(segment, offset)
