import dataclasses
from collections.abc import Sequence
from contextlib import suppress

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.dialects.strategies import EVERYTHING, replies, requests, streams

from outlast.dialects.conversation.collect import collect, unfold
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.normal import normal, normal_reply
from outlast.dialects.conversation.parts import Native, Part
from outlast.dialects.conversation.reply import Event, Finish, Reply
from outlast.dialects.conversation.request import Request, Tool
from outlast.dialects.dialect import Framing
from outlast.dialects.responses import DIALECT
from outlast.dialects.sse import Splitter
from outlast.errors import MalformedRequest, UpstreamBroken

FRAMING = Framing(id="call", model="model", created=1)
ASKING = dataclasses.replace(
    EVERYTHING,
    dialects=("responses",),
    names=False,
    media=tuple(
        (kind, place)
        for kind, place in EVERYTHING.media
        if kind in ("image", "document") or (kind, place) == ("audio", "data")
    ),
    result_media=(("image", "data"), ("document", "data"), ("audio", "data")),
    redacted=False,
    call_signatures=False,
    citations=False,
    failed=False,
    sampling=("max_tokens", "temperature", "top_p", "logprobs"),
    reasoning=("effort", "summary"),
    modalities=False,
    voice=False,
)  # fmt: skip
"""What this dialect can ask."""
ANSWERING = dataclasses.replace(
    ASKING,
    reply_media=(("image", "data"),),
    call_signatures=True,
    details=False,
    candidates=1,
    ends=("stop", "length", "tool_calls", "content_filter"),
    stop_sequences=False,
    finished=True,
)
"""What this dialect can answer."""
FOREIGN = dataclasses.replace(ANSWERING, dialects=("anthropic", "gemini", "chat"), natives=False, redacted=True)
"""The same with thoughts of other dialects, whose secrets go through the caller and come back."""
_few = settings(max_examples=20, deadline=None)


@given(requests(ASKING))
@_few
def test_what_this_dialect_can_ask_survives_it(request: Request) -> None:
    losses = Losses()
    body = DIALECT.encode_request(request, losses)
    again = DIALECT.decode_request(body, DIALECT.peek(body, ""))

    assert _meant(again) == _meant(request)
    assert not losses


@given(replies(ANSWERING) | replies(FOREIGN))
@_few
def test_what_this_dialect_can_answer_survives_it(reply: Reply) -> None:
    losses = Losses()
    body = DIALECT.encode_reply(reply, FRAMING, losses)

    assert _said(DIALECT.decode_reply(body)) == _said(reply)
    assert not losses


@given(streams(ANSWERING) | streams(FOREIGN))
@_few
def test_a_stream_says_what_its_whole_answer_says(events: tuple[Event, ...]) -> None:
    written = _written(events)
    whole = DIALECT.encode_reply(collect(events), FRAMING, Losses())

    assert _said(collect(_read(written))) == _said(collect(events))
    assert _bare(collect(_read(written))) == _bare(DIALECT.decode_reply(whole))


@given(replies(ANSWERING))
@_few
def test_a_whole_answer_is_told_as_a_stream(reply: Reply) -> None:
    assert _said(collect(_read(_written(tuple(unfold(reply)))))) == _said(reply)


@given(streams(ANSWERING), st.integers(1, 40))
@_few
def test_a_stream_is_the_same_however_it_is_cut(events: tuple[Event, ...], size: int) -> None:
    written = _written(events)
    splitter, decoder = Splitter(), DIALECT.event_decoder()
    cut = [written[start : start + size] for start in range(0, len(written), size)]
    found = [event for piece in cut for each in splitter.feed(piece) for event in decoder.event(each)]

    assert found == _read(written)


@given(requests(), replies(), streams())
@settings(max_examples=8, deadline=None)
def test_what_cannot_be_said_is_named_and_fails_nothing(
    request: Request, reply: Reply, events: tuple[Event, ...]
) -> None:
    body = DIALECT.encode_request(request, Losses())
    DIALECT.decode_request(body, DIALECT.peek(body, ""))
    DIALECT.decode_reply(DIALECT.encode_reply(reply, msgspec.structs.replace(FRAMING, request=request), Losses()))
    _read(_written(events))


MEMBERS = [
    "type",
    "role",
    "content",
    "text",
    "id",
    "summary",
    "output",
    "name",
    "call_id",
    "format",
    "effort",
    "result",
    "arguments",
    "delta",
    "item",
    "part",
    "response",
    "usage",
    "status",
    "error",
    "output_index",
]
WORDS = ["message", "reasoning", "function_call", "input_image", "function", "user", "response.failed", "json_schema"]
ASKED = [
    "input",
    "tools",
    "tool_choice",
    "text",
    "reasoning",
    "include",
    "instructions",
    "temperature",
    "metadata",
    "store",
]
EVENTS = [
    "created",
    "completed",
    "failed",
    "output_item.added",
    "output_item.done",
    "content_part.added",
    "content_part.done",
    "output_text.delta",
    "reasoning_summary_part.added",
    "output_text.annotation.added",
]
_json: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(MEMBERS), inner | st.sampled_from(WORDS), max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(ASKED), _json, max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_request_of_any_shape_is_read_or_refused_with_its_member(members: dict[str, object]) -> None:
    body = msgspec.json.encode({"model": "m", **members})
    try:
        request = DIALECT.decode_request(body, DIALECT.peek(body, ""))
    except MalformedRequest as error:
        assert error.param  # noqa: PT017 - both ends are right
    else:
        DIALECT.encode_request(request, Losses())


@given(st.binary(max_size=60) | _json.map(msgspec.json.encode))
@settings(max_examples=60, deadline=None)
def test_arbitrary_bytes_are_no_request_no_answer_and_say_nothing_in_a_stream(body: bytes) -> None:
    with suppress(MalformedRequest):
        DIALECT.decode_request(body, DIALECT.peek(body, ""))
    with suppress(UpstreamBroken):
        DIALECT.decode_reply(body)
    with suppress(UpstreamBroken):
        DIALECT.read_answer(body)
    DIALECT.event_decoder().event(b"data: " + body + b"\n\n")
    DIALECT.relay(DIALECT.peek(b'{"model":"m"}', "")).feed(b"data: " + body + b"\n\n")
    DIALECT.decode_fault(400, body)


@given(st.sampled_from(["error", *(f"response.{each}" for each in EVENTS)]), _json)
@settings(max_examples=60, deadline=None)
def test_a_known_event_of_any_shape_is_read_as_far_as_can_be(kind: str, value: object) -> None:
    members = dict.fromkeys(("item", "part", "response", "annotation", "error"), value)
    event = b"data: " + msgspec.json.encode({"type": kind, **members}) + b"\n\n"
    decoder = DIALECT.event_decoder()
    decoder.event(event)
    decoder.event(event)
    decoder.finish()
    DIALECT.relay(DIALECT.peek(b'{"model":"m"}', "")).feed(event)


def _meant(request: Request) -> Request:
    """What a request says of itself, without what every translated request asks (``store``, signatures)."""
    request = normal(request)
    extra = {
        name: value
        for name, value in request.extra.items()
        if not name.endswith((":store", ":signatures", ":instructed"))
    }
    # Not said and false are one: this dialect's own default for strict is true, and it has no word for no logprobs.
    tools = tuple(
        msgspec.structs.replace(tool, strict=bool(tool.strict)) if isinstance(tool, Tool) else tool
        for tool in request.tools
    )
    sampling = msgspec.structs.replace(request.sampling, logprobs=request.sampling.logprobs or None)
    thoughts = request.reasoning
    if thoughts is not None:
        thoughts = msgspec.structs.replace(thoughts, shown=True if thoughts.summary else None)
    return msgspec.structs.replace(request, extra=extra, tools=tools, sampling=sampling, reasoning=thoughts)


def _said(reply: Reply) -> Reply:
    """What an answer says, without the names of its items and the provider's words for how it ended."""
    return normal_reply(_bare(reply))


def _bare(reply: Reply) -> Reply:
    candidates = tuple(
        msgspec.structs.replace(
            each,
            parts=tuple(map(_nameless, each.parts)),
            finish=Finish(each.finish.end) if each.finish else None,
            extra={},
        )
        for each in reply.candidates
    )
    tier = "" if reply.service_tier == "default" else reply.service_tier
    return msgspec.structs.replace(reply, id="", created=0, service_tier=tier, candidates=candidates)


def _nameless(part: Part) -> Part:
    return part if isinstance(part, Native) else msgspec.structs.replace(part, extra={})


def _written(events: Sequence[Event]) -> bytes:
    encoder = DIALECT.event_encoder(FRAMING, Losses())
    return b"".join(map(encoder.event, events))


def _read(stream: bytes) -> list[Event]:
    decoder = DIALECT.event_decoder()
    return [event for each in Splitter().feed(stream) for event in decoder.event(each)]
