"""Bootstrap over whole clusters: how often each is drawn, and what a quantile or a sum is in every replicate.

It knows weights of clusters and values in them. It does not know what is measured, nor bounds (``ratios``). The same
number of clusters is always drawn in the same way, so that checks on the same conversations share their weights.
"""

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Whole = npt.NDArray[np.int32]
Weights = npt.NDArray[np.int16]
"""One line for each replicate: how often each cluster was drawn. Thousands of times one cluster does not happen."""

FIRST: Final = 400
ALL: Final = 2_000
_SEED: Final = 20_261_122
_AT_ONCE: Final = 200_000
"""Weights that are drawn or added up in one step; more would only take memory."""
_KEPT: Final = 4_000_000
"""Weights that are worth keeping for the next check: eight megabytes."""
_FAR: Final = 7.0
"""Standard deviations of a quantile's place beyond which it is looked for only if it is not found nearer."""


def weights(clusters: int, *, first: bool) -> Iterator[Weights]:
    """The first ``FIRST`` replicates, or those that follow up to ``ALL``, a block at a time."""
    replicates = FIRST if first else ALL - FIRST
    if replicates * clusters > _KEPT:
        yield from _drawn(_random(clusters, first=first), clusters, replicates)
        return
    kept, rows = _kept(clusters, first=first), _rows(clusters)
    yield from (kept[start : start + rows] for start in range(0, replicates, rows))


@lru_cache(maxsize=4)
def _kept(clusters: int, *, first: bool) -> Weights:
    replicates = FIRST if first else ALL - FIRST
    return np.concatenate(list(_drawn(_random(clusters, first=first), clusters, replicates)))


def _random(clusters: int, *, first: bool) -> np.random.Generator:
    """Where the stream of draws stands before these replicates."""
    random = np.random.default_rng(_SEED)
    if not first:
        for start in range(0, FIRST, _rows(clusters)):
            random.integers(clusters, size=(min(_rows(clusters), FIRST - start), clusters))
    return random


def _rows(clusters: int) -> int:
    return max(1, _AT_ONCE // clusters)


def _drawn(random: np.random.Generator, clusters: int, replicates: int) -> Iterator[Weights]:
    for start in range(0, replicates, _rows(clusters)):
        count = min(_rows(clusters), replicates - start)
        chosen = random.integers(clusters, size=(count, clusters))
        chosen += np.arange(count)[:, None] * clusters
        drawn = np.bincount(chosen.ravel(), minlength=count * clusters).reshape(count, clusters)
        yield drawn.astype(np.int16)


class Sums:
    """Sums over the pairs of each cluster, a line for each side; some may be without end."""

    def __init__(self, per_cluster: Floats) -> None:
        self._endless = np.isinf(per_cluster)
        self._finite = np.where(self._endless, 0.0, per_cluster)

    def of(self, drawn: Weights) -> Floats:
        """The sum of each side in every replicate."""
        totals: Floats = drawn.astype(np.float64) @ self._finite.T
        if self._endless.any():
            totals[(drawn @ self._endless.T) > 0] = math.inf
        return totals


class Quantiles:
    """The values of some sides, each in order, with their clusters."""

    def __init__(self, clusters: Places, sides: Sequence[Floats], share: float) -> None:
        self._share = share
        self._sizes = np.bincount(clusters)
        made: dict[int, _Side] = {}
        self._sides = [made.setdefault(id(side), _Side(clusters, side, share)) for side in sides]

    def of(self, drawn: Weights) -> Floats:
        """The quantile of each side in every replicate: the least value with that share of the weight up to it."""
        exact = drawn.astype(np.float64)  # whole numbers, and so are their sums
        wanted = self._share * (exact @ self._sizes)
        found: dict[int, Floats] = {}
        for side in self._sides:
            if id(side) not in found:
                found[id(side)] = side.reaching(wanted, drawn, exact)
        return np.stack([found[id(side)] for side in self._sides], axis=1)


class _Side:
    """One side's values in order, and the stretch of them in which nearly every replicate's quantile lies."""

    def __init__(self, clusters: Places, values: Floats, share: float) -> None:
        order = np.argsort(values, kind="stable")
        self._clusters, self._values = clusters[order], values[order]
        count = len(values)
        place = math.ceil(share * count)
        sizes = np.bincount(clusters)
        below = np.bincount(self._clusters[:place], minlength=len(sizes))
        width = math.ceil(_FAR * math.sqrt(float(((below - share * sizes) ** 2).sum()))) + 20
        self._from, self._to = max(0, place - width), min(count, place + width)
        self._below = np.bincount(self._clusters[: self._from], minlength=len(sizes)).astype(np.float64)

    def reaching(self, wanted: Floats, drawn: Weights, exact: Floats) -> Floats:
        """The least value up to which each replicate has the weight that is wanted."""
        before = (exact @ self._below).astype(np.int32)
        places = self._places(wanted, drawn, before, slice(self._from, self._to))
        outside = ((before >= wanted) & (self._from > 0)) | (places == self._to)
        if outside.any():
            nothing = np.zeros(int(outside.sum()), dtype=np.int32)
            places[outside] = self._places(wanted[outside], drawn[outside], nothing, slice(0, len(self._values)))
        found: Floats = self._values[np.minimum(places, len(self._values) - 1)]
        return found

    def _places(self, wanted: Floats, drawn: Weights, before: Whole, stretch: slice) -> Places:
        """Where in a stretch the weight is reached; its end, if nowhere."""
        clusters, places = self._clusters[stretch], np.empty(len(drawn), dtype=np.intp)
        step = max(1, _AT_ONCE // len(clusters))
        for start in range(0, len(drawn), step):
            rows = slice(start, start + step)
            reached = np.cumsum(drawn[rows][:, clusters], axis=1, dtype=np.int32)
            reached += before[rows, None]
            places[rows] = stretch.start + (reached < wanted[rows, None]).sum(axis=1)
        return places
