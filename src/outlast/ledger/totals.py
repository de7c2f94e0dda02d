"""Calls added up by hour: what remains of a call under ``record = "off"``, and what usage is read from.

It knows which calls count as failed, unpriced and redirected. It does not know SQL.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from outlast.exchange import Exchange

NS_PER_HOUR: Final = 3_600 * 10**9
PICO_PER_MICRO: Final = 10**6
_MOST_TOKENS: Final = 10**13
"""More than a batch of calls within bounds can add up to."""


class HourKey(NamedTuple):
    """What the calls of one sum share."""

    hour: int
    requested: str
    virtual: bool
    served: str
    key: str
    instead: str
    """The model that answered in place of the one asked for; empty where none did."""


@dataclass(slots=True)
class Sums:
    """The calls of one hour and key, added up."""

    calls: int = 0
    failed: int = 0
    unpriced: int = 0
    redirected: int = 0
    soft_gone: int = 0
    pico_usd: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    unrecorded: int = 0
    """Calls that count here alone: they have no row."""
    estimated: int = 0

    def add(self, exchange: Exchange) -> None:
        """Count one call."""
        self.calls += 1
        self.failed += is_failed(exchange)
        self.unrecorded += exchange.keep == "totals"
        self.estimated += exchange.estimated
        if exchange.cost_pico_usd is not None:
            self.pico_usd += exchange.cost_pico_usd
        elif exchange.outcome == "answered":
            self.unpriced += 1
        if exchange.signals:
            self.redirected += "redirected" in exchange.signals
            self.soft_gone += "soft_gone" in exchange.signals
        usage = exchange.usage
        if usage is not None:
            self.input_tokens += usage.input_tokens
            self.cached_tokens += usage.cached_tokens
            self.cache_write_tokens += usage.cache_write_tokens
            self.output_tokens += usage.output_tokens
            self.reasoning_tokens += usage.reasoning_tokens


def is_failed(exchange: Exchange) -> bool:
    """Whether the caller got less than an answer."""
    return exchange.status >= 400 or exchange.outcome in ("failed", "cancelled")


def hour_key(exchange: Exchange) -> HourKey:
    """The sum that a call belongs to."""
    return HourKey(
        exchange.started_ns // NS_PER_HOUR,
        exchange.requested,
        exchange.virtual,
        exchange.served,
        exchange.key,
        exchange.answered if "redirected" in exchange.signals else "",
    )


class Totals:
    """Sums of a batch."""

    def __init__(self) -> None:
        self._sums: dict[HourKey, Sums] = {}

    def add(self, exchange: Exchange) -> None:
        """Count one call in its hour."""
        key = hour_key(exchange)
        sums = self._sums.get(key)
        if sums is None:
            sums = self._sums[key] = Sums()
        sums.add(exchange)

    def rows(self) -> list[tuple[int | str, ...]]:
        """The columns of ``add_totals``.

        Raises:
            OverflowError: no calls could add up to this; some upstream's numbers cannot be meant.
        """
        return [(*key, *_columns(sums)) for key, sums in self._sums.items()]


def _columns(s: Sums) -> tuple[int, ...]:
    tokens = (s.input_tokens, s.cached_tokens, s.cache_write_tokens, s.output_tokens, s.reasoning_tokens)
    if min(tokens) < 0 or max(tokens) > _MOST_TOKENS or s.pico_usd < 0:
        raise OverflowError
    money = divmod(s.pico_usd, PICO_PER_MICRO)
    return (s.calls, s.failed, s.unpriced, s.redirected, s.soft_gone, *money, *tokens, s.unrecorded, s.estimated)
