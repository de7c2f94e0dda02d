"""Whether the verdict on recorded traffic is the one that a rollout asks for.

It knows what was asked and what was found. It does not know how a verdict came about, nor where it is kept.
"""

from dataclasses import dataclass
from typing import Literal

from outlast.rollout.plan import Requirement

_DAY_NS = 86_400 * 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The newest verdict that is kept of this model and candidate."""

    verdict: Literal["PASS", "FAIL", "NOT YET"]
    decided_ns: int
    plan_hash: str
    persona: str = ""


def why_unproven(required: Requirement, proof: Proof | None, now_ns: int) -> str:
    """What is missing; empty: nothing."""
    if proof is None:
        return "no verdict on this candidate is kept"
    if proof.verdict != required.verdict:
        return f"the verdict is {proof.verdict}, {required.verdict} is required"
    days = (now_ns - proof.decided_ns) / _DAY_NS
    if not 0 <= days <= required.days:
        return f"the verdict is {days:.1f} days old, at most {required.days} are allowed"
    if required.plan_hash and proof.plan_hash != required.plan_hash:
        return f"the verdict is of plan {proof.plan_hash[:12]}, plan {required.plan_hash[:12]} is required"
    if proof.persona != required.persona:
        return f"the verdict is of persona {proof.persona!r}, {required.persona!r} is required"
    return ""
