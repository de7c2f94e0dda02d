"""Paired outcomes as a sequence of closed clusters, each with the mean difference of its pairs.

It knows rows in the order of time and how unanswered ones are counted. It does not know any test.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from outlast.stats.rows import Range, Row

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_Number = TypeVar("_Number", np.float64, np.int64, np.bool_)


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
class _Own:
    """Rows that are their own cluster, block by block: 17 bytes for each."""

    differences: list[Floats] = field(default_factory=list)
    """Tied ones of answered rows, pessimistic ones of the others."""
    answered: list[Bools] = field(default_factory=list)
    numbers: list[Places] = field(default_factory=list)

    def add(self, block: "_Block", chosen: Bools) -> None:
        if chosen.any():
            self.differences.append(block.pessimistic[chosen])
            self.answered.append(block.answered[chosen])
            self.numbers.append(block.numbers[chosen])

    def summed(self) -> "_Summed":
        """Each row as a cluster of one."""
        differences, answered = _joined(self.differences, np.float64), _joined(self.answered, np.bool_)
        tied = differences if answered.all() else np.where(answered, differences, 0.0)
        size = np.broadcast_to(np.int64(1), len(answered))
        return _Summed(size, answered, differences, tied, _joined(self.numbers, np.int64))


@dataclass(slots=True)
class _Named:
    """Sums over clusters that have a name: 40 bytes and the name's own for each, however many rows it has."""

    places: dict[str | int, int] = field(default_factory=dict)
    whole: Places = field(default_factory=lambda: np.zeros((3, 0), dtype=np.int64))
    """Pairs, answered pairs, number of the last row."""
    sums: Floats = field(default_factory=lambda: np.zeros((2, 0)))
    """Of pessimistic and tied differences."""

    def add(self, block: "_Block", chosen: Bools, names: Sequence[str | int | None]) -> None:
        known = self.places
        found = [known.setdefault(name, len(known)) for name in names if name is not None]
        self._make_room()
        place = np.array(found, dtype=np.intp)
        np.add.at(self.whole[0], place, 1)
        np.add.at(self.whole[1], place, block.answered[chosen])
        self.whole[2][place] = block.numbers[chosen]  # of one place, the last counts
        np.add.at(self.sums[0], place, block.pessimistic[chosen])
        np.add.at(self.sums[1], place, block.tied[chosen])

    def _make_room(self) -> None:
        wanted, there = len(self.places), self.whole.shape[1]
        if wanted > there:
            more = max(wanted, there + there // 4) - there
            self.whole = np.concatenate((self.whole, np.zeros((3, more), dtype=np.int64)), axis=1)
            self.sums = np.concatenate((self.sums, np.zeros((2, more))), axis=1)

    def summed(self) -> "_Summed":
        count = len(self.places)
        (size, answered, last), (pessimistic, tied) = self.whole[:, :count], self.sums[:, :count]
        return _Summed(size, answered, pessimistic, tied, last)


@dataclass(frozen=True, slots=True)
class _Summed:
    """Clusters: pairs, answered pairs, sums of differences, number of the last row."""

    size: Places
    answered: Places | Bools
    pessimistic: Floats
    tied: Floats
    closed: Places

    def __len__(self) -> int:
        return len(self.closed)

    def __add__(self, other: "_Summed") -> "_Summed":
        both = [(getattr(self, name), getattr(other, name)) for name in _FIELDS]
        return _Summed(*(np.concatenate(pair) for pair in both))

    def in_order(self) -> "_Summed":
        """By closing."""
        if bool((self.closed[1:] > self.closed[:-1]).all()):
            return self
        order = np.argsort(self.closed, kind="stable")
        return _Summed(*(getattr(self, name)[order] for name in _FIELDS))


_FIELDS = ("size", "answered", "pessimistic", "tied", "closed")


@dataclass(frozen=True, slots=True)
class _Block:
    """Some rows' differences, in units of the range."""

    pessimistic: Floats
    tied: Floats
    answered: Bools
    differs: Bools
    numbers: Places

    @classmethod
    def of(cls, rows: Sequence[Row], allowed: Range, before: int) -> "_Block":
        answered = np.array([row.b is not None for row in rows])
        a = np.array([row.a for row in rows], dtype=np.float64)
        b = np.array([row.a if row.b is None else row.b for row in rows], dtype=np.float64)
        tied = (b - a) / allowed.width
        pessimistic = tied if answered.all() else np.where(answered, tied, (allowed.low - a) / allowed.width)
        return cls(pessimistic, tied, answered, a != b, np.arange(before, before + len(rows)))


def collect_units(blocks: Iterable[Sequence[Row]], allowed: Range) -> Units:
    """Clusters in the order of their last rows: a cluster is bet on when it is closed, never row by row.

    The rows are taken to hold closed clusters only. Memory grows by a few numbers per cluster, and by its name where it
    has one: any later row may belong to it.
    """
    own, named = _Own(), _Named()
    pairs, answered, discordant, total = 0, 0, 0, 0.0
    for rows in blocks:
        if not rows:
            continue
        block = _Block.of(rows, allowed, pairs)
        names = [row.cluster for row in rows]
        alone = np.array([name is None for name in names])
        own.add(block, alone)
        if not alone.all():
            named.add(block, ~alone, names)
        pairs += len(rows)
        answered += int(np.count_nonzero(block.answered))
        discordant += int(np.count_nonzero(block.differs))
        total = float(np.cumsum(np.concatenate(([total], block.tied)))[-1])  # one after the other, as they came
    clusters = _all(own, named)
    some = clusters.answered > 0
    return Units(
        pessimistic=clusters.pessimistic / clusters.size,
        tied=clusters.tied / clusters.size,
        answered_only=clusters.tied[some] / clusters.answered[some],
        pairs=pairs,
        answered=answered,
        discordant=discordant,
        estimate=total / answered * allowed.width if answered else None,
    )


def _all(own: _Own, named: _Named) -> _Summed:
    if not named.places:
        return own.summed()
    return (own.summed() + named.summed() if own.numbers else named.summed()).in_order()


def _joined(blocks: list[npt.NDArray[_Number]], kind: type[_Number]) -> npt.NDArray[_Number]:
    return np.concatenate(blocks) if blocks else np.zeros(0, dtype=kind)
