"""The two shapes of a check that passes or fails: each answer by itself, or the agreement of both with one reference.

It knows how a judgement of one answer becomes an outcome of a pair. It does not know any judgement.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outlast.checks.check import Family, Measure, Outcome, Pair
from outlast.checks.draw import Draw, Item, Said
from outlast.stats.rows import Range

PASS_FAIL = Range()
Reason = str
"""Why a side fails; empty: it passes."""
Judge = Callable[[Item, Draw], Reason]
Differ = Callable[[Item, Said, Said], Reason]
"""How the second answer departs from the first, as the class of the departure; empty: it agrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideCheck:
    """A check that looks at each answer alone."""

    name: str
    applies: Callable[[Item], bool]
    judge: Judge
    family: Family = "contract"
    measure: Measure = "share"
    range: Range = PASS_FAIL

    def compare(self, pair: Pair) -> Sequence[Outcome]:
        """One outcome where the check applies."""
        if not self.applies(pair.item):
            return ()
        failed = self.judge(pair.item, pair.incumbent)
        if pair.candidate.said is None:
            return (Outcome(a=float(not failed), b=None, reason=pair.candidate.error),)
        reason = self.judge(pair.item, pair.candidate)
        return (Outcome(a=float(not failed), b=float(not reason), reason=reason),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A check that holds the candidate to the incumbent's answer, and the incumbent to its own second one.

    ``a`` is whether A' agrees with A, ``b`` whether B agrees with A: their difference is what the candidate adds to
    the incumbent's own randomness. Nothing but the incumbent's answers decides whether a pair counts.
    """

    name: str
    applies: Callable[[Item, Said], bool]
    """By the request and the incumbent's answer."""
    differ: Differ
    needs_second: bool = True
    """Without A': no outcome. False: the incumbent is then taken to agree with itself, which is right of departures
    that are faults whatever it would say again (``by_itself``)."""
    by_itself: frozenset[str] | None = None
    """Where there is no A' although ``needs_second`` is False: the disagreements that are faults whatever the incumbent
    would say a second time. Any other is unanswered: it may prevent a PASS and never causes a FAIL. None: all are."""
    family: Family = "contract"
    measure: Measure = "share"
    range: Range = PASS_FAIL

    def compare(self, pair: Pair) -> Sequence[Outcome]:
        """One outcome where there is something to agree with."""
        item, said, second = pair.item, pair.incumbent.said, pair.second.said if pair.second is not None else None
        if said is None or (second is None and self.needs_second) or not self.applies(item, said):
            return ()
        again = "" if second is None or second is said else self.differ(item, said, second)
        if pair.candidate.said is None:
            return (Outcome(a=float(not again), b=None, reason=pair.candidate.error),)
        reason = self.differ(item, said, pair.candidate.said)
        if second is None and reason and self.by_itself is not None and reason not in self.by_itself:
            return (Outcome(a=1.0, b=None, reason=reason),)
        return (Outcome(a=float(not again), b=float(not reason), reason=reason),)
