"""Latency and cost: amounts of which less is better, compared as ratios.

It knows which number of a draw each check reads. It does not know quantiles or bounds (``stats.ratios``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outlast.checks.check import Family, Measure, Outcome, Pair
from outlast.checks.draw import Draw
from outlast.stats.rows import Range

ANY = Range(pass_fail=False)
"""A ratio has no range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountCheck:
    """One amount of an answer; 0 or None: not known."""

    name: str
    family: Family
    measure: Measure
    read: Callable[[Draw], int | None]
    range: Range = ANY

    def compare(self, pair: Pair) -> Sequence[Outcome]:
        """One outcome where the incumbent's amount is known."""
        ours = self.read(pair.incumbent)
        if not ours:
            return ()
        if pair.candidate.said is None:
            return (Outcome(a=ours, b=None, reason=pair.candidate.error),)
        theirs = self.read(pair.candidate)
        return (Outcome(a=ours, b=theirs),) if theirs is not None else ()


def _cost(draw: Draw) -> int | None:
    return draw.cost_pico_usd


def _total(draw: Draw) -> int | None:
    return draw.timing.total_us or None


def _first_token(draw: Draw) -> int | None:
    return draw.timing.first_token_us or None


def _gap(draw: Draw) -> int | None:
    return draw.timing.gap_p50_us or None


def _stall(draw: Draw) -> int | None:
    return draw.timing.gap_max_us or None


_QUANTILES: tuple[tuple[str, Measure], ...] = (("p50", "ratio_p50"), ("p95", "ratio_p95"))
_TIMES = (("first_token", _first_token), ("gap", _gap), ("total", _total))

LATENCY: tuple[AmountCheck, ...] = (
    *(
        AmountCheck(name=f"latency.{name}_{quantile}", family="latency", measure=measure, read=read)
        for name, read in _TIMES
        for quantile, measure in _QUANTILES
    ),
    AmountCheck(name="latency.stall_p95", family="latency", measure="ratio_p95", read=_stall),
)
COST: tuple[AmountCheck, ...] = (AmountCheck(name="cost.total", family="cost", measure="ratio_total", read=_cost),)
