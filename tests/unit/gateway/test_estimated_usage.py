"""Answers whose provider reports no usage: estimated, said to be, and charged to their key."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.gateway.test_translating import CLAUDE, HI, STREAM, House, body

from outlast.dialects.gemini import DIALECT as GEMINI
from outlast.exchange import Exchange, Usage
from outlast.gateway.estimate import Estimator, expected_tokens
from outlast.testing.gateway import KeptReply, Played
from outlast.wiring.tokeniser import open_tokeniser

WORDS = "Four bytes are about a token. " * 10
MESSAGE = {"role": "assistant", "content": WORDS}
SILENT = {"model": "gpt-4o", "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}]}
PIECES = Played(
    headers=(("content-type", "text/event-stream"),),
    pieces=(
        *(b'data: {"model":"m","choices":[{"index":0,"delta":{"content":"one"}}]}\n\n' for _ in range(7)),
        b'data: {"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
        b"data: [DONE]\n\n",
    ),
)


def asked(house: House, *, model: str = "plain/gpt-4o", tokens: Estimator | None = None, **more: Any) -> Exchange:
    if tokens is not None:
        house.estimator = tokens
    house.ask(model, **more)
    (exchange,) = house.journal.exchanges
    return exchange


def test_a_plain_answer_without_usage_counts_by_the_length_of_its_words() -> None:
    exchange = asked(House(plain=body(SILENT)))
    assert exchange.estimated
    assert exchange.usage is not None
    assert exchange.usage.output_tokens == len(WORDS) // 4
    assert 20 < exchange.usage.input_tokens < 40
    assert exchange.cost_pico_usd


def test_a_stream_without_usage_counts_a_token_an_event() -> None:
    exchange = asked(House(plain=PIECES), stream=True)
    assert (exchange.outcome, exchange.estimated) == ("answered", True)
    assert exchange.usage is not None
    assert 7 <= exchange.usage.output_tokens <= 9


@pytest.mark.parametrize("reported", [{"prompt_tokens": 0, "completion_tokens": 0}, {"prompt_tokens": 9}])
def test_what_was_reported_is_never_estimated(reported: dict[str, int]) -> None:
    exchange = asked(House(plain=body({**SILENT, "usage": reported})))
    assert not exchange.estimated
    assert exchange.usage == Usage(input_tokens=reported["prompt_tokens"])


def test_an_error_in_place_of_an_answer_is_charged_to_nobody() -> None:
    assert asked(House(plain=body({"error": {"message": "no"}}))).usage is None


def test_translated_answers_count_as_their_caller_reads_them() -> None:
    silent = {**CLAUDE, "usage": None}
    exchange = asked(House(anthropic=body(silent)), model="anthropic/claude-opus-4-5")
    assert exchange.estimated
    assert exchange.usage is not None
    assert exchange.usage.output_tokens == 2  # "Hello."


def test_embeddings_without_usage_have_a_prompt_alone() -> None:
    vector = {"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.5] * 500}], "model": "e"}
    exchange = asked(House(plain=body(vector)), dialect="embeddings", path="/v1/embeddings", input=WORDS)
    assert exchange.estimated
    assert exchange.usage is not None
    assert exchange.usage.output_tokens == 0
    assert exchange.usage.input_tokens == pytest.approx(len(WORDS) / 4, rel=0.3)


def test_what_has_no_tokens_is_not_estimated() -> None:
    exchange = asked(House(plain=body({"results": []})), dialect="moderations", path="/v1/moderations", input=WORDS)
    assert (exchange.usage, exchange.estimated) == (None, False)


def test_a_tokeniser_is_asked_for_the_words_alone_and_never_for_pictures() -> None:
    seen: list[str] = []

    def tokens(text: str) -> int:
        seen.append(text)
        return len(text.split())

    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "iVBORw0KGgo" * 100}}
    messages = [*HI, {"role": "user", "content": [{"type": "text", "text": "What is it?"}, picture]}]
    exchange = asked(House(plain=body(SILENT)), tokens=Estimator(tokens), messages=messages)
    assert exchange.usage is not None
    assert exchange.usage.output_tokens == len(WORDS.split())
    assert not any("iVBOR" in each for each in seen)
    assert any("What is it?" in each for each in seen)


def test_a_long_text_costs_a_tokeniser_no_more_than_a_short_one() -> None:
    longest = 0

    def tokens(text: str) -> int:
        nonlocal longest
        longest = max(longest, len(text))
        return len(text) // 5

    messages = [{"role": "user", "content": "tea  " * 100_000}]
    exchange = asked(House(plain=body(SILENT)), tokens=Estimator(tokens), messages=messages)
    assert exchange.usage is not None
    assert longest <= 65_536
    assert exchange.usage.input_tokens == pytest.approx(100_000, rel=0.01)


def test_a_request_that_only_its_provider_can_read_counts_by_its_length() -> None:
    exchange = asked(House(plain=body(SILENT)), tokens=Estimator(len), messages=[{"role": "narrator", "content": 7}])
    assert exchange.estimated


@pytest.mark.parametrize(("events_seen", "output"), [(4, 4), (2, 2)])
def test_of_a_stream_that_was_cut_what_was_reported_holds(events_seen: int, output: int) -> None:
    house = House(anthropic=Played(headers=STREAM.headers, pieces=STREAM.pieces[:events_seen], hangs=True))
    exchange = asyncio.run(_left(house))
    assert (exchange.outcome, exchange.estimated) == ("cancelled", output > 2)
    assert exchange.usage == Usage(input_tokens=8, cached_tokens=3, output_tokens=output)


async def _left(house: House) -> Exchange:
    """The record of a call whose caller leaves once the upstream falls silent."""
    upstream = house.upstreams["anthropic"]
    call = house.call("anthropic/claude-opus-4-5", stream=True)
    task = asyncio.create_task(house.chat()(call, KeptReply(journal=house.journal)))
    await upstream.asked.wait()
    await upstream.given[0].exhausted.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (exchange,) = house.journal.exchanges
    return exchange


@pytest.mark.parametrize(
    ("config", "answer"),
    [
        ({"maxOutputTokens": 50}, 50),
        ({"maxOutputTokens": 50, "candidateCount": 3}, 150),
        ({"maxOutputTokens": -5}, 0),
        ({"maxOutputTokens": "many"}, 0),
        ([], 0),
        (None, 0),
    ],
)
def test_gemini_says_in_its_own_place_how_long_an_answer_may_be(config: object, answer: int) -> None:
    sent = json.dumps({"contents": [{"parts": [{"text": "x" * 400}]}], "generationConfig": config}).encode()
    assert expected_tokens(GEMINI.peek(sent, "/v1beta/models/m:generateContent")) - len(sent) // 4 == answer


def test_without_a_kept_vocabulary_there_is_no_tokeniser_and_nothing_is_fetched(tmp_path: Path) -> None:
    kept = tmp_path / "fb374d419588a4632f3f557e76b4b70aebbca790"
    kept.write_bytes(b"another")
    assert open_tokeniser({"TIKTOKEN_CACHE_DIR": str(tmp_path)}) is None
    assert kept.read_bytes() == b"another"
    assert open_tokeniser({"TIKTOKEN_CACHE_DIR": ""}) is None
    assert open_tokeniser({"DATA_GYM_CACHE_DIR": str(tmp_path / "none")}) is None
