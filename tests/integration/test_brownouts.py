"""Brown-outs in a gateway of two processes: the name is missing in every dialect, announced before, and comes back."""

import datetime as dt
import json

import pytest
from tests.integration.conftest import Serve
from tests.integration.gateway_process import Answer, Gateway, calling, until

pytestmark = pytest.mark.server

TWO = """\
[server]
workers = 2
require_key = false
[providers.openai]
kind = "scripted"
catalog = "openai"
[models.old]
target = "openai/simulated-terse"
successor = "openai/simulated-warm"
[models.other]
target = "openai/simulated-terse"
"""
A, B = "openai/simulated-terse", "openai/simulated-warm"
DIALECTS = {
    "/v1/chat/completions": {"model": "old", "messages": [{"role": "user", "content": "Hi"}]},
    "/v1/responses": {"model": "old", "input": "Hi"},
    "/v1/messages": {"model": "old", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]},
    "/v1beta/models/old:generateContent": {"contents": [{"parts": [{"text": "Hi"}]}]},
}


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(second=0, microsecond=0)


def window(begins: dt.datetime, minutes: int = 60) -> str:
    return f"{begins:%Y-%m-%dT%H:%MZ}+{minutes}m"


def ask(gateway: Gateway, model: str = "old", key: str = "") -> Answer:
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "Hi"}]}).encode()
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
    with calling(gateway.address) as caller:
        return caller.ask("POST", "/v1/chat/completions", body, headers)


def everywhere(gateway: Gateway, status: int) -> None:
    """Until every process, as far as twenty calls reach them, answers so."""
    until(lambda: all(ask(gateway).status == status for _ in range(20)))


def add(gateway: Gateway, *arguments: str) -> None:
    done = gateway.outlast("brownout", "add", "old", *arguments)
    assert done.code == 0, done.err


def test_the_name_is_missing_in_every_dialect_until_it_is_called_off(serve: Serve) -> None:
    gateway = serve(TWO)
    assert ask(gateway).status == 200
    add(gateway, window(now()))
    everywhere(gateway, 410)
    for path, body in DIALECTS.items():
        answer = gateway.ask("POST", path, json.dumps(body).encode(), {"content-type": "application/json"})
        said = json.dumps(answer.document)
        assert answer.status == 410, (path, said)
        assert "brown-out" in said
        assert f"{now() + dt.timedelta(hours=1):%Y-%m-%dT%H}" in said
        assert B in said
        assert answer.headers["x-outlast-brownout"].endswith("; serve=410")
        assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert ask(gateway).error["code"] == "model_brownout"
    assert ask(gateway, "other").status == 200
    assert gateway.outlast("brownout", "remove", "old").code == 0
    everywhere(gateway, 200)
    assert "x-outlast-brownout" not in ask(gateway).headers


def test_it_is_recorded_as_refused_with_its_own_code(serve: Serve) -> None:
    gateway = serve(TWO)
    add(gateway, window(now()))
    everywhere(gateway, 410)
    row = gateway.row(ask(gateway))
    assert (row["status"], row["outcome"], row["error"]) == (410, "refused", "model_brownout")


def test_what_is_announced_stands_on_every_answer_and_takes_nothing_away(serve: Serve) -> None:
    gateway = serve(TWO)
    begins = now() + dt.timedelta(days=2)
    add(gateway, window(begins, 15))
    until(lambda: all("x-outlast-brownout" in ask(gateway).headers for _ in range(20)))
    answer = ask(gateway)
    assert (answer.status, answer.headers["x-outlast-served-model"]) == (200, A)
    ends = begins + dt.timedelta(minutes=15)
    said = f"{begins:%Y-%m-%dT%H:%M:%SZ}/{ends:%Y-%m-%dT%H:%M:%SZ}; serve=410"
    assert answer.headers["x-outlast-brownout"] == said


def test_the_successor_answers_where_that_was_said(serve: Serve) -> None:
    gateway = serve(TWO)
    add(gateway, window(now()), "--serve", "successor")
    until(lambda: all(ask(gateway).headers["x-outlast-reason"] == "successor" for _ in range(20)))
    answer = ask(gateway)
    assert (answer.status, answer.headers["x-outlast-served-model"]) == (200, B)


def test_only_the_chosen_keys_miss_the_name(serve: Serve) -> None:
    gateway = serve(TWO)
    chosen, other = (gateway.outlast("keys", "create", name).out.strip() for name in ("team-a", "desk"))
    add(gateway, window(now()), "--keys", "team-*")
    until(lambda: all(ask(gateway, key=chosen).status == 410 for _ in range(20)))
    answer = ask(gateway, key=other)
    assert (answer.status, "x-outlast-brownout" in answer.headers) == (200, False)
