"""What was asked for as a thing of its own comes through the chat as it is, and a picture reaches who can see it."""

import base64
import json
from collections.abc import Iterator

import pytest
from tests.integration.chat_visit import Visit
from tests.integration.gateway_process import Gateway, running

pytestmark = pytest.mark.server

CONFIGURATION = """
[providers.scripted]
kind = "scripted"
catalog = "openai"
[models.seeing]
target = "scripted/gpt-4o-mini"
[models.blind]
target = "scripted/gpt-3.5-turbo"
[models.lively]
target = "scripted/gpt-4o-mini"
persona = "lively"
[personas.lively]
base = "quirky"
warmth = "more"
enthusiasm = "more"
emoji = "more"
"""
VOICE = {"base": "quirky", "warmth": "more", "enthusiasm": "more", "headings": "more", "emoji": "more"}
CODE = "```python\ndef f(x):\n\treturn {'a': x}  # ünïcode \U0001f680\n```\n"
JSON = '{"b": [1, 2.50, null], "a": "\\u00e9 \\n", "c": {}}'
WORDS = "The lamp is broken."
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAADCAIAAAA7ljmRAAAAEElEQVR4nGP4z8AAR+Ge6ioAADBUAQ0QrVLJAAAAAElFTkSuQmCC"
)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running(tmp_path_factory.mktemp("things"), CONFIGURATION, "--today", "2026-01-02") as one:
        yield one


def said(gateway: Gateway, text: str, model: str = "seeing", **voice: str) -> str:
    """The answer as it was written, in a new conversation."""
    visit = Visit(gateway.address)
    sent = visit.do("/chat", message=f"Please say: {text}", model=model, **voice)
    [*_] = visit.follow(sent["path"], sent["answer"])
    return visit.text(sent["path"], sent["answer"])


@pytest.mark.parametrize("thing", [CODE, JSON], ids=["code", "JSON"])
def test_code_and_json_are_the_same_to_the_byte_with_a_persona_and_without(gateway: Gateway, thing: str) -> None:
    plain = said(gateway, thing)
    assert plain.encode().strip() == thing.encode().strip()
    assert said(gateway, thing, **VOICE).encode() == plain.encode()
    assert said(gateway, thing, "lively").encode() == plain.encode()
    assert said(gateway, thing, "lively", **VOICE).encode() == plain.encode()


def test_the_same_voices_change_what_is_not_a_thing(gateway: Gateway) -> None:
    def answer(model: str, **voice: str) -> str:
        visit = Visit(gateway.address)
        sent = visit.do("/chat", message="Is the lamp broken?", model=model, **voice)
        [*_] = visit.follow(sent["path"], sent["answer"])
        return visit.text(sent["path"], sent["answer"])

    plain = answer("seeing")
    assert plain not in {answer("seeing", **VOICE), answer("lively")}


def shown(gateway: Gateway, model: str) -> tuple[str, str]:
    """What a model says of a picture that came with a question, and the page."""
    visit = Visit(gateway.address)
    visit.look()
    form = {"token": visit.token, "model": model, "message": "What is this?"}
    parts = [f'--b\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in form.items()]
    head = '--b\r\ncontent-disposition: form-data; name="files"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n'
    body = ("".join(parts) + head).encode() + PNG + b"\r\n--b--\r\n"
    status, headers, text = visit.ask("POST", "/chat", body, content_type="multipart/form-data; boundary=b")
    assert status in (302, 303), text
    return headers["location"], visit.look(headers["location"].partition("#")[0])


def test_a_picture_reaches_a_model_that_can_see(gateway: Gateway) -> None:
    _, page = shown(gateway, "seeing")
    assert f"a PNG image of 4 x 3 pixels, {len(PNG)} bytes" in page
    assert "not sent" not in page


def test_for_a_model_that_cannot_see_it_is_said_that_the_picture_was_not_sent(gateway: Gateway) -> None:
    _, page = shown(gateway, "blind")
    assert "1 image was not sent: this model cannot see." in page
    assert "PNG image of" not in page


def test_a_choice_between_two_answers_is_a_pair_without_any_reason(gateway: Gateway) -> None:
    visit = Visit(gateway.address)
    first = visit.do("/chat", message="Is the lamp broken?", model="seeing")
    [*_] = visit.follow(first["path"], first["answer"])
    second = visit.do(f"{first['path']}/again/{first['answer']}", model="lively", beside="1")
    path = first["path"]
    [*_] = visit.follow(path, second["answer"])
    page = visit.look(f"{path}?beside={first['answer']}")
    assert page.count("This one is better") == 2
    visit.do(f"{path}/prefer/{second['answer']}", over=first["answer"])
    out = gateway.outlast("chat", "preferences").out
    [pair] = [json.loads(line) for line in out.splitlines()]
    assert (pair["basis"], pair["reason"]) == ("choice", "")
    texts = [visit.text(path, each["answer"]) for each in (second, first)]
    assert [pair["chosen"]["content"], pair["rejected"]["content"]] == texts
