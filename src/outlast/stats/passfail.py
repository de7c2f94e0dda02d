"""Bounds on the difference of two paired pass rates from a sample of fixed size: which test decides when.

It knows counts by cluster. It does not know what follows from the bounds.
"""

from statistics import NormalDist

from outlast.stats.clustered import clustered_lower, clustered_pairs_needed
from outlast.stats.counts import PassFailCounts, Sample
from outlast.stats.exact import LARGEST_EXACT, exact_lower
from outlast.stats.power import pairs_needed
from outlast.stats.tango import tango_lower
from outlast.stats.verdict import Bounds, Rule, confirmed

EXACT = "exact unconditional test, ordered by Tango's z"
SCORE = "Tango's score bound"
CLUSTERED = "Tango's score bound at the effective sample of clusters, one more failed cluster added"


def pass_fail_bounds(counts: PassFailCounts, rule: Rule) -> Bounds:
    """Both bounds: the upper one is the lower one with the models exchanged.

    The lower one sees unanswered pairs as the candidate's failures, the upper one as ties; a PASS must hold with ties
    as well, a FAIL without these pairs as well. Pairs without a common cluster are independent; one cluster of two is
    enough for the clustered bound.
    """

    def lower(sample: Sample, decisive: float) -> float:
        return _lower(sample, clustered=counts.clustered, alpha=rule.alpha, decisive=decisive)

    below, above = lower(counts.pessimistic(), -rule.margin), lower(counts.tied().swapped(), rule.margin)
    if counts.answered < counts.pairs:
        below = confirmed(below, -rule.margin, lambda: lower(counts.tied(), -rule.margin))
        above = confirmed(above, rule.margin, lambda: lower(counts.answered_only().swapped(), rule.margin))
    return Bounds(
        lower=below,
        upper=-above,
        method=CLUSTERED if counts.clustered else EXACT if counts.pairs <= LARGEST_EXACT else SCORE,
    )


def pass_fail_needed(counts: PassFailCounts, rule: Rule) -> int | None:
    """The total number of pairs at which an equal candidate with the observed discordance passes four times in five.

    None where the estimate is at or below the margin, or where nothing was answered.
    """
    if counts.estimate is None or counts.estimate <= -rule.margin:
        return None
    if counts.clustered:
        return clustered_pairs_needed(counts.tied(), rule.margin, rule.alpha)
    return pairs_needed(rule.margin, rule.alpha, counts.discordant / counts.answered)


def _lower(sample: Sample, *, clustered: bool, alpha: float, decisive: float) -> float:
    if clustered:
        return clustered_lower(sample, alpha)
    worse, better, pairs = (sample.total(part) for part in (sample.worse, sample.better, sample.pairs))
    if pairs <= LARGEST_EXACT:
        return exact_lower(worse, better, pairs, alpha=alpha, decisive=decisive)
    return tango_lower(worse, better, pairs, NormalDist().inv_cdf(1 - alpha))
