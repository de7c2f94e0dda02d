"""A family of checks as one: an answer passes where it passes everything that applies to it.

It knows how outcomes join. It does not know single checks. A gate is such a whole: a check that applies to five
requests in three hundred could never be decided by itself, and would block every move.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from outlast.checks.check import Check, Family, Measure, Outcome, Pair
from outlast.stats.rows import Range

_PASS_FAIL = Range()


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """All pass/fail checks of one family."""

    family: Family
    members: tuple[Check, ...]
    measure: Measure = "share"
    range: Range = _PASS_FAIL

    @property
    def name(self) -> str:
        """The family's."""
        return self.family

    def compare(self, pair: Pair) -> Sequence[Outcome]:
        """One outcome where any member applies: the worst on each side; the reason is the candidate's first failure."""
        return self.join([outcome for member in self.members for outcome in member.compare(pair)])

    def join(self, found: Sequence[Outcome]) -> Sequence[Outcome]:
        """The same from the members' own outcomes, for whoever has them."""
        if not found:
            return ()
        answers = [outcome.b for outcome in found if outcome.b is not None]
        answered = len(answers) == len(found) or 0 in answers  # one failure is enough, whatever the rest is
        reason = next((outcome.reason for outcome in found if outcome.reason and outcome.b != 1), "")
        return (Outcome(a=min(each.a for each in found), b=min(answers) if answered else None, reason=reason),)
