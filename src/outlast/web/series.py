"""The published series of calls: their names, labels and units.

It knows Prometheus' conventions: seconds, dollars, ``_total``. It does not know where numbers come from, nor when
they are asked for (``web.metrics``), nor the state of things between calls (``web.gauges``).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

from outlast.exchange import PICO_PER_USD
from outlast.gateway.counters import BUCKETS_US, Counts, Durations, Tally

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


def call_series(tallies: Tallies) -> Iterator[Metric]:
    """Everything counted of calls, by requested name and by who served."""
    yield _calls(tallies)
    yield _errors(tallies)
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


def attempt_series(counts: Counts) -> Iterator[Metric]:
    """What upstreams were asked, and how often again."""
    attempts = CounterMetricFamily(
        "outlast_attempts",
        "Upstream calls, by what came of them; a direct call's target is its provider.",
        labels=("target", "result"),
    )
    for (target, error), made in counts.attempts.items():
        attempts.add_metric((target, error or "answered"), made)
    retries = CounterMetricFamily(
        "outlast_retries", "Upstream calls that asked a target once more in the same call.", labels=("target",)
    )
    for target, made in counts.retries.items():
        retries.add_metric((target,), made)
    yield attempts
    yield retries


def _calls(tallies: Tallies) -> Metric:
    family = CounterMetricFamily("outlast_calls", "Calls that ended.", labels=(*BY_MODEL, "status", "outcome"))
    for labels, tally in tallies.items():
        classes: Counter[tuple[str, str]] = Counter()
        for (status, outcome), calls in tally.ended.items():
            classes[f"{status // 100}xx" if status else "none", outcome] += calls
        for key, calls in classes.items():
            family.add_metric((*labels, *key), calls)
    return family


def _errors(tallies: Tallies) -> Metric:
    family = CounterMetricFamily(
        "outlast_errors", "Calls by the code of what went wrong: limits, keys, upstreams.", labels=(*BY_MODEL, "error")
    )
    for labels, tally in tallies.items():
        for error, calls in tally.errors.items():
            family.add_metric((*labels, error), calls)
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
