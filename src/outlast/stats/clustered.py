"""Bounds on the difference of two paired pass rates when pairs come in clusters that are alike inside.

It knows counts by cluster. It does not know independent pairs (``exact``, ``tango``), nor what follows from a bound.
docs/evidence.md has the simulated sizes of this method beside the others that were tried.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from outlast.errors import EvidenceInvalid
from outlast.stats.counts import Sample
from outlast.stats.crossing import first_enough
from outlast.stats.power import POWER
from outlast.stats.student import student_quantile
from outlast.stats.tango import tango_lower, tango_z


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveSample:
    """Counts divided by the design effect: so many independent pairs would say as much."""

    worse: float
    better: float
    pairs: float
    clusters: int


def effective_sample(sample: Sample) -> EffectiveSample:
    """The sample's counts with one more cluster in which every pair was lost, over the design effect.

    With S_g better minus worse pairs of cluster g, N_g its pairs, d = sum S / sum N, and G clusters:
    deff = max(1, G / (G - 1) sum (S_g - N_g d)^2 / (n ((b + c) / n - d^2))). The added cluster has sum N^2 / sum N
    pairs, the size of the cluster that a pair chosen at random is in. Without it, a kind of conversation that fails as
    a whole and is missing from the sample by luck makes the variance and the loss small at once.
    Assumes independent clusters, drawn alike.

    Raises:
        EvidenceInvalid: There are no clusters.
    """
    if not len(sample.times):
        raise EvidenceInvalid("no clusters: there is nothing to judge")
    pairs, times = sample.pairs.astype(np.float64), sample.times
    added = float((pairs * pairs) @ times / (pairs @ times))
    worse, better = float(sample.worse @ times) + added, float(sample.better @ times)
    total, clusters = float(pairs @ times) + added, int(times.sum()) + 1
    difference = (better - worse) / total
    residuals = (sample.better - sample.worse) - pairs * difference
    squares = float((residuals * residuals) @ times) + (added * (1 + difference)) ** 2
    independent = total * ((better + worse) / total - difference**2)
    design = squares * clusters / (clusters - 1) / independent if independent > 0 else 1.0
    design = max(1.0, design)
    return EffectiveSample(worse=worse / design, better=better / design, pairs=total / design, clusters=clusters)


def clustered_lower(sample: Sample, alpha: float) -> float:
    """The lower one-sided bound: Tango's at the effective sample, with Student's t for as many clusters as were seen.

    Decides as z(-margin) >= t_(1-alpha)(G) does, with z Tango's statistic of the effective counts.
    """
    effective = effective_sample(sample)
    critical = student_quantile(1 - alpha, effective.clusters - 1)
    return tango_lower(effective.worse, effective.better, effective.pairs, critical)


def clustered_pairs_needed(sample: Sample, margin: float, alpha: float) -> int:
    """The total number of pairs at which an equal candidate passes four times in five, by the normal approximation.

    The discordance, the spread of S_g around 0 and the sizes of clusters stay as observed; G grows until the test's
    statistic at its expected value lies z_0.80 above its critical value.
    """
    times, pairs = sample.times, sample.pairs.astype(np.float64)
    clusters, total = int(times.sum()), float(pairs @ times)
    added = float((pairs * pairs) @ times) / total
    discordance = float((sample.worse + sample.better) @ times) / total
    differences = (sample.better - sample.worse).astype(np.float64)
    spread = float((differences * differences) @ times) / clusters
    size = total / clusters

    def enough(count: int) -> bool:
        grown = count * size + added
        worse, better = discordance * count * size / 2 + added, discordance * count * size / 2
        difference = -added / grown
        squares = count * (spread + (size * difference) ** 2) + (added * (1 + difference)) ** 2
        design = max(1.0, squares * (count + 1) / count / (grown * ((worse + better) / grown - difference**2)))
        z = float(tango_z(worse / design, better / design, grown / design, -margin))
        return z >= student_quantile(1 - alpha, count) + NormalDist().inv_cdf(POWER)

    return math.ceil(first_enough(enough) * size)
