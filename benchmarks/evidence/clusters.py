"""Pairs in clusters, simulated: how often each rule passes a candidate at the margin, and an equal one.

It knows rules for clusters, ours and others, on the same draws. It does not know how the draws are made.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from evidence.draws import DRAWS
from outlast.stats.betting import ConstantBets, PredictablePaths
from outlast.stats.clustered import effective_sample
from outlast.stats.counts import Sample
from outlast.stats.student import student_quantile
from outlast.stats.tango import tango_z

Counts = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Rule = Callable[[Counts, Counts, int, float], Bools]
"""(worse, better, size, margin) -> passed, for a table of clusters per repetition."""

ALIKE = 0.3


def ours(worse: Counts, better: Counts, size: int, margin: float) -> Bools:
    """One more lost cluster, Tango at the effective sample, Student's t."""
    clusters = worse.shape[1]
    critical = student_quantile(0.95, clusters)
    passed = []
    for b, c in zip(worse, better, strict=True):
        kinds, times = np.unique(np.stack((b, c)), axis=1, return_counts=True)
        effective = effective_sample(
            Sample(pairs=np.full(len(times), size), worse=kinds[0], better=kinds[1], times=times)
        )
        passed.append(float(tango_z(effective.worse, effective.better, effective.pairs, -margin)) >= critical)
    return np.array(passed)


def effective_n(worse: Counts, better: Counts, size: int, margin: float) -> Bools:
    """Tango at n / deff, t with G - 1, nothing below 10 discordant clusters."""
    b, c, n, squares = _sums(worse, better, size)
    spread = np.maximum((b + c) / n - ((c - b) / n) ** 2, 1e-12)
    design = np.maximum(squares * n / spread, 1.0)
    critical = student.ppf(0.95, worse.shape[1] - 1)
    enough = ((worse + better) > 0).sum(axis=1) >= 10
    passed: Bools = (tango_z(b / design, c / design, n / design, -margin) >= critical) & enough
    return passed


def robust(worse: Counts, better: Counts, size: int, margin: float) -> Bools:
    """The usual cluster-robust standard error, t with G - 1."""
    b, c, n, squares = _sums(worse, better, size)
    passed: Bools = ((c - b) / n + margin) >= student.ppf(0.95, worse.shape[1] - 1) * np.sqrt(squares)
    return passed


def ignored(worse: Counts, better: Counts, size: int, margin: float) -> Bools:
    """Tango as if the pairs were independent."""
    b, c, n, _ = _sums(worse, better, size)
    return tango_z(b, c, n, -margin) >= 1.6449


def predictable(worse: Counts, better: Counts, size: int, margin: float) -> Bools:
    """Waudby-Smith and Ramdas on the means of clusters, in the order drawn."""
    values = ((better - worse) / size + 1) / 2
    crossed: Bools = PredictablePaths(len(values)).extend(values, (1 - margin) / 2).max(axis=1) >= math.log(20)
    return crossed


def constant(worse: Counts, better: Counts, size: int, margin: float) -> Bools:
    """Constant bets on the means of clusters: our bound for scores."""
    values = ((better - worse) / size + 1) / 2
    return np.array([ConstantBets(line, 0.05).peak((1 - margin) / 2) >= math.log(20) for line in values])


def point(worse: Counts, better: Counts, size: int, margin: float) -> Bools:
    """The observed difference is above -margin."""
    b, c, n, _ = _sums(worse, better, size)
    return (c - b) / n > -margin


def _sums(worse: Counts, better: Counts, size: int) -> tuple[npt.NDArray[np.float64], ...]:
    """Worse, better, pairs, and the estimated variance of the difference over clusters."""
    clusters = worse.shape[1]
    n = clusters * size
    b, c = worse.sum(axis=1) * 1.0, better.sum(axis=1) * 1.0
    residuals = (better - worse) - size * ((c - b) / n)[:, None]
    return b, c, np.full(len(b), float(n)), (residuals**2).sum(axis=1) * clusters / (clusters - 1) / n**2


RULES: dict[str, Rule] = {
    "ours": ours,
    "Tango, n/deff": effective_n,
    "robust SE": robust,
    "clusters ignored": ignored,
    "betting, WSR": predictable,
    "betting, constant": constant,
    "point": point,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of draw, cluster size and sample size."""

    kind: str
    size: int
    pairs: int
    margin: float
    discordance: float
    false_pass: dict[str, float]
    power: dict[str, float]


def measure(kind: str, size: int, pairs: int, discordance: float, repetitions: int, *, margin: float = 0.05) -> Line:
    """All rules on the same draws: at the margin, and equal."""
    random = np.random.default_rng([20_261_122, size, pairs, round(1e4 * discordance), round(1e4 * margin)])
    shape = (repetitions, pairs // size)
    at_margin = ((discordance + margin) / 2, (discordance - margin) / 2)
    found = []
    for chances in (at_margin, (discordance / 2, discordance / 2)):
        worse, better = DRAWS[kind](random, shape, size, chances, ALIKE)
        found.append({name: float(rule(worse, better, size, margin).mean()) for name, rule in RULES.items()})
    return Line(kind, size, pairs, margin, discordance, *found)
