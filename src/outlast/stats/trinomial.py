"""Probabilities of counts (worse, better, tied) of n independent pairs, and their maximum over the nuisance share.

It knows regions "worse <= limit[better]" and how likely they are. It does not know why a region is asked for.
"""

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

_FEW = 40
_REACH = 8.5
"""Counts further than this many standard deviations (and 20 counts) from their mean weigh less than 1e-14."""


@lru_cache(maxsize=8)
def log_factorials(size: int) -> Floats:
    """Logarithms of 0! to size!, as one table."""
    return np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, size + 1, dtype=np.float64)))))


def _reach(pairs: int, share: float) -> tuple[int, int]:
    """The counts of an event of this share that carry weight."""
    mean, spread = pairs * share, _REACH * math.sqrt(pairs * share * (1 - share)) + 20
    return max(0, math.floor(mean - spread)), min(pairs, math.ceil(mean + spread))


def _poisson(counts: Counts, mean: float, logs: Floats) -> Floats:
    """Poisson probabilities; a mean of 0 puts all weight on 0."""
    mean = max(mean, 1e-300)  # a share of 0 can come out a rounding error below it
    result: Floats = np.exp(counts * math.log(mean) - mean - logs[counts])
    return result


def region_probability(limit: Counts, worse: float, better: float) -> float:
    """P(worse count <= limit[better count]) for n = len(limit) - 1 pairs; -1 as a limit leaves that count out.

    A trinomial is three independent Poisson counts given their sum, so that
    P(b, c) = Pois(b; n p_b) Pois(c; n p_c) Pois(n - b - c; n p_0) / Pois(n; n).
    """
    pairs = len(limit) - 1
    logs = log_factorials(pairs)
    (b0, b1), (c0, c1) = _reach(pairs, worse), _reach(pairs, better)
    b, c = np.arange(b0, b1 + 1), np.arange(c0, c1 + 1)
    # tied[i] is the weight of n - i tied pairs; zeros follow, where b + c > n. The window at (c, b) is tied[b + c].
    weights = _poisson(pairs - np.arange(pairs + 1), pairs * (1 - worse - better), logs)
    by_discordant = np.concatenate((weights, np.zeros(max(0, b1 + c1 - pairs))))
    item = by_discordant.itemsize
    window: Floats = np.ndarray((len(c), len(b)), float, by_discordant, (b0 + c0) * item, (item, item))
    inside = b[None, :] <= limit[c][:, None]
    per_better = np.where(inside, window, 0.0) @ _poisson(b, pairs * worse, logs)
    total = math.exp(pairs * math.log(pairs) - pairs - float(logs[pairs]))
    return min(1.0, float(_poisson(c, pairs * better, logs) @ per_better) / total)


def _together(limit: Counts, worse: Floats, better: Floats) -> Floats:
    """``region_probability`` for many shares at once: for few pairs, the whole table costs less than the calls."""
    pairs = len(limit) - 1
    logs, counts = log_factorials(pairs), np.arange(pairs + 1)
    means = pairs * np.stack((worse, better, 1 - worse - better))[:, :, None]
    weights = np.exp(counts * np.log(np.maximum(means, 1e-300)) - means - logs)
    by_discordant = np.concatenate((weights[2, :, ::-1], np.zeros((len(worse), pairs))), axis=1)
    inside = (counts[None, :] <= limit[:, None]) * 1.0
    tables = by_discordant[:, counts[:, None] + counts[None, :]] * inside
    sums: Floats = np.einsum("qcb,qb,qc->q", tables, weights[0], weights[1], optimize=False)
    return np.minimum(1.0, sums / math.exp(pairs * math.log(pairs) - pairs - float(logs[pairs])))


def nuisance_shares(pairs: int, difference: float, points: int | None = None) -> Floats:
    """Shares of the rarer kind of discordant pair to look at: all that is possible, closer together at both ends.

    Equal steps of the angle keep the step below a fifth of the width at which the probability of any region can
    change (about 1 / sqrt(n) in the angle).
    """
    steps = points or max(20, math.ceil(5 * math.sqrt(pairs)))
    angle = np.linspace(0.0, math.pi / 2, steps + 1)
    result: Floats = (1 - abs(difference)) / 2 * np.sin(angle) ** 2
    return result


def probability_at(limit: Counts, difference: float, share: float) -> float:
    """The region's probability when B minus A is ``difference`` and the rarer kind has this share."""
    return region_probability(limit, share - min(difference, 0.0), share + max(difference, 0.0))


def probabilities_at(limit: Counts, difference: float, shares: Floats) -> Floats:
    """The same for many shares."""
    if len(limit) <= _FEW:
        return _together(limit, shares - min(difference, 0.0), shares + max(difference, 0.0))
    return np.array([probability_at(limit, difference, float(share)) for share in shares])


def largest_probability(limit: Counts, difference: float, *, near: float = 0.0) -> float:
    """The region's largest probability over the whole nuisance range: the grid, then the three best peaks refined.

    With ``near`` the peaks are left as they are where that cannot decide on which side of it the maximum lies: refining
    adds a hundredth at most.
    """
    pairs = len(limit) - 1
    shares = nuisance_shares(pairs, difference)
    values = probabilities_at(limit, difference, shares)
    best = float(values.max())
    if near and not 0.97 * near < best <= near:
        return best
    padded = np.concatenate(([-1.0], values, [-1.0]))
    peaks = [i for i in np.argsort(values)[::-1] if padded[i] <= values[i] >= padded[i + 2] and values[i] > 0.98 * best]
    for peak in peaks[:3]:
        low, high = shares[max(peak - 1, 0)], shares[min(peak + 1, len(shares) - 1)]
        best = max(best, _refined(limit, difference, float(low), float(high)))
    return best


def _refined(limit: Counts, difference: float, low: float, high: float) -> float:
    """The maximum between two shares, by golden sections."""
    golden = (math.sqrt(5) - 1) / 2
    inner = [high - golden * (high - low), low + golden * (high - low)]
    values = [probability_at(limit, difference, share) for share in inner]
    best = max(values)
    for _ in range(10):
        if values[0] > values[1]:
            high = inner[1]
            inner = [high - golden * (high - low), inner[0]]
            values = [probability_at(limit, difference, inner[0]), values[0]]
        else:
            low = inner[0]
            inner = [inner[1], low + golden * (high - low)]
            values = [values[1], probability_at(limit, difference, inner[1])]
        best = max(best, *values)
    return best
