"""A rollout in a real gateway of several processes: who answers, who answers again, and when a step is in effect."""

import itertools
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.integration.conftest import Serve
from tests.integration.gateway_process import Answer, Gateway, calling, until

from outlast.ledger.rollouts.store import RolloutStore
from outlast.rollout import state
from outlast.rollout.plan import Guard, Plan, Stage
from outlast.rollout.ports import Kept
from outlast.rollout.state import Cause

pytestmark = pytest.mark.server

TWO = """\
[server]
workers = 2
[providers.openai]
kind = "scripted"
catalog = "openai"
[models.support]
target = "openai/simulated-terse"
[models.other]
target = "openai/simulated-terse"
"""
A, B = "openai/simulated-terse", "openai/simulated-warm"
HALF = Plan(
    model="support", incumbent=A, candidate=B, salt="s", stages=(Stage(0.5), Stage(1.0)),
    guards=(Guard(name="errors", margin=0.2),), window_s=1,
)  # fmt: skip


class Desk:
    """An operator's hand on the store that the gateway's processes share."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.store = RolloutStore(Path(gateway.folder) / "outlast.db.rollouts.db", unix_ns=time.time_ns)
        self.store.start()

    def close(self) -> None:
        self.store.close()

    def start(self, plan: Plan) -> None:
        first = state.start(plan, self.cause(), unproven=True)
        self.store.rollouts.begin(Kept(id=f"of {plan.salt}", plan=plan, state=first.after), first)

    def cause(self) -> Cause:
        return Cause(by="operator", at_ns=time.time_ns())

    @property
    def kept(self) -> Kept:
        [kept] = self.store.rollouts.situation().rollouts
        return kept

    def back(self) -> None:
        kept = self.kept
        self.store.rollouts.step(kept.id, state.back(kept.state, self.cause()))

    def advance(self) -> None:
        kept = self.kept
        self.store.rollouts.step(kept.id, state.advance(kept.plan, kept.state, self.cause()))


@pytest.fixture
def desk(serve: Serve) -> Iterator[Desk]:
    with closing(Desk(serve(TWO))) as made:
        yield made


def served(answer: Answer) -> tuple[str, str]:
    return answer.headers["x-outlast-served-model"], answer.headers["x-outlast-reason"]


def ask(gateway: Gateway, conversation: str, model: str = "support", *, later: bool = False) -> tuple[str, str]:
    """On a connection of its own, so that either process may get it; ``later``: with an earlier answer."""
    headers = {"x-outlast-conversation": conversation}
    roles = ("user", "assistant", "user") if later else ("user",)
    body = {"model": model, "messages": [{"role": role, "content": "Hello"} for role in roles]}
    with calling(gateway.address) as caller:
        return served(caller.ask("POST", "/v1/chat/completions", json.dumps(body).encode(), headers))


def who(gateway: Gateway, names: Sequence[str]) -> dict[str, str]:
    return {name: ask(gateway, name)[0] for name in names}


def in_effect(gateway: Gateway) -> None:
    """Every process knows: a conversation of B's has B twenty times in a row, on connections of their own."""
    [name] = until(lambda: [one for one in map(str, range(100)) if ask(gateway, one) == (B, "rollout")][:1])
    until(lambda: [ask(gateway, name)[0] for _ in range(20)] == [B] * 20)


def test_b_answers_a_share_and_each_conversation_keeps_its_model_in_every_process(desk: Desk) -> None:
    gateway = desk.gateway
    desk.start(HALF)
    names = [f"c{number}" for number in range(60)]
    in_effect(gateway)
    first = who(gateway, names)
    assert 10 <= sum(model == B for model in first.values()) <= 50
    for _ in range(3):
        assert who(gateway, names) == first
    assert ask(gateway, "c0", "other") == (A, "target")


def test_a_step_back_is_in_effect_in_every_process_within_two_seconds(desk: Desk) -> None:
    gateway = desk.gateway
    desk.start(HALF)
    names = [f"c{number}" for number in range(40)]
    until(lambda: B in who(gateway, names).values())
    desk.back()
    since = time.monotonic()
    until(lambda: set(who(gateway, names).values()) == {A})
    assert time.monotonic() - since < 60  # two seconds on an idle machine; tests never fail by a busy one
    assert set(who(gateway, names).values()) == {A}


def test_a_model_that_fails_everywhere_is_rolled_back_by_itself_and_no_caller_sees_it_fail(desk: Desk) -> None:
    gateway = desk.gateway
    desk.start(replace(HALF, candidate="openai/simulated-reset"))
    numbers = itertools.count()

    def rolled_back() -> bool:
        assert {ask(gateway, f"c{next(numbers)}")[0] for _ in range(20)} == {A}
        return desk.kept.state.phase == "rolled back"

    until(rolled_back, seconds=60)
    [(_, steps)] = desk.store.rollouts.history("support")
    assert [step.step for step in steps] == ["start", "back"]
    assert steps[-1].cause.by == "guards"
    assert steps[-1].cause.evidence is not None
    assert "errors" in steps[-1].cause.reason
