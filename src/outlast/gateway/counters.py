"""Calls counted as they end: whole numbers in plain values, cheap enough to be done on every call.

It knows what of an exchange is worth a number. It does not know how the numbers are published (``web.metrics``).
Labels are bounded: virtual models by name, every direct call under its provider, names nobody knows as one.
Counts are values that can be added and encoded, so that several processes can be told as one.
"""

from bisect import bisect_left
from itertools import pairwise
from typing import TypeVar

import msgspec

from outlast.exchange import AttemptRecord, Exchange, Outcome, Signal, Usage

DIRECT = "direct"
OTHER = "other"
BUCKETS_US = (
    5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 5_000_000, 10_000_000, 30_000_000, 60_000_000, 120_000_000, 300_000_000,
)  # fmt: skip
"""Upper bounds of the duration buckets in microseconds; one more bucket holds what is longer."""


class Durations(msgspec.Struct, gc=False):
    """A histogram over ``BUCKETS_US``."""

    buckets: list[int] = msgspec.field(default_factory=lambda: [0] * (len(BUCKETS_US) + 1))
    sum_us: int = 0

    def add(self, duration_us: int) -> None:
        """Count one duration."""
        self.buckets[bisect_left(BUCKETS_US, duration_us)] += 1
        self.sum_us += duration_us

    def merge(self, other: "Durations") -> None:
        """Add what another counted."""
        self.buckets = [ours + theirs for ours, theirs in zip(self.buckets, other.buckets, strict=True)]
        self.sum_us += other.sum_us


class Tally(msgspec.Struct, gc=False):
    """Everything counted of one requested name and who served it."""

    ended: dict[tuple[int, Outcome], int] = {}
    """Calls by status and outcome."""
    errors: dict[str, int] = {}
    """Calls by the code of what went wrong."""
    signals: dict[Signal, int] = {}
    first_byte: Durations = msgspec.field(default_factory=Durations)
    """Of calls that an upstream answered."""
    total: Durations = msgspec.field(default_factory=Durations)
    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost_pico_usd: int = 0
    unpriced: int = 0
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

    def merge(self, other: "Tally") -> None:
        """Add what another counted."""
        _merge(self.ended, other.ended)
        _merge(self.errors, other.errors)
        _merge(self.signals, other.signals)
        self.first_byte.merge(other.first_byte)
        self.total.merge(other.total)
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))


_NUMBERS = (
    "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "cost_pico_usd",
    "unpriced",
)  # fmt: skip


class Counts(msgspec.Struct):
    """What was counted of all calls."""

    calls: dict[tuple[str, str], Tally] = {}
    """By requested name and by who served."""
    attempts: dict[tuple[str, str], int] = {}
    """Upstream calls by target (a direct call's provider) and by what came of them; empty: the answer."""
    retries: dict[str, int] = {}
    """Those of them that asked a target once more in the same call."""

    def merge(self, other: "Counts") -> None:
        """Add what another process counted."""
        for key, tally in other.calls.items():
            self.calls.setdefault(key, Tally()).merge(tally)
        _merge(self.attempts, other.attempts)
        _merge(self.retries, other.retries)


Key = TypeVar("Key")


def _merge(ours: dict[Key, int], theirs: dict[Key, int]) -> None:
    for key, count in theirs.items():
        ours[key] = ours.get(key, 0) + count


class Counters:
    """Everything counted since the process started."""

    def __init__(self) -> None:
        self.counts = Counts()

    def count(self, exchange: Exchange) -> None:
        """Count one finished call."""
        counts, served = self.counts, exchange.served
        if exchange.virtual:
            key = (exchange.requested, served)
        elif served:
            key = (DIRECT, served.partition("/")[0])
        else:
            key = (OTHER, "")
        tally = counts.calls.get(key)
        if tally is None:
            tally = counts.calls[key] = Tally()
        end = (exchange.status, exchange.outcome)
        tally.ended[end] = tally.ended.get(end, 0) + 1
        tally.total.add(exchange.total_us)
        if exchange.first_byte_us:
            tally.first_byte.add(exchange.first_byte_us)
        usage = exchange.usage
        if usage is not None:
            tally.add_usage(usage, exchange.cost_pico_usd)
        if exchange.error:
            tally.errors[exchange.error] = tally.errors.get(exchange.error, 0) + 1
        for signal in exchange.signals:
            tally.signals[signal] = tally.signals.get(signal, 0) + 1
        for attempt in exchange.attempts:
            made = (attempt.target if exchange.virtual else key[1], attempt.error)
            counts.attempts[made] = counts.attempts.get(made, 0) + 1
        if len(exchange.attempts) > 1:
            self._count_retries(exchange.attempts)

    def _count_retries(self, attempts: tuple[AttemptRecord, ...]) -> None:
        """Only a virtual model's targets are asked twice, so their names are the configuration's."""
        retries = self.counts.retries
        for before, after in pairwise(attempts):
            if before.target == after.target:
                retries[after.target] = retries.get(after.target, 0) + 1
