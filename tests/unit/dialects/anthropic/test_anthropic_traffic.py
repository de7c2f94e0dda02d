"""Every recorded exchange with Anthropic goes through the dialect and comes back as it was, but for named changes."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from anthropic.types import Message, RawMessageStreamEvent
from anthropic.types.beta import BetaMessage, BetaRawMessageStreamEvent
from pydantic import TypeAdapter

from outlast.dialects.anthropic import DIALECT
from outlast.dialects.anthropic.count_tokens import decode_count, encode_count, encode_count_request
from outlast.dialects.anthropic.request_out import DEFAULT_MAX_TOKENS
from outlast.dialects.conversation.collect import collect, unfold
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.normal import normal, normal_reply
from outlast.dialects.conversation.reply import Done, Event
from outlast.dialects.dialect import Framing
from outlast.dialects.sse import Splitter

TRAFFIC = Path(__file__).parents[5] / "shared" / "traffic" / "anthropic-messages.jsonl"
FRAMING = Framing(id="msg_outlast", model="claude", created=1)
EVENTS: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent | BetaRawMessageStreamEvent)
MESSAGES: TypeAdapter[Any] = TypeAdapter(Message | BetaMessage)
BETA_SERVER_TOOLS = {"advisor"}
"""Names of servers' tools that the test's version of the client does not type."""


@cache
def recorded() -> list[dict[str, Any]]:
    if not TRAFFIC.exists():
        pytest.skip("the recorded traffic is not here")
    return [json.loads(line) for line in TRAFFIC.read_text().splitlines()]


def answers() -> list[bytes]:
    return [
        json.dumps(each["response"], separators=(",", ":"), ensure_ascii=False).encode()
        for each in recorded()
        if each["status"] == 200 and each["response_kind"] == "json" and "count_tokens" not in each["uri"]
    ]


def streams() -> list[bytes]:
    return [each["response"].encode() for each in recorded() if each["response_kind"] == "text"]


def decoded(stream: bytes, size: int = 0) -> list[Event]:
    splitter, decoder = Splitter(), DIALECT.event_decoder()
    chunks = [stream[at : at + size] for at in range(0, len(stream), size)] if size else [stream]
    return [said for chunk in chunks for event in splitter.feed(chunk) for said in decoder.event(event)]


def written(events: Iterable[Event]) -> tuple[bytes, Losses]:
    losses = Losses()
    encoder = DIALECT.event_encoder(FRAMING, losses)
    return b"".join(map(encoder.event, events)), losses


def without_null(value: Any) -> Any:
    """Null is "not said"."""
    if isinstance(value, dict):
        return {name: without_null(each) for name, each in value.items() if each is not None}
    return [without_null(each) for each in value] if isinstance(value, list) else value


def plain(request: dict[str, Any]) -> dict[str, Any]:
    """A request, but for what may be written in two ways: see the comments."""
    request = without_null(request)
    request.setdefault("max_tokens", DEFAULT_MAX_TOKENS)  # Anthropic needs it; count_tokens does not
    if request.get("stream") is False or request.get("tools") == []:
        request = {name: value for name, value in request.items() if value not in (False, [])}
    if "system" in request:
        request["system"] = blocks(request["system"])
    turns: list[dict[str, Any]] = []
    for message in request["messages"]:
        turn = message | {"content": blocks(message["content"])}
        if turns and turns[-1]["role"] == turn["role"]:  # turns of one speaker are one
            turns[-1]["content"] = results_first(turns[-1]["content"] + turn["content"])
        else:
            turns.append(turn)
    tools = [without_default(tool) for tool in request.get("tools", [])]
    return request | {"messages": turns} | ({"tools": tools} if tools else {})


def without_default(tool: dict[str, Any]) -> dict[str, Any]:
    """A description of nothing and the type of a caller's own tool say nothing."""
    return {
        name: value for name, value in tool.items() if (name, value) not in (("description", ""), ("type", "custom"))
    }


def blocks(content: Any) -> list[dict[str, Any]]:
    """A string is one block of words; empty words, which Anthropic refuses, go."""
    content = [{"type": "text", "text": content}] if isinstance(content, str) else content
    kept = [block for block in content if block["type"] != "text" or block["text"]]
    return results_first([result(block) if block["type"] == "tool_result" else block for block in kept])


def result(block: dict[str, Any]) -> dict[str, Any]:
    """That a result is no failure need not be said."""
    inner = {"content": blocks(block["content"])} if "content" in block else {}
    return {name: value for name, value in (block | inner).items() if (name, value) != ("is_error", False)}


def results_first(content: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(content, key=lambda block: block["type"] != "tool_result")


def test_every_recorded_request_is_read_and_written_back_without_a_loss() -> None:
    for exchange in recorded():
        body = json.dumps(exchange["request"]).encode()
        request = DIALECT.decode_request(body, DIALECT.peek(body, "/v1/messages"))
        losses = Losses()
        back = DIALECT.encode_request(request, losses)
        assert plain(json.loads(back)) == plain(exchange["request"])
        assert not losses, losses
        again = DIALECT.decode_request(back, DIALECT.peek(back, "/v1/messages"))
        if request.sampling.max_tokens is not None:
            assert normal(again) == normal(request)


def test_a_request_to_count_has_no_member_that_only_an_answer_needs() -> None:
    seen = 0
    for exchange in recorded():
        if "count_tokens" not in exchange["uri"]:
            continue
        body = json.dumps(exchange["request"]).encode()
        request = DIALECT.decode_request(body, DIALECT.peek(body, "/v1/messages/count_tokens"))
        back = json.loads(encode_count_request(request, Losses()))
        assert "max_tokens" not in back
        assert plain(back) == plain(exchange["request"])
        if exchange["status"] == 200:
            answer = json.dumps(exchange["response"]).encode()
            assert json.loads(encode_count(decode_count(answer))) == exchange["response"]
        seen += 1
    assert seen == 3


def test_every_recorded_answer_is_read_and_written_back_as_the_client_knows_it() -> None:
    for body in answers():
        reply = DIALECT.decode_reply(body)
        losses = Losses()
        back = DIALECT.encode_reply(reply, FRAMING, losses)
        assert not losses, losses
        assert DIALECT.decode_reply(back) == reply
        before, after = json.loads(body), json.loads(back)
        for message in (before, after):
            for block in message["content"]:
                block.pop("caller", None)  # "direct" where nobody says one
        for name in ("id", "model", "content", "stop_reason", "stop_sequence"):
            assert after[name] == before[name]
        for name, value in after["usage"].items():
            assert before["usage"].get(name, 0) == value
        if not BETA_SERVER_TOOLS & {block.get("name") for block in after["content"]}:
            MESSAGES.validate_json(back)


def test_every_recorded_answer_says_the_same_facts_to_the_record_as_to_a_caller() -> None:
    for body in answers():
        facts, reply = DIALECT.read_answer(body), DIALECT.decode_reply(body)
        assert (facts.model, facts.usage) == (reply.model, reply.usage)
        finish = reply.candidates[0].finish
        assert finish is not None
        assert facts.finish == finish.said


def test_every_recorded_stream_is_read_and_written_back() -> None:
    for stream in streams():
        events = decoded(stream)
        assert isinstance(events[-1], Done)
        back, losses = written(events)
        assert not losses, losses
        assert collect(decoded(back)) == collect(events)
        for event in Splitter().feed(back):
            EVENTS.validate_json(event.partition(b"data: ")[2])


def test_a_recorded_reply_that_is_told_as_a_stream_is_the_same_reply() -> None:
    for body in answers():
        reply = DIALECT.decode_reply(body)
        stream, losses = written(unfold(reply))
        assert not losses, losses
        assert normal_reply(collect(decoded(stream))) == normal_reply(reply)


def order(stream: bytes) -> Sequence[str]:
    """Types of events with the place of their block; runs of one are one, pings and empty deltas are nothing."""
    found: list[str] = []
    for event in Splitter().feed(stream):
        said = json.loads(event.partition(b"data: ")[2])
        delta = said.get("delta") or {}
        name = f"{said['type']} {said.get('index', '')} {delta.get('type', '')}"
        if said["type"] == "ping" or delta.get("partial_json") == "" or delta.get("text") == "":
            continue
        if not found or found[-1] != name:
            found.append(name)
    return found


def test_a_stream_is_written_in_the_order_in_which_anthropic_writes_it() -> None:
    for stream in streams():
        assert order(written(decoded(stream))[0]) == order(stream)


def test_a_recorded_stream_reads_the_same_wherever_it_is_cut() -> None:
    for stream in sorted(streams(), key=len)[:4]:
        whole = decoded(stream)
        for size in (1, 7, 1000):
            assert decoded(stream, size) == whole


def test_every_recorded_error_is_read_and_written_back() -> None:
    seen = 0
    for exchange in recorded():
        if exchange["status"] == 200:
            continue
        body = json.dumps(exchange["response"]).encode()
        fault = DIALECT.decode_fault(exchange["status"], body)
        assert json.loads(DIALECT.encode_fault(fault, exchange["response"]["request_id"])) == exchange["response"]
        seen += 1
    assert seen == 2
