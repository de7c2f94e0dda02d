"""A virtual model's persona through a real gateway: in every dialect, recorded, explained, part of a replay's plan."""

import json
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest
from tests.integration.gateway_process import Answer, Gateway, calling, outlast, running
from tests.integration.replay_house import requests

from outlast.tone.persona import PERSONA_VERSION

pytestmark = pytest.mark.server

LIVELY = """\
[providers.openai]
kind = "scripted"
[personas.lively]
enthusiasm = "more"
emoji = "more"
[models.plain]
target = "openai/simulated-terse"
[models.lively]
target = "openai/simulated-terse"
persona = "lively"
"""
HI = "Is the lamp broken?"
DIALECTS: dict[str, dict[str, object]] = {
    "/v1/chat/completions": {"messages": [{"role": "user", "content": HI}]},
    "/v1/responses": {"input": HI},
    "/v1/messages": {"max_tokens": 99, "messages": [{"role": "user", "content": HI}]},
    "/v1beta/models/{}:generateContent": {"contents": [{"role": "user", "parts": [{"text": HI}]}]},
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running(tmp_path_factory.mktemp("persona"), LIVELY) as one:
        yield one


def ask(gateway: Gateway, model: str, path: str = "/v1/chat/completions", **more: object) -> Answer:
    named: dict[str, object] = {} if "{}" in path else {"model": model}
    body = json.dumps({**named, **DIALECTS[path], **more}).encode()
    with calling(gateway.address) as caller:
        return caller.ask("POST", path.format(model), body, {"content-type": "application/json"})


@pytest.mark.parametrize("path", DIALECTS)
def test_in_every_dialect_the_model_hears_it_and_the_answer_says_so(gateway: Gateway, path: str) -> None:
    plain, lively = ask(gateway, "plain", path), ask(gateway, "lively", path)
    assert (plain.status, lively.status) == (200, 200)
    assert "Absolutely" in lively.body.decode()
    assert "Absolutely" not in plain.body.decode()
    assert "persona" in lively.headers["x-outlast-adapted"].split(",")
    assert "persona" not in plain.headers.get("x-outlast-adapted", "")
    assert "persona" in json.loads(gateway.row(lively)["adapted"])


def test_structured_answers_and_tools_are_the_same_to_the_byte(gateway: Gateway) -> None:
    tool = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}}}
    for more in ({"response_format": {"type": "json_object"}}, {"tools": [tool]}):
        plain, lively = (ask(gateway, name, **more).document["choices"][0]["message"] for name in ("plain", "lively"))
        for message in (plain, lively):
            for call in message.get("tool_calls", ()):
                del call["id"]  # it is made of the whole prompt
        assert plain == lively


def test_explain_shows_the_text(gateway: Gateway) -> None:
    done = gateway.outlast("explain", "lively", "--format", "json")
    assert done.document["persona"]["name"] == "lively"
    assert done.document["persona"]["version"] == PERSONA_VERSION
    assert "livelier than usual" in done.document["persona"]["text"]
    assert "livelier than usual" in gateway.outlast("explain", "lively").out
    assert gateway.outlast("explain", "plain", "--format", "json").document["persona"] is None


def test_a_replay_asks_with_it_and_it_is_part_of_the_plan(tmp_path: Path) -> None:
    base = '[providers.openai]\nkind = "scripted"\n[models.support]\ntarget = "openai/simulated-terse"\n'
    voiced = base + 'persona = "v"\n[personas.v]\nemoji = '
    with chdir(tmp_path):
        requests(tmp_path, 4)
        found = []
        for text in (base, voiced + '"more"\n', voiced + '"less"\n'):
            Path("outlast.toml").write_text(text, encoding="utf-8")
            assert outlast("import", "requests.jsonl", "--as", "support").code == 0
            done = outlast("replay", "support", "--to", "openai/simulated-warm", "--dry-run", "--budget-calls", "9999")
            assert done.code == 0, done.err
            [declared] = [line for line in done.err.splitlines() if "plan" in line][:1]
            found.append(declared)
        assert len(set(found)) == 3
