"""The shadow: B is asked beside, and whatever it does, the caller has A's answer and nothing else."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.unit.gateway.test_chat import DONE, LAST, WORD, Answers, answered
from tests.unit.wiring.rollout_house import BODIES, A, RolloutHouse, declared, upstreams

from outlast.catalog.store import Catalog
from outlast.errors import UpstreamBroken
from outlast.gateway.shadow import LARGEST
from outlast.rollout import state
from outlast.rollout.plan import Stage
from outlast.rollout.ports import Turn
from outlast.testing.gateway import EVENTS, KeptReply, Played

Build = Callable[..., RolloutHouse]
PLAN = declared(stages=(Stage(0.0), Stage(1.0)))
HANGS = Played(pieces=(), hangs=True)
FLOOD = Played(pieces=(b"x" * (LARGEST // 4),) * 400)
TROUBLE: dict[str, Answers] = {
    "hangs": HANGS,
    "floods": FLOOD,
    "floods as a stream": Played(headers=EVENTS, pieces=(b"data: {%b}\n\n" % (b" " * 100_000),) * 400),
    "fails": UpstreamBroken("reset"),
    "refuses": Played(status=500, pieces=(b"{}",)),
    "says what is not JSON": Played(pieces=(b"<html>",)),
}


class Boards:
    """Remembers turns, and holds the money."""

    def __init__(self, spent: int = 0) -> None:
        self.turns: list[Turn] = []
        self.spent = spent

    def add(self, _rollout: str, turns: "tuple[Turn, ...]") -> None:
        self.turns += turns

    def shadow_spent(self, _rollout: str, more: int = 0) -> int:
        self.spent += more
        return self.spent


@pytest.fixture
def house(acme: Catalog) -> Build:
    def build(
        *ours: Answers, theirs: tuple[Answers, ...] = (), most: int | None = None, spent: int = 0
    ) -> RolloutHouse:
        made = RolloutHouse(acme, upstreams(*ours, theirs=theirs))
        made.begin(replace(PLAN, max_shadow_pico_usd=most))
        made.store.boards = Boards(spent)  # type: ignore[misc,assignment]
        return made

    return build


def boards(made: RolloutHouse) -> Boards:
    made.moves.measuring.take_in()
    made.moves.measuring._keep()
    found = made.store.boards
    assert isinstance(found, Boards)
    return found


async def whole(made: RolloutHouse, dialect: str = "chat", **more: object) -> KeptReply:
    """One call, and the end of what was asked beside."""
    reply = await made.said("c", dialect, **more)
    while made.shadow._tasks:
        await asyncio.wait(made.shadow._tasks)
    return reply


@pytest.mark.parametrize("dialect", BODIES)
def test_a_answers_and_b_is_asked_beside_and_recorded_under_its_own_id(house: Build, dialect: str) -> None:
    made = house()
    reply = asyncio.run(whole(made, dialect))
    assert (reply.headers["x-outlast-served-model"], reply.headers["x-outlast-reason"]) == (A, "target")
    ours, theirs = made.journal.exchanges
    assert (ours.id, ours.reason, theirs.id, theirs.reason) == ("req_1", "target", "req_1-shadow", "shadow")
    assert (theirs.key, theirs.requested, theirs.served) == ("outlast:shadow", "support", "spare/new")
    assert [(turn.arm, turn.pair) for turn in boards(made).turns] == [("A", "req_1"), ("B", "req_1")]
    assert sum(sum(one.ended.values()) for one in made.chat.counters.counts.calls.values()) == 1


@pytest.mark.parametrize("trouble", [name for name in TROUBLE if name != "hangs"])
def test_whatever_a_shadow_does_the_caller_has_its_answer_and_b_an_error(house: Build, trouble: str) -> None:
    made = house(theirs=(TROUBLE[trouble],))
    reply = asyncio.run(whole(made, stream="stream" in trouble))
    assert (reply.status, reply.body, reply.headers["x-outlast-served-model"]) == (200, answered().pieces[0], A)
    assert {turn.arm: turn.values["errors"] for turn in boards(made).turns} == {"A": 0.0, "B": 1.0}
    assert len(made.upstreams["spare"].requests) == 1


def test_a_shadow_that_hangs_keeps_nobody_waiting_takes_bounded_room_and_ends_with_the_gateway(house: Build) -> None:
    made = house(theirs=(HANGS,))

    async def play() -> None:
        for _ in range(5):
            reply = await made.said("c")
            assert (reply.ended, reply.body) == (True, answered().pieces[0])
            await asyncio.sleep(0)
        assert len(made.upstreams["spare"].requests) == 2
        await made.shadow.aclose()

    asyncio.run(play())
    assert [one.error for one in made.journal.exchanges if one.reason == "shadow"] == ["gateway_stopped"] * 2
    assert boards(made).turns == []


def test_a_shadow_of_a_stream_is_read_to_its_end(house: Build) -> None:
    stream = Played(headers=EVENTS, pieces=(WORD, LAST, DONE))
    made = house(stream, theirs=(stream,))
    asyncio.run(whole(made, stream=True))
    assert [one.outcome for one in made.journal.exchanges] == ["answered", "answered"]
    assert {turn.arm: turn.values["errors"] for turn in boards(made).turns} == {"A": 0.0, "B": 0.0}


def test_nothing_is_asked_beside_where_a_provider_would_run_tools_itself(house: Build) -> None:
    made = house()
    asyncio.run(whole(made, "responses", tools=[{"type": "web_search"}]))
    assert made.upstreams["spare"].requests == []


def test_the_callers_idempotency_key_is_not_the_shadows(house: Build) -> None:
    made = house()

    async def play() -> None:
        call, reply = made.raw(json.dumps({"model": "support", **BODIES["chat"][1]}).encode())
        call.headers.update({"idempotency-key": "once"})
        await made.chat(call, reply)
        while made.shadow._tasks:
            await asyncio.wait(made.shadow._tasks)

    asyncio.run(play())
    assert ("idempotency-key", "once") in made.upstreams["acme"].requests[0].headers
    assert made.upstreams["spare"].requests[0].headers == ()


def test_money_is_set_aside_before_a_shadow_is_asked_and_an_unknown_price_is_not_spent(house: Build) -> None:
    made = house(most=10)  # nobody knows what spare/new costs
    asyncio.run(whole(made))
    assert made.upstreams["spare"].requests == []
    made = house()
    asyncio.run(whole(made))
    assert len(made.upstreams["spare"].requests) == 1


def test_a_shadow_ends_when_its_money_is_spent_and_what_was_not_spent_is_given_back(house: Build) -> None:
    made = house(most=1_000)
    reserve = made.moves.measuring.reserve

    async def play() -> list[bool]:
        return [await reserve(made.kept, each) for each in (600, 600, 400)]

    assert asyncio.run(play()) == [True, False, True]
    assert boards(made).spent == 1_000
    made.moves.measuring.spend(made.kept, -150)
    assert boards(made).spent == 850


def test_a_paused_shadow_asks_nobody(house: Build) -> None:
    made = house()
    made.take(lambda kept, cause: state.pause(kept.state, cause))
    asyncio.run(whole(made))
    assert made.upstreams["spare"].requests == []
