"""Rollouts in memory: the ports ``Rollouts``, ``Assignments`` and ``Boards`` over dictionaries, for tests.

It knows the rules of keeping, written plainly; the contract suite holds it and SQLite to the same answers.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import msgspec

from outlast.errors import RolloutRefused
from outlast.rollout.assignment import Assigned, Known, Pin
from outlast.rollout.brownout import Window
from outlast.rollout.guards import Board, Decision, decide, opened
from outlast.rollout.observing import Observed, begun, counted, grouped, grown, refuse_values
from outlast.rollout.plan import Arm
from outlast.rollout.ports import Kept, Situation, Turn
from outlast.rollout.state import Transition

_DAY_NS = 86_400 * 10**9
_SECOND = 10**9


@dataclass
class _Assignment:
    arm: Arm
    stage: int | None
    used_day: int


@dataclass
class _Measured:
    conversation: str
    first_ns: int
    observed: Observed | None
    """None: counted."""


@dataclass
class _Shelf:
    """All that is kept."""

    version: int = 0
    rollouts: list[Kept] = field(default_factory=list)
    steps: dict[str, list[Transition]] = field(default_factory=dict)
    pins: dict[tuple[str, str, str], Pin] = field(default_factory=dict)
    windows: dict[str, tuple[Window, ...]] = field(default_factory=dict)
    assignments: dict[tuple[str, str], _Assignment] = field(default_factory=dict)
    units: set[tuple[str, str]] = field(default_factory=set)
    measured: dict[tuple[str, int, str], _Measured] = field(default_factory=dict)
    boards: dict[tuple[str, int], Board] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)

    def kept(self, rollout: str) -> Kept | None:
        return next((each for each in self.rollouts if each.id == rollout), None)


class MemoryRolloutStore:
    """The three ports over one shelf."""

    def __init__(self, *, unix_ns: Callable[[], int]) -> None:
        shelf = _Shelf()
        self.rollouts = MemoryRollouts(shelf)
        self.assignments = MemoryAssignments(shelf, unix_ns)
        self.boards = MemoryBoards(shelf)

    def start(self) -> None:
        """Nothing has to begin."""

    def close(self) -> None:
        """Nothing has to end."""


class MemoryRollouts:
    """The port ``Rollouts``."""

    def __init__(self, shelf: _Shelf) -> None:
        self._shelf = shelf

    def version(self) -> int:
        """Grows with every change."""
        return self._shelf.version

    def situation(self) -> Situation:
        """The newest rollout of each model, all pins and windows."""
        shelf = self._shelf
        newest = {each.plan.model: each for each in shelf.rollouts}
        return Situation(
            version=shelf.version,
            rollouts=tuple(newest[model] for model in sorted(newest)),
            pins=tuple((key[0], pin) for key, pin in sorted(shelf.pins.items(), key=lambda each: each[0])),
            windows=tuple((name, one) for name in sorted(shelf.windows) for one in shelf.windows[name]),
        )

    def begin(self, kept: Kept, first: Transition) -> None:
        """Keep a new rollout."""
        for each in self._shelf.rollouts:
            if each.plan.model == kept.plan.model and each.state.phase in ("running", "paused"):
                raise RolloutRefused(f"{kept.plan.model} has a rollout under way, {each.id}")
        self._shelf.rollouts.append(kept)
        self._shelf.steps[kept.id] = [first]
        self._shelf.version += 1

    def step(self, rollout: str, taken: Transition) -> None:
        """Keep a further step, unless its number was taken."""
        kept = self._shelf.kept(rollout)
        if kept is None:
            raise RolloutRefused(f"there is no rollout {rollout}")
        if taken.before is None or taken.after.number != kept.state.number + 1:
            raise RolloutRefused(f"step {taken.after.number} of this rollout was taken meanwhile")
        place = self._shelf.rollouts.index(kept)
        self._shelf.rollouts[place] = msgspec.structs.replace(kept, state=taken.after)
        self._shelf.steps[rollout].append(taken)
        self._shelf.version += 1

    def pin(self, model: str, pin: Pin) -> None:
        """Keep a pin."""
        self._shelf.pins[model, pin.key, pin.user] = pin
        self._shelf.version += 1

    def unpin(self, model: str, key: str, user: str) -> bool:
        """Take a pin away."""
        self._shelf.version += 1
        return self._shelf.pins.pop((model, key, user), None) is not None

    def schedule(self, name: str, windows: Sequence[Window]) -> None:
        """Replace the brown-outs of a name."""
        self._shelf.windows[name] = tuple(windows)
        self._shelf.version += 1

    def history(self, model: str) -> tuple[tuple[Kept, tuple[Transition, ...]], ...]:
        """Every rollout of a model, the newest first."""
        found = [each for each in reversed(self._shelf.rollouts) if each.plan.model == model]
        return tuple((each, tuple(self._shelf.steps[each.id])) for each in found)


class MemoryAssignments:
    """The port ``Assignments``."""

    def __init__(self, shelf: _Shelf, unix_ns: Callable[[], int]) -> None:
        self._shelf = shelf
        self._now = unix_ns

    async def settle(
        self, rollout: str, conversation: str, unit: str, draw: Callable[[Known], Assigned], *, began: bool
    ) -> Assigned:
        """What ``draw`` makes of what is stored."""
        stored = self._shelf.assignments.get((rollout, conversation))
        has_b: Arm | None = "B" if (rollout, unit) in self._shelf.units else None
        today = self._now() // _DAY_NS
        if stored is not None:
            stored.used_day = max(stored.used_day, today)
            return draw(Known(conversation=stored.arm, stage=stored.stage, unit=has_b, began=began))
        given = draw(Known(unit=has_b, began=began))
        if given.store:
            self._shelf.assignments[rollout, conversation] = _Assignment(given.arm, given.stage, today)
            if given.arm == "B" and unit:
                self._shelf.units.add((rollout, unit))
        return given

    def flush(self) -> None:
        """As the store's own in its place: nothing waits here."""


class MemoryBoards:
    """The port ``Boards``."""

    def __init__(self, shelf: _Shelf) -> None:
        self._shelf = shelf

    def add(self, rollout: str, turns: Collection[Turn]) -> None:
        """Keep turns of the stage that is under way."""
        kept = self._shelf.kept(rollout)
        if kept is None:
            return
        plan, state = kept.plan, kept.state
        refuse_values(plan, turns)
        stage = plan.stages[state.stage]
        if state.phase not in ("running", "paused") or not stage.guarded:
            return
        by_unit = plan.by != "conversation" and stage.share > 0
        for said in grouped([turn for turn in turns if turn.stage == state.stage]):
            first = said[0]
            place = (rollout, state.stage, first.unit if by_unit else first.conversation)
            found = self._shelf.measured.get(place)
            if found is None:
                self._shelf.measured[place] = _Measured(first.conversation, first.at_ns, begun(said))
            elif (
                found.observed is not None
                and found.conversation == first.conversation
                and first.at_ns <= found.first_ns + plan.window_s * _SECOND
            ):
                found.observed = grown(found.observed, said)

    def close(self, rollout: Kept, now_ns: int) -> Decision:
        """Count what is over, and decide."""
        kept = self._shelf.kept(rollout.id)
        if kept is None:
            return decide(rollout.plan, opened(rollout.plan, rollout.state.stage))
        plan, state = kept.plan, kept.state
        window = plan.window_s * _SECOND
        board = self.board(rollout.id) or opened(plan, state.stage)
        waiting = sorted(self._shelf.measured.items(), key=lambda each: (each[1].first_ns, each[0]))
        for (whose, stage, _), one in waiting:
            over = not now_ns - window < one.first_ns <= now_ns + window
            if whose != rollout.id or one.observed is None or not over:
                continue
            if stage == state.stage and state.phase in ("running", "paused"):
                board = counted(plan, board, one.observed)
                self._shelf.boards[whose, stage] = board
            one.observed = None
        return decide(plan, board)

    def board(self, rollout: str) -> Board | None:
        """The guards of the stage that is under way."""
        kept = self._shelf.kept(rollout)
        return None if kept is None else self._shelf.boards.get((rollout, kept.state.stage))

    def shadow_spent(self, rollout: str, more_pico_usd: int = 0) -> int:
        """Add, and say the sum."""
        self._shelf.spent[rollout] = self._shelf.spent.get(rollout, 0) + more_pico_usd
        return self._shelf.spent[rollout]
