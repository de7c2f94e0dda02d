"""A rollout on the way of a call: who answers, who takes over, what is remembered, and what trouble costs a caller."""

import asyncio
import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.gateway.test_chat import GONE, Answers
from tests.unit.wiring.rollout_house import BODIES, NOW, TODAY, A, B, RolloutHouse, declared, upstreams

from outlast.catalog.store import Catalog
from outlast.errors import LedgerUnavailable
from outlast.gateway.feedback import Feedback
from outlast.ledger.rollouts.store import RolloutStore
from outlast.rollout import state
from outlast.rollout.assignment import Assigned, Known, Pin, Who
from outlast.rollout.plan import Guard, Stage
from outlast.rollout.ports import Kept
from outlast.rollout.steering import Helm
from outlast.testing.gateway import HandClock, Played
from outlast.testing.rollouts import MemoryRolloutStore

Build = Callable[..., RolloutHouse]
BUSY = Played(status=503, pieces=(b"{}",))
EVERYBODY = declared(stages=(Stage(0.999999), Stage(1.0)))
NOBODY = declared(stages=(Stage(0.000001), Stage(1.0)))


@pytest.fixture
def house(acme: Catalog) -> Build:
    def build(*ours: Answers, theirs: tuple[Answers, ...] = ()) -> RolloutHouse:
        return RolloutHouse(acme, upstreams(*ours, theirs=theirs))

    return build


@pytest.mark.parametrize("dialect", BODIES)
def test_b_answers_first_and_says_so_in_every_dialect(house: Build, dialect: str) -> None:
    made = house()
    made.begin(EVERYBODY)
    reply = asyncio.run(made.said("c", dialect))
    assert (reply.status, reply.headers["x-outlast-served-model"]) == (200, B)
    assert reply.headers["x-outlast-reason"] == "rollout"
    assert (made.exchange.reason, made.exchange.served, made.exchange.requested) == ("rollout", B, "support")
    assert made.upstreams["acme"].requests == []


def test_other_names_and_rollouts_that_were_taken_back_know_nothing_of_it(house: Build) -> None:
    made = house()
    made.begin(EVERYBODY)
    assert made.served("c", model="other") == A
    assert made.moves.of("other") is None
    made.back()
    assert made.served("c") == A
    assert made.moves.of("support") is None


def test_when_b_fails_a_answers_in_the_same_call(house: Build) -> None:
    made = house(theirs=(BUSY,))
    made.begin(EVERYBODY)
    reply = asyncio.run(made.said("c"))
    assert (reply.status, reply.headers["x-outlast-served-model"]) == (200, A)
    assert (made.exchange.attempts[0].target, made.exchange.attempts[0].reason) == (B, "rollout")


def test_when_a_is_gone_b_answers_whoever_was_drawn(house: Build) -> None:
    made = house(GONE)
    made.begin(NOBODY)
    reply = asyncio.run(made.said("c"))
    assert (reply.status, reply.headers["x-outlast-served-model"]) == (200, B)
    assert made.served("d") == B
    assert len(made.upstreams["acme"].requests) == 1


def test_a_configuration_that_no_longer_names_a_has_the_last_word(house: Build) -> None:
    made = house()
    made.begin(replace(EVERYBODY, incumbent="acme/older"))
    assert made.served("c") == A


def test_a_candidate_of_a_provider_that_is_not_configured_is_nobodys_trouble(house: Build) -> None:
    made = house()
    made.begin(replace(EVERYBODY, candidate="elsewhere/new"))
    assert made.served("c") == A


def test_a_conversation_with_earlier_answers_stays_with_a(house: Build) -> None:
    made = house()
    made.begin(EVERYBODY)
    turns = [{"role": role, "content": "Hi"} for role in ("user", "assistant", "user")]
    assert made.served(messages=turns) == A
    assert made.served(messages=turns[:1]) == A  # it begins with the same words: the same conversation
    assert made.served(messages=[{"role": "user", "content": "Another"}]) == B


def test_a_pin_goes_before_the_draw_and_what_is_stored_before_a_pin(house: Build) -> None:
    made = house()
    made.begin(NOBODY)
    assert made.served("early") == A
    made.store.rollouts.pin("support", Pin(key="", user="u1", arm="B", ends=TODAY + dt.timedelta(days=1)))
    made.moves.look()
    assert made.served("early", user="u1") == A
    assert made.served("late", user="u1") == B
    assert made.served("late too", user="u2") == A


def test_where_the_store_cannot_be_read_everybody_has_a_and_keeps_it(house: Build) -> None:
    made = house()
    made.begin(EVERYBODY)

    class Broken:
        async def settle(self, *_: object, **__: object) -> Assigned:
            raise LedgerUnavailable("the disk is on fire")

    whole = made.moves._helm._assignments
    made.moves._helm._assignments = Broken()
    assert made.served("c") == A
    assert made.served("other") == A  # the store is left alone for a moment
    assert made.moves._helm.unsettled == 2
    made.moves._helm._assignments = whole
    made.time.move(2)
    assert made.served("c") == A
    assert made.served("new") == B


def test_a_store_that_hangs_delays_a_caller_for_a_moment_and_a_late_draw_stores_a() -> None:
    async def play() -> tuple[Assigned, Assigned]:
        release, ended = asyncio.Event(), asyncio.Event()
        drawn: list[Assigned] = []
        tasks: list[asyncio.Task[None]] = []

        class Hangs:
            async def settle(
                self, _r: str, _c: str, _u: str, draw: Callable[[Known], Assigned], *, began: bool
            ) -> Assigned:
                async def late() -> None:  # as the store's thread, which nobody can call off
                    await release.wait()
                    drawn.append(draw(Known(began=began)))
                    ended.set()

                tasks.append(asyncio.create_task(late()))
                return await asyncio.Future[Assigned]()

        helm = Helm(Hangs(), monotonic_ns=lambda: 0, patience_s=0.01)
        kept = Kept(
            id="one", plan=EVERYBODY, state=state.start(EVERYBODY, state.Cause(by="x", at_ns=0), unproven=True).after
        )
        given = await helm.settle(
            kept, Who(key="", user="", plan="", conversation="c"), began=False, gone=False, pinned=None
        )
        release.set()
        await ended.wait()
        return given, drawn[0]

    given, late = asyncio.run(play())
    assert (given.arm, late.arm) == ("A", "A")
    assert late.store


def test_whatever_goes_wrong_in_a_rollout_is_not_the_callers(house: Build) -> None:
    made = house()
    made.begin(EVERYBODY)
    made.moves._helm._assignments = None  # type: ignore[assignment]  # a defect
    assert made.served("c") == A


def test_what_was_known_holds_for_ten_seconds_without_the_store_then_everybody_has_a(house: Build) -> None:
    made = house()
    made.begin(EVERYBODY)
    rollouts = made.store.rollouts

    class Away:
        def version(self) -> int:
            raise LedgerUnavailable("locked")

    made.store.rollouts = Away()  # type: ignore[misc,assignment]
    made.moves.look()
    assert (made.served("c"), made.moves.trouble) == (B, "locked")
    made.time.move(11)
    made.moves.look()
    assert made.served("c") == A
    made.store.rollouts = rollouts  # type: ignore[misc]
    made.moves.look()
    assert made.served("c") == B


@contextmanager
def processes(catalog: Catalog, path: Path, number: int) -> Iterator[list[RolloutHouse]]:
    """Several processes' worth of gateway over one file, each with connections of its own."""
    stores = [RolloutStore(path, unix_ns=lambda: NOW) for _ in range(number)]
    for store in stores:
        store.start()
    try:
        yield [RolloutHouse(catalog, upstreams(), store) for store in stores]
    finally:
        for store in stores:
            store.close()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("call"), st.integers(0, 11), st.integers(0, 2)),
        st.tuples(st.sampled_from(["advance", "pause", "resume", "restart"]), st.just(0), st.integers(0, 2)),
    ),
    max_size=40,
)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(steps=STEPS)
def test_no_conversation_sees_two_models_until_the_way_back_whatever_steps_and_restarts_come_between(
    acme: Catalog, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    path = tmp_path_factory.mktemp("sticky") / "rollouts.db"
    with processes(acme, path, 3) as houses, asyncio.Runner() as runner:
        plan = declared(stages=(Stage(0.2), Stage(0.5), Stage(1.0)))
        houses[0].begin(plan)
        seen: dict[int, str] = {}
        for what, conversation, place in steps:
            made = houses[place]
            if what == "call":
                made.moves.look()
                reply = runner.run(made.said(f"c{conversation}"))
                model = reply.headers["x-outlast-served-model"]
                assert seen.setdefault(conversation, model) == model
            elif what == "restart":
                houses[place] = RolloutHouse(acme, upstreams(), made.store)
            else:
                _step(made, what)
        houses[0].back()
        for made in houses:
            made.moves.look()
            assert {runner.run(made.said(f"c{each}")).headers["x-outlast-served-model"] for each in range(12)} == {A}


def _step(made: RolloutHouse, what: str) -> None:
    phase, stage = made.kept.state.phase, made.kept.state.stage
    if what == "advance" and phase == "running" and stage < 2:
        made.take(lambda kept, cause: state.advance(kept.plan, kept.state, cause))
    elif what == "pause" and phase == "running":
        made.take(lambda kept, cause: state.pause(kept.state, cause))
    elif what == "resume" and phase == "paused":
        made.take(lambda kept, cause: state.resume(kept.state, cause))


@settings(max_examples=6, deadline=None)
@given(share=st.sampled_from([0.01, 0.1, 0.5]), salt=st.text(min_size=1), by=st.sampled_from(["conversation", "user"]))
def test_shares_are_within_binomial_error_of_what_was_declared(share: float, salt: str, by: str) -> None:
    plan = declared(stages=(Stage(share), Stage(1.0)), salt=salt, by=by)
    kept = Kept(id="one", plan=plan, state=state.start(plan, state.Cause(by="x", at_ns=0), unproven=True).after)
    helm = Helm(MemoryRolloutStore(unix_ns=lambda: NOW).assignments, monotonic_ns=HandClock().clock().monotonic_ns)

    async def arms(number: int) -> int:
        found = 0
        for each in range(number):
            who = Who(key="k", user=f"u{each}", plan="", conversation=f"c{each}")
            found += (await helm.settle(kept, who, began=False, gone=False, pinned=None)).arm == "B"
        return found

    number = 600
    spread = (number * share * (1 - share)) ** 0.5
    assert abs(asyncio.run(arms(number)) - number * share) <= 5 * spread + 1


def test_an_opinion_counts_for_the_model_that_its_conversation_had(house: Build) -> None:
    made = house()
    made.begin(replace(EVERYBODY, guards=(*EVERYBODY.guards, Guard(name="feedback", margin=0.1, watch=True))))
    made.served("c")
    handler = Feedback(callers=made.chat.callers, opinions=made.moves)

    def say(**words: str) -> object:
        call, reply = made.raw(json.dumps({"model": "support", "conversation": "c", "rating": "bad", **words}).encode())
        asyncio.run(handler(msgspec.structs.replace(call, headers={}), reply))
        return json.loads(reply.body)

    assert say() == {"counted": True}
    assert say(conversation="of somebody else") == {"counted": False}
    assert say(model="other") == {"counted": False}
    assert "error" in say(rating="so so")  # type: ignore[operator]
    made.moves.measuring.take_in()
    made.moves.measuring.look()
    made.time.move(5)
    made.moves.measuring.look()
    board = made.store.boards.board("one")
    assert board is not None
    assert board.conversations == 1
