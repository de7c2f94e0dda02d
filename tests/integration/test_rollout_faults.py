"""What goes wrong around a rollout in a real gateway: shadows, killed processes, locks; no caller notices."""

import asyncio
import http.client
import json
import os
import random
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial

import pytest
from tests.integration.conftest import Serve
from tests.integration.gateway_process import Gateway, calling, plain, until
from tests.integration.scales import MB, Scales
from tests.integration.test_processes import children
from tests.integration.test_rollouts import HALF, TWO, A, B, Desk, ask, in_effect, who

from outlast.rollout.plan import Guard, Stage
from outlast.testing.upstream import Received, UpstreamServer, hang, in_thread, raw

pytestmark = [pytest.mark.server, pytest.mark.slow]

GOOD = plain(
    200,
    {
        "model": "good",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 1},
    },
)
SHADOWED = HALF.__class__(
    model="floods", incumbent="up/good", candidate="up/floods", salt="s", stages=(Stage(0.0), Stage(1.0)),
    guards=(Guard(name="errors", margin=0.2), Guard(name="contract", margin=0.2)), window_s=1,
)  # fmt: skip
TROUBLES = ("floods", "hangs", "fails")


async def _flood(_received: Received, writer: asyncio.StreamWriter) -> bool:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000000\r\n\r\n")
    for _ in range(1_000):
        writer.write(bytes(MB))
        await writer.drain()
    return False


HANDLERS = {
    "good": raw(GOOD, stays=True),
    "floods": _flood,
    "hangs": hang(),
    "fails": raw(plain(500, {"error": {"message": "no", "type": "server_error", "param": None, "code": None}})),
}


async def by_model(received: Received, writer: asyncio.StreamWriter) -> bool:
    return await HANDLERS[json.loads(received.body)["model"]](received, writer)


@pytest.fixture
def provider() -> Iterator[UpstreamServer]:
    with in_thread(by_model) as server:
        yield server


@pytest.mark.fault("a shadow hangs")
@pytest.mark.fault("a shadow floods")
@pytest.mark.fault("a shadow fails")
def test_a_shadow_in_trouble_is_nobodys_and_counts_as_b_failing(serve: Serve, provider: UpstreamServer) -> None:
    table = f'[providers.up]\nkind = "openai"\nbase_url = "{provider.base_url}"\nretries = 0\n'
    models = "".join(f'[models.{name}]\ntarget = "up/good"\n' for name in TROUBLES)
    gateway = serve(table + models)
    before = Scales.of(gateway).forget_peak()
    with closing(Desk(gateway)) as desk:
        for name in TROUBLES:
            desk.start(replace(SHADOWED, model=name, candidate=f"up/{name}", salt=name))
        asked = 0

        def rolled_back() -> bool:
            nonlocal asked
            for name in TROUBLES:
                asked += 1
                assert ask(gateway, f"c{asked}", name) == ("up/good", "target")
            phases = {kept.plan.model: kept.state.phase for kept in desk.store.rollouts.situation().rollouts}
            return phases["floods"] == phases["fails"] == "rolled back"

        until(rolled_back, seconds=90)
        assert Scales.of(gateway).peak < before + 200 * MB  # sixteen at once of eight MiB, and the rest of it
        gateway.stop()
    rows = gateway.rows()
    shadows = [row for row in rows if row["reason"] == "shadow"]
    assert {row["key"] for row in shadows} == {"outlast:shadow"}
    assert len({row["id"] for row in rows}) == len(rows)
    assert [row["outcome"] for row in rows if row["reason"] == "target"] == ["answered"] * asked


@pytest.mark.fault("a gateway's process is killed in the middle of a rollout")
def test_a_process_killed_at_any_moment_forgets_no_step_and_changes_nobodys_model(serve: Serve) -> None:
    gateway = serve(TWO)
    chance = random.Random(7)  # noqa: S311 - which process is killed, and when
    with closing(Desk(gateway)) as desk:
        for round_ in range(3):
            desk.start(replace(HALF, salt=f"round {round_}", stages=(Stage(0.3), Stage(0.6), Stage(1.0))))
            in_effect(gateway)
            names = [f"{round_} {number}" for number in range(20)]
            first = patiently(gateway, names)
            for step in (desk.advance, desk.advance):
                kill_one(gateway, chance)
                step()
                assert patiently(gateway, names, later=True) == first
                until(lambda: len(children(gateway)) == 2)
            kill_one(gateway, chance)
            desk.back()
            until(partial(everybody_has_a, gateway, names))
            until(lambda: len(children(gateway)) == 2)
            assert set(patiently(gateway, names).values()) == {A}
        numbers = [[step.after.number for step in steps] for _, steps in desk.store.rollouts.history("support")]
        assert numbers == [[1, 2, 3, 4]] * 3


def everybody_has_a(gateway: Gateway, names: list[str]) -> bool:
    return set(patiently(gateway, names).values()) == {A}


def kill_one(gateway: Gateway, chance: random.Random) -> None:
    with suppress(ProcessLookupError):
        os.kill(chance.choice(until(lambda: children(gateway))), signal.SIGKILL)


def patiently(gateway: Gateway, names: list[str], *, later: bool = False) -> dict[str, str]:
    """Who answers; a connection that died with its process is made anew. ``later``: with what was answered before."""

    def answered() -> dict[str, str]:
        with suppress(OSError, http.client.HTTPException):
            return {name: ask(gateway, name, later=later)[0] for name in names}
        return {}

    return until(answered, seconds=60)


@pytest.mark.fault("the rollouts' file is locked while callers come")
def test_while_the_file_is_locked_new_conversations_have_a_and_settled_ones_their_own(serve: Serve) -> None:
    gateway = serve(TWO.replace("workers = 2", "workers = 1"))
    with closing(Desk(gateway)) as desk:
        desk.start(HALF)
        in_effect(gateway)
        names = [f"c{number}" for number in range(20)]
        first = who(gateway, names)
        assert set(first.values()) == {A, B}
        with closing(sqlite3.connect(gateway.folder / "outlast.db.rollouts.db", isolation_level=None)) as locker:
            locker.execute("BEGIN EXCLUSIVE")
            new = [f"new {number}" for number in range(3)]
            with calling(gateway.address):
                assert set(who(gateway, new).values()) == {A}
            assert who(gateway, names) == first
            locker.execute("ROLLBACK")
        assert who(gateway, names) == first
        assert set(who(gateway, new).values()) == {A}
