"""Whole rollouts in simulated worlds, with the real code: ``python benchmarks/rollout_worlds.py`` prints the tables.

A load of conversations goes through the gateway's own handler, plan, shadow, measuring and guards, to upstreams that
answer by a script; time is simulated, so that an hour takes seconds. Steps, turns and boards are kept by the SQLite
store; assignments alone are kept in memory. Fixed seeds. Beside it, on the same blocks: a canary that is rolled back
when the difference so far is above the margin, after thirty blocks. About a quarter of an hour on two idle cores;
``--quick`` is a smaller one.
"""

import argparse
import asyncio
import datetime as dt
import logging
import math
import random
import statistics
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from bench.report import table
from bench.worlds import EQUAL, WORLDS, Loop, Scripted, World

from outlast.catalog.store import open_catalog
from outlast.dialects.registry import DIALECTS
from outlast.exchange import PICO_PER_USD, Exchange, Observation
from outlast.gateway.attempts import Attempts
from outlast.gateway.call import Call
from outlast.gateway.chat import Chat
from outlast.gateway.counters import Counters
from outlast.gateway.destination import Destinations
from outlast.gateway.gone import GoneTargets
from outlast.gateway.ports import Clock
from outlast.gateway.routes import Routes
from outlast.gateway.shadow import Shadow
from outlast.ledger.rollouts.store import RolloutStore
from outlast.limits.unlimited import Unlimited
from outlast.rollout import state
from outlast.rollout.guards import Decision
from outlast.rollout.plan import Plan, Reference
from outlast.rollout.ports import Kept
from outlast.rollout.state import Cause
from outlast.rollout.words import parse_guards, parse_stages
from outlast.settings import parse_settings
from outlast.testing.gateway import KeptReply, keyless
from outlast.testing.rollouts import MemoryRolloutStore
from outlast.wiring.rollouts import Moves

RESULTS = Path(__file__).parent / "results" / "rollout_worlds.json"
CONFIGURATION = """
[providers.openai]
kind = "scripted"
[providers.twin]
kind = "scripted"
catalog = "openai"
[models.support]
target = "openai/gpt-4.1-mini"
"""
A, B = "openai/gpt-4.1-mini", "twin/gpt-4.1-mini"
WITH, WITHOUT = "shadow,20,50,100", "20,50,100"
RATE, THINKING_S, LOOK_S, MOST, LEAST = 3.0, 8.0, 3.0, 6_000, 30
"""Conversations a second, seconds between turns, seconds between looks, conversations of one rollout at most."""
JSON_SHARE = 0.25
BEGAN = 1_770_000_000.0
SCHEMA = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}
FORM = {"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA}}


@dataclass
class Ended:
    """What became of one rollout."""

    world: str
    stages: str
    phase: str = ""
    stage: str = ""
    """Where it was rolled back, or where it stood at the end."""
    guard: str = ""
    affected: int = 0
    """Calls for which B was asked before the caller was answered."""
    conversations: int = 0
    naive: str = ""
    """Where the fixed threshold would have rolled back."""
    naive_guard: str = ""
    naive_affected: int = 0


@dataclass
class Journal:
    """Counts instead of keeping."""

    affected: int = 0
    exchanges: list[Exchange] = field(default_factory=list)
    keeps: bool = False

    def append(self, exchange: Exchange) -> None:
        """Count a call for which B was asked."""
        self.affected += any(attempt.reason == "rollout" for attempt in exchange.attempts)
        if self.keeps:
            self.exchanges.append(exchange)

    def observe(self, observation: Observation) -> None:
        """Nobody retires here."""


class House:
    """A gateway in a world."""

    def __init__(self, world: World, loop: Loop, folder: Path, seed: str) -> None:
        self.world, self.loop, self.seed = world, loop, seed
        self.clock = Clock(unix_ns=lambda: int((BEGAN + loop.now) * 1e9), monotonic_ns=lambda: int(loop.now * 1e9))
        self.journal = Journal()
        self.store = RolloutStore(folder / "rollouts.db", unix_ns=self.clock.unix_ns)
        # Simulated time does not wait for a thread, and the store answers callers from one.
        self.store.assignments = MemoryRolloutStore(unix_ns=self.clock.unix_ns).assignments  # type: ignore[assignment]
        self.store.start()
        self.moves = Moves(self.store, self.clock, lambda: dt.date(2026, 2, 2))
        self.chat = self._chat()

    def _chat(self) -> Chat:
        settings = parse_settings(CONFIGURATION)
        upstreams = {
            "openai": Scripted(self.world, self.loop, self.seed, candidate=False),
            "twin": Scripted(self.world, self.loop, self.seed, candidate=True),
        }
        gone = GoneTargets(self.clock, None)
        destinations = Destinations(
            providers=settings.providers, upstreams=upstreams, knowledge=open_catalog(settings.catalog)
        )
        routes = Routes(settings, destinations, gone=gone, today=lambda: dt.date(2026, 2, 2))
        return Chat(
            dialect=DIALECTS["chat"],
            callers=keyless(),
            limiter=Unlimited(),
            routes=routes,
            attempts=Attempts(routes, gone, clock=self.clock, pause=asyncio.sleep, jitter=lambda: 0.5),
            journal=self.journal,
            counters=Counters(),
            clock=self.clock,
            steering=self.moves,
            shadow=Shadow(most=10_000),
        )

    async def converse(self, number: int) -> None:
        """One conversation: one to three turns, with time to think between."""
        rng = random.Random(f"{self.seed} conversation {number}")  # noqa: S311 - a simulation
        body: dict[str, Any] = {
            "model": "support", "user": str(number), "metadata": {"key": f"key {number % 10}"},
            "messages": [{"role": "user", "content": f"Where is my parcel {number}?"}],
        }  # fmt: skip
        if rng.random() < JSON_SHARE:
            body["response_format"] = FORM
        for turn in range(rng.randint(1, 3)):
            if turn:
                await asyncio.sleep(rng.expovariate(1 / THINKING_S))
                body["messages"] += [{"role": "assistant", "content": "Yes."}, {"role": "user", "content": "And now?"}]
            headers: dict[str, str] = {"x-outlast-conversation": f"{self.seed} {number}"}
            call = Call(
                id=f"req_{number}_{turn}", method="POST", path="/v1/chat/completions", query="", headers=headers,
                body=msgspec.json.encode(body), arrived_ns=self.clock.monotonic_ns(),
            )  # fmt: skip
            reply = KeptReply()
            await self.chat(call, reply)
            assert reply.ended


def plan(world: World, stages: str, references: tuple[Reference, ...], seed: str) -> Plan:
    """The rollout that is declared in each world."""
    return Plan(
        model="support", incumbent=A, candidate=B, salt=seed, stages=parse_stages(stages), window_s=60,
        guards=parse_guards(world.guards), references=references, least_blocks=LEAST,
    )  # fmt: skip


def play(world: World, stages: str, references: tuple[Reference, ...], number: int) -> Ended:
    """One whole rollout."""
    logging.disable(logging.CRITICAL)
    ended = Ended(world.name, stages)
    root = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - nothing of it outlives the run
    with tempfile.TemporaryDirectory(dir=root) as folder:
        loop = Loop()
        try:
            house = House(world, loop, Path(folder), f"{world.name} {stages} {number}")
            declared = plan(world, stages, references, house.seed)
            loop.run_until_complete(_rollout(house, declared, ended))
            house.store.close()
        finally:
            loop.close()
    return ended


async def _rollout(house: House, declared: Plan, ended: Ended) -> None:
    first = state.start(declared, Cause(by="operator", at_ns=house.clock.unix_ns()), unproven=True)
    house.store.rollouts.begin(Kept(id="one", plan=declared, state=first.after), first)
    house.moves.look()
    load = asyncio.ensure_future(_load(house, MOST, ended))
    kept = _kept(house)
    while True:
        await asyncio.sleep(LOOK_S)
        house.moves.measuring.take_in()
        if not ended.naive:
            _naive(house, kept, ended)
        house.moves.measuring.look()
        kept = _kept(house)
        over = kept.state.phase == "rolled back" or not kept.plan.stages[kept.state.stage].guarded
        if over or load.done():
            break
    load.cancel()
    await asyncio.wait({load})
    ended.phase = kept.state.phase if kept.plan.stages[kept.state.stage].guarded else "completed"
    ended.stage = kept.plan.stages[kept.state.stage].name
    ended.affected = house.journal.affected
    if kept.state.phase == "rolled back":
        [(_, steps)] = house.store.rollouts.history("support")
        ended.guard = steps[-1].cause.reason.partition(":")[0]


def _kept(house: House) -> Kept:
    [kept] = house.store.rollouts.situation().rollouts
    return kept


def _naive(house: House, kept: Kept, ended: Ended) -> None:
    """A fixed threshold, at every look: the difference so far against the margin, after thirty blocks."""
    decision: Decision = house.store.boards.close(kept, house.clock.unix_ns())
    for one in decision.readings:
        if one.blocks >= LEAST and one.difference is not None and one.difference > one.allowed:
            ended.naive, ended.naive_guard = kept.plan.stages[kept.state.stage].name, one.guard
            ended.naive_affected = house.journal.affected
            return


async def _load(house: House, most: int, ended: Ended) -> None:
    rng = random.Random(f"{house.seed} arrivals")  # noqa: S311 - a simulation
    running: set[asyncio.Task[None]] = set()
    try:
        for number in range(most):
            await asyncio.sleep(rng.expovariate(RATE))
            task = asyncio.ensure_future(house.converse(number))
            running.add(task)
            task.add_done_callback(running.discard)
            ended.conversations = number + 1
        await asyncio.sleep(90)  # the last ones are counted when their time is over
    finally:
        for task in running:
            task.cancel()


def references() -> tuple[Reference, ...]:
    """What A's record says, from conversations of its own."""
    loop = Loop()
    with tempfile.TemporaryDirectory() as folder:
        house = House(WORLDS[0], loop, Path(folder), "references")
        house.journal.keeps = True
        ended = Ended("references", WITH)
        loop.run_until_complete(_load(house, 400, ended))
        house.store.close()
    loop.close()
    answered = [each for each in house.journal.exchanges if each.outcome == "answered"]
    costs = [(each.cost_pico_usd or 0) / PICO_PER_USD for each in answered]
    share = EQUAL.feels, EQUAL.praises
    # Of a conversation of two turns; a spread only sets the scale.
    spreads = [math.sqrt(one * (1 - one) / 2) for one in share]
    return (
        Reference(name="latency", middle=statistics.median(each.total_us / 1e6 for each in answered)),
        Reference(name="cost", middle=statistics.fmean(costs)),
        Reference(name="tone.empathy", middle=share[0] * (1 - JSON_SHARE), spread=spreads[0]),
        Reference(name="tone.praise", middle=share[1] * (1 - JSON_SHARE), spread=spreads[1]),
    )


def shown(world: World, played: Sequence[Ended]) -> list[str]:
    """One row of the table."""
    back = [each for each in played if each.phase == "rolled back"]
    naive = [each for each in played if each.naive]
    return [
        world.name,
        str(len(played)),
        _share(len(back), len(played)),
        _most([each.stage for each in back]),
        _most([each.guard for each in back]),
        _middle([each.affected for each in back]),
        _share(sum(each.phase == "completed" for each in played), len(played)),
        _share(len(naive), len(played)),
        _most([each.naive_guard for each in naive]),
        _middle([each.naive_affected for each in naive]),
    ]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}"


def _most(words: Sequence[str]) -> str:
    return ", ".join(f"{word} {count}" for word, count in Counter(words).most_common(3))


def _middle(values: Sequence[int]) -> str:
    return f"{statistics.median(values):,.0f}, {max(values):,}" if values else ""


COLUMNS = (
    "B is", "n", "rolled back, %", "stage", "guard", "B's calls till then: median, most", "completed, %",
    "fixed threshold: back, %", "its guard", "its calls",
)  # fmt: skip


def main() -> None:
    """Play, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three rollouts of each")
    parser.add_argument("--equal", type=int, default=60, help="rollouts of the equal world")
    parser.add_argument("--others", type=int, default=10, help="rollouts of each other one")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--shown", action="store_true", help="print what was kept, and play nothing")
    asked = parser.parse_args()
    if asked.shown:
        show([msgspec.json.decode(RESULTS.read_bytes(), type=list[Ended])])
        return
    found = references()
    ways = [(world, stages) for stages in (WITH, WITHOUT) for world in WORLDS]
    numbers = [3 if asked.quick else asked.equal if way[0] is WORLDS[0] else asked.others for way in ways]
    played: list[list[Ended]] = [[] for _ in ways]
    with ProcessPoolExecutor(asked.processes) as pool:
        # Number by number, so that whoever ends it early has about as many of each.
        waiting = {
            pool.submit(play, *way, found, number): place
            for number in range(max(numbers))
            for place, way in enumerate(ways)
            if number < numbers[place]
        }
        for one in as_completed(waiting):
            played[waiting[one]].append(one.result())
            if not asked.quick:
                RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode([one for each in played for one in each])))
    show(played)


def show(played: Sequence[Sequence[Ended]]) -> None:
    """The tables."""
    for stages in (WITH, WITHOUT):
        rows = [
            shown(world, found)
            for world in WORLDS
            if (found := [one for each in played for one in each if (one.world, one.stages) == (world.name, stages)])
        ]
        print(f"`{stages}`:\n\n{table(COLUMNS, rows)}\n")


if __name__ == "__main__":
    main()
