"""A call whose target speaks another dialect: translated both ways, losses named, failures in the caller's words."""

import asyncio
import json
from functools import lru_cache
from typing import Any

import pytest

from outlast.catalog.store import Catalog, open_catalog
from outlast.dialects.embedding import GOOGLES
from outlast.dialects.endpoints import ENDPOINTS
from outlast.dialects.registry import DIALECTS
from outlast.errors import UpstreamTimeout
from outlast.gateway.attempts import Attempts
from outlast.gateway.call import Call
from outlast.gateway.chat import Chat
from outlast.gateway.counters import Counters
from outlast.gateway.destination import Destinations
from outlast.gateway.estimate import BY_LENGTH
from outlast.gateway.gone import GoneTargets
from outlast.gateway.routes import Routes
from outlast.limits.unlimited import Unlimited
from outlast.settings import parse_settings
from outlast.testing.gateway import (
    HandClock,
    KeptJournal,
    KeptReply,
    Played,
    PlayedUpstream,
    keyless,
)
from outlast.wiring.serving import day_of

CONFIGURATION = """\
[providers.openai]
kind = "openai"
profile = "openai"
[providers.anthropic]
kind = "anthropic"
[providers.gemini]
kind = "gemini"
catalog = "google"
[providers.plain]
kind = "openai"
base_url = "http://127.0.0.1:1/v1"
catalog = "openai"
[models.claude]
target = "anthropic/claude-opus-4-5"
fallback = "plain/gpt-4o"
[models.exact]
target = "anthropic/claude-opus-4-5"
strict = true
[models.astra]
target = "openai/gpt-6-astra"
[models.astra-plain]
target = "plain/gpt-6-astra"
"""
EVERY = {**DIALECTS, **{each.name: each for each in (*ENDPOINTS, *GOOGLES)}}
NOW = 1_795_000_000_000_000_000  # 2026-11-18
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
HI = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
CLAUDE = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-opus-4-5-20251101",
    "content": [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo."}], "stop_reason": "end_turn",
    "stop_sequence": None, "usage": {"input_tokens": 5, "cache_read_input_tokens": 3, "output_tokens": 2},
}  # fmt: skip


def body(document: object, status: int = 200, *headers: tuple[str, str]) -> Played:
    return Played(
        status=status, headers=(("content-type", "application/json"), *headers), pieces=(json.dumps(document).encode(),)
    )


def events(*documents: dict[str, Any]) -> Played:
    pieces = tuple(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode() for each in documents)
    return Played(headers=(("content-type", "text/event-stream"),), pieces=pieces)


STREAM = events(
    {"type": "message_start", "message": {**CLAUDE, "content": [], "stop_reason": None}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello."}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
    {"type": "message_stop"},
)


@lru_cache(maxsize=1)
def catalog() -> Catalog:
    return open_catalog()


class House:
    """A gateway with one played upstream behind each provider."""

    def __init__(self, **answers: Played | UpstreamTimeout) -> None:
        self.upstreams = {
            name: PlayedUpstream((answers.get(name, Played(status=500)),))
            for name in ("openai", "anthropic", "gemini", "plain")
        }
        self.journal = KeptJournal()
        self.clock = HandClock(NOW)
        self.estimator = BY_LENGTH

    def chat(self, dialect: str = "chat") -> Chat:
        settings, clock = parse_settings(CONFIGURATION), self.clock.clock()
        gone = GoneTargets(clock, None)
        known = Destinations(providers=settings.providers, upstreams=self.upstreams, knowledge=catalog())
        routes = Routes(settings, known, gone=gone, today=day_of(clock))
        return Chat(
            dialect=EVERY[dialect],
            callers=keyless(),
            limiter=Unlimited(),
            routes=routes,
            attempts=Attempts(routes, gone, clock=clock, pause=_no_pause, jitter=lambda: 0.5),
            journal=self.journal,
            counters=Counters(),
            clock=clock,
            estimator=self.estimator,
        )

    def call(self, model: str, *, path: str = "", headers: Any = None, **members: Any) -> Call:
        document = {"model": model, **({} if path else {"messages": HI}), **members}
        return Call(
            id="req_1", method="POST", path=path, query="", headers=headers or {}, body=json.dumps(document).encode(),
            arrived_ns=0,
        )  # fmt: skip

    def ask(self, model: str, *, dialect: str = "chat", **members: Any) -> KeptReply:
        reply = KeptReply(journal=self.journal)
        asyncio.run(self.chat(dialect)(self.call(model, **members), reply))
        return reply

    def sent(self, provider: str) -> dict[str, Any]:
        (request,) = self.upstreams[provider].requests
        found: dict[str, Any] = json.loads(request.body)
        return found


async def _no_pause(_seconds: float) -> None:
    return None


def test_openais_client_reaches_claude_and_reads_its_own_words() -> None:
    house = House(anthropic=body(CLAUDE))
    reply = house.ask("anthropic/claude-opus-4-5", max_tokens=50, stop=["END"])
    sent = house.sent("anthropic")
    assert house.upstreams["anthropic"].requests[0].path == "/v1/messages"
    assert (sent["model"], sent["max_tokens"], sent["stop_sequences"]) == ("claude-opus-4-5", 50, ["END"])
    assert [message["role"] for message in sent["messages"]] == ["user"]
    answer = json.loads(reply.body)
    assert answer["choices"][0]["message"]["content"] == "Hello."
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["usage"]["prompt_tokens"] == 8
    assert "x-outlast-dropped" not in reply.headers
    (exchange,) = house.journal.exchanges
    assert (exchange.usage.input_tokens, exchange.usage.cached_tokens) == (8, 3)  # type: ignore[union-attr]
    assert exchange.answered == "claude-opus-4-5-20251101"
    assert exchange.cost_pico_usd


def test_what_claude_cannot_be_told_is_named_in_header_and_record() -> None:
    house = House(anthropic=body(CLAUDE))
    reply = house.ask("anthropic/claude-opus-4-5", logit_bias={"1": 2}, seed=7)
    assert set(reply.headers["x-outlast-dropped"].split(",")) == {"logit_bias", "seed"}
    assert set(house.journal.exchanges[0].adapted) == {"dropped:logit_bias", "dropped:seed"}


@pytest.mark.parametrize(
    ("model", "headers"), [("exact", {}), ("anthropic/claude-opus-4-5", {"x-outlast-strict": "true"})]
)
def test_the_strict_are_refused_before_the_call(model: str, headers: dict[str, str]) -> None:
    house = House(anthropic=body(CLAUDE))
    reply = house.ask(model, headers=headers, seed=7)
    assert (reply.status, json.loads(reply.body)["error"]["code"]) == (400, "untranslatable")
    assert b"seed" in reply.body
    assert not house.upstreams["anthropic"].requests


def test_a_stream_arrives_in_the_callers_events_and_ends_after_the_record() -> None:
    house = House(anthropic=STREAM)
    reply = house.ask("anthropic/claude-opus-4-5", stream=True)
    assert reply.body.endswith(b"data: [DONE]\n\n")
    assert b"Hello." in reply.body
    assert reply.recorded_first
    exchange = house.journal.exchanges[0]
    assert (exchange.finish, exchange.usage.output_tokens) == ("end_turn", 2)  # type: ignore[union-attr]


@pytest.mark.parametrize("cut", [1, 2, 4, 5])
def test_a_stream_that_is_cut_says_so_in_the_callers_words(cut: int) -> None:
    house = House(anthropic=Played(headers=STREAM.headers, pieces=STREAM.pieces[:cut]))
    reply = house.ask("anthropic/claude-opus-4-5", stream=True)
    done = cut == 5  # the answer's end was told; only the last event is missing
    assert (b'"error"' in reply.body) == (not done)
    assert house.journal.exchanges[0].outcome == ("answered" if done else "failed")


def test_a_refusal_arrives_in_the_callers_dialect_with_its_wait() -> None:
    error = {"type": "error", "error": {"type": "rate_limit_error", "message": "Too fast."}}
    house = House(anthropic=body(error, 429, ("retry-after", "7"), ("request-id", "req_up")))
    reply = house.ask("anthropic/claude-opus-4-5")
    assert (reply.status, reply.headers["retry-after"], reply.headers["request-id"]) == (429, "7", "req_up")
    assert json.loads(reply.body)["error"]["message"] == "Too fast."


def test_a_retired_model_of_one_dialect_gives_way_to_one_of_another() -> None:
    error = {"type": "error", "error": {"type": "not_found_error", "message": "model: claude-opus-4-5"}}
    answer = {
        "model": "gpt-4o", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi."},
        "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }  # fmt: skip
    house = House(anthropic=body(error, 404), plain=body(answer))
    reply = house.ask("claude", dialect="anthropic", path="/v1/messages", max_tokens=9, messages=HI[1:])
    assert reply.headers["x-outlast-served-model"] == "plain/gpt-4o"
    assert json.loads(reply.body)["content"] == [{"type": "text", "text": "Hi."}]


def test_googles_client_names_the_model_in_the_path() -> None:
    house = House(anthropic=body(CLAUDE))
    path = "/v1beta/models/anthropic/claude-opus-4-5:generateContent"
    reply = house.ask("", dialect="gemini", path=path, contents=[{"role": "user", "parts": [{"text": "Hi"}]}])
    parts = json.loads(reply.body)["candidates"][0]["content"]["parts"]
    assert "".join(part["text"] for part in parts) == "Hello."
    assert house.journal.exchanges[0].requested == "anthropic/claude-opus-4-5"


def test_tools_that_a_model_takes_only_on_responses_are_asked_there() -> None:
    answer = {
        "id": "resp_1", "object": "response", "model": "gpt-6-astra", "status": "completed", "output": [
            {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{}"}],
        "usage": {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7},
    }  # fmt: skip
    house = House(openai=body(answer))
    reply = house.ask("astra", tools=TOOLS)
    assert house.upstreams["openai"].requests[0].path == "/responses"
    assert json.loads(reply.body)["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "f"
    assert reply.headers["x-outlast-adapted"].startswith("asked-in-responses")
    assert House(plain=body(answer)).ask("astra-plain", tools=TOOLS).status == 400


def test_an_unreachable_target_is_told_in_the_callers_dialect() -> None:
    house = House(gemini=UpstreamTimeout("silent"))
    reply = house.ask("gemini/gemini-2.5-pro", dialect="anthropic", path="/v1/messages", max_tokens=9, messages=HI[1:])
    document = json.loads(reply.body)
    assert (reply.status, document["type"], document["request_id"]) == (504, "error", "req_1")
