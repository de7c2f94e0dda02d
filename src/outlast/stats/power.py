"""How often the test of independent pairs passes a candidate that is truly equal, and how many pairs that takes.

It knows the exact test up to ``LARGEST_EXACT`` pairs and Tango's bound above, as the verdict uses them. It does not
know what the pairs cost.
"""

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from outlast.errors import EvidenceInvalid
from outlast.stats.exact import LARGEST_EXACT, rejection_limits
from outlast.stats.trinomial import Counts, largest_probability, nuisance_shares, probability_at

POWER = 0.8
_LARGEST_SUMMED = 20_000
"""Above this many pairs the power is the normal approximation's; it is then right to a thousandth."""
_COARSE = 12
_NEAR = 1e-3
_FINE = 1e-7


def critical_limits(pairs: int, margin: float, alpha: float) -> Counts:
    """The region in which the verdict's test passes a candidate, as limits of worse pairs by better ones."""
    nominal = NormalDist().inv_cdf(1 - alpha)
    if pairs > LARGEST_EXACT:
        return rejection_limits(pairs, -margin, nominal)
    low = _too_generous(pairs, margin, alpha, nominal)
    return _from_below(pairs, margin, alpha, low)


def _from_below(pairs: int, margin: float, alpha: float, low: float) -> Counts:
    """The exact region, given a critical value that is known to be too generous, usually by a little."""
    step = 4 * _NEAR
    small = rejection_limits(pairs, -margin, low + step)
    while _too_large(small, margin, alpha):
        low, step = low + step, 4 * step
        small = rejection_limits(pairs, -margin, low + step)
    high, large = low + step, rejection_limits(pairs, -margin, low)
    while high - low > _FINE and (large - small).sum() > 1:  # one outcome between them: nothing is left to decide
        middle = (low + high) / 2
        between = rejection_limits(pairs, -margin, middle)
        if _too_large(between, margin, alpha):
            low, large = middle, between
        else:
            high, small = middle, between
    return small


def _too_generous(pairs: int, margin: float, alpha: float, guess: float) -> float:
    """A critical value whose region is surely too large, close below the one where that can no longer be said."""
    low, step = guess - _NEAR, _NEAR
    while not _surely_too_large(rejection_limits(pairs, -margin, low), margin, alpha):
        low, step = low - step, 2 * step
    high = low + step
    while _surely_too_large(rejection_limits(pairs, -margin, high), margin, alpha):
        low, high, step = high, high + step, 2 * step
    while high - low > _NEAR:
        middle = (low + high) / 2
        if _surely_too_large(rejection_limits(pairs, -margin, middle), margin, alpha):
            low = middle
        else:
            high = middle
    return low


def exact_size(pairs: int, margin: float, alpha: float) -> float:
    """How often the test passes a candidate exactly at the margin, at the worst nuisance share."""
    return largest_probability(critical_limits(pairs, margin, alpha), -margin)


def exact_power(pairs: int, margin: float, alpha: float, discordance: float) -> float:
    """How often the test passes a truly equal candidate that disagrees in this share of the pairs."""
    return _passes_equal(critical_limits(pairs, margin, alpha), discordance)


def _passes_equal(limit: Counts, discordance: float) -> float:
    return probability_at(limit, 0.0, discordance / 2)


def _too_large(limit: Counts, margin: float, alpha: float) -> bool:
    """Whether the region's size is over alpha: a few shares settle most cases."""
    if _surely_too_large(limit, margin, alpha):
        return True
    return largest_probability(limit, -margin, near=alpha) > alpha


def _surely_too_large(limit: Counts, margin: float, alpha: float) -> bool:
    shares = nuisance_shares(len(limit) - 1, -margin, _COARSE)
    return any(probability_at(limit, -margin, float(share)) > alpha for share in shares)


def textbook_pairs(margin: float, alpha: float, discordance: float) -> float:
    """(z_(1-alpha) + z_power)^2 discordance / margin^2: where the search begins, not its answer."""
    normal = NormalDist()
    return (normal.inv_cdf(1 - alpha) + normal.inv_cdf(POWER)) ** 2 * discordance / margin**2


@lru_cache(maxsize=64)
def pairs_needed(margin: float, alpha: float, discordance: float) -> int:
    """The smallest number of pairs whose exact power at a true difference of 0 is 80 % or more.

    Power is a saw-tooth in n, so that every n is looked at from below, starting where it cannot be reached: under the
    n at which even no discordant pair passes, and under two thirds of the textbook's n (power 65 % there). Above
    ``LARGEST_EXACT`` steps of a thousandth are taken.
    """
    if not 0 <= discordance <= 1:
        raise EvidenceInvalid(f"a share of discordant pairs lies between 0 and 1, {discordance:g} does not")
    about = textbook_pairs(margin, alpha, discordance)
    least = max(1, math.ceil(math.log(alpha) / math.log1p(-margin) - 1e-9), math.floor(0.65 * about) - 5)
    if least <= LARGEST_EXACT:
        found = _first_exact(least, margin, alpha, discordance)
        if found:
            return found
        least = LARGEST_EXACT + 1
    if about > _LARGEST_SUMMED:
        return math.ceil(about)
    pairs = max(least, math.floor(0.93 * about))
    while _passes_equal(critical_limits(pairs, margin, alpha), discordance) < POWER:
        pairs += max(1, pairs // 1000)
    return pairs


def _first_exact(least: int, margin: float, alpha: float, discordance: float) -> int | None:
    """The first n up to ``LARGEST_EXACT`` with enough power.

    A region known to be too large has more power than the test's own; where even that is not enough, n is passed by
    at the cost of a few probabilities.
    """
    guess = NormalDist().inv_cdf(1 - alpha)
    for pairs in range(least, LARGEST_EXACT + 1):
        limit = rejection_limits(pairs, -margin, guess - 0.03)
        if _passes_equal(limit, discordance) < POWER and _surely_too_large(limit, margin, alpha):
            continue
        guess = _too_generous(pairs, margin, alpha, guess)
        if _passes_equal(rejection_limits(pairs, -margin, guess), discordance) < POWER:
            continue
        if _passes_equal(_from_below(pairs, margin, alpha, guess), discordance) >= POWER:
            return pairs
    return None


def smallest_passing(margin: float, alpha: float) -> int:
    """The number of pairs below which nothing passes, with no discordant pair at all: (1 - margin)^n <= alpha."""
    return int(np.ceil(math.log(alpha) / math.log1p(-margin) - 1e-9))
