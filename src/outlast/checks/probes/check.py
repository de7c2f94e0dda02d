"""Probes as checks: a question that both models were asked is a pair.

It knows how two readings become one outcome. It does not know how answers are drawn (``replay.probing``).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from outlast.checks.check import Family, Measure, Outcome, Pair
from outlast.checks.draw import Draw
from outlast.checks.probes.question import PROBES, Question
from outlast.checks.probes.reading import read
from outlast.stats.rows import Range

_PASS_FAIL = Range()


class ProbePair(Pair, frozen=True, kw_only=True):
    """One question with every answer of both models; ``incumbent`` and ``candidate`` are the plain ones."""

    question: Question
    ours: tuple[Draw | None, ...]
    """The incumbent's: plain, then under each pressure."""
    theirs: tuple[Draw | None, ...]
    again: tuple[Draw | None, ...] = ()
    """The incumbent's second answers (A'), in the same order; each second turn follows its own first answer."""

    def against_itself(self) -> "ProbePair | None":
        """A' in the candidate's place, under every pressure."""
        if self.second is None or self.second.said is None:
            return None
        return msgspec.structs.replace(
            self, candidate=self.second, second=self.incumbent, theirs=self.again, again=self.ours
        )


@dataclass(frozen=True, slots=True)
class ProbeCheck:
    """One probe, judged pair by pair.

    Where the incumbent's answers cannot be read there is no pair. Where the candidate's cannot, it is unanswered: it
    may prevent a PASS and never causes a FAIL. So it is with a flip question that only the incumbent knew.
    """

    probe: str
    family: Family = "probes"
    measure: Measure = "share"
    range: Range = _PASS_FAIL

    @property
    def name(self) -> str:
        """``probes.flip``."""
        return f"probes.{self.probe}"

    def compare(self, pair: Pair) -> Sequence[Outcome]:
        """One outcome for a question of this probe."""
        if not isinstance(pair, ProbePair) or pair.question.probe != self.probe:
            return ()
        ours = read(pair.question, pair.ours)
        if ours.good is None:
            return ()
        theirs = read(pair.question, pair.theirs)
        b = None if theirs.good is None else float(theirs.good)
        return (Outcome(a=float(ours.good), b=b, reason="" if theirs.good else theirs.label),)


PROBE_CHECKS: tuple[ProbeCheck, ...] = tuple(ProbeCheck(probe) for probe in PROBES)
