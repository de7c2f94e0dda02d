"""Which model answers a call, in one process: what is remembered first, the store only where something is new.

It knows that no trouble of the store is a caller's: who cannot be settled in time has A, and a draw that comes too late
stores A as well. It does not know requests (whoever asks says who they are), what decides (``rollout.assignment``) nor
how assignments are kept.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from outlast.errors import LedgerUnavailable
from outlast.rollout.assignment import Assigned, Known, Who, assign, unit_of
from outlast.rollout.plan import Arm
from outlast.rollout.ports import Assignments, Kept

REMEMBERED: Final = 50_000
"""Conversations of one process; the one that was longest silent is forgotten first, and asked of the store again."""
AFRESH_NS: Final = 3_600 * 10**9
"""After so long the store is asked again: it forgets what is not used."""
PATIENCE_S: Final = 0.5
"""A caller waits so long for the store at most, once in a conversation."""
REST_NS: Final = 10**9
"""After trouble the store is left alone for so long; new conversations have A meanwhile."""
_UNSETTLED: Final = Assigned("A", "not running")


@dataclass(slots=True)
class Settled:
    """What this process knows of one conversation."""

    arm: Arm
    stage: int | None
    since_ns: int


class Helm:
    """Settles the calls of every rollout in one process."""

    def __init__(
        self,
        assignments: Assignments,
        *,
        monotonic_ns: Callable[[], int],
        remembered: int = REMEMBERED,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._assignments = assignments
        self._now = monotonic_ns
        self._most = remembered
        self._patience_s = patience_s
        self._settled: OrderedDict[tuple[str, str], Settled] = OrderedDict()
        self._rests_until = 0
        self.unsettled = 0
        """Calls that had A because the store did not answer."""

    def remembered(self, rollout: str, conversation: str) -> Known | None:
        """What is known of a conversation without asking anybody; None: the store has to be asked."""
        found = self._settled.get((rollout, conversation))
        if found is None or self._now() - found.since_ns > AFRESH_NS:
            return None
        self._settled.move_to_end((rollout, conversation))
        return Known(conversation=found.arm, stage=found.stage)

    def likely(self, kept: Kept, who: Who) -> Assigned | None:
        """What chance gives a conversation without earlier answers, as long as nothing is stored of it.

        That may be asked while ``settle`` finds out, and before anybody hears its answer. None: that is not to be
        supposed, because this process knows something of it, the store is left alone, or more than chance decides.
        """
        if (kept.id, who.conversation) in self._settled or self._now() < self._rests_until:
            return None
        given = assign(kept.plan, kept.state, who)
        return given if given.why in ("drawn", "later plan") else None

    async def settle(self, kept: Kept, who: Who, *, began: bool, gone: bool, pinned: Arm | None) -> Assigned:
        """Which model answers; what was drawn is kept before this returns. ``gone``: A is."""
        plan, state = kept.plan, kept.state
        if gone:
            return assign(plan, state, who, Known(incumbent_gone=True))
        known = self.remembered(kept.id, who.conversation)
        if known is not None:
            return assign(plan, state, who, known, pinned)
        if self._now() < self._rests_until:
            return self._unsettled(kept, who)
        began = began or (kept.id, who.conversation) in self._settled  # it had an answer in this process
        draw = _Draw(lambda known: assign(plan, state, who, known, pinned))
        unit = "" if plan.by == "conversation" else unit_of(plan, who)
        try:
            async with asyncio.timeout(self._patience_s):
                assigned = await self._assignments.settle(kept.id, who.conversation, unit, draw, began=began)
        except (LedgerUnavailable, TimeoutError):
            draw.give_up()
            return self._troubled(kept, who)
        if assigned.why != "not running":
            self._remember(kept.id, who.conversation, Settled(assigned.arm, assigned.stage, self._now()))
        return assigned

    def _troubled(self, kept: Kept, who: Who) -> Assigned:
        self._rests_until = self._now() + REST_NS
        return self._unsettled(kept, who)

    def _unsettled(self, kept: Kept, who: Who) -> Assigned:
        """A for this call. What is stored holds again with the next one, and where nothing is it stays with A."""
        self.unsettled += 1
        self._remember(kept.id, who.conversation, Settled("A", None, self._now() - AFRESH_NS - 1))
        return _UNSETTLED

    def _remember(self, rollout: str, conversation: str, settled: Settled) -> None:
        self._settled[rollout, conversation] = settled
        if len(self._settled) > self._most:
            self._settled.popitem(last=False)


class _Draw:
    """One conversation's draw, which may be asked in another thread, and be told that nobody waits any more."""

    __slots__ = ("_assign", "_late", "_lock")

    def __init__(self, drawn: Callable[[Known], Assigned]) -> None:
        self._assign = drawn
        self._lock = threading.Lock()
        self._late = False

    def __call__(self, known: Known) -> Assigned:
        """What follows from what is stored; A where its caller was served by then."""
        with self._lock:
            if self._late and known.conversation is None:
                return Assigned("A", "began before")
            return self._assign(known)

    def give_up(self) -> None:
        """Draw no more: its caller is served by A. What is being written as B already holds from the next call on."""
        with self._lock:
            self._late = True
