"""How many pairs the betting bounds need until an equal candidate passes four times in five.

It knows the sizes of the differences seen so far. It does not know how the differences came about.
"""

import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from outlast.stats.bets import constant_shares, constant_stakes
from outlast.stats.betting import PredictablePaths
from outlast.stats.crossing import first_enough
from outlast.stats.power import POWER
from outlast.stats.units import Units

Floats = npt.NDArray[np.float64]

_PATHS = 400
_BLOCK = 512
_LONGEST = 32_768
"""Clusters up to which paths are simulated; beyond, learning costs next to nothing and the best bet's growth counts."""
_SEED = 20_261_122
"""Fixed, so that the same rows always need the same number."""


def units_needed(units: Units, margin: float, alpha: float, *, sequential: bool) -> int:
    """The total number of pairs; differences are drawn from those seen, each with either sign: an equal candidate.

    ``margin`` is in units of the range; the mean size of a cluster stays what it was.
    """
    seen = units.tied
    clusters = _sequential(seen, margin, alpha) if sequential else _fixed(seen, margin, alpha)
    return math.ceil(clusters * units.pairs / len(seen))


def _fixed(seen: Floats, margin: float, alpha: float) -> int:
    """The least n of the constant bets, which depend on it: more of them are spread over a larger n."""
    mean = (1 - margin) / 2

    def enough(count: int) -> bool:
        bets = np.array(constant_stakes(mean, math.sqrt(2 * math.log(1 / alpha) / count) / 0.5))
        found = _first_count(seen, margin, bets, -math.log(alpha) - np.log(constant_shares(len(bets))))
        return found is not None and found <= count

    return first_enough(enough)


def _first_count(seen: Floats, margin: float, stakes: Floats, thresholds: Floats) -> int | None:
    """The least n at which some bet's log wealth, a sum and so nearly normal, is over its threshold in 80 %."""
    values = np.concatenate((seen, -seen)) / 2 + margin / 2
    logs = np.log1p(np.outer(stakes, values))
    gain, noise = logs.mean(axis=1), NormalDist().inv_cdf(POWER) * logs.std(axis=1)
    grows = gain > 0
    if not grows.any():
        return None
    gain, noise, thresholds = gain[grows], noise[grows], thresholds[grows]
    roots = (noise + np.sqrt(noise**2 + 4 * gain * thresholds)) / (2 * gain)
    return math.ceil(float(roots.min()) ** 2)


def _sequential(seen: Floats, margin: float, alpha: float) -> int:
    """The number of closed clusters by which four of five simulated rows of an equal candidate have stopped."""
    random = np.random.default_rng(_SEED)
    mean, paths = (1 - margin) / 2, PredictablePaths(_PATHS)
    running = np.full(_PATHS, _LONGEST + 1)
    for begun in range(0, _LONGEST, _BLOCK):
        signs = random.choice((-0.5, 0.5), (_PATHS, _BLOCK))
        values = random.choice(seen, (_PATHS, _BLOCK)) * signs + 0.5
        crossed = paths.extend(values, mean) >= -math.log(alpha)
        first = np.where(crossed.any(axis=1), begun + 1 + crossed.argmax(axis=1), _LONGEST + 1)
        running = np.minimum(running, first)
        if (running <= _LONGEST).mean() >= POWER:
            return int(np.sort(running)[math.ceil(POWER * _PATHS) - 1])
    stakes = np.array(constant_stakes(mean, margin / 8))
    return _first_count(seen, margin, stakes, np.full(len(stakes), -math.log(alpha))) or _LONGEST
