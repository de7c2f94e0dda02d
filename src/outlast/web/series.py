"""The published series: their names, labels and units.

It knows Prometheus' conventions: seconds, dollars, ``_total``. It does not know where numbers come from, nor when
they are asked for (``web.metrics``).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from typing import Protocol

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from outlast.exchange import PICO_PER_USD
from outlast.gateway.counters import BUCKETS_US, Durations, Tally

US_PER_SECOND = 1_000_000
BY_MODEL = ("model", "served")
BOUNDS = (*(f"{bound / US_PER_SECOND:g}" for bound in BUCKETS_US), "+Inf")
TOKENS: tuple[tuple[str, Callable[[Tally], int]], ...] = (
    ("input", lambda tally: tally.input_tokens),
    ("cached_input", lambda tally: tally.cached_tokens),
    ("cache_write", lambda tally: tally.cache_write_tokens),
    ("output", lambda tally: tally.output_tokens),
    ("reasoning", lambda tally: tally.reasoning_tokens),
)

Tallies = Mapping[tuple[str, str], Tally]


class JournalNumbers(Protocol):
    """How the record fares, as the ledger tells it."""

    @property
    def appended(self) -> int:
        """Records kept since the process started."""
        ...

    @property
    def lag(self) -> int:
        """Records in the journal that the database does not have yet."""
        ...

    @property
    def lost(self) -> int:
        """Records that could not be kept."""
        ...

    @property
    def bodies_lost(self) -> int:
        """Records kept without their bodies."""
        ...

    @property
    def damaged(self) -> int:
        """Places of the journal that the disk did not give back."""
        ...

    @property
    def journal_ok(self) -> bool:
        """Whether there is room."""
        ...

    @property
    def database_ok(self) -> bool:
        """Whether the database takes what the journal has."""
        ...


def call_series(tallies: Tallies) -> Iterator[Metric]:
    """Everything counted of calls, by requested name and by who served."""
    yield _calls(tallies)
    yield _signals(tallies)
    yield _tokens(tallies)
    yield from _cost(tallies)
    yield _durations(
        "outlast_first_byte_seconds",
        "From a call's arrival to the first byte of its upstream's answer.",
        {labels: tally.first_byte for labels, tally in tallies.items()},
    )
    yield _durations(
        "outlast_call_seconds",
        "From a call's arrival to its end.",
        {labels: tally.total for labels, tally in tallies.items()},
    )


def journal_series(numbers: JournalNumbers) -> Iterator[Metric]:
    """How the record fares."""
    yield CounterMetricFamily("outlast_journal_records", "Records kept.", value=numbers.appended)
    yield CounterMetricFamily("outlast_journal_lost", "Records that could not be kept.", value=numbers.lost)
    yield CounterMetricFamily(
        "outlast_journal_bodies_lost", "Records kept without their bodies.", value=numbers.bodies_lost
    )
    yield CounterMetricFamily(
        "outlast_journal_damaged", "Places that the disk did not give back.", value=numbers.damaged
    )
    yield GaugeMetricFamily(
        "outlast_journal_lag_records", "Records in the journal, not yet in the database.", value=numbers.lag
    )
    yield GaugeMetricFamily("outlast_journal_ok", "1 while the journal has room.", value=int(numbers.journal_ok))
    yield GaugeMetricFamily(
        "outlast_database_ok", "1 while the database takes what the journal has.", value=int(numbers.database_ok)
    )


def _calls(tallies: Tallies) -> Metric:
    family = CounterMetricFamily("outlast_calls", "Calls that ended.", labels=(*BY_MODEL, "status", "outcome"))
    for labels, tally in tallies.items():
        classes: Counter[tuple[str, str]] = Counter()
        for (status, outcome), calls in tally.ended.items():
            classes[f"{status // 100}xx" if status else "none", outcome] += calls
        for key, calls in classes.items():
            family.add_metric((*labels, *key), calls)
    return family


def _signals(tallies: Tallies) -> Metric:
    family = CounterMetricFamily(
        "outlast_signals",
        "Answers by another model than was asked for, and answers whose text says that the model is gone.",
        labels=(*BY_MODEL, "signal"),
    )
    for labels, tally in tallies.items():
        for signal, calls in tally.signals.items():
            family.add_metric((*labels, signal), calls)
    return family


def _tokens(tallies: Tallies) -> Metric:
    family = CounterMetricFamily(
        "outlast_tokens",
        "Tokens as reported; cached input and cache writes are part of the input, reasoning of the output.",
        labels=(*BY_MODEL, "kind"),
    )
    for labels, tally in tallies.items():
        for kind, tokens in TOKENS:
            family.add_metric((*labels, kind), tokens(tally))
    return family


def _cost(tallies: Tallies) -> Iterator[Metric]:
    cost = CounterMetricFamily("outlast_cost_usd", "List price of what was used.", labels=BY_MODEL)
    unpriced = CounterMetricFamily(
        "outlast_unpriced_calls", "Calls whose cost is missing, because no price is known.", labels=BY_MODEL
    )
    for labels, tally in tallies.items():
        cost.add_metric(labels, tally.cost_pico_usd / PICO_PER_USD)
        unpriced.add_metric(labels, tally.unpriced)
    yield cost
    yield unpriced


def _durations(name: str, says: str, histograms: Mapping[tuple[str, str], Durations]) -> Metric:
    family = HistogramMetricFamily(name, says, labels=BY_MODEL)
    for labels, durations in histograms.items():
        cumulated = list(zip(BOUNDS, map(float, accumulate(durations.buckets)), strict=True))
        family.add_metric(labels, cumulated, sum_value=durations.sum_us / US_PER_SECOND)
    return family
