"""The ledger as commands and the horizon read it: SQLite, read only, a new look each time.

It knows how sums become rows with exact money. It never makes or changes a file: where there is none, nothing
was recorded. Every look sees all calls that the writer has brought in, which takes it half a second.
"""

import datetime as dt
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from outlast.errors import LedgerUnavailable
from outlast.exchange import Exchange, ExchangeQuery, Ledger, Observation, SeenModel, UsageQuery, UsageRow
from outlast.ledger.database import open_for_reading, version_of
from outlast.ledger.denied import why
from outlast.ledger.location import database_path
from outlast.ledger.pages import exchanges
from outlast.ledger.queries import QUERIES
from outlast.ledger.totals import NS_PER_HOUR, PICO_PER_MICRO

_TOKENS: Final = ("input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
_EPOCH: Final = dt.date(1970, 1, 1)
_Parameters = dict[str, int | str | None]
_Found = tuple[int | str, ...]


class SqliteLedger:
    """The ``Ledger`` of one database file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def usage(self, query: UsageQuery) -> Sequence[UsageRow]:
        """Calls added up by the query's dimension, most expensive first, then by calls and name."""
        found = self._rows("usage", {**_between(query), "by": query.by})
        rows = [_usage_row(str(name), sums) for name, *sums in found]
        return sorted(rows, key=lambda row: (-row.cost_usd, -row.calls, row.name))

    def total(self, query: UsageQuery) -> UsageRow:
        """The same calls as one row."""
        found = self._rows("usage", {**_between(query), "by": None})
        return _usage_row("", found[0][1:]) if found else UsageRow(name="", calls=0)

    def seen(self, since_ns: int) -> Sequence[SeenModel]:
        """Every (requested, served) pair since the beginning of an instant's hour."""
        return [_seen_model(found) for found in self._rows("seen", {"first": since_ns // NS_PER_HOUR})]

    def seen_by_key(self, since_ns: int) -> Mapping[str, Sequence[SeenModel]]:
        """The same pairs for each key's public name."""
        found: defaultdict[str, list[SeenModel]] = defaultdict(list)
        for key, *row in self._rows("seen_by_key", {"first": since_ns // NS_PER_HOUR}):
            found[str(key)].append(_seen_model(row))
        return found

    def observations(self) -> Sequence[Observation]:
        """Every observed life-cycle fact, oldest first."""
        return [
            msgspec.convert(dict(zip(Observation.__struct_fields__, found, strict=True)), Observation)
            for found in self._rows("observations", {})
        ]

    def exchanges(self, query: ExchangeQuery) -> Iterator[Exchange]:
        """The calls that have a row, oldest first, in bounded memory: what is recorded meanwhile may come too."""
        try:
            with self._open() as connection:
                if connection is not None:
                    yield from exchanges(connection, query)
        except sqlite3.Error as error:
            raise self._unreadable(error) from error

    def _rows(self, name: str, parameters: _Parameters) -> list[_Found]:
        try:
            with self._open() as connection:
                return [] if connection is None else connection.execute(QUERIES[name], parameters).fetchall()
        except sqlite3.Error as error:
            raise self._unreadable(error) from error

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection | None]:
        """A connection, or None where nothing was recorded yet."""
        if not self._path.exists():
            yield None
            return
        with closing(open_for_reading(self._path)) as connection:
            yield connection if version_of(connection, self._path) else None

    def _unreadable(self, error: sqlite3.Error) -> LedgerUnavailable:
        return LedgerUnavailable(f"the ledger {self._path} cannot be read: {why(error, self._path)}")


def open_reader(database_url: str, root: Path) -> Ledger:
    """The ledger behind a configuration's ``server.database``; empty where nothing was recorded yet.

    Raises:
        SettingsInvalid: the address is none of a SQLite file.
    """
    return SqliteLedger(database_path(database_url, root))


def _between(query: UsageQuery) -> _Parameters:
    return {
        "first": (query.since - _EPOCH).days * 24 if query.since else None,
        "end": ((query.until - _EPOCH).days + 1) * 24 if query.until else None,
    }


def _usage_row(name: str, sums: Sequence[int | str]) -> UsageRow:
    calls, failed, unpriced, estimated, micro_usd, pico_usd, *tokens = map(int, sums)
    return UsageRow(
        name=name,
        calls=calls,
        failed=failed,
        unpriced_calls=unpriced,
        estimated_calls=estimated,
        cost_usd=Decimal(micro_usd * PICO_PER_MICRO + pico_usd).scaleb(-12),
        **dict(zip(_TOKENS, tokens, strict=True)),
    )


def _seen_model(found: Sequence[int | str]) -> SeenModel:
    requested, virtual, served, redirected, soft_gone, instead, *sums = found
    return SeenModel(
        requested=str(requested),
        virtual=bool(virtual),
        served=str(served),
        row=_usage_row(str(requested), sums),
        redirected=int(redirected),
        soft_gone=int(soft_gone),
        answered=tuple(sorted(msgspec.json.decode(str(instead), type=list[str]))),
    )
