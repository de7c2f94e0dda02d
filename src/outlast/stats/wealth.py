"""Bets that can be put aside and go on later, anywhere: a gambler as a value.

It knows the mean that is doubted, a dozen numbers and the next value. It does not know what is bet on, nor when a
wealth is large enough. Half of the money is staked as ``betting.PredictablePaths`` does, by what was seen: it rests
while there is nothing to win, and finds a late change. The other half is spread over constant bets: where rare large
losses stand against many small gains (errors of one per cent, a margin of one), a stake by mean and variance is too
large and never wins. An average of such wealths is one, so that Ville's inequality holds for it as it does for each.
"""

import math
from functools import lru_cache

import msgspec

from outlast.errors import EvidenceInvalid
from outlast.stats.bets import (
    LARGEST_STAKE,
    LEAST_VARIANCE,
    PRIOR_MEAN,
    PRIOR_VARIANCE,
    constant_shares,
    constant_stakes,
)

SMALLEST_STAKE = 0.05
"""A smaller one would need tens of thousands of values."""


class Wealth(msgspec.Struct, frozen=True, gc=False):
    """What a gambler knows and owns who bets that the true mean is larger than ``mean``."""

    mean: float
    count: int = 1
    total: float = PRIOR_MEAN
    squares: float = PRIOR_VARIANCE
    logs: tuple[float, ...] = ()
    """Of each part's growth: the predictable bets first, then the constant ones; empty: nothing was bet yet."""
    peak: float = 0.0
    """Log of the largest wealth so far, 0 at the start: it reaches -log(alpha) with probability alpha at most."""

    @property
    def bets(self) -> int:
        """How many values were bet on."""
        return self.count - 1

    def bet(self, value: float) -> "Wealth":
        """After one more value; every stake was settled before it.

        Raises:
            EvidenceInvalid: The value is not between 0 and 1.
        """
        if not 0 <= value <= 1:
            raise EvidenceInvalid(f"every value to bet on lies between 0 and 1, {value:g} does not")
        stakes, parts = _constant(self.mean)
        gain = value - self.mean
        before = self.logs or (0.0,) * len(parts)
        now = (self._stake(), *stakes)
        logs = tuple([log + math.log1p(stake * gain) for log, stake in zip(before, now, strict=True)])
        most = max(logs)
        wealth = most + math.log(sum([part * math.exp(log - most) for part, log in zip(parts, logs, strict=True)]))
        count, total = self.count + 1, self.total + value
        off = value - total / count
        return Wealth(self.mean, count, total, self.squares + off * off, logs, max(self.peak, wealth))

    def _stake(self) -> float:
        """As ``betting.stakes``, for one gambler."""
        ahead = self.total / self.count - self.mean
        if ahead <= 0:
            return 0.0
        variance = max(self.squares / self.count, LEAST_VARIANCE)
        return min(ahead / (variance + ahead * ahead), LARGEST_STAKE / self.mean)


@lru_cache(maxsize=256)
def _constant(mean: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The constant stakes, and every part's share of the money at the start."""
    stakes = constant_stakes(mean, SMALLEST_STAKE)
    return stakes, (0.5, *(0.5 * share for share in constant_shares(len(stakes))))
