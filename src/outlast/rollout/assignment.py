"""Who gets B: a salted hash against the share, and all that goes before it.

It knows one unit, what is stored of it, and where the rollout is. It does not know how assignments are kept, nor what a
request looks like (``rollout.fingerprint``). The same values always give the same answer, in every process.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from outlast.rollout.plan import Arm, Plan
from outlast.rollout.state import State

Why = Literal[
    "not running", "incumbent gone", "stored", "began before", "pinned", "later plan", "paused", "drawn", "unit drawn"
]
_NEARLY_ONE = 1 - 2.0**-53


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One key's or user's own choice, up to a day."""

    key: str
    """The key's name; empty: any."""
    user: str
    """Empty: whoever uses the key."""
    arm: Arm
    ends: dt.date
    """The last day on which it holds."""

    def holds(self, who: "Who", today: dt.date) -> bool:
        """Whether it speaks of them, today."""
        named = bool(self.key or self.user)
        return named and self.key in ("", who.key) and self.user in ("", who.user) and today <= self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whose request it is."""

    key: str
    """The key's name; never the key."""
    user: str
    plan: str
    """What the key pays for: ``free``, ``business`` …; empty: not said."""
    conversation: str
    """The header's value, or the fingerprint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was settled before."""

    conversation: Arm | None = None
    """Stored of this conversation."""
    stage: int | None = None
    """In which stage chance gave it that; None: it was not chance."""
    unit: Arm | None = None
    """Stored of its user or key; nothing where conversations are drawn."""
    began: bool = False
    """It has earlier answers."""
    incumbent_gone: bool = False


NOTHING = Known()


@dataclass(frozen=True, slots=True)
class Assigned:
    """The answer."""

    arm: Arm
    why: Why
    stage: int | None = None
    """In which stage chance alone decided: only such conversations may be compared, with those of the same stage. None:
    pins and old ones chose themselves."""

    @property
    def store(self) -> bool:
        """Whether it is to be kept for the conversation (and, if it is B, for its user or key)."""
        return self.why not in ("not running", "incumbent gone", "stored")

    @property
    def drawn(self) -> bool:
        """Whether chance alone decided."""
        return self.stage is not None


def assign(plan: Plan, state: State, who: Who, known: Known = NOTHING, pinned: Arm | None = None) -> Assigned:
    """Which model answers this conversation; the first rule that applies decides.

    A conversation keeps its model, so that a pin holds from the next one on. After a roll-back everybody has A,
    whatever was stored or pinned.
    """
    if state.phase == "rolled back" or plan.stages[state.stage].share == 0:
        return Assigned("A", "not running")
    if known.incumbent_gone:
        return Assigned("B", "incumbent gone")
    kept = _kept(known)
    if kept is not None:
        return kept
    return Assigned(pinned, "pinned") if pinned is not None else _new(plan, state, who, known)


def _kept(known: Known) -> Assigned | None:
    """What a conversation brings with it; None: it is new."""
    if known.conversation is not None:
        return Assigned(known.conversation, "stored", known.stage)
    return Assigned("A", "began before") if known.began else None


def _new(plan: Plan, state: State, who: Who, known: Known) -> Assigned:
    share = plan.stages[state.stage].share
    if known.unit == "B":
        return Assigned("B", "unit drawn", state.stage)
    if share < entry_share(plan, who.plan):
        return Assigned("A", "later plan")
    if state.phase == "paused":
        return Assigned("A", "paused")
    return Assigned("B" if place(plan.salt, unit_of(plan, who)) < share else "A", "drawn", state.stage)


def place(salt: str, unit: str) -> float:
    """Where a unit stands in [0, 1), for ever: it gets B as soon as the share is above."""
    digest = hashlib.sha256(f"{len(salt)}:{salt}{unit}".encode(errors="surrogatepass")).digest()
    return min(int.from_bytes(digest[:8]) / 2.0**64, _NEARLY_ONE)


def unit_of(plan: Plan, who: Who) -> str:
    """What is drawn: the conversation, the key's user, or the key. One without a user's name counts as the key."""
    if plan.by == "conversation":
        return f"conversation {who.conversation}"
    if plan.by == "user" and who.user:
        return f"user {len(who.key)}:{who.key}{who.user}"
    return f"key {who.key}"


def entry_share(plan: Plan, name: str) -> float:
    """The share from which keys of this plan take part."""
    return next((entry.share for entry in plan.entries if entry.plan == name), 0.0)


def pin_of(pins: Sequence[Pin], who: Who, today: dt.date) -> Arm | None:
    """What is pinned for them: a user's pin before their key's; of two alike the one that ends last."""
    holding = [pin for pin in pins if pin.holds(who, today)]
    best = max(holding, key=lambda pin: (bool(pin.user), bool(pin.key), pin.ends, pin.arm), default=None)
    return None if best is None else best.arm
