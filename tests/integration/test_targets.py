"""Two targets behind a real gateway, under load: one of them falls ill, no caller notices, and it gets well again."""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.integration.gateway_process import Answer, Gateway, refused, running, until
from tests.integration.test_upstream_trouble import DONE, EVENT, FINISH, GOOD, USAGE, whole

from outlast.testing.upstream import Handler, Received, hang, in_thread, raw, reset

pytestmark = [pytest.mark.server, pytest.mark.slow]

STREAM = whole(EVENT, EVENT, FINISH, USAGE, DONE)
WELL = {False: raw(GOOD, stays=True), True: raw(STREAM, stays=True)}
ILL: dict[str, Handler] = {
    "answers 500": raw(refused(500, "no", "server_error"), stays=True),
    "hangs": hang(),
    "resets": reset(),
    "closes": raw(),
    "sends a page": raw(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>"),
    "refuses its key": raw(refused(401, "no", "invalid_api_key"), stays=True),
    "asks for a rest": raw(refused(429, "later", "rate_limit_exceeded", "retry-after: 1"), stays=True),
}
CALLERS = 8


class Side:
    """One provider; each of its models is well, or as ill as a test says."""

    def __init__(self) -> None:
        self.ill: dict[str, Handler] = {}

    async def __call__(self, received: Received, writer: asyncio.StreamWriter) -> bool:
        body = json.loads(received.body)
        handler = self.ill.get(body["model"]) or WELL[body.get("stream", False)]
        return await handler(received, writer)


async def slow(received: Received, writer: asyncio.StreamWriter) -> bool:
    """A good answer after far longer than a hedge waits."""
    await asyncio.sleep(2.0)
    return await WELL[b'"stream":true' in received.body.replace(b" ", b"")](received, writer)


@pytest.fixture(scope="module")
def left() -> Side:
    return Side()


@pytest.fixture(scope="module")
def port() -> int:
    """Nobody listens there yet."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
    return found


@pytest.fixture(scope="module")
def gateway(left: Side, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with in_thread(left) as one, in_thread(Side()) as other:
        tables = [
            provider("left", one.base_url),
            provider("right", other.base_url),
            provider("away", f"http://127.0.0.1:{port}/v1"),
            *(
                f'[models."{name}"]\ntarget = [{{ to = "left/{name}", first_byte_timeout = 0.3 }}, "right/{name}"]\n'
                for name in ILL
            ),
            '[models.slow]\ntarget = ["left/slow", "right/slow"]\nhedge_after = 0.1\n',
            '[models.away]\ntarget = ["away/away", "right/away"]\n',
        ]
        with running(tmp_path_factory.mktemp("targets"), "".join(tables)) as started:
            yield started


def provider(name: str, base_url: str) -> str:
    return f'[providers.{name}]\nkind = "openai"\nbase_url = "{base_url}"\n'


def load(gateway: Gateway, model: str, calls: int) -> Counter[str]:
    """So many calls by several callers at once, plain and streamed; every one is served, by whom is counted."""
    with ThreadPoolExecutor(CALLERS) as pool:
        answers = pool.map(lambda number: gateway.chat(model, stream=bool(number % 2)), range(calls))
        return Counter(served(answer) for answer in answers)


def served(answer: Answer) -> str:
    """Who answered; and the answer is a whole one."""
    assert answer.status == 200, answer.body
    assert answer.headers["x-outlast-reason"] == "target"
    if answer.headers["content-type"].startswith("text/event-stream"):
        assert answer.body.endswith(DONE)
        assert b'"error"' not in answer.body
    else:
        assert answer.document["choices"][0]["message"]["content"] == "fine"
    return answer.headers["x-outlast-served-model"].partition("/")[0]


def health(gateway: Gateway) -> str:
    said: str = gateway.ask("GET", "/readyz").document["checks"]["targets"]["says"]
    return said


@pytest.mark.fault("one of two targets falls ill")
@pytest.mark.parametrize("illness", ILL)
def test_one_of_two_targets_falls_ill_and_no_caller_sees_an_error(gateway: Gateway, left: Side, illness: str) -> None:
    assert set(load(gateway, illness, 40)) == {"left", "right"}
    left.ill[illness] = ILL[illness]
    assert load(gateway, illness, 60)["right"] == 60

    def found_out() -> bool:
        """Few calls wait for a target that hangs, since it has more pending than the other: it takes some to know."""
        assert load(gateway, illness, CALLERS)["right"] == CALLERS
        return f"left/{illness}:" in health(gateway)

    until(found_out)
    del left.ill[illness]
    until(lambda: load(gateway, illness, CALLERS)["left"])
    assert min(load(gateway, illness, 60)[side] for side in ("left", "right")) > 5
    assert f"left/{illness}:" not in health(gateway)


@pytest.mark.fault("one of two targets is slow")
def test_a_slow_target_is_hedged_and_every_caller_is_served_by_the_other_in_time(gateway: Gateway, left: Side) -> None:
    left.ill["slow"] = slow
    since = time.monotonic()
    assert load(gateway, "slow", 24)["right"] == 24
    assert time.monotonic() - since < 2.0
    del left.ill["slow"]
    attempts = until(lambda: [json.loads(row["attempts"]) for row in gateway.rows() if "hedged_out" in row["attempts"]])
    assert [(target, error) for target, _, _, error, _ in attempts[0]] == [
        ("left/slow", "hedged_out"),
        ("right/slow", ""),
    ]
    until(lambda: load(gateway, "slow", CALLERS)["left"])


@pytest.mark.fault("one of two targets refuses connections")
def test_a_target_that_refuses_connections_gets_its_traffic_once_it_listens(gateway: Gateway, port: int) -> None:
    assert load(gateway, "away", 40)["right"] == 40
    with in_thread(Side(), port=port):
        until(lambda: load(gateway, "away", CALLERS)["away"])
        assert min(load(gateway, "away", 60)[side] for side in ("away", "right")) > 5
    assert load(gateway, "away", 20)["right"] == 20


class Keyed:
    """A provider that knows some keys and limits others; it remembers which came."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.came: list[str] = []
        self.verdicts: dict[str, bytes] = {}

    async def __call__(self, received: Received, writer: asyncio.StreamWriter) -> bool:
        key = received.headers.get("authorization", "").removeprefix("Bearer ")
        with self.lock:
            self.came.append(key)
        return await raw(self.verdicts.get(key, GOOD), stays=True)(received, writer)


@contextlib.contextmanager
def keyed(folder_of: pytest.TempPathFactory, keys: Keyed) -> Iterator[Gateway]:
    with in_thread(keys) as server:
        words = 'api_keys = ["env:FIRST_KEY", "env:SECOND_KEY", "env:THIRD_KEY", "env:NO_KEY"]\n'
        configuration = f'{provider("up", server.base_url)}{words}[models.m]\ntarget = "up/m"\n'
        environment = {"FIRST_KEY": "sk-first", "SECOND_KEY": "sk-second", "THIRD_KEY": "sk-third"}
        with running(folder_of.mktemp("keys"), configuration, **environment) as gateway:
            yield gateway


@pytest.mark.fault("one of several keys is refused")
def test_keys_take_turns_and_one_that_is_refused_costs_nobody_an_answer(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    provider_keys = Keyed()
    with keyed(tmp_path_factory, provider_keys) as gateway:
        assert "NO_KEY is empty" in gateway.said
        for _ in range(6):
            assert gateway.chat("m").status == 200
        assert provider_keys.came == ["sk-first", "sk-second", "sk-third"] * 2
        provider_keys.came.clear()
        provider_keys.verdicts["sk-second"] = refused(401, "no such key: sk-second", "invalid_api_key")
        for name in ("m", "up/m"):
            assert all(gateway.chat(name).status == 200 for _ in range(6))
        assert Counter(provider_keys.came)["sk-second"] == 1
        ready = json.dumps(gateway.ask("GET", "/readyz").document)
        assert "key 2 of 3 rests" in ready
        for key in ("sk-first", "sk-third"):
            provider_keys.verdicts[key] = refused(429, f"slow down, {key}", "rate_limit_exceeded", "retry-after: 30")
        last = gateway.chat("up/m")
        assert last.status == 429
        for told in (last.body.decode(), ready, gateway.said):
            assert not any(key in told for key in ("sk-first", "sk-second", "sk-third"))
