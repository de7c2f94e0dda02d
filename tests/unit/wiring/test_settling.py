"""A model is asked while a new conversation is being settled, and nobody hears of it before that is done."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.unit.gateway.test_chat import DONE, LAST, USAGE, WORD, answered
from tests.unit.wiring.rollout_house import NOW, A, B, RolloutHouse, declared, upstreams

from outlast.catalog.store import Catalog
from outlast.errors import LedgerUnavailable
from outlast.ledger.rollouts.store import RolloutStore
from outlast.rollout import state
from outlast.rollout.assignment import Assigned, Known
from outlast.rollout.plan import Stage
from outlast.testing.gateway import EVENTS, Played

EVERYBODY = declared(stages=(Stage(0.999999), Stage(1.0)))
FIFTH = declared(stages=(Stage(0.2), Stage(1.0)))
STREAM = Played(headers=EVENTS, pieces=(WORD, LAST, USAGE, DONE))
SILENT = Played(hangs=True)
Settles = Callable[[Callable[[Known], Assigned]], Assigned]


class Held:
    """A store that says something only when it may."""

    def __init__(self, says: Settles) -> None:
        self.may, self.asked = asyncio.Event(), asyncio.Event()
        self._says = says

    async def settle(self, _r: str, _c: str, _u: str, draw: Callable[[Known], Assigned], *, began: bool) -> Assigned:
        assert not began
        self.asked.set()
        await self.may.wait()
        return self._says(draw)


def drawn(draw: Callable[[Known], Assigned]) -> Assigned:
    return draw(Known())


def stored_a(draw: Callable[[Known], Assigned]) -> Assigned:
    return draw(Known(conversation="A", stage=0))


def locked(_draw: Callable[[Known], Assigned]) -> Assigned:
    raise LedgerUnavailable("locked")


def held(made: RolloutHouse, says: Settles) -> Held:
    made.begin(EVERYBODY)
    store = Held(says)
    made.moves._helm._assignments = store
    return store


async def turns(number: int) -> None:
    """Let the event loop go round."""
    for _ in range(number):
        await asyncio.sleep(0)


@pytest.mark.parametrize("played", [answered("new"), STREAM], ids=["plain", "stream"])
def test_nothing_of_bs_answer_gets_out_before_its_draw_is_kept(acme: Catalog, played: Played) -> None:
    made = RolloutHouse(acme, upstreams(theirs=(played,)))

    async def play() -> None:
        store = held(made, drawn)
        call, reply = made.call("support", stream=played is STREAM)
        calling = asyncio.create_task(made.chat(call, reply))
        await store.asked.wait()
        await turns(20)  # as long as its whole answer takes, and longer
        assert len(made.upstreams["spare"].requests) == 1
        assert (reply.status, reply.body, calling.done()) == (0, b"", False)
        store.may.set()
        await calling
        assert (reply.status, reply.headers["x-outlast-served-model"]) == (200, B)

    asyncio.run(play())


@pytest.mark.parametrize("theirs", [answered("new"), STREAM, SILENT], ids=["answered", "streaming", "silent"])
@pytest.mark.parametrize("says", [stored_a, locked])
def test_where_the_store_says_otherwise_or_nothing_a_answers_and_what_b_said_is_dropped(
    acme: Catalog, says: Settles, theirs: Played
) -> None:
    made = RolloutHouse(acme, upstreams(theirs=(theirs,)))

    async def play() -> None:
        store = held(made, says)
        call, reply = made.call("support", stream=theirs is STREAM)
        calling = asyncio.create_task(made.chat(call, reply))
        await store.asked.wait()
        await turns(20)
        assert len(made.upstreams["spare"].requests) == 1
        store.may.set()
        await calling  # also where B never answers
        assert (reply.status, reply.headers["x-outlast-served-model"]) == (200, A)
        assert made.exchange.served == A

    asyncio.run(play())


def test_a_caller_who_leaves_meanwhile_ends_its_call_and_the_draw_is_kept_all_the_same(acme: Catalog) -> None:
    made = RolloutHouse(acme, upstreams(theirs=(answered("new"),)))

    async def play() -> None:
        store = held(made, drawn)
        calling = asyncio.create_task(made.said("c"))
        await store.asked.wait()
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
        assert made.exchange.outcome == "cancelled"
        store.may.set()
        [settling] = made.moves._rollouts["support"]._settling
        await settling
        assert (await made.said("c")).headers["x-outlast-served-model"] == B

    asyncio.run(play())


def test_a_conversation_with_earlier_answers_is_looked_up_before_anybody_is_asked(acme: Catalog) -> None:
    made = RolloutHouse(acme, upstreams())

    async def play() -> None:
        made.begin(EVERYBODY)
        said = [{"role": role, "content": "Hi"} for role in ("user", "assistant", "user")]
        call, reply = made.call("support", messages=said)
        await made.chat(call, reply)
        assert reply.headers["x-outlast-served-model"] == A
        assert made.upstreams["spare"].requests == []

    asyncio.run(play())


@contextmanager
def two_processes(catalog: Catalog, path: Path) -> Iterator[list[RolloutHouse]]:
    stores = [RolloutStore(path, unix_ns=lambda: NOW) for _ in range(2)]
    for store in stores:
        store.start()
    try:
        yield [RolloutHouse(catalog, upstreams(), store) for store in stores]
    finally:
        for store in stores:
            store.close()


def test_a_model_that_was_heard_is_known_to_every_process_at_once(acme: Catalog, tmp_path: Path) -> None:
    with two_processes(acme, tmp_path / "rollouts.db") as houses, asyncio.Runner() as runner:
        one, other = houses
        one.begin(FIFTH)
        names = [f"c{number}" for number in range(12)]

        def heard(made: RolloutHouse) -> list[str]:
            made.moves.look()
            return [runner.run(made.said(name)).headers["x-outlast-served-model"] for name in names]

        first = heard(one)
        assert set(first) == {A, B}
        one.take(lambda kept, cause: state.advance(kept.plan, kept.state, cause))
        assert heard(other) == first
