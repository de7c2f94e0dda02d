"""Amounts in clusters, simulated: how often a candidate at the margin passes, and an equal one.

It knows made-up latencies, their tails and their clusters. It does not know how a bound is obtained. Inside a cluster
the normal scores of one side correlate by ``ALIKE``; the sides are independent of each other: the hardest case.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from outlast.stats.ratios import FEWEST, Statistic, assess_ratio
from outlast.stats.rows import Row
from outlast.stats.verdict import Rule, Word

Floats = npt.NDArray[np.float64]

ALIKE = 0.3
MARGIN = 1.2
BLOCK = 400
"""Repetitions that share a seed."""
STATISTICS: tuple[Statistic, ...] = ("ratio_p50", "ratio_p95", "ratio_total")


def log_normal(scores: Floats) -> Floats:
    """Latencies as they often are: the 95th percentile is 3.7 times the median."""
    amounts: Floats = np.exp(0.8 * scores)
    return amounts


def heavy(scores: Floats) -> Floats:
    """Pareto's, with a tail of 2.5: variances are barely finite."""
    amounts: Floats = norm.sf(scores) ** (-1 / 2.5)
    return amounts


def stalls(scores: Floats) -> Floats:
    """Log-normal, and one in twenty takes ten times as long: the 95th percentile stands on the edge of a cliff."""
    amounts: Floats = np.exp(0.4 * scores) * np.where(scores > norm.ppf(0.95), 10.0, 1.0)
    return amounts


SHAPES: dict[str, Callable[[Floats], Floats]] = {"log-normal": log_normal, "heavy": heavy, "stalls": stalls}


@dataclass(frozen=True, slots=True)
class Line:
    """One shape, statistic and size."""

    shape: str
    statistic: str
    size: int
    clusters: int
    repetitions: int
    """At the margin; a quarter as many with an equal candidate."""
    false_pass: float
    false_fail: float
    power: float


def cases(statistic: Statistic) -> tuple[tuple[int, int], ...]:
    """Pairs of a cluster, and clusters: the fewest that decide anything, and more."""
    fewest = FEWEST[statistic]
    return ((1, fewest), (1, 200), (5, fewest), (5, 100), (20, fewest))


def _side(random: np.random.Generator, size: int, clusters: int) -> Floats:
    shared = np.repeat(random.normal(size=clusters), size)
    side: Floats = np.sqrt(ALIKE) * shared + np.sqrt(1 - ALIKE) * random.normal(size=size * clusters)
    return side


def measure(shape: str, statistic: Statistic, size: int, clusters: int, blocks: int) -> Line:
    """How often a candidate exactly at the margin passes and fails, and how often an equal one passes."""
    seed = [20_261_122, size, clusters, STATISTICS.index(statistic), list(SHAPES).index(shape)]
    at_margin, equal = Counter[Word](), Counter[Word]()
    for block in range(blocks):
        random = np.random.default_rng([*seed, block + 1])  # a block is the same whatever is drawn before it
        for ratio, words, repetitions in ((MARGIN, at_margin, BLOCK), (1.0, equal, BLOCK // 4)):
            words.update(_word(random, SHAPES[shape], statistic, (size, clusters, ratio)) for _ in range(repetitions))
    return Line(
        shape=shape,
        statistic=statistic,
        size=size,
        clusters=clusters,
        repetitions=at_margin.total(),
        false_pass=at_margin["PASS"] / at_margin.total(),
        false_fail=at_margin["FAIL"] / at_margin.total(),
        power=equal["PASS"] / equal.total(),
    )


def _word(
    random: np.random.Generator, shape: Callable[[Floats], Floats], statistic: Statistic, case: tuple[int, int, float]
) -> Word:
    size, clusters, ratio = case
    a, b = (shape(_side(random, size, clusters)) for _ in range(2))
    rows = [Row(float(x), ratio * float(y), n // size) for n, (x, y) in enumerate(zip(a, b, strict=True))]
    return assess_ratio(rows, statistic, Rule(margin=MARGIN)).verdict
