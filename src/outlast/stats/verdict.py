"""The rule of a verdict: bounds against a margin that was declared before anything was compared.

It knows PASS, FAIL and NOT YET. It does not know how bounds are obtained, nor how a verdict is printed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from outlast.errors import EvidenceInvalid

Word = Literal["PASS", "FAIL", "NOT YET"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What was declared beforehand."""

    margin: float
    """How much worse the candidate may be, in the outcomes' own unit."""
    alpha: float = 0.05
    """How often a candidate exactly at the margin may pass; one-sided."""

    def check(self, width: float) -> None:
        """Refuse what cannot be meant.

        Raises:
            EvidenceInvalid: The margin is not inside the outcomes' range, or alpha is no small share.
        """
        if not 0 < self.margin < width:
            raise EvidenceInvalid(f"the margin must lie between 0 and {width:g}, {self.margin:g} does not")
        if not 0 < self.alpha < 0.5:
            raise EvidenceInvalid(f"alpha must lie between 0 and 0.5, {self.alpha:g} does not")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a test says of candidate minus incumbent: one-sided bounds, each at alpha."""

    lower: float
    upper: float
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer, with all that it rests on."""

    verdict: Word
    estimate: float | None
    """Candidate minus incumbent over the answered pairs; None: no pair was answered."""
    lower: float
    upper: float
    margin: float
    n: int
    """Pairs, unanswered ones included."""
    clusters: int
    discordant: int
    """Answered pairs whose outcomes differ."""
    method: str
    needed: int | None
    """The total number of pairs at which an equal candidate passes four times in five; None: no number would help."""


def word(bounds: Bounds, margin: float) -> Word:
    """PASS only if the lower bound lies above -margin; FAIL only if the upper one lies below it; else NOT YET.

    Where looks at different times crossed on both sides, the worse news counts.
    """
    if bounds.upper < -margin:
        return "FAIL"
    return "PASS" if bounds.lower > -margin else "NOT YET"


def confirmed(lower: float, decisive: float, again: Callable[[], float]) -> float:
    """A lower bound that lies above ``decisive``, if it does so in another reading of the unanswered pairs, too.

    A test need not be monotone in every outcome (discreteness, an estimated design effect), so that a pair without an
    answer might help by accident. Where the readings agree on the decision, or nothing is decided, the bound stands.
    """
    if lower <= decisive:
        return lower
    other = again()
    return lower if other > decisive else other
