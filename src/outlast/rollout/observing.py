"""What is observed of a conversation while it lasts: sums of its turns, and at the end one value for each guard.

It knows turns and means. It does not know where they are kept, nor when a conversation is over. A guard's value of a
conversation is the mean over those of its turns in which it was measured.
"""

import math
from collections import defaultdict
from collections.abc import Collection

import msgspec

from outlast.errors import EvidenceInvalid
from outlast.rollout.guards import Board, add, add_pair
from outlast.rollout.measure import Conversation
from outlast.rollout.plan import Arm, Plan
from outlast.rollout.ports import Turn


class Observed(msgspec.Struct, frozen=True):
    """One conversation so far; of a shadow both models' answers to it."""

    arm: Arm
    stage: int
    own: dict[str, tuple[float, int]]
    """Sum and number of values, by guard."""
    beside: dict[str, tuple[float, int]] | None = None
    """Of a shadow: B's, beside A's own."""


def refuse_values(plan: Plan, turns: Collection[Turn]) -> None:
    """Refuse what no guard of the plan can mean.

    Raises:
        EvidenceInvalid: The guard and the value are named.
    """
    scales = {guard.name: guard.scale for guard in plan.guards}
    for turn in turns:
        for name, value in turn.values.items():
            scale = scales.get(name, "spread")
            low, high = (-math.inf if scale == "spread" else 0.0), (1.0 if scale == "share" else math.inf)
            if not (math.isfinite(value) and low <= value <= high):
                raise EvidenceInvalid(f"guard {name}: {value:g} is no {scale} of it")


def grouped(turns: Collection[Turn]) -> list[tuple[Turn, ...]]:
    """What belongs together, in the order of ending: a turn alone, or a shadow's pair with A first.

    A half pair is let go.
    """
    pairs: defaultdict[tuple[str, str], dict[Arm, Turn]] = defaultdict(dict)
    alone: list[tuple[Turn, ...]] = []
    for turn in turns:
        if turn.pair:
            pairs[turn.conversation, turn.pair][turn.arm] = turn
        else:
            alone.append((turn,))
    both = [(pair["A"], pair["B"]) for pair in pairs.values() if len(pair) == 2]
    return sorted([*alone, *both], key=lambda said: said[0].at_ns)


def begun(said: tuple[Turn, ...]) -> Observed:
    """After the first turn, or the first pair."""
    first = said[0]
    beside = _more({}, said[1]) if len(said) > 1 else None
    return Observed(arm=first.arm, stage=first.stage, own=_more({}, first), beside=beside)


def grown(observed: Observed, said: tuple[Turn, ...]) -> Observed:
    """After one more; an answer of the other model, which a conversation has only by exception, is not mixed in."""
    if said[0].arm != observed.arm or (len(said) > 1) != (observed.beside is not None):
        return observed
    beside = None if observed.beside is None else _more(observed.beside, said[1])
    return Observed(arm=observed.arm, stage=observed.stage, own=_more(observed.own, said[0]), beside=beside)


def counted(plan: Plan, board: Board, observed: Observed) -> Board:
    """The guards after this conversation."""
    own = _conversation(observed.arm, observed.stage, observed.own)
    if observed.beside is None:
        return add(plan, board, own)
    return add_pair(plan, board, own, _conversation("B", observed.stage, observed.beside))


def _more(sums: dict[str, tuple[float, int]], turn: Turn) -> dict[str, tuple[float, int]]:
    grown_sums = dict(sums)
    for name, value in turn.values.items():
        total, count = grown_sums.get(name, (0.0, 0))
        grown_sums[name] = (total + value, count + 1)
    return grown_sums


def _conversation(arm: Arm, stage: int, sums: dict[str, tuple[float, int]]) -> Conversation:
    return Conversation(arm=arm, stage=stage, values={name: total / count for name, (total, count) in sums.items()})
