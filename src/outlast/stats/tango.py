"""Tango's score test and its bounds for the difference of two paired proportions.

It knows counts of discordant pairs and a hypothesised difference. It does not know margins, clusters or verdicts.
Source: T. Tango, Equivalence test and confidence interval for the difference in proportions for the paired-sample
design, Statistics in Medicine 17 (1998) 891-908.
"""

import numpy as np
import numpy.typing as npt

from outlast.errors import EvidenceInvalid
from outlast.stats.crossing import largest_rejected

Floats = npt.NDArray[np.float64]


def restricted_share(worse: Floats, better: Floats, pairs: Floats, difference: float) -> Floats:
    """The most likely share of pairs in which B is better, given the true difference.

    It is the larger root of 2n q^2 + (-b - c + (2n - c + b) D) q - b D (1 - D) = 0 in Tango's own notation, where his
    q is the share of pairs in which B is *worse*, less the difference: the share that enters twice in the variance.
    """
    linear = (2 * pairs - better + worse) * difference - worse - better
    constant = -worse * difference * (1 - difference)
    root = np.sqrt(np.maximum(linear * linear - 8 * pairs * constant, 0.0))
    return (root - linear) / (4 * pairs)


def tango_z(worse: npt.ArrayLike, better: npt.ArrayLike, pairs: npt.ArrayLike, difference: float) -> Floats:
    """Standardised distance of the observed difference from the hypothesised one, under the latter's variance.

    z(D) = (c - b - n D) / sqrt(n (2 q(D) + D (1 - D))), with b pairs where B is worse, c where it is better, n pairs
    and q(D) the restricted estimate. Where the variance is 0, z is 0 if the distance is, else infinite.
    Assumes independent pairs. Counts may be fractions (an effective sample).
    """
    b, c, n = (np.asarray(value, dtype=np.float64) for value in (worse, better, pairs))
    distance = c - b - n * difference
    variance = n * (2 * restricted_share(b, c, n, difference) + difference * (1 - difference))
    degenerate = variance <= 1e-12 * n
    with np.errstate(divide="ignore", invalid="ignore"):
        regular = distance / np.sqrt(np.where(degenerate, 1.0, variance))
    return np.where(degenerate, np.where(np.abs(distance) <= 1e-12 * n, 0.0, np.copysign(np.inf, distance)), regular)


def check_counts(worse: float, better: float, pairs: float) -> None:
    """Refuse counts that cannot be, and an empty sample.

    Raises:
        EvidenceInvalid: There are no pairs, or the discordant ones are negative or too many.
    """
    if not (pairs > 0 and worse >= 0 and better >= 0 and worse + better <= pairs * (1 + 1e-9)):
        raise EvidenceInvalid(f"{worse:g} worse and {better:g} better among {pairs:g} pairs cannot be")


def tango_lower(worse: float, better: float, pairs: float, critical: float) -> float:
    """The lower one-sided score bound: the difference D below the estimate with z(D) = ``critical``; never under -1.

    Raises:
        EvidenceInvalid: These counts cannot be, or there are no pairs.
    """
    check_counts(worse, better, pairs)
    estimate = (better - worse) / pairs
    return largest_rejected(lambda d: float(tango_z(worse, better, pairs, d)) - critical, -1.0, estimate)


def tango_upper(worse: float, better: float, pairs: float, critical: float) -> float:
    """The upper one-sided score bound, by exchanging the two models."""
    return -tango_lower(better, worse, pairs, critical)
