"""The sums of every hour against the calls that they were made of, an hour at a time.

It knows which sums can be checked in full: of an hour of which nothing was deleted, and of calls that all have a
row. Of the others it knows that the rows cannot add up to more. It does not know who asks (``verify``).
"""

import datetime as dt
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from outlast.exchange import ExchangeQuery
from outlast.ledger.pages import exchanges
from outlast.ledger.queries import QUERIES
from outlast.ledger.totals import NS_PER_HOUR, PICO_PER_MICRO, HourKey, Totals

_NAMES: Final = (
    *("calls", "failed", "unpriced", "redirected", "soft_gone", "pico_usd"),
    *("input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens"),
)
_KEY: Final = len(HourKey._fields)


@dataclass(frozen=True, slots=True)
class _Kept:
    """One sum as the ledger has it, or as its rows make it."""

    numbers: tuple[int, ...]
    unrecorded: int | None
    """Calls of it without a row; None: nobody counted them."""


class Compared:
    """Goes through the ledger once, when the differences are asked for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        (self._deleted_before_ns,) = connection.execute(QUERIES["calls_deleted_before"]).fetchone()
        self.calls = 0
        """Rows that were read."""
        self.hours = 0
        """Hours that could be compared in full."""

    def differences(self, most: int) -> Iterator[str]:
        """At most so many, in words; every row is read all the same."""
        for number, says in enumerate(self._all()):
            if number < most:
                yield says

    def _all(self) -> Iterator[str]:
        seen: set[int] = set()
        for hour, made in self._made():
            seen.add(hour)
            yield from self._hour(hour, made)
        for (hour,) in self._connection.execute(QUERIES["hours"]).fetchall():
            if hour not in seen:
                yield from self._hour(hour, {})

    def _made(self) -> Iterator[tuple[int, dict[HourKey, _Kept]]]:
        """What the rows of each hour add up to."""
        every = exchanges(self._connection, ExchangeQuery())
        for hour, calls in groupby(every, key=lambda call: call.started_ns // NS_PER_HOUR):
            totals = Totals()
            for call in calls:
                totals.add(call)
                self.calls += 1
            yield hour, _by_key(totals.rows())

    def _hour(self, hour: int, made: dict[HourKey, _Kept]) -> Iterator[str]:
        kept = _by_key(self._connection.execute(QUERIES["totals_of"], (hour,)).fetchall())
        whole = hour * NS_PER_HOUR >= self._deleted_before_ns
        self.hours += whole and all(sums.unrecorded == 0 for sums in kept.values())
        nothing = _Kept((0,) * len(_NAMES), 0)
        for key in sorted({*made, *kept}):
            yield from _differing(key, made.get(key, nothing), kept.get(key, nothing), whole=whole)


def compare_sums(connection: sqlite3.Connection) -> Compared:
    """The comparison of one database; the caller holds it at one moment."""
    return Compared(connection)


def _by_key(rows: Sequence[Sequence[int | str | None]]) -> dict[HourKey, _Kept]:
    found: dict[HourKey, _Kept] = {}
    for row in rows:
        hour, requested, virtual, served, key, instead = row[:_KEY]
        unrecorded = row[-2]  # behind it are the estimated calls, which an earlier version did not count
        numbers = [int(number or 0) for number in row[_KEY:-2]]
        numbers[5:7] = [numbers[5] * PICO_PER_MICRO + numbers[6]]
        place = HourKey(int(hour or 0), str(requested), bool(virtual), str(served), str(key), str(instead))
        found[place] = _Kept(tuple(numbers), None if unrecorded is None else int(unrecorded))
    return found


def _differing(key: HourKey, made: _Kept, kept: _Kept, *, whole: bool) -> Iterator[str]:
    exact = whole and kept.unrecorded == 0
    for name, rows, sums in zip(_NAMES, made.numbers, kept.numbers, strict=True):
        missing = kept.unrecorded if name == "calls" and whole else None
        if rows > sums or (exact and rows != sums) or (missing is not None and rows + missing != sums):
            began = dt.datetime.fromtimestamp(key.hour * 3_600, dt.UTC)
            yield f"{began:%Y-%m-%d %H}h, {key.requested or '(no model)'}: {name} is {sums}, its rows make {rows}"
