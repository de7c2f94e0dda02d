"""Doubles for whoever draws answers: a store in memory, models that answer by script, and a clock moved by hand."""

import asyncio
import heapq
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from outlast.checks.draw import Draw, Item, Said, Timing
from outlast.replay.plan import Plan
from outlast.replay.ports import DrawKey

T = TypeVar("T")


def item(name: str, *, cluster: str = "") -> Item:
    return Item(id=name, cluster=cluster or name, request=b"{}")


def said(text: str = "yes", *, cost: int | None = None) -> Draw:
    return Draw(said=Said(text=text, finish="stop"), cost_pico_usd=cost, timing=Timing(total_us=1))


BUSY = Draw(error="rate_limited")
REFUSED_IN = 0.125
"""Seconds that a scripted refusal takes."""


@dataclass
class Memory:
    """A store without a disk. ``fails`` is asked before each write, and raises what it likes."""

    draws: dict[DrawKey, Draw | None] = field(default_factory=dict)
    expected: dict[DrawKey, int | None] = field(default_factory=dict)
    fails: Callable[[], None] = lambda: None
    requests: list[Item] = field(default_factory=list)
    declared: list[Plan] = field(default_factory=list)

    def begin(self, key: DrawKey, expected_pico_usd: int | None) -> bool:
        self.fails()
        if key in self.draws:
            return False
        self.draws[key], self.expected[key] = None, expected_pico_usd
        return True

    def keep(self, key: DrawKey, draw: Draw) -> None:
        self.fails()
        assert self.draws[key] is None, "an answer is kept once"
        self.draws[key] = draw

    def forget(self, keys: Sequence[DrawKey]) -> int:
        return sum(self.draws.pop(key, None) is None for key in keys)

    def draw(self, key: DrawKey) -> Draw | None:
        return self.draws.get(key)

    def begun(self, target: str) -> Iterator[tuple[DrawKey, int | None]]:
        return iter([(k, self.expected[k]) for k, draw in self.draws.items() if k.target == target and draw is None])

    def add_items(self, model: str, items: Sequence[Item], *, source: str) -> int:
        raise NotImplementedError

    def items(self, model: str) -> Iterator[Item]:
        del model
        return iter(self.requests)

    def keep_plan(self, plan: Plan) -> None:
        self.declared.append(plan)

    def plans(self, model: str) -> Iterator[Plan]:
        return (plan for plan in self.declared if plan.model == model)

    def close(self) -> None:
        """Nothing is open."""


class HandClock:
    """Time that passes only when nobody has anything else to do."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []
        self._due: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    async def pause(self, seconds: float) -> None:
        """A wait that somebody asked for."""
        self.waits.append(seconds)
        await self.sleep(seconds)

    async def sleep(self, seconds: float) -> None:
        """A wait that nobody looks at."""
        due = asyncio.get_running_loop().create_future()
        heapq.heappush(self._due, (self.now + seconds, next(self._numbers), due))
        await due

    def play(self, work: Awaitable[T], *, until: float = float("inf")) -> T:
        """Do the work to its end; at ``until`` it is interrupted, as by a signal."""
        return asyncio.run(self._drive(work, until))

    async def _drive(self, work: Awaitable[T], until: float) -> T:
        task = asyncio.ensure_future(work)
        while not task.done():
            for _ in range(30):
                await asyncio.sleep(0)
            if task.done():
                break
            assert self._due, "everybody waits for somebody else"
            moment, _, due = heapq.heappop(self._due)
            if moment >= until:
                task.cancel()
                break
            self.now = moment
            if not due.done():
                due.set_result(None)
        return await task


@dataclass
class Models:
    """Models that answer after a second, unless a script says otherwise; they count."""

    clock: HandClock
    script: dict[str, list[Draw]] = field(default_factory=dict)
    """Per target: what it says first, call by call."""
    answer: Callable[[Item, str], Draw] = lambda _item, _target: said(cost=10)
    seconds: Callable[[Item, str], float] = lambda _item, _target: 1.0
    price: int | None = 10
    look: Callable[[], None] = lambda: None
    """Called when a call begins."""
    asked: list[tuple[float, str, str]] = field(default_factory=list)
    """When, of whom, what."""
    paid: Counter[DrawKey] = field(default_factory=Counter)
    inside: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)

    async def ask(self, item: Item, target: str, *, adapt: bool) -> Draw:
        del adapt
        self.look()
        self.asked.append((self.clock.now, target, item.id))
        self.inside[target] += 1
        self.most[target] = max(self.most[target], self.inside[target])
        try:
            refusals = self.script.get(target)
            if refusals:
                refusal = refusals.pop(0)
                await self.clock.sleep(REFUSED_IN)
                return refusal
            self.paid[DrawKey(item.id, target)] += 1
            await self.clock.sleep(self.seconds(item, target))
            return self.answer(item, target)
        finally:
            self.inside[target] -= 1

    def expected_cost(self, item: Item, target: str, output_tokens: int) -> int | None:
        del item, target, output_tokens
        return self.price

    async def aclose(self) -> None:
        """Nothing is open."""
