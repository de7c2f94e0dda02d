"""Calls one by one, oldest first, however many there are: a page at a time, the bodies of one call at a time.

It knows paging: nothing is locked and no old state of the database is held while a reader thinks. It does not know
which file is read (``reader``).
"""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from typing import Final

import msgspec

from outlast.exchange import Exchange, ExchangeQuery
from outlast.ledger.queries import QUERIES

_PAGE: Final = 500
_EPOCH: Final = dt.date(1970, 1, 1)
_NS_PER_DAY: Final = 86_400 * 10**9
_FIRST: Final = -(2**63)
_LAST: Final = 2**63 - 1
_decode: Final = msgspec.json.Decoder(Exchange).decode


def exchanges(connection: sqlite3.Connection, query: ExchangeQuery) -> Iterator[Exchange]:
    """The calls that a query asks for.

    Raises:
        sqlite3.Error: the file cannot be read, or a row of it.
    """
    place = (_FIRST, _FIRST)
    first = (query.since - _EPOCH).days * _NS_PER_DAY if query.since else _FIRST
    end = ((query.until - _EPOCH).days + 1) * _NS_PER_DAY if query.until else _LAST
    bounds = {"first": first, "end": min(end, _LAST), "page": _PAGE}
    while True:
        page = connection.execute(QUERIES["exchanges"], {**bounds, "started": place[0], "seq": place[1]}).fetchall()
        for seq, started, record in page:
            place = (started, seq)
            exchange = _read(seq, record)
            if _is_asked_for(exchange, query):
                yield _with_bodies(connection, exchange) if query.bodies else exchange
        if len(page) < _PAGE:
            return


def _read(seq: int, record: str) -> Exchange:
    try:
        return _decode(record)
    except msgspec.DecodeError as error:
        raise sqlite3.DatabaseError(f"row {seq} of exchanges is no record: {error}") from error


def _is_asked_for(exchange: Exchange, query: ExchangeQuery) -> bool:
    return (
        query.requested in (None, exchange.requested)
        and query.served in (None, exchange.served)
        and query.key in (None, exchange.key)
        and query.outcome in (None, exchange.outcome)
    )


def _with_bodies(connection: sqlite3.Connection, exchange: Exchange) -> Exchange:
    found = connection.execute(QUERIES["body"], (exchange.id,)).fetchone()
    if found is None:
        return exchange
    return msgspec.structs.replace(exchange, request_body=found[0], response_body=found[1])
