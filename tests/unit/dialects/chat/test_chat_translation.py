import dataclasses
import itertools

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.dialects.strategies import EVERYTHING, replies, requests, streams

from outlast.dialects.chat import DIALECT
from outlast.dialects.conversation.collect import collect
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.normal import normal, normal_reply
from outlast.dialects.conversation.parts import Citation, Part, Text, Thinking
from outlast.dialects.conversation.reply import Event, Finish, Reply
from outlast.dialects.conversation.request import Request
from outlast.dialects.dialect import Framing
from outlast.dialects.sse import Splitter

FRAMING = Framing(id="r1", model="asked", created=1)
SAYABLE = dataclasses.replace(
    EVERYTHING,
    dialects=("chat",),
    media=(
        ("image", "data"),
        ("image", "url"),
        ("audio", "data"),
        ("video", "data"),
        ("video", "url"),
        ("document", "data"),
        ("document", "url"),
        ("document", "file_id"),
    ),
    result_media=(("image", "data"), ("image", "url")),
    signatures=False,
    redacted=False,
    call_signatures=False,
    citations=False,
    failed=False,
    sampling=tuple(name for name in EVERYTHING.sampling if name != "top_k"),
    reasoning=("effort",),
    extras=tuple((place, "chat") for place in ("request", "message", "text", "media", "call", "result", "tool")),
)
ANSWERS = dataclasses.replace(
    EVERYTHING, dialects=("responses", "anthropic", "gemini"), reply_media=(("image", "data"), ("video", "url"))
)
STREAMED = dataclasses.replace(ANSWERS, finished=True)


def again(request: Request) -> Request:
    losses = Losses()
    body = DIALECT.encode_request(request, losses)
    assert not losses, str(losses)
    return DIALECT.decode_request(body, DIALECT.peek(body, ""))


def one_thought(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Unsigned thoughts that follow each other are one: this dialect has one member for them."""
    kept: list[Part] = []
    for part in parts:
        before = kept[-1] if kept else None
        if isinstance(part, Thinking) and isinstance(before, Thinking) and _bare(part) and _bare(before):
            kept[-1] = msgspec.structs.replace(before, text=before.text + part.text)
        else:
            kept.append(part)
    return tuple(kept)


def _bare(thought: Thinking) -> bool:
    return thought.dialect == "chat" and not (thought.signature or thought.redacted or thought.extra)


def sayable(request: Request) -> Request:
    """What the strategies cannot leave out: thoughts stand before the words, and other natives beside them."""
    request = normal(request)
    messages = tuple(msgspec.structs.replace(message, parts=one_thought(message.parts)) for message in request.messages)
    choice = request.tool_choice if request.tools else None
    return msgspec.structs.replace(request, messages=messages, tool_choice=choice, include_usage=True)


@given(requests(SAYABLE))
@settings(max_examples=15, deadline=None)
def test_a_request_that_this_dialect_can_say_survives_it(request: Request) -> None:
    assert sayable(again(request)) == sayable(request)


def joined(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """A stream has one text where a whole answer may have several; what was cited keeps its place."""
    kept: list[Part] = []
    for part in parts:
        if not isinstance(part, Text):
            kept.append(part)
            continue
        before = kept.pop() if kept and isinstance(kept[-1], Text) else Text("")
        assert isinstance(before, Text)
        citations = (*before.citations, *placed(part, len(before.text)))
        kept.append(Text(before.text + part.text, citations, before.extra | part.extra))
    return tuple(kept)


def placed(part: Text, at: int) -> tuple[Citation, ...]:
    return tuple(
        msgspec.structs.replace(
            each,
            start=at + (0 if each.start is None else each.start),
            end=at + (len(part.text) if each.end is None else each.end),
        )
        for each in part.citations
    )


def finished(reply: Reply) -> Reply:
    """A choice has always an end, and providers' own words for it are OpenAI's."""
    candidates = []
    for each in reply.candidates:
        finish = each.finish or Finish("other")
        candidates.append(
            msgspec.structs.replace(
                each, parts=joined(one_thought(each.parts)), finish=msgspec.structs.replace(finish, said="")
            )
        )
    return normal_reply(msgspec.structs.replace(reply, candidates=tuple(candidates)))


@given(replies(ANSWERS))
@settings(max_examples=15, deadline=None)
def test_an_answer_survives_with_all_that_openai_has_no_word_for(reply: Reply) -> None:
    losses = Losses()
    body = DIALECT.encode_reply(reply, FRAMING, losses)

    assert not losses
    assert finished(DIALECT.decode_reply(body)) == finished(reply)


def streamed(events: tuple[Event, ...]) -> bytes:
    encoder = DIALECT.event_encoder(FRAMING, Losses())
    return b"".join(encoder.event(event) for event in events)


def heard(body: bytes, *cuts: int) -> tuple[Event, ...]:
    decoder, splitter, places = DIALECT.event_decoder(), Splitter(), sorted({0, len(body), *cuts})
    pieces = [piece for start, end in itertools.pairwise(places) for piece in splitter.feed(body[start:end])]
    events = [event for piece in pieces for event in decoder.event(piece)]
    return (*events, *decoder.finish())


@given(streams(STREAMED))
@settings(max_examples=15, deadline=None)
def test_a_stream_survives_with_all_that_openai_has_no_word_for(events: tuple[Event, ...]) -> None:
    assert finished(collect(heard(streamed(events)))) == finished(collect(events))


@given(streams(STREAMED), st.data())
@settings(max_examples=8, deadline=None)
def test_a_stream_cut_at_any_byte_says_the_same(events: tuple[Event, ...], data: st.DataObject) -> None:
    body = streamed(events)
    cuts = data.draw(st.lists(st.integers(0, len(body)), max_size=5))

    assert heard(body, *cuts) == heard(body)


@given(streams(STREAMED))
@settings(max_examples=8, deadline=None)
def test_an_answer_says_the_same_whole_and_streamed(events: tuple[Event, ...]) -> None:
    whole = DIALECT.decode_reply(DIALECT.encode_reply(collect(events), FRAMING, Losses()))

    assert finished(collect(heard(streamed(events)))) == finished(whole)
