"""What a check is: a property with a name that gives both answers of a pair an outcome on one scale.

It knows the shape that replay and rollout rely on. It does not know any single check, margins or verdicts.
"""

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from outlast.checks.draw import Draw, Item
from outlast.stats.rows import Range

Family = Literal["contract", "facts", "latency", "cost", "tone", "probes", "judge", "embedding", "user", "people"]
"""What ``--gate`` names; in order of trust (docs/evidence.md)."""


Measure = Literal["share", "ratio_p50", "ratio_p95", "ratio_total", "spread"]
"""How outcomes add up.

share: outcomes within the check's range, larger is better, judged by their mean difference. ratio: amounts
(microseconds, picodollars), smaller is better, judged by the candidate's quantile or total over the incumbent's.
spread: amounts of which neither more nor less is better, judged by their distance in units of the incumbent's own
standard deviation between conversations.
"""


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """One request with the incumbent's answer, the candidate's, and the incumbent's second one."""

    item: Item
    incumbent: Draw
    candidate: Draw
    second: Draw | None = None
    """A': what the incumbent says when it is asked again; None: it can no longer be known."""

    def against_itself(self) -> "Pair | None":
        """The incumbent's second answer in the candidate's place: its own noise; None: there is none."""
        if self.second is None or self.second.said is None:
            return None
        return msgspec.structs.replace(self, candidate=self.second, second=self.incumbent)


class Outcome(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One pair under one check, in the check's measure."""

    a: float
    b: float | None
    """None: unanswered."""
    reason: str = ""
    """The class of the disagreement where ``a`` and ``b`` differ: ``other tool``, ``refused``, ``not JSON`` …"""


class Check(Protocol):
    """One property of answers."""

    @property
    def name(self) -> str:
        """``contract.tools``: the family, a dot, the property."""
        ...

    @property
    def family(self) -> Family:
        """What ``--gate`` calls it."""
        ...

    @property
    def measure(self) -> Measure:
        """How outcomes add up to a verdict."""
        ...

    @property
    def range(self) -> Range:
        """Passes and failures, or scores between two bounds; of no meaning for a ratio.

        Of a spread: its width is how far one single occurrence can move an amount.
        """
        ...

    def compare(self, pair: Pair) -> Sequence[Outcome]:
        """Nothing where the property does not apply to this request; else one outcome.

        An incumbent without an answer is no pair: nothing can be compared. A candidate without one is unanswered.
        """
        ...
