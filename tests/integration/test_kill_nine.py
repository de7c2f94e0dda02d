"""A gateway that is killed, stopped or started twice: what a caller has been given in full is never lost."""

import http.client
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from tests.integration.conftest import Serve
from tests.integration.gateway_process import (
    CHAT,
    LIVING,
    SCRIPTED,
    Caller,
    Gateway,
    calling,
    outlast_process,
    running,
    until,
)

pytestmark = pytest.mark.server

PACED = SCRIPTED + 'file = "profiles.toml"\n[models.assistant]\ntarget = "openai/simulated-terse"\n'
KEPT_WHOLE = PACED + 'record = "full"\n'
CALLERS = 6


def profiles(folder: Path, per_token: float) -> None:
    text = f'[models."simulated-terse"]\nper_token = {per_token}\n'
    (folder / "profiles.toml").write_text(text, encoding="utf-8")


class Load:
    """Callers who ask until the gateway is gone, half of them for streams, and note every answer had in full."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.answered: list[str] = []
        self.broken = 0

    def keep_asking(self, number: int) -> None:
        with calling(self.address) as caller:
            try:
                while True:
                    self.answered.append(self.ask(caller, stream=number % 2 == 0))
            except (OSError, http.client.HTTPException):
                self.broken += 1

    @staticmethod
    def ask(caller: Caller, *, stream: bool) -> str:
        answer = caller.chat("assistant", stream=stream)
        assert answer.status == 200
        assert not stream or answer.body.endswith(b"data: [DONE]\n\n")
        return answer.id


def killed_under_load(gateway: Gateway, answers: int) -> list[str]:
    """Kill the gateway once its callers have had so many answers; the ids of all that they had in the end."""
    load = Load(gateway.address)
    with ThreadPoolExecutor(CALLERS) as pool:
        asking = [pool.submit(load.keep_asking, number) for number in range(CALLERS)]
        try:
            until(lambda: len(load.answered) >= answers)
        finally:
            gateway.kill()
        for each in asking:
            each.result()
    assert load.broken == CALLERS
    return load.answered


@pytest.mark.slow
@pytest.mark.parametrize("configuration", [PACED, KEPT_WHOLE], ids=["metadata", "full"])
def test_every_answer_had_in_full_is_recorded_exactly_once_after_kill_9(tmp_path: Path, configuration: str) -> None:
    profiles(tmp_path, per_token=0.001)
    answered: list[str] = []
    for answers in (1, 150, 25, 600):
        with running(tmp_path, configuration) as gateway:
            assert_all_recorded(gateway, answered)
            answered += killed_under_load(gateway, answers)
    with running(tmp_path, configuration) as gateway:
        assert_all_recorded(gateway, answered)


def assert_all_recorded(gateway: Gateway, answered: list[str]) -> None:
    """Once it says that it is healthy, rows and sums have everything, each call once."""
    assert gateway.ask("GET", "/healthz").status == 200
    ids = [row["id"] for row in gateway.rows()]
    assert len(ids) == len(set(ids))
    assert len(answered) == len(set(answered))
    assert set(answered) <= set(ids)
    usage = gateway.outlast("usage", "--format", "json").document
    assert usage["total"]["calls"] == len(ids)


def test_a_stream_that_runs_at_the_signal_reaches_its_end_and_nobody_new_is_let_in(
    serve: Serve, tmp_path: Path
) -> None:
    profiles(tmp_path, per_token=0.02)
    gateway = serve(PACED)
    with calling(gateway.address) as caller:
        caller.connection.request("POST", CHAT, LONG)
        with closing(caller.connection.getresponse()) as response:
            assert response.read(1)
            gateway.signal(signal.SIGTERM)
            until(lambda: refuses(gateway))
            assert response.read().endswith(b"data: [DONE]\n\n")
            number = response.headers["x-outlast-request-id"]
    assert gateway.ended() == 0
    [row] = gateway.rows()
    assert (row["id"], row["outcome"], row["estimated"]) == (number, "answered", 0)


LONG = b'{"model":"assistant","stream":true,"messages":[{"role":"user","content":"Write 60 words"}]}'


def refuses(gateway: Gateway) -> bool:
    try:
        return gateway.ask("GET", "/healthz").status == 0
    except ConnectionError:
        return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_gateway_ends_at_once_and_well(serve: Serve, number: signal.Signals) -> None:
    gateway = serve(SCRIPTED)
    with calling(gateway.address) as caller:
        assert caller.ask("GET", "/healthz").status == 200
        gateway.signal(number)
        assert gateway.ended() == 0
    assert gateway.said == ""


def test_a_second_gateway_on_one_database_is_refused_and_the_first_goes_on(serve: Serve) -> None:
    gateway = serve(SCRIPTED)
    second = outlast_process(gateway.folder, "serve", "--port", "0")
    assert second.code == 3
    assert second.out == ""
    [line] = second.err.splitlines()
    assert "outlast.db" in line
    assert "another" in line
    assert gateway.row(gateway.chat(LIVING))["outcome"] == "answered"


def test_after_a_kill_the_database_is_free_again(serve: Serve) -> None:
    gateway = serve(SCRIPTED)
    gateway.kill()
    gateway.start()
    assert gateway.chat(LIVING).status == 200
