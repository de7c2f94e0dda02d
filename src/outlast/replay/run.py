"""Drawing answers: concurrent, within a budget, and never the same one twice.

It knows which answers are still to be drawn, how many may be under way and what they may cost. It does not know
how a model is asked (an ``Asker``) nor where answers are kept (``Evidence``).

An answer is begun in the store before it is asked for. Whatever kills the process in between leaves it begun and not
kept: it may have been paid, so it is not asked again unless somebody says so, and counts as unanswered.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from outlast.checks.draw import Draw, Item
from outlast.replay.ports import Asker, DrawKey, Evidence

RATE_LIMITED = "rate_limited"
MOST_TRIES = 6
"""Of one answer that the provider keeps refusing for its rate limit."""
FIRST_WAIT_S = 1.0
TYPICAL_OUTPUT = 400
"""Output tokens of an answer about whose length nothing is known yet."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One answer to be drawn."""

    item: Item
    key: DrawKey


@dataclass(slots=True, kw_only=True)
class Progress:
    """How far a run is; told after every answer."""

    total: int
    done: int = 0
    """Answers that are there, those of earlier runs included."""
    failed: int = 0
    """Answers that came as errors."""
    lost: int = 0
    """Begun by a process that died; perhaps paid, not asked again."""
    skipped: int = 0
    """Not begun: the budget had no room for them."""
    spent_pico_usd: int = 0
    """Of this run, by reported usage; expected amounts where none was reported."""


@dataclass(slots=True)
class Purse:
    """A budget, and what running calls hold of it."""

    limit: int | None
    spent: int = 0
    held: int = 0

    def take(self, expected: int) -> bool:
        """Hold the expected price of one answer, if there is room for it."""
        if self.limit is not None and self.spent + self.held + expected > self.limit:
            return False
        self.held += expected
        return True

    def settle(self, expected: int, actual: int | None) -> None:
        """The answer came: what it really cost counts from now on."""
        self.held -= expected
        self.spent += expected if actual is None else actual


@dataclass(slots=True, kw_only=True)
class Runner:
    """Draws what is missing."""

    asker: Asker
    evidence: Evidence
    pause: Callable[[float], Awaitable[None]]
    adapt: bool = True
    most_at_once: int = 8
    tell: Callable[[Progress], None] = lambda _progress: None
    lengths: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Per target: answers and output tokens seen, for what the next one may cost."""

    async def run(self, errands: Sequence[Errand], purse: Purse) -> Progress:
        """Draw every answer that is not there yet and that the purse has room for."""
        progress = Progress(total=len(errands))
        waiting = [errand for errand in errands if not self._there(errand, progress)]
        gate = _Gate(self.most_at_once)
        self.tell(progress)
        queue = iter(waiting)
        async with asyncio.TaskGroup() as group:
            for errand in queue:
                await gate.enter()
                expected = self._expected(errand)
                if not purse.take(expected):
                    gate.leave()
                    progress.skipped += 1 + sum(1 for _ in queue)
                    break
                group.create_task(self._draw(errand, expected, (purse, gate, progress)))
        self.tell(progress)
        return progress

    def _there(self, errand: Errand, progress: Progress) -> bool:
        kept = self.evidence.draw(errand.key)
        if kept is None:
            return False
        progress.done += 1
        progress.failed += kept.said is None
        self._learn(errand.key.target, kept)
        return True

    async def _draw(self, errand: Errand, expected: int, state: "tuple[Purse, _Gate, Progress]") -> None:
        purse, gate, progress = state
        cost: int | None = None  # whoever is interrupted may have paid what was expected
        try:
            if not self.evidence.begin(errand.key, expected):
                progress.lost += 1
                cost = 0
                return
            draw = await self._patiently(errand, gate)
            cost = draw.cost_pico_usd if draw.said is not None else 0
            self.evidence.keep(errand.key, draw)
            self._learn(errand.key.target, draw)
            progress.done += 1
            progress.failed += draw.said is None
        finally:
            purse.settle(expected, cost)
            progress.spent_pico_usd = purse.spent
            gate.leave()
            self.tell(progress)

    async def _patiently(self, errand: Errand, gate: "_Gate") -> Draw:
        """The answer; a rate limit narrows the gate for everybody and is waited for, a few times."""
        wait = FIRST_WAIT_S
        for _ in range(MOST_TRIES - 1):
            draw = await self.asker.ask(errand.item, errand.key.target, adapt=self.adapt)
            if draw.error != RATE_LIMITED:
                gate.widen()
                return draw
            gate.narrow()
            await self.pause(wait)
            wait *= 2
        return await self.asker.ask(errand.item, errand.key.target, adapt=self.adapt)

    def _expected(self, errand: Errand) -> int:
        answers, tokens = self.lengths.get(errand.key.target, (0, 0))
        typical = tokens // answers if answers else TYPICAL_OUTPUT
        return self.asker.expected_cost(errand.item, errand.key.target, typical) or 0

    def _learn(self, target: str, draw: Draw) -> None:
        if draw.usage is not None:
            answers, tokens = self.lengths.get(target, (0, 0))
            self.lengths[target] = (answers + 1, tokens + draw.usage.output_tokens)


class _Gate:
    """How many may be under way: one more for each success, half for each refusal for the rate limit's sake."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._width: float = most
        self._inside = 0
        self._changed = asyncio.Event()

    async def enter(self) -> None:
        """Wait for a place."""
        while self._inside >= max(1, int(self._width)):
            self._changed.clear()
            await self._changed.wait()
        self._inside += 1

    def leave(self) -> None:
        """Give the place back."""
        self._inside -= 1
        self._changed.set()

    def widen(self) -> None:
        """Things go well."""
        self._width = min(self._most, self._width + 1 / max(1.0, self._width))
        self._changed.set()

    def narrow(self) -> None:
        """The provider asks for patience."""
        self._width = max(1.0, self._width / 2)
