"""The guards of one stage at work: what every block said, and what follows from it, whenever one looks.

It knows blocks, bets and the plan's error rates. It does not know how a conversation was measured or kept, nor what a
decision sets off (``rollout.state``). For each guard and side two gamblers bet on the same blocks: one that B is worse
than A by more than the margin (that wealth shows a breach), one that it is not (that wealth shows safety). A wealth of
1/alpha at any time is a proof at alpha (``stats.betting``), so that looking every second costs nothing.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import msgspec

from outlast.rollout.blocks import Block
from outlast.rollout.measure import Conversation, allowed, badness
from outlast.rollout.plan import Guard, Plan, Side
from outlast.stats.wealth import Wealth

Word = Literal["HOLD", "ADVANCE", "BREACH"]


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """One guard on one side: all that is kept of the traffic, in a few numbers."""

    guard: str
    side: Side
    block: Block
    differences: float
    """The sum over closed blocks, B minus A, on the scale of badness."""
    breach: Wealth
    safe: Wealth


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """All guards of one stage of one plan."""

    plan_hash: str
    stage: int
    watches: tuple[Watch, ...]
    conversations: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one guard says on one side."""

    guard: str
    side: Side
    watch: bool
    blocks: int
    difference: float | None
    """B minus A so far, on the scale of badness, a ratio's margin taken off; None: no block is closed."""
    allowed: float
    breach: float
    """The largest evidence so far that B is worse than allowed, as an e-value: 1 says nothing."""
    breach_at: float
    safe: float
    """The same that it is not."""
    safe_at: float

    @property
    def breached(self) -> bool:
        """Shown worse than its margin."""
        return self.breach >= self.breach_at

    @property
    def shown_safe(self) -> bool:
        """Shown not worse than its margin."""
        return self.safe >= self.safe_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What follows, with all that it rests on."""

    word: Word
    stage: int
    why: str
    readings: tuple[Reading, ...]


def opened(plan: Plan, stage: int) -> Board:
    """The guards at the beginning of a stage; nothing is carried over. In the last one there is nothing to compare."""
    guards = plan.guards if plan.stages[stage].guarded else ()
    watches = tuple(_watch(guard, side) for guard in guards for side in guard.sides)
    return Board(plan_hash=plan.hash, stage=stage, watches=watches)


def add(plan: Plan, board: Board, conversation: Conversation) -> Board:
    """With one more conversation; one that was drawn in another stage changes nothing.

    Raises:
        EvidenceInvalid: A value cannot be one of its guard; nothing of the conversation is counted.
    """
    if conversation.stage != board.stage:
        return board
    watches = tuple(_watched(plan, guard, one, conversation) for guard, one in _paired(plan, board))
    return Board(plan_hash=board.plan_hash, stage=board.stage, watches=watches, conversations=board.conversations + 1)


def add_pair(plan: Plan, board: Board, control: Conversation, canary: Conversation) -> Board:
    """Of a shadow: A's answers and B's to one conversation, which are a block of their own.

    What was measured of one of them alone says nothing and is let go.

    Raises:
        EvidenceInvalid: As ``add``.
    """
    grown = add(plan, add(plan, board, control), canary)
    replace = msgspec.structs.replace
    return replace(grown, watches=tuple(replace(one, block=Block()) for one in grown.watches))


def decide(plan: Plan, board: Board) -> Decision:
    """A breach first, then ADVANCE where every guard that must is shown safe; else HOLD, which is never a success."""
    readings = tuple(_reading(plan, guard, one) for guard, one in _paired(plan, board))
    breached = [reading for reading in readings if reading.breached]
    if breached:
        worst = max(breached, key=lambda reading: reading.breach)
        return Decision(word="BREACH", stage=board.stage, why=_breach(worst), readings=readings)
    awaited = [reading for reading in readings if not reading.watch]
    if not awaited:
        return Decision(word="HOLD", stage=board.stage, why="no control is left to compare with", readings=readings)
    open_ones = [one for one in awaited if not one.shown_safe or one.blocks < plan.least_blocks]
    if open_ones:
        return Decision(word="HOLD", stage=board.stage, why=_open(open_ones, plan.least_blocks), readings=readings)
    why = f"every guard is shown not worse than its margin; alpha of this stage {plan.advance_alpha:.3g}"
    return Decision(word="ADVANCE", stage=board.stage, why=why, readings=readings)


def _watch(guard: Guard, side: Side) -> Watch:
    margin = allowed(guard)
    breach, safe = Wealth((1 + margin) / 2), Wealth((1 - margin) / 2)
    return Watch(guard=guard.name, side=side, block=Block(), differences=0.0, breach=breach, safe=safe)


def _paired(plan: Plan, board: Board) -> Iterator[tuple[Guard, Watch]]:
    named = {guard.name: guard for guard in plan.guards}
    return ((named[one.guard], one) for one in board.watches)


def _watched(plan: Plan, guard: Guard, watch: Watch, conversation: Conversation) -> Watch:
    value = badness(plan, guard, watch.side, conversation)
    if value is None:
        return watch
    block, difference = watch.block.add(conversation.arm, value)
    if difference is None:
        difference, breach, safe = 0.0, watch.breach, watch.safe
    else:
        breach, safe = watch.breach.bet((1 + difference) / 2), watch.safe.bet((1 - difference) / 2)
    return Watch(
        guard=watch.guard,
        side=watch.side,
        block=block,
        differences=watch.differences + difference,
        breach=breach,
        safe=safe,
    )


def _reading(plan: Plan, guard: Guard, watch: Watch) -> Reading:
    blocks = watch.breach.bets
    return Reading(
        guard=guard.name,
        side=watch.side,
        watch=guard.watch,
        blocks=blocks,
        difference=watch.differences / blocks if blocks else None,
        allowed=allowed(guard),
        breach=_evidence(watch.breach.peak),
        breach_at=1 / plan.breach_alpha,
        safe=_evidence(watch.safe.peak),
        safe_at=1 / plan.advance_alpha,
    )


def _evidence(log: float) -> float:
    """Ever more evidence is as good as very much of it."""
    return math.exp(min(log, 600.0))


def _breach(worst: Reading) -> str:
    more = "more" if worst.side == "above" else "less"
    return (
        f"{worst.guard}: B has {more} of it than the margin allows; "
        f"evidence {worst.breach:.3g} of {worst.breach_at:.3g} after {worst.blocks} blocks"
    )


def _open(waiting: list[Reading], least: int) -> str:
    parts = [
        f"{one.guard} ({one.blocks} of {least} blocks at least)"
        if one.shown_safe
        else f"{one.guard} (evidence {one.safe:.3g} of {one.safe_at:.3g} after {one.blocks} blocks)"
        for one in waiting
    ]
    return "not yet shown safe: " + ", ".join(parts)
