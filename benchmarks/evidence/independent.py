"""Independent pairs, enumerated: how often each rule passes a candidate at the margin, and an equal one.

It knows every outcome and the whole nuisance range. It does not simulate.
"""

from dataclasses import dataclass

import numpy as np

from evidence.rules import RULES
from outlast.stats.trinomial import Counts, Floats, log_factorials, nuisance_shares, probabilities_at, probability_at

SIZES = (20, 25, 50, 52, 100, 150, 200, 400)
MARGINS = (0.05, 0.1)
_FINE = 600
DISCORDANCE = 0.1


@dataclass(frozen=True, slots=True)
class Line:
    """One sample size and margin."""

    pairs: int
    margin: float
    false_pass: dict[str, float]
    """At the margin, at the worst nuisance share, on a grid finer than the test's own."""
    worse: dict[str, float]
    """A candidate 1.6 margins worse, at 3 margins' discordance and a tenth."""
    power: dict[str, float]
    """An equal candidate at ten per cent discordance."""
    bound: float | None
    """What no test of the exact test's size can be above in power there; None: not computed."""


def measure(pairs: int, margin: float) -> Line:
    """All rules on one sample size."""
    limits = {name: rule(pairs, margin) for name, rule in RULES.items()}
    loss = 1.6 * margin
    size = {name: _worst(limit, margin) for name, limit in limits.items()}
    return Line(
        pairs,
        margin,
        size,
        {name: probability_at(limit, -loss, 0.04) for name, limit in limits.items()},
        {name: probability_at(limit, 0.0, DISCORDANCE / 2) for name, limit in limits.items()},
        most_powerful(pairs, margin, size["exact (ours)"]) if pairs <= 200 else None,
    )


def _worst(limit: Counts, margin: float) -> float:
    pairs = len(limit) - 1
    return float(probabilities_at(limit, -margin, nuisance_shares(pairs, -margin, _FINE)).max())


def most_powerful(pairs: int, margin: float, level: float) -> float:
    """An upper bound on the power of any test of this level, by Neyman and Pearson.

    Against one nuisance share the likelihood ratio is the most powerful test; a test that must hold the level at every
    share has no more power than the least powerful of these.
    """
    worse, better = np.meshgrid(np.arange(pairs + 1), np.arange(pairs + 1), indexing="ij")
    possible = worse + better <= pairs
    counts = np.stack((worse[possible], better[possible], pairs - worse[possible] - better[possible]))
    logs = log_factorials(pairs)
    ways = logs[pairs] - logs[counts].sum(axis=0)
    equal = ways + _log(np.array([DISCORDANCE / 2, DISCORDANCE / 2, 1 - DISCORDANCE])) @ counts
    bounds = []
    for share in np.linspace(0.0, 0.12, 49):
        null = ways + _log(np.array([share + margin, share, 1 - 2 * share - margin])) @ counts
        bounds.append(_neyman_pearson(null, equal, level))
    return min(bounds)


def _log(shares: Floats) -> Floats:
    result: Floats = np.log(np.maximum(shares, 1e-300))
    return result


def _neyman_pearson(null: Floats, alternative: Floats, level: float) -> float:
    """The power of the likelihood ratio test at this level, the last outcome taken in part."""
    order = np.argsort(null - alternative)
    spent, gained = np.cumsum(np.exp(null[order])), np.cumsum(np.exp(alternative[order]))
    last = int(np.searchsorted(spent, level))
    if last >= len(spent):
        return 1.0
    before = (spent[last - 1], gained[last - 1]) if last else (0.0, 0.0)
    part = (level - before[0]) / (spent[last] - before[0])
    return float(before[1] + part * (gained[last] - before[1]))
