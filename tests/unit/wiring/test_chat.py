"""The gateway as the chat calls it: the same plan, record and limits as over HTTP, and no way past them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from outlast.chat.ports import Begun, Ended, Person, Piece, Sound
from outlast.settings import parse_settings
from outlast.testing.gateway import KeptJournal
from outlast.wiring.chat import AHEAD, InProcess, Pipe, caller_of
from outlast.wiring.serving import Gateway, open_gateway

CONFIGURATION = """
[providers.openai]
kind = "scripted"
file = "profiles.toml"
[models.one]
target = "openai/simulated-terse"
record = "full"
[models.slow]
target = "openai/simulated-warm"
[chat]
restored = { "openai/simulated-terse" = ["few"] }
[plans.few]
models = ["one"]
requests_per_minute = 2
[plans.none]
models = []
[server]
require_key = true
"""
Event = Begun | Piece | Sound | Ended


def play(folder: Path, act: Callable[[Gateway], Awaitable[None]]) -> None:
    (folder / "profiles.toml").write_text('[models."simulated-warm"]\nper_token = 0.05\n', encoding="utf-8")

    async def run() -> None:
        gateway = open_gateway(parse_settings(CONFIGURATION, root=folder), rehearsed=None, reachable=False)
        try:
            async with asyncio.timeout(60):
                await act(gateway)
        finally:
            await gateway.aclose(0)

    asyncio.run(run())


def body(model: str, text: str = "Hello") -> bytes:
    return msgspec.json.encode({"model": model, "messages": [{"role": "user", "content": text}], "stream": True})


async def heard(gateway: Gateway, model: str, person: Person) -> tuple[str, Ended]:
    events: list[Event] = [each async for each in gateway.people.ask(body(model), {}, person=person)]
    end = events[-1]
    assert isinstance(end, Ended)
    return "".join(each.text for each in events if isinstance(each, Piece)), end


def recorded(gateway: Gateway, journal: KeptJournal) -> InProcess:
    """The same people, whose calls are recorded where a test can look."""
    now = gateway.current
    noted = replace(now, chats={"chat": replace(now.chats["chat"], journal=journal)})
    return InProcess(lambda: noted, ids=lambda: "req_1", clock=gateway.held.clock)


def test_where_keys_are_required_people_need_none_and_are_named_in_the_record(tmp_path: Path) -> None:
    async def act(gateway: Gateway) -> None:
        journal = KeptJournal()
        people = recorded(gateway, journal)
        for person in (Person(name="ana"), Person(name="bob", plan="few"), Person()):
            events = [each async for each in people.ask(body("one"), {}, person=person)]
            assert events[-1] == Ended(finish="stop")
        assert [(each.key, each.id, each.outcome) for each in journal.exchanges] == [
            ("chat:ana", "req_1", "answered"),
            ("chat:bob", "req_1", "answered"),
            ("chat", "req_1", "answered"),
        ]

    play(tmp_path, act)


def test_of_what_is_temporary_no_word_is_recorded_though_the_model_says_so(tmp_path: Path) -> None:
    async def act(gateway: Gateway) -> None:
        journal = KeptJournal()
        people = recorded(gateway, journal)
        for unkept in (False, True):
            async for _ in people.ask(body("one", "a secret"), {}, person=Person(), unkept=unkept):
                pass
        kept, unsaid = journal.exchanges
        assert kept.request_body is not None
        assert (unsaid.request_body, unsaid.response_body, unsaid.keep) == (None, None, "metadata")

    play(tmp_path, act)


def test_a_plan_holds_people_to_its_models_and_its_rate(tmp_path: Path) -> None:
    async def act(gateway: Gateway) -> None:
        ana = Person(name="ana", plan="few")
        assert (await heard(gateway, "slow", ana))[1].error == "Your plan does not have this model."
        assert (await heard(gateway, "one", ana))[1].error == ""
        assert (await heard(gateway, "openai/simulated-terse", ana))[1].error == ""
        assert (await heard(gateway, "one", ana))[1].error.startswith("Your plan allows no more for now; try again in")
        assert (await heard(gateway, "one", Person(name="bob", plan="few")))[1].error == ""

    play(tmp_path, act)


@pytest.mark.parametrize("plan", ["none", "gone"])
def test_a_plan_of_nothing_and_a_plan_that_is_gone_allow_nothing(tmp_path: Path, plan: str) -> None:
    async def act(gateway: Gateway) -> None:
        for model in ("one", "slow", "openai/simulated-terse", ""):
            assert (await heard(gateway, model, Person(name="ana", plan=plan)))[1].error

    play(tmp_path, act)


def test_a_plans_model_is_a_name_and_no_pattern() -> None:
    settings = parse_settings('[providers.p]\nkind = "scripted"\n[plans.x]\nmodels = ["p/*"]\n')
    key = caller_of(Person(name="a", plan="x"), settings).key
    assert key is not None
    assert key.may_use("p/*")
    assert not key.may_use("p/other")


def test_closing_the_answer_ends_the_call_as_a_caller_who_leaves_does(tmp_path: Path) -> None:
    async def act(gateway: Gateway) -> None:
        coming = gateway.people.ask(body("slow", "write 500 words"), {}, person=Person())
        async for event in coming:
            if isinstance(event, Piece):
                break
        assert len(gateway.people.calls) == 1
        await coming.aclose()
        assert not gateway.people.calls

    play(tmp_path, act)


def test_the_end_of_the_gateway_interrupts_after_the_grace(tmp_path: Path) -> None:
    async def act(gateway: Gateway) -> None:
        coming = gateway.people.ask(body("slow", "write 500 words"), {}, person=Person())
        events: list[Event] = []
        async for event in coming:
            events.append(event)
            if len(events) == 2:
                await gateway.people.drain(0)
        assert events[-1] == Ended(interrupted=True)

    play(tmp_path, act)


def test_a_model_is_made_to_wait_for_a_reader_who_is_behind() -> None:
    async def run() -> None:
        pipe = Pipe()
        pipe.begin(200, ())
        for _ in range(AHEAD):
            pipe.write(b"x")
        waiting = asyncio.ensure_future(pipe.drained())
        await asyncio.sleep(0)
        assert not waiting.done()
        assert await pipe.read() == b"x" * AHEAD
        await waiting
        pipe.end(b"y")
        assert await pipe.read() == b"y"
        assert await pipe.read() == b""

    asyncio.run(run())
