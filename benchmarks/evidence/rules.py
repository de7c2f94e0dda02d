"""Rules by which a candidate is let pass on independent pairs, as limits of worse pairs by better ones.

It knows our rules and those that others use. It does not know which is how often wrong.
"""

from statistics import NormalDist

import numpy as np
from scipy.stats import binom

from outlast.stats.exact import rejection_limits
from outlast.stats.power import critical_limits
from outlast.stats.trinomial import Counts


def exact(pairs: int, margin: float) -> Counts:
    """Ours up to 500 pairs."""
    return critical_limits(pairs, margin, 0.05)


def tango(pairs: int, margin: float) -> Counts:
    """Tango's bound above -margin: ours above 500 pairs."""
    return rejection_limits(pairs, -margin, NormalDist().inv_cdf(0.95))


def point(pairs: int, margin: float) -> Counts:
    """The observed difference is above -margin."""
    better = np.arange(pairs + 1)
    limit: Counts = np.ceil(better + margin * pairs - 1e-9).astype(np.int64) - 1
    return np.minimum(limit, pairs - better)


def not_significant(pairs: int, margin: float) -> Counts:
    """McNemar's exact two-sided test finds no significant loss (.05); the margin plays no part."""
    del margin
    limit = np.arange(pairs + 1)
    for better in range(pairs + 1):
        worse = better
        while worse < pairs - better and 2 * binom.sf(worse, worse + 1 + better, 0.5) > 0.05:
            worse += 1
        limit[better] = worse
    return limit


RULES = {"exact (ours)": exact, "Tango": tango, "point estimate": point, "McNemar n.s.": not_significant}
