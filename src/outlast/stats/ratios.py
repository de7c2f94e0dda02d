"""Amounts of which less is better: the candidate's quantile or total over the incumbent's, against a ratio.

It knows latency and cost as paired positive numbers in clusters. It does not know units, nor passes and failures
(``passfail``).

The bounds come from a bootstrap over whole clusters (Davison and Hinkley 1997, chapter 3) of the log ratio. Two are
taken, the percentile one widened by sqrt(G / (G - 1)) and the one from the bootstrap's standard error with Student's t
at G - 1 degrees of freedom, and the wider one counts: each alone is too narrow for small samples and tails. Below
``FEWEST`` clusters nothing is decided.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from outlast.errors import EvidenceInvalid
from outlast.stats.rows import Row
from outlast.stats.student import student_quantile
from outlast.stats.verdict import Rule, Verdict, Word

Floats = npt.NDArray[np.float64]
Statistic = Literal["ratio_p50", "ratio_p95", "ratio_total"]

FEWEST: Final[dict[Statistic, int]] = {"ratio_p50": 20, "ratio_p95": 60, "ratio_total": 20}
"""Clusters; 59 is the smallest sample whose largest value bounds the 95th percentile at 95 %."""
METHOD: Final = "cluster bootstrap of the log ratio"
_QUANTILES: Final[dict[Statistic, float]] = {"ratio_p50": 0.5, "ratio_p95": 0.95}
_SEED: Final = 20_261_122
_LARGE: Final = 20_000


def assess_ratio(rows: Sequence[Row], statistic: Statistic, rule: Rule) -> Verdict:
    """PASS if the ratio's upper bound lies below the margin, FAIL if its lower bound lies above.

    ``rule.margin`` is a ratio: 1.2 lets the candidate take 20 % more. Unanswered pairs count as without end in the
    upper bound (of a total: as the worst ratio that was seen) and as ties in the lower one.

    Raises:
        EvidenceInvalid: there are no rows, an amount is negative or no number, or the rule cannot be meant.
    """
    _check(rows, rule)
    sample = _Sample.of(rows, statistic)
    few = len(np.unique(sample.clusters)) < FEWEST[statistic]
    bounds = (0.0, math.inf) if few else _bounds(sample, statistic, rule.alpha)
    answered = [(row.a, row.b) for row in rows if row.b is not None]
    estimate = _ratio(np.array(answered), statistic) if answered else None
    word: Word = "NOT YET"
    if bounds[0] > rule.margin:
        word = "FAIL"
    elif bounds[1] < rule.margin:
        word = "PASS"
    return Verdict(
        verdict=word,
        estimate=estimate,
        lower=bounds[0],
        upper=bounds[1],
        margin=rule.margin,
        n=len(rows),
        clusters=len(np.unique(sample.clusters)),
        discordant=sum(a != b for a, b in answered),
        method=METHOD,
        needed=_needed(len(rows), estimate, bounds[1], rule.margin, statistic) if word == "NOT YET" else None,
    )


@dataclass(frozen=True, slots=True)
class _Sample:
    incumbent: Floats
    pessimistic: Floats
    tied: Floats
    clusters: npt.NDArray[np.intp]

    @classmethod
    def of(cls, rows: Sequence[Row], statistic: Statistic) -> "_Sample":
        incumbent = np.array([row.a for row in rows])
        tied = np.array([row.a if row.b is None else row.b for row in rows])
        worst = math.inf
        if statistic == "ratio_total":
            worst = max((row.b / row.a for row in rows if row.b is not None and row.a > 0), default=math.inf)
        # 0 * inf is no number; an amount of 0 that was not answered is taken as without end as well.
        missing = np.array([row.b is None for row in rows])
        pessimistic = np.where(missing, np.where(incumbent > 0, incumbent, 1.0) * worst, tied)
        names: dict[object, int] = {}
        labels = [
            names.setdefault(("own", number) if row.cluster is None else row.cluster, len(names))
            for number, row in enumerate(rows)
        ]
        return cls(incumbent, pessimistic, tied, np.array(labels, dtype=np.intp))


def _bounds(sample: _Sample, statistic: Statistic, alpha: float) -> tuple[float, float]:
    """One-sided bounds of the ratio, each at ``alpha``."""
    upper = _upper(sample.incumbent, sample.pessimistic, sample.clusters, statistic, alpha)
    # The lower bound is the mirrored question: the incumbent's amount over the candidate's.
    lower = _upper(sample.tied, sample.incumbent, sample.clusters, statistic, alpha)
    return (1 / lower if lower > 0 else math.inf), upper


def _upper(below: Floats, above: Floats, clusters: npt.NDArray[np.intp], statistic: Statistic, alpha: float) -> float:
    """The upper bound of ``above`` over ``below``."""
    centre = _log_ratio(below, above, None, statistic)
    if not math.isfinite(centre):
        return math.inf
    count = int(clusters.max()) + 1
    random = np.random.default_rng(_SEED)
    replicates = 2000 if len(below) <= _LARGE else 400
    orders = (np.argsort(below, kind="stable"), np.argsort(above, kind="stable"))
    draws = np.empty(replicates)
    for number in range(replicates):
        weights = random.multinomial(count, np.full(count, 1 / count))[clusters].astype(np.float64)
        draws[number] = _log_ratio(below, above, (weights, *orders), statistic)
    if not np.isfinite(draws).all():
        draws = np.where(np.isnan(draws), np.inf, draws)
    widening = math.sqrt(count / (count - 1))
    percentile = centre + widening * (float(np.quantile(draws, 1 - alpha, method="higher")) - centre)
    error = float(np.std(draws)) if np.isfinite(draws).all() else math.inf
    by_error = centre + student_quantile(1 - alpha, count - 1) * error * widening
    return math.exp(min(max(percentile, by_error), 700.0))


def _ratio(answered: Floats, statistic: Statistic) -> float:
    return math.exp(_log_ratio(answered[:, 0], answered[:, 1], None, statistic))


_Weighted = tuple[Floats, npt.NDArray[np.intp], npt.NDArray[np.intp]]


def _log_ratio(below: Floats, above: Floats, weighted: _Weighted | None, statistic: Statistic) -> float:
    if statistic == "ratio_total":
        weights = None if weighted is None else weighted[0]
        low, high = (float(np.sum(side if weights is None else _times(side, weights))) for side in (below, above))
    else:
        share = _QUANTILES[statistic]
        if weighted is None:
            low, high = (float(np.quantile(side, share, method="higher")) for side in (below, above))
        else:
            weights, first, second = weighted
            low, high = _quantile(below, weights, first, share), _quantile(above, weights, second, share)
    if low == high:
        return 0.0
    if low == 0:
        return math.inf
    return math.log(high / low) if high > 0 else -math.inf


def _times(side: Floats, weights: Floats) -> Floats:
    """Without the cases that were not drawn: nothing times without end is nothing here."""
    return np.where(weights > 0, side, 0.0) * weights


def _quantile(side: Floats, weights: Floats, order: npt.NDArray[np.intp], share: float) -> float:
    """The smallest value that holds at least ``share`` of the weight at or below it."""
    reached = np.cumsum(weights[order])
    place = int(np.searchsorted(reached, share * reached[-1], side="left"))
    return float(side[order[min(place, len(order) - 1)]])


def _needed(n: int, estimate: float | None, upper: float, margin: float, statistic: Statistic) -> int | None:
    """Pairs in all, from the width that was seen: it shrinks with the root of their number."""
    if estimate is None or estimate >= margin or not math.isfinite(upper):
        return FEWEST[statistic] if estimate is not None and estimate < margin and n < FEWEST[statistic] else None
    width = math.log(upper / estimate) if estimate > 0 else math.inf
    room = math.log(margin)  # an equal candidate
    power = (1.645 + 0.842) / 1.645  # the bound shall lie below the margin four times in five
    return max(n + 1, math.ceil(n * (width * power / room) ** 2)) if math.isfinite(width) else None


def _check(rows: Sequence[Row], rule: Rule) -> None:
    if not rows:
        raise EvidenceInvalid("no rows: there is nothing to judge")
    if not 1 < rule.margin < math.inf:
        raise EvidenceInvalid(
            f"a ratio's margin must lie above 1 (1.2 lets the candidate take 20 % more), not {rule.margin:g}"
        )
    if not 0 < rule.alpha < 0.5:
        raise EvidenceInvalid(f"alpha must lie between 0 and 0.5, {rule.alpha:g} does not")
    for number, row in enumerate(rows, 1):
        for name, value in (("a", row.a), ("b", row.b)):
            if value is not None and not (0 <= value < math.inf):
                raise EvidenceInvalid(f"row {number}: {name} = {value:g} is no amount")
