"""The record in memory: the gateway's ``Journal`` and the commands' ``Ledger`` in one object, for tests.

It knows the rules of adding up, written plainly; the contract suite holds it and SQLite to the same answers.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec

from outlast.exchange import (
    PICO_PER_USD,
    Exchange,
    ExchangeQuery,
    Observation,
    SeenModel,
    Usage,
    UsageQuery,
    UsageRow,
)

_NS_PER_SECOND = 10**9
_NS_PER_HOUR = 3_600 * _NS_PER_SECOND

_NAMES: dict[str, Callable[[Exchange], str]] = {
    "model": lambda exchange: exchange.requested,
    "served": lambda exchange: exchange.served,
    "key": lambda exchange: exchange.key,
    "day": lambda exchange: _day(exchange).isoformat(),
}


class MemoryLedger:
    """Keeps calls in a list and adds them up when asked."""

    def __init__(self) -> None:
        self.kept: list[Exchange] = []
        self._observations: list[Observation] = []

    def append(self, exchange: Exchange) -> None:
        """Keep one exchange."""
        self.kept.append(exchange)

    def observe(self, observation: Observation) -> None:
        """Keep one observed life-cycle fact."""
        self._observations.append(observation)

    def usage(self, query: UsageQuery) -> Sequence[UsageRow]:
        """Calls added up by the query's dimension, most expensive first, then by calls and name."""
        groups: defaultdict[str, list[Exchange]] = defaultdict(list)
        for exchange in self._between(query):
            groups[_NAMES[query.by](exchange)].append(exchange)
        rows = [_add_up(name, calls) for name, calls in groups.items()]
        return sorted(rows, key=lambda row: (-row.cost_usd, -row.calls, row.name))

    def total(self, query: UsageQuery) -> UsageRow:
        """The same calls as one row."""
        return _add_up("", list(self._between(query)))

    def seen(self, since_ns: int) -> Sequence[SeenModel]:
        """Every (requested, served) pair since the beginning of an instant's hour."""
        start = since_ns // _NS_PER_HOUR * _NS_PER_HOUR
        groups: defaultdict[tuple[str, bool, str], list[Exchange]] = defaultdict(list)
        for exchange in self.kept:
            if exchange.started_ns >= start:
                groups[exchange.requested, exchange.virtual, exchange.served].append(exchange)
        return [_seen_model(*key, calls) for key, calls in sorted(groups.items())]

    def seen_by_key(self, since_ns: int) -> Mapping[str, Sequence[SeenModel]]:
        """The same pairs for each key's public name."""
        found = {}
        for key in sorted({exchange.key for exchange in self.kept}):
            alone = MemoryLedger()
            alone.kept = [exchange for exchange in self.kept if exchange.key == key]
            if seen := alone.seen(since_ns):
                found[key] = seen
        return found

    def observations(self) -> Sequence[Observation]:
        """Every observed life-cycle fact, oldest first."""
        return sorted(self._observations, key=lambda observation: observation.seen_ns)

    def exchanges(self, query: ExchangeQuery) -> Iterator[Exchange]:
        """The calls that have a row, oldest first."""
        for exchange in sorted(self._between(query), key=lambda exchange: exchange.started_ns):
            if exchange.keep != "totals" and _is_asked_for(exchange, query):
                hidden = {} if query.bodies else {"request_body": None, "response_body": None}
                yield msgspec.structs.replace(exchange, **hidden)

    def _between(self, query: UsageQuery | ExchangeQuery) -> Iterable[Exchange]:
        since, until = query.since or dt.date.min, query.until or dt.date.max
        return (exchange for exchange in self.kept if since <= _day(exchange) <= until)


def _is_asked_for(exchange: Exchange, query: ExchangeQuery) -> bool:
    wanted = ("requested", "served", "key", "outcome")
    return all(getattr(query, name) in (None, getattr(exchange, name)) for name in wanted)


def _day(exchange: Exchange) -> dt.date:
    return dt.datetime.fromtimestamp(exchange.started_ns // _NS_PER_SECOND, dt.UTC).date()


def _add_up(name: str, calls: Sequence[Exchange]) -> UsageRow:
    usages = [exchange.usage or Usage() for exchange in calls]
    return UsageRow(
        name=name,
        calls=len(calls),
        failed=sum(call.status >= 400 or call.outcome in ("failed", "cancelled") for call in calls),
        cost_usd=Decimal(sum(call.cost_pico_usd or 0 for call in calls)) / PICO_PER_USD,
        unpriced_calls=sum(call.outcome == "answered" and call.cost_pico_usd is None for call in calls),
        estimated_calls=sum(call.estimated for call in calls),
        input_tokens=sum(usage.input_tokens for usage in usages),
        cached_tokens=sum(usage.cached_tokens for usage in usages),
        cache_write_tokens=sum(usage.cache_write_tokens for usage in usages),
        output_tokens=sum(usage.output_tokens for usage in usages),
        reasoning_tokens=sum(usage.reasoning_tokens for usage in usages),
    )


def _seen_model(requested: str, virtual: bool, served: str, calls: Sequence[Exchange]) -> SeenModel:  # noqa: FBT001
    redirected = [call for call in calls if "redirected" in call.signals]
    return SeenModel(
        requested=requested,
        virtual=virtual,
        served=served,
        row=_add_up(requested, calls),
        redirected=len(redirected),
        soft_gone=sum("soft_gone" in call.signals for call in calls),
        answered=tuple(sorted({call.answered for call in redirected} - {""})),
    )
