"""Whatever Google's format can say survives it, and nothing that is sent breaks a decoder but with a clear word."""

import json
from dataclasses import replace

import msgspec
import pytest
from google.genai import types
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.unit.dialects.strategies import EVERYTHING, MIMES, replies, requests, streams, words

from outlast.dialects.conversation.collect import collect
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.normal import normal, normal_reply
from outlast.dialects.conversation.parts import Citation, Media, Native, Part, Text, ToolCall, ToolResult
from outlast.dialects.conversation.reply import Candidate, Event, Finish, Reply
from outlast.dialects.conversation.request import Format, Message, NativeTool, Request, Tool, ToolChoice
from outlast.dialects.dialect import Fault, Framing
from outlast.dialects.gemini import DIALECT
from outlast.dialects.gemini.members import PREFIX, camel
from outlast.dialects.sse import Splitter, data_of
from outlast.errors import MalformedRequest, Untranslatable, UpstreamBroken

FRAMING = Framing(id="call-1", model="asked-for", created=1_700_000_000)
FEW = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
"""Whole conversations are slow to draw, and the machine may be busy."""
PATHS = ("/v1beta/models/m:generateContent", "/v1beta/models/m:streamGenerateContent")
ASKED = replace(
    EVERYTHING,
    dialects=("gemini",),
    roles=("system", "user", "assistant"),
    system_first=True,
    names=False,
    media=(*((kind, "data") for kind in MIMES), ("document", "url")),
    file_names=False,
    details=False,
    transcripts=False,
    redacted=False,
    refusals=False,
    citations=False,
    custom=False,
    arguments_parse=True,
    strict=False,
    parallel=False,
    reasoning=("budget", "shown"),
    verbosity=False,
    voice=False,
    user=False,
    service_tier=False,
    extras=tuple((place, "gemini") for place in ("request", "message", "text", "media", "thinking", "call", "tool")),
)
ANSWERED = replace(
    ASKED,
    ends=("stop", "length", "content_filter", "tool_calls", "malformed", "other"),
    stop_sequences=False,
    service_tier=True,
    extras=(),
)
OTHERS = replace(EVERYTHING, dialects=("chat", "responses", "anthropic"), call_signatures=False)
"""Google's signatures are Base64 in truth; those of ``strategies`` are not, and Google's client would refuse them."""
STREAMED = replace(ANSWERED, unsigned=False, service_tier=False)


def googles(extra: dict[str, bytes]) -> dict[str, bytes]:
    """Names of members in Google's case."""
    return {PREFIX + camel(key.removeprefix(PREFIX)): value for key, value in extra.items()}


def as_google(request: Request) -> Request:
    """The one form in which Google's format gives a request back."""
    choice, form = request.tool_choice, request.format
    if choice is not None and choice.mode == "any" and len(choice.names) == 1:
        choice = ToolChoice(mode="one", names=choice.names)
    if form is not None:
        form = Format(kind=form.kind, schema=form.schema)
    return msgspec.structs.replace(
        request,
        messages=tuple(map(_turn, request.messages)),
        tools=tuple(sorted(map(_tool, request.tools), key=lambda tool: isinstance(tool, NativeTool))),
        tool_choice=choice,
        format=form,
        extra=googles(request.extra),
    )


def _turn(message: Message) -> Message:
    parts = tuple(map(_part, message.parts))
    return Message(message.role, parts, extra=googles(message.extra))


def _part(part: Part) -> Part:
    if isinstance(part, Native):
        return Native(part.dialect, "", msgspec.json.encode(json.loads(part.wire)))
    if isinstance(part, ToolResult):  # Google has the words in one place and media in another.
        said = "".join(each.text for each in part.parts if isinstance(each, Text))
        media = (
            msgspec.structs.replace(each, extra=googles(each.extra)) for each in part.parts if isinstance(each, Media)
        )
        return msgspec.structs.replace(part, parts=(*((Text(said),) if said else ()), *media))
    return msgspec.structs.replace(part, extra=googles(part.extra))


def _tool(tool: Tool | NativeTool) -> Tool | NativeTool:
    if isinstance(tool, NativeTool):
        return NativeTool(tool.dialect, camel(tool.what), tool.wire)
    return msgspec.structs.replace(tool, extra=googles(tool.extra))


def unnamed(reply: Reply) -> Reply:
    """Ends without Google's own words, blocks without names, odds as objects."""

    def own(candidate: Candidate) -> Candidate:
        finish = None if candidate.finish is None else Finish(candidate.finish.end)
        odds = msgspec.json.encode(json.loads(candidate.logprobs)["content"]) if candidate.logprobs else b""
        return msgspec.structs.replace(
            candidate, parts=tuple(map(_part, candidate.parts)), finish=finish, logprobs=odds
        )

    used = reply.usage and msgspec.structs.replace(reply.usage, cache_write_tokens=0)
    return normal_reply(msgspec.structs.replace(reply, usage=used, candidates=tuple(map(own, reply.candidates))))


def read(stream: bytes) -> list[Event]:
    decoder = DIALECT.event_decoder()
    return [said for event in Splitter().feed(stream) for said in decoder.event(event)] + list(decoder.finish())


@FEW
@given(requests(ASKED))
def test_a_request_that_google_can_be_asked_is_read_back(request: Request) -> None:
    losses = Losses()
    body = DIALECT.encode_request(request, losses)
    asked = DIALECT.peek(body, DIALECT.endpoint(request.model, request.stream))
    again = DIALECT.decode_request(body, asked)
    assert as_google(normal(again)) == as_google(normal(request))
    assert set(losses.names) <= {"response_format.name", "response_format.description"}


@FEW
@given(requests(EVERYTHING))
def test_any_request_can_be_written_and_what_is_left_of_it_read(request: Request) -> None:
    said = msgspec.structs.replace(request, messages=(*request.messages, Message("user", (Text("Well?"),))))
    body = DIALECT.encode_request(said, Losses())
    asked = DIALECT.peek(body, DIALECT.endpoint(request.model, request.stream))
    assert DIALECT.decode_request(body, asked).model == request.model


@FEW
@given(replies(ANSWERED))
def test_an_answer_that_google_can_give_is_read_back(reply: Reply) -> None:
    written = DIALECT.encode_reply(reply, FRAMING, Losses())
    expected = msgspec.structs.replace(reply, created=reply.created or FRAMING.created)
    assert unnamed(DIALECT.decode_reply(written)) == unnamed(expected)


@FEW
@given(replies(OTHERS))
def test_any_answer_is_one_that_googles_own_client_takes(reply: Reply) -> None:
    written = DIALECT.encode_reply(reply, FRAMING, Losses())
    read = types.GenerateContentResponse._from_response(response=json.loads(written), kwargs={})
    assert len(read.candidates or ()) == len(reply.candidates)


@FEW
@given(streams(STREAMED))
def test_a_stream_that_google_can_send_makes_the_same_answer(events: tuple[Event, ...]) -> None:
    encoder = DIALECT.event_encoder(FRAMING, Losses())
    stream = b"".join(map(encoder.event, events))
    made, expected = unnamed(collect(read(stream))), unnamed(collect(events))
    assert msgspec.structs.replace(made, created=0) == msgspec.structs.replace(expected, created=0)


@FEW
@given(streams(OTHERS))
def test_every_event_of_any_stream_is_one_that_googles_own_client_takes(events: tuple[Event, ...]) -> None:
    encoder = DIALECT.event_encoder(FRAMING, Losses())
    for event in Splitter().feed(b"".join(map(encoder.event, events))):
        types.GenerateContentResponse._from_response(response=json.loads(data_of(event)), kwargs={})


MEMBERS = (
    "contents",
    "parts",
    "text",
    "role",
    "tools",
    "functionDeclarations",
    "functionCall",
    "functionResponse",
    "args",
    "name",
    "response",
    "id",
    "inlineData",
    "file_data",
    "fileUri",
    "data",
    "mimeType",
    "thought",
    "thoughtSignature",
    "generationConfig",
    "toolConfig",
    "mode",
    "functionCallingConfig",
    "thinkingConfig",
    "thinkingBudget",
    "responseSchema",
    "speechConfig",
    "systemInstruction",
    "error",
    "candidates",
    "content",
    "finishReason",
    "usageMetadata",
    "promptTokenCount",
    "groundingMetadata",
    "groundingChunks",
    "index",
    "groundingSupports",
    "segment",
    "startIndex",
    "endIndex",
    "logprobsResult",
    "promptFeedback",
    "blockReason",
    "message",
    "details",
    "requests",
    "generateContentRequest",
    "embeddings",
    "values",
)
JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(MEMBERS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)
BODIES = st.binary(max_size=60) | JSONISH.map(lambda value: json.dumps(value).encode())


@given(BODIES)
@example(b'{"contents":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
@example(b'{"contents":[{"parts":[{"functionCall":{"name":"f","args":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}}]}]}")
@example(b'{"contents":[{"parts":[{"thoughtSignature":"b3V0bGFzdC1wYXJ0AAAA"}]}]}')
@example(b'{"contents":[{"parts":[{"thoughtSignature":"b3V0bGFzdC1wYXJ0\xc3\xbc"}]}]}')
def test_no_request_body_raises_anything_but_a_clear_refusal(body: bytes) -> None:
    try:
        asked = DIALECT.peek(body, PATHS[0])
        written = DIALECT.encode_request(DIALECT.decode_request(body, asked), Losses())
    except (MalformedRequest, Untranslatable):
        return
    assert json.loads(written)


@given(BODIES)
def test_no_answer_raises_anything_but_a_broken_upstream(body: bytes) -> None:
    try:
        DIALECT.read_answer(body)
        DIALECT.encode_reply(DIALECT.decode_reply(body), FRAMING, Losses())
    except UpstreamBroken:
        with pytest.raises(UpstreamBroken):
            DIALECT.decode_reply(body)


@given(st.lists(BODIES, max_size=3))
def test_no_stream_raises_at_all(bodies: list[bytes]) -> None:
    stream = b"".join(b"data: %b\n\n" % body.replace(b"\n", b" ").replace(b"\r", b" ") for body in bodies)
    collect(read(stream))
    reader = DIALECT.relay(DIALECT.peek(b'{"contents":[]}', PATHS[1]))
    assert reader.feed(stream) + reader.finish() + reader.held() == stream
    assert reader.answer is not None


@given(BODIES, st.integers(400, 599))
def test_any_error_body_is_a_fault_that_can_be_written(body: bytes, status: int) -> None:
    fault = DIALECT.decode_fault(status, body)
    assert fault.message
    again = DIALECT.decode_fault(status, DIALECT.encode_fault(fault, "call-1"))
    assert again == fault


@given(
    st.builds(
        Fault,
        status=st.sampled_from((400, 401, 403, 404, 410, 429, 500, 502, 503)),
        type=st.sampled_from(("invalid_request_error", "not_found_error", "insufficient_quota", "overloaded_error")),
        message=words,
        code=st.none() | st.sampled_from(("model_not_found", "malformed_request")),
        param=st.none() | words,
        retry_after_s=st.none() | st.sampled_from((0.5, 30.0)),
    )
)
def test_a_fault_of_another_dialect_is_read_back(fault: Fault) -> None:
    assert DIALECT.decode_fault(fault.status, DIALECT.encode_fault(fault, "call-1")) == fault


TOLD = (
    words
    | JSONISH.map(json.dumps)
    | st.sampled_from(('{"output":"x"}', '{"error":"x"}', '{"error":{"a":1}}', '{"output":5}', '{"a":1, "b":2}', "{}"))
)


@given(TOLD, st.booleans())
@example('{"result":1}', True)
def test_what_a_tool_said_is_said_again_word_by_word(text: str, failed: bool) -> None:  # noqa: FBT001  hypothesis
    turns = (
        Message("assistant", (ToolCall(id="c", name="f", arguments="{}"),)),
        Message("user", (ToolResult(call_id="c", name="f", parts=(Text(text),), failed=failed),)),
    )
    body = DIALECT.encode_request(Request(model="m", messages=turns), Losses())
    again = DIALECT.decode_request(body, DIALECT.peek(body, PATHS[0])).messages[1].parts[0]
    assert isinstance(again, ToolResult)
    assert (again.parts, again.failed) == ((Text(text),), failed)


@given(st.text(min_size=1), st.data())
def test_a_cited_stretch_keeps_its_place_in_any_script(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    said = Citation(url="https://example.org/a", title="A", quoted=data.draw(st.just("") | words), start=start, end=end)
    reply = Reply(id="r", model="m", created=1, candidates=(Candidate(parts=(Text(text, (said,)),)),))
    part = DIALECT.decode_reply(DIALECT.encode_reply(reply, FRAMING, Losses())).candidates[0].parts[0]
    assert isinstance(part, Text)
    assert [msgspec.structs.replace(each, wire=b"", dialect="") for each in part.citations] == [said]
