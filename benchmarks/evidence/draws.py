"""Simulated pairs in clusters that are alike inside, in four ways.

It knows shares of worse and better pairs and how alike a cluster's pairs are. It does not know any test.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Draw = Callable[[np.random.Generator, tuple[int, int], int, tuple[float, float], float], tuple[Counts, Counts]]
"""(random, (repetitions, clusters), cluster's size, (worse, better), correlation) -> counts of worse and better."""


def _shares(chances: tuple[float, float]) -> npt.NDArray[np.float64]:
    return np.array([*chances, 1 - sum(chances)])


def mixed_shares(
    random: np.random.Generator, shape: tuple[int, int], size: int, chances: tuple[float, float], alike: float
) -> tuple[Counts, Counts]:
    """Every cluster has shares of its own (Dirichlet)."""
    weights = np.maximum(_shares(chances), 1e-12) * (1 - alike) / alike
    own = random.gamma(weights, size=(*shape, 3))
    counts = random.multinomial(size, own / own.sum(axis=-1, keepdims=True))
    return counts[..., 0], counts[..., 1]


def copied(
    random: np.random.Generator, shape: tuple[int, int], size: int, chances: tuple[float, float], alike: float
) -> tuple[Counts, Counts]:
    """Some pairs of a cluster have one common outcome, the others their own."""
    common = random.binomial(size, np.sqrt(alike), size=shape)
    outcome = random.choice(3, p=_shares(chances), size=shape)
    counts = random.multinomial(size - common, _shares(chances))
    return counts[..., 0] + common * (outcome == 0), counts[..., 1] + common * (outcome == 1)


def whole(
    random: np.random.Generator, shape: tuple[int, int], size: int, chances: tuple[float, float], alike: float
) -> tuple[Counts, Counts]:
    """Some clusters have one outcome throughout, the others are independent inside."""
    one = random.random(shape) < alike
    outcome = random.choice(3, p=_shares(chances), size=shape)
    counts = random.multinomial(size, _shares(chances), size=shape)
    return np.where(one, size * (outcome == 0), counts[..., 0]), np.where(one, size * (outcome == 1), counts[..., 1])


def lost(
    random: np.random.Generator, shape: tuple[int, int], size: int, chances: tuple[float, float], alike: float
) -> tuple[Counts, Counts]:
    """A few clusters are lost as a whole, the others independent inside: the hardest case for a small sample."""
    worse, better = chances
    rate = min(alike * (worse + better - (worse - better) ** 2), worse)
    gone = random.random(shape) < rate
    counts = random.multinomial(size, _shares(((worse - rate) / (1 - rate), better / (1 - rate))), size=shape)
    return np.where(gone, size, counts[..., 0]), np.where(gone, 0, counts[..., 1])


DRAWS: dict[str, Draw] = {"mixed": mixed_shares, "copied": copied, "whole": whole, "lost": lost}
