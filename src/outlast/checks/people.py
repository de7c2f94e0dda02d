"""People as a check: which of two answers they preferred, without knowing whose it was.

It knows how a preference becomes an outcome. It does not know how people were asked (``replay.blind``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outlast.checks.check import Family, Measure, Outcome, Pair
from outlast.stats.rows import Range

_PASS_FAIL = Range()


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleCheck:
    """Preferences over pairs, as passes: a tie passes both, else the preferred one alone.

    The mean difference is the share that preferred the candidate minus the share that preferred the incumbent. A pair
    that nobody decided is unanswered: it may prevent a PASS and never causes a FAIL.
    """

    votes: Mapping[str, int]
    """By request: above 0 for the candidate, below for the incumbent, 0 a tie."""
    name: str = "people"
    family: Family = "people"
    measure: Measure = "share"
    range: Range = _PASS_FAIL

    def compare(self, pair: Pair) -> Sequence[Outcome]:
        """One outcome; nothing for A against A', which nobody was shown."""
        if pair.second is pair.incumbent:
            return ()
        if pair.candidate.said is None:
            return (Outcome(a=1.0, b=None, reason=pair.candidate.error),)
        vote = self.votes.get(pair.item.id)
        if vote is None:
            return (Outcome(a=1.0, b=None, reason="nobody decided"),)
        reason = "" if vote == 0 else "candidate preferred" if vote > 0 else "incumbent preferred"
        return (Outcome(a=float(vote <= 0), b=float(vote >= 0), reason=reason),)
