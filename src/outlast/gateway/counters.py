"""Calls counted as they end: whole numbers in plain lists, cheap enough to be done on every call.

It knows what of an exchange is worth a number. It does not know how the numbers are published (``web.metrics``).
Labels are bounded: virtual models by name, every direct call under its provider, names nobody knows as one.
"""

from bisect import bisect_left
from collections.abc import Mapping

from outlast.exchange import Exchange, Outcome, Signal

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
        total_us = exchange.total_us
        durations = tally.total
        durations.buckets[bisect_left(BUCKETS_US, total_us)] += 1
        durations.sum_us += total_us
        first_us = exchange.first_byte_us
        if first_us:
            durations = tally.first_byte
            durations.buckets[bisect_left(BUCKETS_US, first_us)] += 1
            durations.sum_us += first_us
        if exchange.usage is not None:
            _count_usage(tally, exchange)
        for signal in exchange.signals:
            tally.signals[signal] = tally.signals.get(signal, 0) + 1


def _count_usage(tally: Tally, exchange: Exchange) -> None:
    usage = exchange.usage
    assert usage is not None  # noqa: S101 - the caller looked
    tally.input_tokens += usage.input_tokens
    tally.output_tokens += usage.output_tokens
    # Most calls have none of these.
    if usage.cached_tokens:
        tally.cached_tokens += usage.cached_tokens
    if usage.reasoning_tokens:
        tally.reasoning_tokens += usage.reasoning_tokens
    if usage.cache_write_tokens:
        tally.cache_write_tokens += usage.cache_write_tokens
    if exchange.cost_pico_usd is None:
        tally.unpriced += 1
    else:
        tally.cost_pico_usd += exchange.cost_pico_usd
