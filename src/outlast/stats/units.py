"""Paired outcomes as a sequence of closed clusters, each with the mean difference of its pairs.

It knows rows in the order of time and how unanswered ones are counted. It does not know any test.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from outlast.stats.rows import Range, Row

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Mean differences (candidate minus incumbent) per cluster in the order of closing, in units of the range."""

    pessimistic: Floats
    """Unanswered pairs count as the candidate's worst outcome."""
    tied: Floats
    """Unanswered pairs count as ties."""
    pairs: int
    answered: int
    discordant: int
    estimate: float | None
    """Over the answered pairs, in the outcomes' own unit."""


@dataclass(slots=True)
class _Sums:
    """What is added up while rows pass by; a cluster's line is [pairs, pessimistic sum, tied sum]."""

    own_pessimistic: "array[float]" = field(default_factory=lambda: array("d"))
    own_tied: "array[float]" = field(default_factory=lambda: array("d"))
    own_closed: "array[int]" = field(default_factory=lambda: array("q"))
    named: dict[str | int, tuple[int, float, float, int]] = field(default_factory=dict)
    pairs: int = 0
    answered: int = 0
    discordant: int = 0
    total: float = 0.0


def collect_units(blocks: Iterable[Sequence[Row]], allowed: Range) -> Units:
    """Clusters in the order of their last rows: a cluster is bet on when it is closed, never row by row.

    The rows are taken to hold closed clusters only. Memory grows by a few numbers per cluster.
    """
    sums = _Sums()
    for rows in blocks:
        _add(sums, rows, allowed)
    closed = np.concatenate((np.array(sums.own_closed, dtype=np.int64), _column(sums, 3).astype(np.int64)))
    order = np.argsort(closed, kind="stable")
    sizes = _column(sums, 0)
    return Units(
        pessimistic=np.concatenate((np.array(sums.own_pessimistic), _column(sums, 1) / sizes))[order],
        tied=np.concatenate((np.array(sums.own_tied), _column(sums, 2) / sizes))[order],
        pairs=sums.pairs,
        answered=sums.answered,
        discordant=sums.discordant,
        estimate=sums.total / sums.answered * allowed.width if sums.answered else None,
    )


def _column(sums: _Sums, index: int) -> Floats:
    return np.fromiter((line[index] for line in sums.named.values()), dtype=np.float64, count=len(sums.named))


def _add(sums: _Sums, rows: Sequence[Row], allowed: Range) -> None:
    width, low, named = allowed.width, allowed.low, sums.named
    for row in rows:
        if row.b is None:
            tied, pessimistic = 0.0, (low - row.a) / width
        else:
            tied = pessimistic = (row.b - row.a) / width
            sums.answered += 1
            sums.discordant += row.a != row.b
            sums.total += tied
        if row.cluster is None:
            sums.own_pessimistic.append(pessimistic)
            sums.own_tied.append(tied)
            sums.own_closed.append(sums.pairs)
        else:
            size, worst, even, _ = named.get(row.cluster, (0, 0.0, 0.0, 0))
            named[row.cluster] = (size + 1, worst + pessimistic, even + tied, sums.pairs)
        sums.pairs += 1
