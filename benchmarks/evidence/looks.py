"""Repeated looks, simulated: how often a candidate at the margin passes at any look, and when an equal one does.

It knows our sequential test and naive re-checking. It does not know fixed samples.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evidence.clusters import ALIKE
from evidence.draws import mixed_shares
from outlast.stats.betting import PredictablePaths
from outlast.stats.tango import tango_z

Counts = npt.NDArray[np.int64]
MARGIN = 0.05
_MEAN = (1 - MARGIN) / 2
PAIRS = 2_000
EVERY = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One cluster size, at ten per cent discordance."""

    size: int
    by_cluster: float
    """False PASS at any of the looks: our test, one bet per closed cluster."""
    by_pair: float
    """The same bets, one per pair, as if pairs were independent."""
    rechecked: float
    """Tango's bound of a fixed sample, checked again every ten pairs."""
    median: float
    """Pairs until our test passes an equal candidate, in half of the runs."""
    most: float
    """The same, in four fifths."""


def measure(size: int, repetitions: int) -> Line:
    """One cluster size; size 1 is independent pairs."""
    random = np.random.default_rng([20_261_122, size])
    margin = _pairs(random, size, repetitions, (0.075, 0.025))
    equal = _pairs(random, size, repetitions, (0.05, 0.05))
    stops = _stops(equal, size)
    return Line(
        size,
        float((_stops(margin, size) <= PAIRS).mean()),
        float((_stops(margin, 1) <= PAIRS).mean()),
        float(_rechecked(margin).mean()),
        float(np.median(stops)),
        float(np.quantile(stops, 0.8)),
    )


def _pairs(random: np.random.Generator, size: int, repetitions: int, chances: tuple[float, float]) -> Counts:
    """Differences (-1, 0, 1) of pairs in the order of time, clusters one after another, mixed inside."""
    clusters = PAIRS // size
    if size == 1:
        return random.choice([-1, 1, 0], (repetitions, PAIRS), p=[*chances, 1 - sum(chances)])
    worse, better = mixed_shares(random, (repetitions, clusters), size, chances, ALIKE)
    places = np.arange(size)
    in_order = np.where(places < worse[..., None], -1, np.where(places >= size - better[..., None], 1, 0))
    return random.permuted(in_order, axis=-1).reshape(repetitions, -1)


def _stops(differences: Counts, size: int) -> Counts:
    """The pair after which the wealth first reached 20; beyond the last if never."""
    means = differences.reshape(len(differences), -1, size).mean(axis=2)
    crossed = PredictablePaths(len(means)).extend((means + 1) / 2, _MEAN) >= math.log(20)
    return np.where(crossed.any(axis=1), (crossed.argmax(axis=1) + 1) * size, PAIRS + 1)


def _rechecked(differences: Counts) -> npt.NDArray[np.bool_]:
    looks = np.arange(EVERY, PAIRS + 1, EVERY)
    worse = np.cumsum(differences < 0, axis=1)[:, looks - 1]
    better = np.cumsum(differences > 0, axis=1)[:, looks - 1]
    highest: npt.NDArray[np.float64] = tango_z(worse, better, looks, -MARGIN).max(axis=1)
    return highest >= 1.6449
