"""Amounts of which less is better: the candidate's quantile or total over the incumbent's, against a ratio.

It knows latency and cost as paired positive numbers in clusters. It does not know units, nor passes and failures
(``passfail``).

The bounds come from a bootstrap over whole clusters (Davison and Hinkley 1997, chapter 3) of the log ratio. Two are
taken, the percentile one widened by sqrt(G / (G - 1)) and the one from the bootstrap's standard error with Student's t
at G - 1 degrees of freedom, and the wider one counts: each alone is too narrow for small samples and tails. Below
``FEWEST`` clusters nothing is decided. docs/evidence.md has the simulated sizes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from outlast.errors import EvidenceInvalid
from outlast.stats.resampling import Places, Quantiles, Sums, weights
from outlast.stats.rows import Row
from outlast.stats.student import student_quantile
from outlast.stats.verdict import Rule, Verdict, Word

Floats = npt.NDArray[np.float64]
Statistic = Literal["ratio_p50", "ratio_p95", "ratio_total"]

FEWEST: Final[dict[Statistic, int]] = {"ratio_p50": 20, "ratio_p95": 60, "ratio_total": 20}
"""Clusters; 59 is the smallest sample whose largest value bounds the 95th percentile at 95 %."""
METHOD: Final = "cluster bootstrap of the log ratio"
_QUANTILES: Final[dict[Statistic, float]] = {"ratio_p50": 0.5, "ratio_p95": 0.95}
_DEFINITION: Final = "inverted_cdf"
"""A quantile is the smallest value that holds its share at or below it: of a sample as of a replicate."""
_LARGE: Final = 20_000
"""Pairs above which the first replicates are all: resampling blurs less than the sample's own digits."""
_FOR_SKEW: Final = 2 / 3
"""The share of alpha at which a total's bounds are taken: sums of skewed amounts pass a little too often at more."""
_BLUR: Final = 0.5
"""Of the standard error: five times the resampling error of a 95 % quantile over ``FIRST`` replicates."""
_LARGEST_LOG: Final = 700.0
"""The largest logarithm whose exponential is a number."""


def assess_ratio(rows: Sequence[Row], statistic: Statistic, rule: Rule) -> Verdict:
    """PASS if the ratio's upper bound lies below the margin, FAIL if its lower bound lies above.

    ``rule.margin`` is a ratio: 1.2 lets the candidate take 20 % more. Unanswered pairs count as without end in the
    upper bound and as ties in the lower one; a PASS must hold with ties as well, a FAIL without these pairs as well. So
    a total with a gap never passes: nobody knows the largest amount that an answer can take.

    Raises:
        EvidenceInvalid: there are no rows, an amount is negative or no number, or the rule cannot be meant.
    """
    _check(rows, rule)
    sample = _Sample.of(rows)
    sample.check()
    few = sample.count < FEWEST[statistic]
    bounds = (0.0, math.inf) if few else _confirmed(sample, _bounds(sample, statistic, rule), statistic, rule)
    answered = sample.answered_only()
    estimate = answered.ratio(statistic) if len(answered.tied) else None
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
        clusters=sample.count,
        discordant=int(np.count_nonzero(answered.incumbent != answered.tied)),
        method=METHOD,
        needed=_needed(len(rows), estimate, bounds[1], rule.margin, statistic) if word == "NOT YET" else None,
    )


@dataclass(frozen=True, slots=True)
class _Sample:
    incumbent: Floats
    pessimistic: Floats
    tied: Floats
    clusters: Places
    """Numbers from 0 without a gap."""

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "_Sample":
        incumbent = np.array([row.a for row in rows])
        tied = np.array([row.a if row.b is None else row.b for row in rows])
        pessimistic = tied
        if any(row.b is None for row in rows):
            pessimistic = np.array([math.inf if row.b is None else row.b for row in rows])
        names: dict[object, int] = {}
        labels = [
            names.setdefault(("own", number) if row.cluster is None else row.cluster, len(names))
            for number, row in enumerate(rows)
        ]
        return cls(incumbent, pessimistic, tied, np.array(labels, dtype=np.intp))

    @property
    def count(self) -> int:
        """Clusters."""
        return int(self.clusters.max(initial=-1)) + 1

    @property
    def whole(self) -> bool:
        """Whether every pair was answered."""
        return self.pessimistic is self.tied

    def ties(self) -> "_Sample":
        """The reading in which an unanswered pair is a tie."""
        return _Sample(self.incumbent, self.tied, self.tied, self.clusters)

    def answered_only(self) -> "_Sample":
        """Without the unanswered pairs."""
        if self.whole:
            return self
        kept = np.isfinite(self.pessimistic)
        tied = self.tied[kept]
        return _Sample(self.incumbent[kept], tied, tied, _renumbered(self.clusters[kept]))

    def ratio(self, statistic: Statistic) -> float:
        """The candidate's statistic over the incumbent's."""
        if statistic == "ratio_total":
            low, high = float(np.sum(self.incumbent)), float(np.sum(self.tied))
        else:
            share = _QUANTILES[statistic]
            low, high = (float(np.quantile(side, share, method=_DEFINITION)) for side in (self.incumbent, self.tied))
        return _exp(_log(high, low))

    def check(self) -> None:
        """Refuse what is no amount, by its row."""
        for name, side in (("a", self.incumbent), ("b", self.tied)):
            wrong = ~((side >= 0) & (side < math.inf))
            if wrong.any():
                row = int(np.argmax(wrong))
                raise EvidenceInvalid(f"row {row + 1}: {name} = {side[row]:g} is no amount")


def _renumbered(clusters: Places) -> Places:
    """Numbers without a gap, in the order of first pairs."""
    _, first, inverse = np.unique(clusters, return_index=True, return_inverse=True)
    places: Places = np.argsort(np.argsort(first))[inverse]
    return places


def _bounds(sample: _Sample, statistic: Statistic, rule: Rule) -> tuple[float, float]:
    """One-sided bounds of the ratio, each at alpha.

    The first replicates decide where both bounds lie further from the margin than resampling can blur; near it there
    are more, so that nothing is decided by the number of replicates.
    """
    amounts = _Amounts.of(sample, statistic)
    alpha = rule.alpha * (_FOR_SKEW if statistic == "ratio_total" else 1)
    drawn = amounts.draw(first=True)
    above, below = _upper(amounts, drawn, 2, 0, alpha), _upper(amounts, drawn, 0, 1, alpha)
    margin = math.log(rule.margin)
    if len(sample.incumbent) <= _LARGE and not (above.clear_of(margin) and below.clear_of(-margin)):
        drawn = np.concatenate([drawn, amounts.draw(first=False)])
        above, below = _upper(amounts, drawn, 2, 0, alpha), _upper(amounts, drawn, 0, 1, alpha)
    # The lower bound is the mirrored question: the incumbent's amount over the candidate's.
    return _exp(-below.value), _exp(above.value)


def _confirmed(sample: _Sample, bounds: tuple[float, float], statistic: Statistic, rule: Rule) -> tuple[float, float]:
    """The bounds, where they decide the same in the other reading of unanswered pairs; else that reading's."""
    lower, upper = bounds
    if sample.whole:
        return bounds
    if upper < rule.margin:
        upper = max(upper, _bounds(sample.ties(), statistic, rule)[1])
    if lower > rule.margin:
        alone = sample.answered_only()
        lower = 0.0 if alone.count < FEWEST[statistic] else min(lower, _bounds(alone, statistic, rule)[0])
    return lower, upper


@dataclass(frozen=True, slots=True)
class _Upper:
    """The upper bound of a log ratio, and how far resampling may blur it."""

    value: float
    error: float

    def clear_of(self, margin: float) -> bool:
        return not math.isfinite(self.error) or abs(self.value - margin) > _BLUR * self.error


@dataclass(frozen=True, slots=True)
class _Amounts:
    """Three sides (incumbent, tied, pessimistic) made ready for resampling whole clusters."""

    clusters: int
    whole: Floats
    """The statistic of each side over the sample itself."""
    replicated: Sums | Quantiles

    @classmethod
    def of(cls, sample: _Sample, statistic: Statistic) -> "_Amounts":
        sides, count = (sample.incumbent, sample.tied, sample.pessimistic), sample.count
        if statistic == "ratio_total":
            sums = np.array([np.bincount(sample.clusters, weights=side, minlength=count) for side in sides])
            return cls(count, sums.sum(axis=1), Sums(sums))
        share = _QUANTILES[statistic]
        whole = np.array([np.quantile(side, share, method=_DEFINITION) for side in sides])
        return cls(count, whole, Quantiles(sample.clusters, sides, share))

    def draw(self, *, first: bool) -> Floats:
        """One row for each replicate: the statistic of each side."""
        return np.concatenate([self.replicated.of(drawn) for drawn in weights(self.clusters, first=first)])


def _upper(amounts: _Amounts, drawn: Floats, above: int, below: int, alpha: float) -> _Upper:
    """The upper bound of one side over another: the wider of two."""
    centre = _log(float(amounts.whole[above]), float(amounts.whole[below]))
    draws = np.array([_log(*pair) for pair in zip(drawn[:, above].tolist(), drawn[:, below].tolist(), strict=True)])
    if not math.isfinite(centre):
        nothing = centre < 0 and bool((draws == centre).all())
        return _Upper(-math.inf if nothing else math.inf, math.inf)
    count = amounts.clusters
    widening = math.sqrt(count / (count - 1))
    percentile = centre + widening * (float(np.quantile(draws, 1 - alpha, method="higher")) - centre)
    error = float(np.std(draws)) if np.isfinite(draws).all() else math.inf
    by_error = centre + student_quantile(1 - alpha, count - 1) * error * widening
    return _Upper(max(percentile, by_error), error)


def _exp(value: float) -> float:
    return math.exp(value) if value < _LARGEST_LOG else math.inf


def _log(above: float, below: float) -> float:
    if above == below:
        return 0.0
    if below == 0:
        return math.inf
    return math.log(above) - math.log(below) if above > 0 else -math.inf


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
