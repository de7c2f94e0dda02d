"""The exact unconditional test that a candidate is not worse by a margin, on independent pairs, and its bounds.

It knows counts of discordant pairs. It does not know clusters, unanswered pairs or verdicts.
Sources: the ordering, T. Tango, Statistics in Medicine 17 (1998) 891-908; the test, G. A. Barnard, Biometrika 34
(1947) 123-138; that the null's boundary is where the maximum lies, J.-P. Hsueh, J. J. Liu and J. J. Chen,
Biometrics 57 (2001) 478-483.
"""

import math
from collections.abc import Callable

import numpy as np

from outlast.stats.crossing import largest_rejected
from outlast.stats.tango import check_counts, tango_z
from outlast.stats.trinomial import Counts, largest_probability

LARGEST_EXACT = 500
"""Up to this many pairs the test is exact; above, Tango's bound is close enough and instant."""

_TIE = 1e-9
"""Outcomes whose z differs by less than this are equally extreme: they enter the p-value together."""

_ISLAND_LOOKS = 10

_WIDTH = 1e-6
"""Exact bounds are found to this width: a fiftieth of a pair's weight at 20,000 pairs."""


def rejection_limits(pairs: int, difference: float, critical: float) -> Counts:
    """For every count of better pairs, the largest count of worse ones whose z reaches ``critical``; -1 if none.

    z falls with every worse pair and rises with every better one, so these limits are the whole region.
    """
    better = np.arange(pairs + 1)
    inside, outside = np.full(pairs + 1, -1), pairs - better + 1
    while bool((outside - inside > 1).any()):
        middle = (inside + outside) // 2
        reached = tango_z(np.maximum(middle, 0), better, pairs, difference) >= critical
        open_ = outside - inside > 1
        inside = np.where(open_ & reached, middle, inside)
        outside = np.where(open_ & ~reached, middle, outside)
    return inside


def exact_p(worse: int, better: int, pairs: int, difference: float, *, near: float = 0.0) -> float:
    """The exact p-value of "B minus A is at most ``difference``", against "it is more".

    p = max over the nuisance share q of P_q(Z(D) >= z(D)), with Z(D) Tango's statistic of the counts (b, c) of n
    independent pairs whose true difference is D; ties count as extreme. Assumes independent pairs, nothing else.
    With ``near`` (a level) p is exact only where that matters for the side of it on which p lies.

    Raises:
        EvidenceInvalid: These counts cannot be, or there are no pairs.
    """
    check_counts(worse, better, pairs)
    critical = float(tango_z(worse, better, pairs, difference)) - _TIE
    return largest_probability(rejection_limits(pairs, difference, critical), difference, near=near)


def exact_lower(worse: int, better: int, pairs: int, *, alpha: float, decisive: float) -> float:
    """The lower one-sided bound: every difference up to it is rejected by the exact test at ``alpha``.

    The p-value jumps where outcomes change places in the order of z, so that now and then a difference above the first
    one that is not rejected is rejected again; such islands do not count, or a larger margin could turn a PASS into a
    NOT YET. The test at ``decisive`` (minus the margin) itself is always looked at.

    Raises:
        EvidenceInvalid: These counts cannot be, or there are no pairs.
    """
    check_counts(worse, better, pairs)
    estimate = (better - worse) / pairs

    def excess(difference: float) -> float:
        return math.log(alpha) - math.log(max(exact_p(worse, better, pairs, difference, near=alpha), 1e-300))

    found = _below_islands(excess, largest_rejected(excess, -1.0, estimate, _WIDTH), (worse + better + 1) / pairs**2)
    return decisive if found > decisive and excess(decisive) < 0 else found


def _below_islands(excess: Callable[[float], float], found: float, variance: float) -> float:
    """The bound below every difference that is not rejected, within three tenths of a standard error under ``found``.

    Jumps of p are a third of it at most, which is a fifth of a standard error.
    """
    step = 0.3 * math.sqrt(variance) / _ISLAND_LOOKS
    looks = [found - step * count for count in range(1, _ISLAND_LOOKS + 1) if found - step * count > -1]
    accepted = [difference for difference in looks if excess(difference) < 0]
    return largest_rejected(excess, max(-1.0, accepted[-1] - step), accepted[-1], _WIDTH) if accepted else found


def exact_upper(worse: int, better: int, pairs: int, *, alpha: float, decisive: float) -> float:
    """The upper one-sided bound: the same test with the two models exchanged."""
    return -exact_lower(better, worse, pairs, alpha=alpha, decisive=-decisive)
