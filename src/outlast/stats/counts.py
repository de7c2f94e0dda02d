"""Counts of paired passes and failures, in all and by cluster: all that a verdict of fixed n rests on.

It knows rows and how unanswered ones are counted. It does not know any test.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outlast.stats.rows import Row

Counts = npt.NDArray[np.int64]

_FIELDS = _PAIRS, _WORSE, _BETTER, _LOST, _UNANSWERED = tuple(range(5))
_BITS = 40  # of one field in a packed line: no cluster has more pairs than that


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Pairs as one of the two bounds sees them: kinds of cluster, and how often each kind occurs."""

    pairs: Counts
    worse: Counts
    better: Counts
    times: Counts

    def swapped(self) -> "Sample":
        """The same pairs with the two models exchanged."""
        return Sample(pairs=self.pairs, worse=self.better, better=self.worse, times=self.times)

    def total(self, per_cluster: Counts) -> int:
        """A sum over all clusters."""
        return int(per_cluster @ self.times)


@dataclass(frozen=True, slots=True)
class PassFailCounts:
    """One line per kind of cluster: pairs, worse, better, lost (unanswered where the incumbent passed), unanswered."""

    table: Counts
    times: Counts
    """How many clusters have exactly this line."""

    def _sum(self, *fields: int) -> int:
        return int(self.table[:, fields].sum(axis=1) @ self.times)

    @property
    def pairs(self) -> int:
        """All pairs, unanswered ones included."""
        return self._sum(_PAIRS)

    @property
    def clusters(self) -> int:
        """Conversations or users."""
        return int(self.times.sum())

    @property
    def clustered(self) -> bool:
        """Whether any cluster has more than one pair."""
        return self.pairs > self.clusters

    @property
    def answered(self) -> int:
        """Pairs that the candidate answered."""
        return self.pairs - self._sum(_UNANSWERED)

    @property
    def discordant(self) -> int:
        """Answered pairs in which one passed and the other failed."""
        return self._sum(_WORSE, _BETTER)

    @property
    def estimate(self) -> float | None:
        """Pass rate of the candidate minus the incumbent's, over the answered pairs."""
        return (self._sum(_BETTER) - self._sum(_WORSE)) / self.answered if self.answered else None

    def pessimistic(self) -> Sample:
        """Unanswered pairs are the candidate's failures: what the lower bound sees."""
        columns = self.table.T
        worse = columns[_WORSE] + columns[_LOST]
        return Sample(pairs=columns[_PAIRS], worse=worse, better=columns[_BETTER], times=self.times)

    def tied(self) -> Sample:
        """Unanswered pairs are ties: what the upper bound sees."""
        columns = self.table.T
        return Sample(pairs=columns[_PAIRS], worse=columns[_WORSE], better=columns[_BETTER], times=self.times)

    def answered_only(self) -> Sample:
        """Without the unanswered pairs: what a FAIL must rest on as well."""
        columns = self.table.T
        pairs = columns[_PAIRS] - columns[_UNANSWERED]
        kept = pairs > 0
        return Sample(
            pairs=pairs[kept], worse=columns[_WORSE][kept], better=columns[_BETTER][kept], times=self.times[kept]
        )


def count_pass_fail(blocks: Iterable[Sequence[Row]]) -> PassFailCounts:
    """Add up rows; memory grows with the clusters that have a name, not with the rows."""
    own: Counter[tuple[float, float | None]] = Counter()
    named: dict[str | int, int] = {}
    lines: dict[int, int] = {}  # equal lines are one object: most clusters are of a few kinds
    for rows in blocks:
        own.update((row.a, row.b) for row in rows if row.cluster is None)
        for row in rows:
            if row.cluster is not None:
                line = named.get(row.cluster, 0) + _PACKED[row.a, row.b]
                named[row.cluster] = lines.setdefault(line, line)
    kinds = Counter(named.values())
    for outcome, count in own.items():  # both passed and both failed are one kind
        kinds[_PACKED[outcome]] += count
    table = [[packed >> _BITS * field & (1 << _BITS) - 1 for field in _FIELDS] for packed in kinds]
    return PassFailCounts(
        np.array(table, dtype=np.int64).reshape(-1, len(_FIELDS)), np.array(list(kinds.values()), dtype=np.int64)
    )


def _packed(a: float, b: float | None) -> int:
    """One pair as a line of fields in one integer, so that lines add up as integers do."""
    answered = b is not None
    line = (True, b is not None and a > b, b is not None and b > a, not answered and a > 0, not answered)
    return sum(1 << _BITS * field for field, set_ in zip(_FIELDS, line, strict=True) if set_)


_PACKED: dict[tuple[float, float | None], int] = {(a, b): _packed(a, b) for a in (0.0, 1.0) for b in (0.0, 1.0, None)}
