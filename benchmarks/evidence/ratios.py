"""Amounts in clusters, simulated: how often a candidate at the margin passes, and an equal one.

It knows made-up latencies, their tails and their clusters. It does not know how a bound is obtained. Inside a cluster
the normal scores of one side correlate by ``ALIKE``; the sides are independent of each other: the hardest case.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from outlast.stats import ratios as stats_ratios
from outlast.stats import resampling, student
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


Case = tuple[str, Statistic, int, int]
"""Shape, statistic, pairs of a cluster, clusters."""
Tally = tuple[int, int, int]
"""PASS at the margin, FAIL at the margin, PASS when equal."""


def all_cases() -> list[Case]:
    """Every line of the table."""
    return [(shape, each, *case) for shape in SHAPES for each in STATISTICS for case in cases(each)]


def method_digest() -> str:
    """What the figures depend on, in twelve digits: blocks drawn by another method are not mixed with these."""
    sources = [Path(__file__), *(Path(str(module.__file__)) for module in (stats_ratios, resampling, student))]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]


def tally(case: Case, block: int) -> Tally:
    """One block of a case: ``BLOCK`` candidates exactly at the margin, a quarter as many equal ones.

    A block is the same whatever was drawn before it, so that a run may be interrupted, and parts of it repeated.
    """
    shape, statistic, size, clusters = case
    seed = [20_261_122, size, clusters, STATISTICS.index(statistic), list(SHAPES).index(shape), block + 1]
    random = np.random.default_rng(seed)
    at_margin = [_word(random, SHAPES[shape], statistic, (size, clusters, MARGIN)) for _ in range(BLOCK)]
    equal = [_word(random, SHAPES[shape], statistic, (size, clusters, 1.0)) for _ in range(BLOCK // 4)]
    return at_margin.count("PASS"), at_margin.count("FAIL"), equal.count("PASS")


def line_of(case: Case, tallies: Sequence[Tally]) -> Line:
    """The shares over some blocks."""
    shape, statistic, size, clusters = case
    passed, failed, equal = (sum(column) for column in zip(*tallies, strict=True))
    repetitions = BLOCK * len(tallies)
    return Line(
        shape=shape,
        statistic=statistic,
        size=size,
        clusters=clusters,
        repetitions=repetitions,
        false_pass=passed / repetitions,
        false_fail=failed / repetitions,
        power=equal / (repetitions // 4),
    )


def _word(
    random: np.random.Generator, shape: Callable[[Floats], Floats], statistic: Statistic, case: tuple[int, int, float]
) -> Word:
    size, clusters, ratio = case
    a, b = (shape(_side(random, size, clusters)) for _ in range(2))
    rows = [Row(float(x), ratio * float(y), n // size) for n, (x, y) in enumerate(zip(a, b, strict=True))]
    return assess_ratio(rows, statistic, Rule(margin=MARGIN)).verdict
