"""Bounds on the mean of bounded differences by betting: valid at every sample size, whatever the distribution.

It knows a sequence of values in [0, 1] and the mean that is doubted. It does not know pairs, clusters or margins.
Source: I. Waudby-Smith and A. Ramdas, Estimating means of bounded random variables by betting, Journal of the Royal
Statistical Society B 86 (2024) 1-27. The wealth of a gambler who bets that the mean is larger than m is, if it is
not, no submartingale: it ever reaches 1/alpha with probability alpha at most (Ville).
"""

import math

import numpy as np
import numpy.typing as npt

from outlast.errors import EvidenceInvalid
from outlast.stats.bets import (
    LARGEST_STAKE,
    LEAST_VARIANCE,
    PRIOR_MEAN,
    PRIOR_VARIANCE,
    constant_shares,
    constant_stakes,
)
from outlast.stats.crossing import largest_rejected

Floats = npt.NDArray[np.float64]

_WIDTH = 1e-6
_BINS = 1 << 14
_BIN_FROM = 1 << 15


class PredictablePaths:
    """Many gamblers side by side, each with values of its own, who bet at each step by the steps before it alone.

    W_t = prod over s <= t of 1 + l_s (X_s - m), l_s = clip((mu - m) / (var + (mu - m)^2), 0, 0.9 / m), with mu and var
    the running estimates from the values before s (they start at 0.5 and 0.05 and count these as one value).
    """

    def __init__(self, paths: int) -> None:
        self._count = 1
        self._sum = np.full((paths, 1), PRIOR_MEAN)
        self._squares = np.full((paths, 1), PRIOR_VARIANCE)
        self._wealth = np.zeros((paths, 1))

    def extend(self, values: Floats, mean: float) -> Floats:
        """Log wealth after each of these further values, one line per path."""
        means, variances = self.estimates(values)
        logs = np.log1p(stakes(means, variances, mean) * (values - mean))
        wealth: Floats = self._wealth + np.cumsum(logs, axis=1)
        self._wealth = wealth[:, -1:]
        return wealth

    def estimates(self, values: Floats) -> tuple[Floats, Floats]:
        """Running mean and variance before each of these further values."""
        count = self._count + np.arange(values.shape[1] + 1)
        sums = np.hstack((self._sum, self._sum + np.cumsum(values, axis=1)))
        squares = np.cumsum((values - sums[:, 1:] / count[1:]) ** 2, axis=1)
        spread = np.hstack((self._squares, self._squares + squares))
        self._count, self._sum, self._squares = int(count[-1]), sums[:, -1:], spread[:, -1:]
        return sums[:, :-1] / count[:-1], np.maximum(spread[:, :-1] / count[:-1], LEAST_VARIANCE)


def stakes(means: Floats, variances: Floats, mean: float) -> Floats:
    """How much is bet on "the mean is larger than ``mean``" by these running estimates; never more than one has."""
    ahead = means - mean
    result: Floats = np.clip(ahead / (variances + ahead * ahead), 0.0, LARGEST_STAKE / mean)
    return result


class PredictableBets:
    """One bet per value, in the order of time, each sized by the values before it alone.

    Assumes nothing but that each value's expectation, given those before it, is at most the mean that is doubted.

    Raises:
        EvidenceInvalid: There is no value, or one is not between 0 and 1.
    """

    def __init__(self, values: Floats) -> None:
        _check(values)
        self._values = values
        means, variances = PredictablePaths(1).estimates(values[None, :])
        self._means, self._variances = means[0], variances[0]

    def peak(self, mean: float) -> float:
        """Largest log wealth so far of the bets that the true mean is larger than ``mean``."""
        gains = stakes(self._means, self._variances, mean) * (self._values - mean)
        return max(0.0, float(np.cumsum(np.log1p(gains)).max(initial=0.0)))


class ConstantBets:
    """A fixed number of values in no order: the weighed wealth of a few constant bets, spread around the useful size.

    Assumes independent values. More than ``_BIN_FROM`` of them are rounded down to a fine grid first.

    Raises:
        EvidenceInvalid: There is no value, or one is not between 0 and 1.
    """

    def __init__(self, values: Floats, alpha: float) -> None:
        _check(values)
        if len(values) > _BIN_FROM:
            values = np.floor(values * _BINS) / _BINS  # downwards: a bound from smaller values is the safer one
        self._values, self._times = np.unique(values, return_counts=True)
        self._smallest = math.sqrt(2 * math.log(1 / alpha) / len(values)) / 0.5

    def peak(self, mean: float) -> float:
        """Log of the sum over k of w_k prod over i of 1 + l_k (X_i - m).

        The largest l stakes nearly all, the smallest is the best one for the largest possible variance (a quarter).
        """
        bets = np.array(constant_stakes(mean, self._smallest))
        wealth = np.log1p(np.outer(bets, self._values - mean)) @ self._times
        return float(np.logaddexp.reduce(wealth + np.log(constant_shares(len(bets)))))


def _check(values: Floats) -> None:
    if not len(values):
        raise EvidenceInvalid("no values: there is nothing to bet on")
    if not bool(((values >= 0) & (values <= 1)).all()):
        raise EvidenceInvalid("every value to bet on lies between 0 and 1")


Bets = PredictableBets | ConstantBets


def betting_lower(bets: Bets, *, alpha: float, decisive: float) -> float:
    """The largest difference, in units of the range, that the bets reject at ``alpha``; -1 if none.

    A difference D in [-1, 1] is a mean of (D + 1) / 2. The test at ``decisive`` itself is always looked at.
    """

    def excess(difference: float) -> float:
        return bets.peak((difference + 1) / 2) + math.log(alpha)

    if excess(decisive) < 0:
        return largest_rejected(excess, -1.0, decisive, _WIDTH)
    return max(largest_rejected(excess, decisive, 1.0, _WIDTH), math.nextafter(decisive, 1.0))
