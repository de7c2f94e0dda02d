"""What happened in one conversation, as badness between 0 and 1: one number for each guard.

It knows the guards' scales and how a margin is laid into them. It does not know blocks or tests. A ratio's margin is
taken off B's amounts first (an amount of B is divided by 1.2), so that "no worse than 1.2 times A" becomes "no worse
than A", whatever the shape of the amounts.
"""

import math
from collections.abc import Mapping

import msgspec

from outlast.errors import EvidenceInvalid
from outlast.rollout.plan import Arm, Guard, Plan, Side

_FOLD = 8.0
"""Amounts are told apart within this factor of A's middle; what is beyond counts as at the end."""
_SPREADS = 4.0
"""Tones are told apart within so many of A's spreads of A's mean."""


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation that is over, and that chance alone put where it was.

    When it counts as over must not depend on how it went (a time of silence does not, a first error does), and of one
    user or key only one counts in a stage where users or keys are drawn: the rest says nothing new.
    """

    arm: Arm
    stage: int
    """In which stage it was drawn; later stages do not count it."""
    values: Mapping[str, float]
    """By guard: a share of badness (errors, refusals: of turns), seconds, USD, a tone. Absent: not measured."""


def badness(plan: Plan, guard: Guard, side: Side, conversation: Conversation) -> float | None:
    """Between 0 and 1, where more is worse; None: not measured.

    Raises:
        EvidenceInvalid: The value cannot be one of this guard.
    """
    raw = conversation.values.get(guard.name)
    if raw is None:
        return None
    if not math.isfinite(raw) or (guard.scale != "spread" and raw < 0) or (guard.scale == "share" and raw > 1):
        raise EvidenceInvalid(f"guard {guard.name}: {raw:g} is no {guard.scale} of it")
    if guard.scale == "share":
        return raw
    found = plan.reference(guard.name)
    if found is None:
        raise EvidenceInvalid(f"guard {guard.name}: the plan says nothing of A's amounts")
    if guard.scale == "ratio":
        return _amount(guard.name, (raw / guard.margin if conversation.arm == "B" else raw) / found.middle)
    above = _within(0.5 + (raw - found.middle) / found.spread / (2 * _SPREADS))
    return above if side == "above" else 1 - above


def allowed(guard: Guard) -> float:
    """How much larger B's mean badness may be than A's, on the scale of ``badness``."""
    if guard.scale == "share":
        return guard.margin
    return 0.0 if guard.scale == "ratio" else guard.margin / (2 * _SPREADS)


def _amount(name: str, relative: float) -> float:
    """From an amount over A's middle: for a p95 whether it is above, money as it adds up, other times by logarithm."""
    if name.endswith("_p95"):
        return float(relative > 1)
    if name == "cost":
        return _within(relative / _FOLD)
    return _within(0.5 + math.log(relative) / math.log(_FOLD) / 2) if relative > 0 else 0.0


def _within(value: float) -> float:
    return min(max(value, 0.0), 1.0)
