"""Any conversation that Anthropic can carry survives being written and read; the rest is reported."""

import dataclasses
import json
from contextlib import suppress
from itertools import pairwise
from typing import Any

import msgspec
from anthropic.types import RawMessageStreamEvent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from tests.unit.dialects.strategies import EVERYTHING, replies, requests, streams

from outlast.dialects.anthropic import DIALECT
from outlast.dialects.anthropic.count_tokens import decode_count
from outlast.dialects.anthropic.faults import TYPES
from outlast.dialects.anthropic.relay import StreamReader
from outlast.dialects.anthropic.request_out import DEFAULT_MAX_TOKENS
from outlast.dialects.conversation.collect import collect, unfold
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.normal import normal, normal_reply
from outlast.dialects.conversation.parts import Part, Text
from outlast.dialects.conversation.reply import Event, Reply
from outlast.dialects.conversation.request import Format, Message, NativeTool, Reasoning, Request, Tool, ToolChoice
from outlast.dialects.dialect import Framing
from outlast.dialects.sse import Splitter
from outlast.errors import MalformedRequest, Untranslatable, UpstreamBroken
from outlast.exchange import Usage

few = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
"""Conversations are large: generating one takes longer than everything that is done with it."""
EVENTS: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent)
FRAMING = Framing(id="msg_outlast", model="claude", created=1)
OWN = dataclasses.replace(
    EVERYTHING,
    dialects=("anthropic",),
    roles=("system", "user", "assistant"),
    system_first=True,
    names=False,
    media=(("image", "data"), ("image", "url"), ("image", "file_id"), ("document", "url"), ("document", "file_id")),
    result_media=(("image", "data"),),
    reply_media=(),
    details=False,
    unsigned=False,
    call_signatures=False,
    refusals=False,
    custom=False,
    arguments_parse=True,
    result_names=False,
    candidates=1,
    citations=False,
    logprobs=False,
    ends=("stop", "length", "tool_calls", "refusal", "pause", "context"),
    finished=True,
    sampling=("max_tokens", "temperature", "top_p", "top_k"),
    formats=("schema",),
    choices=("auto", "none", "any", "one"),
    reasoning=("budget", "adaptive", "off"),
    verbosity=False,
    modalities=False,
    voice=False,
    service_tier=False,
    extras=tuple((place, "anthropic") for place in ("request", "text", "media", "thinking", "call", "result", "tool")),
)
"""What Anthropic itself can say of requests and answers."""
FOREIGN = dataclasses.replace(
    OWN, dialects=("chat", "responses", "gemini"), call_signatures=True, unsigned=True, extras=()
)
"""Answers of other vendors: what no Anthropic client sees must come back with the turn."""


def through(request: Request) -> tuple[Request, Losses]:
    losses = Losses()
    body = DIALECT.encode_request(request, losses)
    return DIALECT.decode_request(body, DIALECT.peek(body, "/v1/messages")), losses


def decoded(stream: bytes) -> list[Event]:
    decoder = DIALECT.event_decoder()
    return [said for event in Splitter().feed(stream) for said in decoder.event(event)]


def encoded(events: tuple[Event, ...]) -> bytes:
    encoder = DIALECT.event_encoder(FRAMING, Losses())
    return b"".join(map(encoder.event, events))


def as_asked(request: Request) -> Request:
    """What Anthropic has no word for, or says in one way only."""
    replace = msgspec.structs.replace
    form, reasoning, choice, parallel = normal_wishes(request)
    sampling = request.sampling
    if sampling.max_tokens is None:
        budget = request.reasoning.budget if request.reasoning is not None else None
        sampling = replace(sampling, max_tokens=DEFAULT_MAX_TOKENS + max(0, budget or 0))
    asked = replace(request, format=form, reasoning=reasoning, tool_choice=choice, parallel_tool_calls=parallel)
    # Names of tools stand at calls alone.
    return normal(replace(asked, sampling=sampling, include_usage=True, tools=tuple(map(with_schema, request.tools))))


def normal_wishes(request: Request) -> tuple[Format | None, Reasoning | None, ToolChoice | None, bool | None]:
    form, reasoning, choice, parallel = (
        request.format,
        request.reasoning,
        request.tool_choice,
        request.parallel_tool_calls,
    )
    if form is not None:
        form = Format(kind="schema", schema=form.schema)
    if reasoning is not None and reasoning.budget == -1:
        reasoning = Reasoning(adaptive=True)
    if reasoning is not None and reasoning.budget == 0:
        reasoning = Reasoning(off=True)
    if not request.tools:
        return form, reasoning, None, None
    if parallel is not None and choice is None:
        choice = ToolChoice(mode="auto")
    return form, reasoning, choice, None if choice is not None and choice.mode == "none" else parallel


def with_schema(tool: Tool | NativeTool) -> Tool | NativeTool:
    if isinstance(tool, NativeTool) or tool.parameters:
        return tool
    return msgspec.structs.replace(tool, parameters=b'{"type":"object"}')


def as_told(reply: Reply) -> Reply:
    """Counts are always there, and the end is told in Anthropic's words."""
    reply = normal_reply(reply)
    candidates = tuple(
        msgspec.structs.replace(each, finish=each.finish and msgspec.structs.replace(each.finish, said=""))
        for each in reply.candidates
    )
    return msgspec.structs.replace(reply, candidates=candidates, created=0, usage=reply.usage or Usage())


def said(request: Request) -> Request:
    """One in which somebody beside the system says a word that Anthropic can be told."""
    return msgspec.structs.replace(request, messages=(*request.messages, Message("user", (Text("Well?"),))))


@few
@given(requests(OWN))
def test_a_request_that_anthropic_can_say_survives(request: Request) -> None:
    back, losses = through(request)
    assert normal(back) == as_asked(request)
    form = {f"response_format.{name}" for name in ("name", "description", "strict")}
    assert set(losses.names) <= {*form, "parallel_tool_calls", "reasoning_effort", "reasoning.summary"}


@few
@given(requests(EVERYTHING))
def test_any_request_can_be_written_and_what_is_written_is_stable(request: Request) -> None:
    once, _ = through(said(request))
    twice, losses = through(once)
    assert normal(twice) == normal(once)
    assert not losses


@few
@given(requests(EVERYTHING))
def test_whatever_is_written_keeps_anthropic_s_order(request: Request) -> None:
    body = json.loads(DIALECT.encode_request(said(request), Losses()))
    roles = [message["role"] for message in body["messages"]]
    assert all(before != after for before, after in pairwise(roles))
    for message in body["messages"]:
        content = (
            [{"type": "text", "text": message["content"]}]
            if isinstance(message["content"], str)
            else message["content"]
        )
        kinds = [block["type"] == "tool_result" for block in content]
        assert kinds == sorted(kinds, reverse=True)
        assert all(block.get("text") != "" for block in content)
    assert body["max_tokens"] > 0


@few
@given(replies(OWN))
def test_a_reply_that_anthropic_can_say_survives(reply: Reply) -> None:
    losses = Losses()
    back = DIALECT.decode_reply(DIALECT.encode_reply(reply, FRAMING, losses))
    assert as_told(back) == as_told(reply)
    assert not losses


@few
@given(streams(OWN))
def test_a_stream_that_anthropic_can_say_survives(events: tuple[Event, ...]) -> None:
    back = collect(decoded(encoded(events)))
    assert as_told(back) == as_told(collect(events))


@few
@given(replies(dataclasses.replace(EVERYTHING, arguments_parse=True)))
def test_a_stream_of_any_reply_makes_the_message_that_the_whole_answer_is(reply: Reply) -> None:
    whole = json.loads(DIALECT.encode_reply(reply, FRAMING, Losses()))
    stream = encoded(tuple(unfold(reply)))
    assert grown(stream) == whole["content"]
    for event in Splitter().feed(stream):
        # Blocks and citations that the test made up are of no type that the client knows.
        if b"x_" not in event and b"citations_delta" not in event:
            EVENTS.validate_json(event.partition(b"data: ")[2])


@few
@given(replies(FOREIGN))
def test_another_vendor_s_answer_comes_back_whole_with_the_client_s_next_request(reply: Reply) -> None:
    losses = Losses()
    answer = json.loads(DIALECT.encode_reply(reply, FRAMING, losses))
    assert not losses
    assert returned(answer["content"]) == normal_parts(reply.candidates[0].parts)


@few
@given(streams(FOREIGN))
def test_another_vendor_s_stream_comes_back_whole_with_the_client_s_next_request(events: tuple[Event, ...]) -> None:
    assert returned(grown(encoded(events))) == normal_parts(collect(events).candidates[0].parts)


def grown(stream: bytes) -> list[dict[str, Any]]:
    """The content that a client has at the end of a stream."""
    content: list[dict[str, Any]] = []
    for event in Splitter().feed(stream):
        grow(content, json.loads(event.partition(b"data: ")[2]))
    return content


def grow(content: list[dict[str, Any]], said: dict[str, Any]) -> None:
    """Put a message together as clients do."""
    if said["type"] == "content_block_start":
        assert said["index"] == len(content)
        content.append(said["content_block"])
    elif said["type"] == "content_block_delta":
        block, delta = content[said["index"]], said["delta"]
        match delta["type"]:
            case "input_json_delta":
                block["json"] = block.get("json", "") + delta["partial_json"]
            case "signature_delta":
                block["signature"] = delta["signature"]
            case "citations_delta":
                block.setdefault("citations", []).append(delta["citation"])
            case kind:
                name = kind.removesuffix("_delta")
                block[name] += delta[name]
    elif said["type"] == "content_block_stop" and "json" in content[said["index"]]:
        block = content[said["index"]]
        block["input"] = json.loads(block.pop("json"))


def returned(content: list[dict[str, Any]]) -> tuple[Part, ...]:
    """What a client's next request says of the answer it got."""
    turn = {"role": "assistant", "content": content}
    body = json.dumps({"model": "m", "max_tokens": 1, "messages": [turn]}).encode()
    request = DIALECT.decode_request(body, DIALECT.peek(body, "/v1/messages"))
    return normal(request).messages[0].parts


def normal_parts(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return normal(Request(model="m", messages=(Message("assistant", parts),))).messages[0].parts


MEMBERS = st.sampled_from(
    """
    model messages role content type text source data media_type url file_id input id name tool_use_id is_error
    signature thinking citations system tools tool_choice input_schema max_tokens temperature stop_sequences
    metadata user_id output_config effort format schema budget_tokens display x_outlast extra title error message
    usage input_tokens output_tokens output_tokens_details stop_reason delta index content_block partial_json
    """.split()  # noqa: SIM905  a list of this length is read as words
)
SAID = st.sampled_from(
    """
    user assistant system text image document thinking redacted_thinking tool_use tool_result base64 url file
    enabled adaptive json_schema tool auto message_start content_block_start content_block_delta message_delta
    content_block_stop text_delta input_json_delta signature_delta citations_delta error outlast:e30= outlast:x
    """.split()  # noqa: SIM905  a list of this length is read as words
)
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | SAID,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=5),
    max_leaves=20,
)
HOSTILE = ODD.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=80)


@given(
    HOSTILE | st.dictionaries(MEMBERS, ODD).map(lambda top: json.dumps({"model": "m", "messages": [], **top}).encode())
)
def test_an_odd_request_is_a_request_or_a_clear_refusal(body: bytes) -> None:
    with suppress(MalformedRequest, Untranslatable):
        request = DIALECT.decode_request(body, DIALECT.peek(body, "/v1/messages"))
        DIALECT.encode_request(request, Losses())


@few
@given(HOSTILE)
def test_an_odd_answer_is_an_answer_or_a_broken_upstream(body: bytes) -> None:
    for read in (DIALECT.decode_reply, DIALECT.read_answer, decode_count):
        with suppress(UpstreamBroken):
            read(body)
    DIALECT.decode_fault(500, body)


@few
@given(st.lists(HOSTILE, max_size=4))
def test_an_odd_stream_says_something_or_nothing(datas: list[bytes]) -> None:
    decoder, reader = DIALECT.event_decoder(), StreamReader()
    said: list[Event] = []
    for data in datas:
        event = b"event: content_block_delta\ndata: " + data.replace(b"\n", b" ") + b"\n\n"
        said += decoder.event(event)
        reader.feed(event)
    said += decoder.finish()
    assert isinstance(encoded(tuple(said)), bytes)


@given(st.sampled_from(sorted(TYPES)), st.text(), st.integers(400, 599))
def test_a_fault_survives(kind: str, message: str, status: int) -> None:
    body = json.dumps({"type": "error", "error": {"type": kind, "message": message or "x"}}).encode()
    fault = DIALECT.decode_fault(status, body)
    again = DIALECT.decode_fault(status, DIALECT.encode_fault(fault, "req_1"))
    assert (again.message, again.status) == (fault.message, fault.status)
