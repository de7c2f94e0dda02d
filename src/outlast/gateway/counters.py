"""Calls counted as they end: whole numbers in plain lists, cheap enough to be done on every call.

It knows what of an exchange is worth a number. It does not know how the numbers are published (``web.metrics``).
Labels are bounded: virtual models by name, every direct call under its provider, names nobody knows as one.
"""

from bisect import bisect_left
from collections.abc import Mapping

from outlast.exchange import Exchange, Outcome, Signal, Usage

DIRECT = "direct"
OTHER = "other"
BUCKETS_US = (
    5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 5_000_000, 10_000_000, 30_000_000, 60_000_000, 120_000_000, 300_000_000,
)  # fmt: skip
"""Upper bounds of the duration buckets in microseconds; one more bucket holds what is longer."""


class Durations:
    """A histogram over ``BUCKETS_US``."""

    __slots__ = ("buckets", "sum_us")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BUCKETS_US) + 1)
        self.sum_us = 0

    def add(self, duration_us: int) -> None:
        """Count one duration."""
        self.buckets[bisect_left(BUCKETS_US, duration_us)] += 1
        self.sum_us += duration_us


class Tally:
    """Everything counted of one requested name and who served it."""

    __slots__ = (
        "cache_write_tokens",
        "cached_tokens",
        "cost_pico_usd",
        "ended",
        "first_byte",
        "input_tokens",
        "output_tokens",
        "reasoning_tokens",
        "signals",
        "total",
        "unpriced",
    )

    def __init__(self) -> None:
        self.ended: dict[tuple[int, Outcome], int] = {}
        """Calls by status and outcome."""
        self.signals: dict[Signal, int] = {}
        self.first_byte = Durations()
        """Of calls that an upstream answered."""
        self.total = Durations()
        self.input_tokens = self.cached_tokens = self.cache_write_tokens = 0
        self.output_tokens = self.reasoning_tokens = 0
        self.cost_pico_usd = 0
        self.unpriced = 0
        """Calls with usage and no known price: their cost is missing, not 0."""

    def add_usage(self, usage: Usage, cost_pico_usd: int | None) -> None:
        """Add what a call used and cost."""
        self.input_tokens += usage.input_tokens
        self.output_tokens += usage.output_tokens
        # Most calls have none of these.
        if usage.cached_tokens:
            self.cached_tokens += usage.cached_tokens
        if usage.reasoning_tokens:
            self.reasoning_tokens += usage.reasoning_tokens
        if usage.cache_write_tokens:
            self.cache_write_tokens += usage.cache_write_tokens
        if cost_pico_usd is None:
            self.unpriced += 1
        else:
            self.cost_pico_usd += cost_pico_usd


class Counters:
    """Every tally since the process started."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, str], Tally] = {}

    @property
    def tallies(self) -> Mapping[tuple[str, str], Tally]:
        """By requested name and by who served."""
        return self._tallies

    def count(self, exchange: Exchange) -> None:
        """Count one finished call."""
        served = exchange.served
        if exchange.virtual:
            key = (exchange.requested, served)
        elif served:
            key = (DIRECT, served.partition("/")[0])
        else:
            key = (OTHER, "")
        tally = self._tallies.get(key)
        if tally is None:
            tally = self._tallies[key] = Tally()
        end = (exchange.status, exchange.outcome)
        tally.ended[end] = tally.ended.get(end, 0) + 1
        tally.total.add(exchange.total_us)
        if exchange.first_byte_us:
            tally.first_byte.add(exchange.first_byte_us)
        usage = exchange.usage
        if usage is not None:
            tally.add_usage(usage, exchange.cost_pico_usd)
        for signal in exchange.signals:
            tally.signals[signal] = tally.signals.get(signal, 0) + 1
