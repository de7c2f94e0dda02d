"""Shares that an erring judge reports, corrected by how often people agree with it.

It knows counts of labels and paired passes. It does not know who judged, nor what was judged.

Sources: W. J. Rogan and B. Gladen, Estimating prevalence from the results of a screening test, American Journal of
Epidemiology 107 (1978) 71-76 (estimate and its variance by the delta method); Z. Lang and J. Reiczigel, Confidence
limits for prevalence of disease adjusted for estimated sensitivity and specificity, Preventive Veterinary Medicine 113
(2014) 13-22 (one label added to each cell, so that a judge without a known error is not taken for perfect); A. Agresti
and Y. Min, Effects and non-effects of paired identical observations, Statistics in Medicine 24 (2005) 65-75 (half a
pair added to each of the four cells). Assumes that labels are a random part of the good and of the bad answers.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from outlast.errors import EvidenceInvalid
from outlast.stats.rows import Row
from outlast.stats.student import student_quantile

_Cells = dict[tuple[float, float], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What people's labels say of a judge: of the good answers how many it accepted, of the bad ones rejected."""

    good: int
    accepted: int
    bad: int
    rejected: int

    @property
    def sensitivity(self) -> float:
        """Share of good answers that the judge accepts."""
        return self.accepted / self.good

    @property
    def specificity(self) -> float:
        """Share of bad answers that the judge rejects."""
        return self.rejected / self.bad

    @property
    def youden(self) -> float:
        """Sensitivity plus specificity minus 1: 0 for a judge who knows nothing, 1 for one who is always right."""
        return self.sensitivity + self.specificity - 1

    def informs(self, alpha: float) -> bool:
        """Whether the judge is shown to know anything: the one-sided bound of ``youden`` lies above 0."""
        if not self.good or not self.bad:
            return False
        spread = math.sqrt(self.variances[0] + self.variances[1])
        return self.youden - student_quantile(1 - alpha, self.good + self.bad - 1) * spread > 0

    @property
    def variances(self) -> tuple[float, float]:
        """Of sensitivity and specificity, with one label more in each cell."""
        return _variance(self.accepted, self.good), _variance(self.rejected, self.bad)

    def __add__(self, other: "Calibration") -> "Calibration":
        """The labels of both."""
        return Calibration(
            good=self.good + other.good,
            accepted=self.accepted + other.accepted,
            bad=self.bad + other.bad,
            rejected=self.rejected + other.rejected,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """Shares of truly good answers on both sides, and their difference with one-sided bounds."""

    a: float
    b: float
    estimate: float
    """Candidate minus incumbent."""
    lower: float
    upper: float


def rogan_gladen(apparent: float, sensitivity: float, specificity: float) -> float:
    """The true share behind an apparent one: (p + sp - 1) / (se + sp - 1), within 0 and 1.

    Raises:
        EvidenceInvalid: sensitivity and specificity together are no better than chance.
    """
    return min(1.0, max(0.0, _unbounded(apparent, sensitivity, specificity)))


def corrected_difference(
    rows: Sequence[Row], ours: Calibration, theirs: Calibration, *, alpha: float, shared: bool
) -> Corrected:
    """The paired difference of true shares, with bounds by the delta method over whole clusters.

    Args:
        rows: judged pairs; unanswered ones are left out.
        ours: the labels of the incumbent's answers.
        theirs: those of the candidate's.
        alpha: of each one-sided bound.
        shared: both calibrations are one and the same, estimated from all labels: the judge is taken to err alike.

    Raises:
        EvidenceInvalid: fewer than two clusters are answered, or a calibration is no better than chance.
    """
    known = [(row.a, row.b, row.cluster) for row in rows if row.b is not None]
    clusters = {place if cluster is None else cluster for place, (_, _, cluster) in enumerate(known)}
    if len(clusters) < 2:
        raise EvidenceInvalid("a difference can be corrected from two judged conversations on")
    n = len(known)
    apparent_a, apparent_b = sum(a for a, _, _ in known) / n, sum(b for _, b, _ in known) / n
    true_a = _unbounded(apparent_a, ours.sensitivity, ours.specificity)
    true_b = _unbounded(apparent_b, theirs.sensitivity, theirs.specificity)
    estimate = true_b - true_a
    variance = _of_pairs(known, ours.youden, theirs.youden)
    if shared:
        variance += (estimate / ours.youden) ** 2 * sum(ours.variances)
    else:
        variance += _of_labels(true_a, ours) + _of_labels(true_b, theirs)
    reach = student_quantile(1 - alpha, len(clusters) - 1) * math.sqrt(variance)
    return Corrected(
        a=_within(true_a, 0.0),
        b=_within(true_b, 0.0),
        estimate=_within(estimate, -1.0),
        lower=_within(estimate - reach, -1.0),
        upper=_within(estimate + reach, -1.0),
    )


def _unbounded(apparent: float, sensitivity: float, specificity: float) -> float:
    youden = sensitivity + specificity - 1
    if youden <= 0:
        raise EvidenceInvalid(
            f"sensitivity {sensitivity:g} and specificity {specificity:g} are no better than chance: nothing can be "
            "corrected by them"
        )
    return (apparent + specificity - 1) / youden


def _of_labels(true: float, labels: Calibration) -> float:
    """What the uncertainty of the labels adds: derivatives of one side's share by sensitivity and specificity."""
    of_sensitivity, of_specificity = labels.variances
    return ((true**2) * of_sensitivity + (1 - true) ** 2 * of_specificity) / labels.youden**2


def _of_pairs(known: Sequence[tuple[float, float, str | int | None]], ours: float, theirs: float) -> float:
    """Variance of the mean of b / theirs - a / ours: between clusters, and never less than that of smoothed pairs."""
    n = len(known)
    values = [b / theirs - a / ours for a, b, _ in known]
    mean = sum(values) / n
    sums: defaultdict[str | int, float] = defaultdict(float)
    for place, (value, (_, _, cluster)) in enumerate(zip(values, known, strict=True)):
        # Numbers and texts never meet: a row of its own is told from a cluster that is called by a number.
        sums[f"own {place}" if cluster is None else f"of {cluster}"] += value - mean
    between = sum(total * total for total in sums.values()) * len(sums) / (len(sums) - 1) / n**2
    cells: _Cells = {(a, b): 0 for a in (0.0, 1.0) for b in (0.0, 1.0)}
    for a, b, _ in known:
        cells[a, b] += 1
    shares = {(a, b): (count + 0.5) / (n + 2) for (a, b), count in cells.items()}
    first = sum(share * (b / theirs - a / ours) for (a, b), share in shares.items())
    second = sum(share * (b / theirs - a / ours) ** 2 for (a, b), share in shares.items())
    return max(between, (second - first**2) / (n + 2))


def _variance(hits: int, of: int) -> float:
    share = (hits + 1) / (of + 2)
    return share * (1 - share) / (of + 2)


def _within(value: float, low: float) -> float:
    return min(1.0, max(low, value))
