"""Simulated judge and embeddings: they know the form of asking, and err as often as they were told."""

import asyncio
import datetime as dt
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.catalog.store import open_catalog
from outlast.checks.draw import Draw, Item, Said, ToolCall
from outlast.checks.rubric import Opinion, Rubric, question, read_opinion
from outlast.gateway.ports import UpstreamRequest
from outlast.providers.script.careless import WRONG
from outlast.providers.script.judge import judged
from outlast.providers.script.life import Stage
from outlast.providers.script.profile import Profiles
from outlast.providers.script.request import ChatRequest, read_request
from outlast.providers.scripted import ScriptedUpstream

CATALOG = open_catalog()
TWO = Rubric(("It is polite.", "It is right."))
BROKEN = Said(tool_calls=(ToolCall("look_up", json.dumps({"order": WRONG})),))
FINE = Said(text="Here it is.")


def put(first: Said, second: Said, number: int = 0) -> Item:
    body = json.dumps({"messages": [{"role": "user", "content": f"Question {number}"}]}).encode()
    return question(Item(id="r", cluster="c", request=body), first, second, TWO)


def word(item: Item, right: float) -> Opinion | None:
    request = read_request(item.request)
    assert isinstance(request, ChatRequest)
    text = judged(request, right)
    assert text is not None
    assert "simulated" in text
    return read_opinion(item, Draw(said=Said(text=text)), TWO)


def sent(path: str, body: object) -> tuple[int, dict[str, str], Any]:
    stage = Stage(CATALOG, "openai", "api", lambda: dt.date(2026, 11, 22))
    upstream = ScriptedUpstream(stage, Profiles(), unix_seconds=lambda: 0.0, rng=random.Random(1))  # noqa: S311 - ids
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def call() -> tuple[int, dict[str, str], Any]:
        request = UpstreamRequest(target="openai/m", model="m", path=path, body=data, stream=False)
        answer = await upstream.send(request)
        return answer.status, dict(answer.headers), json.loads(await answer.read())

    return asyncio.run(call())


def test_a_judge_that_is_always_right_sees_the_simulated_faults() -> None:
    assert word(put(FINE, BROKEN), 1) == Opinion((True, True), (False, False), "first")
    assert word(put(Said(text='{"a": 1'), FINE), 1) == Opinion((False, False), (True, True), "second")
    assert word(put(Said(text='{"a": 1}'), FINE), 1) == Opinion((True, True), (True, True), "tie")


def test_a_judge_errs_as_often_as_it_was_told() -> None:
    words = [word(put(FINE, BROKEN, number), 0.9) for number in range(500)]
    right = sum(opinion.first[0] + (not opinion.second[0]) for opinion in words if opinion is not None)
    assert 0.87 < right / 1000 < 0.93


def test_what_is_no_question_to_a_judge_is_left_to_other_skills() -> None:
    request = read_request(json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hello"}]}).encode())
    assert isinstance(request, ChatRequest)
    assert judged(request, 1) is None


def test_texts_with_the_same_words_lie_close() -> None:
    texts = ["Where is my order?", "my order: where is it", "Nothing of the kind at all"]
    status, headers, answer = sent("/embeddings", {"model": "text-embedding-3-small", "input": texts})
    assert (status, headers["x-simulated"]) == (200, "true")
    one, other, far = (each["embedding"] for each in answer["data"])
    assert sum(a * b for a, b in zip(one, other, strict=True)) > sum(a * b for a, b in zip(one, far, strict=True))
    assert answer["usage"]["prompt_tokens"] == 15


@pytest.mark.parametrize(
    ("model", "status"),
    [("text-embedding-3-small", 200), ("simulated-embedding", 200), ("gpt-4o", 404), ("no-such-model", 404)],
)
def test_only_embedding_models_embed(model: str, status: int) -> None:
    assert sent("/embeddings", {"model": model, "input": "words"})[0] == status


VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.dictionaries(st.sampled_from(["model", "input"]), inner),
)


@given(st.binary(max_size=60) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_embedded_or_refused(body: bytes) -> None:
    assert sent("/embeddings", body)[0] in (200, 400, 404)
