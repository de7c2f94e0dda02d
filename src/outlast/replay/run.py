"""Drawing answers: concurrent, within a budget, and never the same one twice.

It knows which answers are still to be drawn, whose turn it is and what they may cost. It does not know how a model is
asked (an ``Asker``), where answers are kept (``Evidence``), nor how many a provider bears at once (``gate``).

An answer is begun in the store before it is asked for. Whatever kills the process in between leaves it begun and not
kept: it may have been paid, so it is not asked again unless somebody says so, and counts as unanswered. What a provider
refused for its rate limit was not paid: it is waited for, and at last left for the next run.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from outlast.checks.draw import Draw, Item
from outlast.replay.gate import Bell, Gate
from outlast.replay.ports import Asker, DrawKey, Evidence

RATE_LIMITED: Final = "rate_limited"
OVERLOADED: Final = "overloaded"
BUSY: Final = frozenset({RATE_LIMITED, OVERLOADED})
"""Errors of a provider that wants to be asked later, and has not been paid."""
MOST_TRIES: Final = 6
"""Of one answer that the provider keeps refusing so."""
FIRST_WAIT_S: Final = 1.0
"""Where the provider names no time; twice as long after each further refusal."""
LONGEST_WAIT_S: Final = 120.0
"""Whoever asks for more patience is asked in another run."""
TYPICAL_OUTPUT: Final = 400
"""Output tokens of an answer about whose length nothing is known yet."""
LEAD: Final = 2
"""How many widths of the gate a model may be ahead of the slowest one while a budget is shared: pairs need both."""


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
    deferred: int = 0
    """Refused to the last by a provider's rate limit, or behind one that was; the next run asks again."""
    spent_pico_usd: int = 0
    """Of this run, by reported usage; expected amounts where none was reported."""


@dataclass(slots=True)
class Purse:
    """A budget, and what running calls hold of it."""

    limit: int | None
    spent: int = 0
    held: int = 0
    calls: int | None = None
    """How many answers may still be begun; None: money alone decides."""

    @property
    def bounded(self) -> bool:
        """Whether anything can run out."""
        return self.limit is not None or self.calls is not None

    def take(self, expected: int) -> bool:
        """Hold the expected price of one answer, if there is room for it."""
        if self.limit is not None and self.spent + self.held + expected > self.limit:
            return False
        if self.calls is not None:
            if self.calls == 0:
                return False
            self.calls -= 1
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
        """Draw every answer that is not there yet and that the purse has room for.

        Each model is asked by itself, so that one that is slow or refuses does not hold up another.

        Raises:
            OutlastError: the store cannot be written; what is under way is let go.
        """
        progress = Progress(total=len(errands), spent_pico_usd=purse.spent)
        queues: defaultdict[str, list[Errand]] = defaultdict(list)
        for errand in errands:
            if not self._there(errand, progress):
                queues[errand.key.target].append(errand)
        self.tell(progress)
        ranks = {item: rank for rank, item in enumerate(dict.fromkeys(errand.item.id for errand in errands))}
        turns = _Turns(purse, progress, ranks, self.most_at_once)
        try:
            async with asyncio.TaskGroup() as group:
                for target, queue in queues.items():
                    turns.at[target] = ranks[queue[0].item.id]
                    group.create_task(self._serve(queue, turns, group))
        except BaseExceptionGroup as failed:
            raise _first(failed) from None
        self.tell(progress)
        return progress

    async def _serve(self, queue: Sequence[Errand], turns: "_Turns", group: asyncio.TaskGroup) -> None:
        """Everything that one model is to be asked."""
        target = queue[0].key.target
        gate = Gate(self.most_at_once, turns.bell)
        for number, errand in enumerate(queue):
            await turns.wait(errand)
            await gate.enter()
            if target in turns.given_up:
                turns.progress.deferred += len(queue) - number
                break
            expected = await turns.pay(partial(self._expected, errand))
            if expected is None:
                turns.progress.skipped += len(queue) - number
                break
            group.create_task(self._draw(errand, expected, gate, turns))
        turns.end(target)

    def _there(self, errand: Errand, progress: Progress) -> bool:
        kept = self.evidence.draw(errand.key)
        if kept is None:
            return False
        progress.done += 1
        progress.failed += kept.said is None
        self._learn(errand.key.target, kept)
        return True

    async def _draw(self, errand: Errand, expected: int, gate: Gate, turns: "_Turns") -> None:
        progress = turns.progress
        cost: int | None = None  # whoever is interrupted may have paid what was expected
        try:
            if not self.evidence.begin(errand.key, expected):
                progress.lost += 1
                cost = 0
                return
            draw = await self._patiently(errand, gate)
            cost = draw.cost_pico_usd if draw.said is not None else 0
            if draw.error in BUSY:
                self.evidence.forget([errand.key])
                progress.deferred += 1
                turns.given_up.add(errand.key.target)
                return
            self.evidence.keep(errand.key, draw)
            self._learn(errand.key.target, draw)
            progress.done += 1
            progress.failed += draw.said is None
        finally:
            turns.purse.settle(expected, cost)
            progress.spent_pico_usd = turns.purse.spent
            gate.leave()
            self.tell(progress)

    async def _patiently(self, errand: Errand, gate: Gate) -> Draw:
        """The answer; a provider that is busy is waited for as it asks, ever longer, a few times."""
        for tried in range(MOST_TRIES):
            burst = gate.bursts
            draw = await self.asker.ask(errand.item, errand.key.target, adapt=self.adapt)
            if draw.error not in BUSY:
                gate.widen()
                return draw
            gate.narrow(burst)
            wait = (draw.retry_after_s or FIRST_WAIT_S) * 2**tried
            if tried == MOST_TRIES - 1 or draw.retry_after_s > LONGEST_WAIT_S:
                return draw
            await gate.step_aside(self.pause(min(wait, LONGEST_WAIT_S)))
        raise AssertionError(errand)  # the last try returns

    def _expected(self, errand: Errand) -> int:
        answers, tokens = self.lengths.get(errand.key.target, (0, 0))
        typical = tokens // answers if answers else TYPICAL_OUTPUT
        return self.asker.expected_cost(errand.item, errand.key.target, typical) or 0

    def _learn(self, target: str, draw: Draw) -> None:
        if draw.usage is not None:
            answers, tokens = self.lengths.get(target, (0, 0))
            self.lengths[target] = (answers + 1, tokens + draw.usage.output_tokens)


@dataclass(slots=True)
class _Turns:
    """What the models of one run share: the purse, and how far each of them is."""

    purse: Purse
    progress: Progress
    ranks: dict[str, int]
    """The place of each request in the order of asking."""
    most_at_once: int
    bell: Bell = field(default_factory=Bell)
    at: dict[str, int] = field(default_factory=dict)
    """Per model that is still being asked: the place of its next request."""
    given_up: set[str] = field(default_factory=set)
    """Models whose provider refused one answer to the last."""
    exhausted: bool = False

    async def wait(self, errand: Errand) -> None:
        """Until the model is not too far ahead of another, where both draw on one budget."""
        rank = self.at[errand.key.target] = self.ranks[errand.item.id]
        self.bell.ring()
        while self.purse.bounded and rank > min(self.at.values()) + LEAD * self.most_at_once:
            await self.bell.wait()

    async def pay(self, expected: Callable[[], int]) -> int | None:
        """Hold the price of one answer; None: there is no room for it, and nothing under way that could make some.

        Once one answer found no room none is begun any more: a cheaper model would go on alone, and have no pairs.
        """
        while not self.exhausted:
            price = expected()
            if self.purse.take(price):
                return price
            if not self.purse.held or self.purse.calls == 0:
                self.exhausted = True
                self.bell.ring()
                break
            await self.bell.wait()
        return None

    def end(self, target: str) -> None:
        """Nothing more is begun with this model."""
        del self.at[target]
        self.bell.ring()


def _first(failed: BaseExceptionGroup[BaseException]) -> BaseException:
    """What went wrong first; the rest followed from it."""
    first = failed.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
