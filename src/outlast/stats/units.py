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
    answered_only: Floats
    """Without unanswered pairs, and without clusters that have no others."""
    pairs: int
    answered: int
    discordant: int
    estimate: float | None
    """Over the answered pairs, in the outcomes' own unit."""


@dataclass(slots=True)
class _Sums:
    """What is added up while rows pass by."""

    rows: "array[float]" = field(default_factory=lambda: array("d"))
    """Of rows that are their own cluster: pessimistic and tied difference, answered or not, number of the row."""
    named: dict[str | int, tuple[int, int, float, float, int]] = field(default_factory=dict)
    """Of named clusters: pairs, answered pairs, sums of pessimistic and tied differences, number of the last row."""
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
    own = np.array(sums.rows).reshape(-1, 4)
    named = np.array(list(sums.named.values()), dtype=np.float64).reshape(-1, 5)
    closed = np.concatenate((own[:, 3], named[:, 4]))
    order = np.argsort(closed, kind="stable")
    answered = np.concatenate((own[:, 2], named[:, 1]))[order]
    tied_sum = np.concatenate((own[:, 1], named[:, 3]))[order]
    size = np.concatenate((np.ones(len(own)), named[:, 0]))[order]
    some = answered > 0
    return Units(
        pessimistic=np.concatenate((own[:, 0], named[:, 2]))[order] / size,
        tied=tied_sum / size,
        answered_only=tied_sum[some] / answered[some],
        pairs=sums.pairs,
        answered=sums.answered,
        discordant=sums.discordant,
        estimate=sums.total / sums.answered * allowed.width if sums.answered else None,
    )


def _add(sums: _Sums, rows: Sequence[Row], allowed: Range) -> None:
    width, low, named = allowed.width, allowed.low, sums.named
    for row in rows:
        if row.b is None:
            answered, tied, pessimistic = 0, 0.0, (low - row.a) / width
        else:
            answered, tied = 1, (row.b - row.a) / width
            pessimistic = tied
            sums.answered += 1
            sums.discordant += row.a != row.b
            sums.total += tied
        if row.cluster is None:
            sums.rows.extend((pessimistic, tied, answered, sums.pairs))
        else:
            size, known, worst, even, _ = named.get(row.cluster, (0, 0, 0.0, 0.0, 0))
            named[row.cluster] = (size + 1, known + answered, worst + pessimistic, even + tied, sums.pairs)
        sums.pairs += 1
