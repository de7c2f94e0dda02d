"""What a rollout needs of the outside world, as small protocols: where it is kept, shared by every process.

It states what is asked of a store and what each answer promises. It does not know files, databases or servers:
``ledger`` has the first implementation, ``testing`` one in memory, and one suite in ``tests/contract`` holds for all.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

import msgspec

from outlast.rollout.assignment import Assigned, Known, Pin
from outlast.rollout.brownout import Window
from outlast.rollout.guards import Board, Decision
from outlast.rollout.plan import Arm, Plan
from outlast.rollout.state import State, Transition


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One rollout as it is kept."""

    id: str
    plan: Plan
    state: State


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a drawn conversation that has ended, as numbers; nothing of what was said."""

    conversation: str
    """The header's value or the fingerprint, as a digest."""
    unit: str
    """What was drawn, as a digest: the conversation's, the user's or the key's."""
    arm: Arm
    stage: int
    """``Assigned.stage``; of a shadow the stage that is under way."""
    at_ns: int
    values: dict[str, float]
    """By guard; absent: not measured."""
    pair: str = ""
    """Of a shadow: what A's turn and B's share; empty: of a canary or its control. Both are added at once, when the
    later one has ended and with its time: a pair of which one is missing is let go."""


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """All that a process needs to know to serve calls; swapped whole when ``version`` has changed."""

    version: int
    """Grows with every step, pin and window, in every process alike."""
    rollouts: tuple[Kept, ...] = ()
    """The newest of each virtual model, whatever its phase."""
    pins: tuple[tuple[str, Pin], ...] = ()
    """With the virtual model's name; empty: of any model."""
    windows: tuple[tuple[str, Window], ...] = ()
    """Brown-outs to come or under way, with the requested name."""


class Rollouts(Protocol):
    """Declared rollouts, their steps, and what else operators have said. Calls may block for some milliseconds."""

    def version(self) -> int:
        """Cheap enough to be asked four times a second. Raises ``LedgerUnavailable``."""
        ...

    def situation(self) -> Situation:
        """Everything of this moment, of one version. Raises ``LedgerUnavailable``."""
        ...

    def begin(self, kept: Kept, first: Transition) -> None:
        """Keep a new rollout with its first step, durably before returning.

        Raises:
            RolloutRefused: another one of this virtual model is running or paused.
            LedgerUnavailable: it could not be kept.
        """
        ...

    def step(self, rollout: str, taken: Transition) -> None:
        """Keep a further step, durably before returning.

        Raises:
            RolloutRefused: somebody else has taken the step of this number; look again.
            LedgerUnavailable: it could not be kept.
        """
        ...

    def pin(self, model: str, pin: Pin) -> None:
        """Keep a pin, in the place of one of the same model, key and user; durably before returning.

        Raises:
            LedgerUnavailable: it could not be kept.
        """
        ...

    def unpin(self, model: str, key: str, user: str) -> bool:
        """Take a pin away; whether there was one. Raises ``LedgerUnavailable``."""
        ...

    def schedule(self, name: str, windows: Sequence[Window]) -> None:
        """Replace the brown-outs of a requested name, durably before returning. Raises ``LedgerUnavailable``."""
        ...

    def history(self, model: str) -> tuple[tuple[Kept, tuple[Transition, ...]], ...]:
        """Every rollout of a virtual model with its steps, the newest first. Raises ``LedgerUnavailable``."""
        ...


class Assignments(Protocol):
    """Who was given which model; asked on the path of a call."""

    async def settle(
        self, rollout: str, conversation: str, unit: str, draw: Callable[[Known], Assigned], *, began: bool
    ) -> Assigned:
        """What ``draw`` makes of what is stored; ``draw`` may be asked twice.

        Args:
            rollout: its id.
            conversation: the header's value or the fingerprint.
            unit: the user or key that is drawn; empty where conversations are.
            draw: ``assign`` for this caller.
            began: the conversation has earlier answers.

        What a conversation without earlier answers gets is stored before this returns; of one that has some, which is
        A's where nothing is known of it, soon after. An assignment is forgotten when it was not used for the plan's
        ``keep_days``.

        Raises:
            LedgerUnavailable: it can be neither read nor kept; the caller is then served by A.
        """
        ...


class Boards(Protocol):
    """What was measured, and the guards over it; every turn counts once, whichever process takes it in."""

    def add(self, rollout: str, turns: Collection[Turn]) -> None:
        """Keep turns, durably before returning; those of another stage than the one under way are let go.

        Raises:
            EvidenceInvalid: a value cannot be one of its guard; nothing is kept.
            LedgerUnavailable: nothing is kept.
        """
        ...

    def close(self, rollout: Kept, now_ns: int) -> Decision:
        """Count the conversations whose time of observation is over, and say what follows; one transaction.

        Raises:
            LedgerUnavailable: nothing was counted.
        """
        ...

    def board(self, rollout: str) -> Board | None:
        """The guards of the stage that is under way; None: nothing was counted yet. Raises ``LedgerUnavailable``."""
        ...

    def shadow_spent(self, rollout: str, more_pico_usd: int = 0) -> int:
        """Add to what the shadow has cost, and say how much that is by now. Raises ``LedgerUnavailable``."""
        ...
