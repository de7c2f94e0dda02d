"""Every recorded exchange of OpenAI's chat and of compatible providers, through this dialect and back."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from outlast.dialects.chat import DIALECT
from outlast.dialects.conversation.collect import collect
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.normal import normal, normal_reply
from outlast.dialects.conversation.parts import Native, Text, Thinking, ToolCall
from outlast.dialects.conversation.reply import Broke, Done, Event, Reply
from outlast.dialects.dialect import Framing
from outlast.dialects.sse import Splitter

TRAFFIC = Path(__file__).parents[5] / "shared" / "traffic"
FRAMING = Framing(id="r1", model="asked", created=1)
JsonValue = Any  # bodies as they were recorded


class Recording(NamedTuple):
    uri: str
    request: bytes
    status: int
    plain: bool
    body: bytes


@cache
def recordings() -> tuple[Recording, ...]:
    if not TRAFFIC.exists():
        pytest.skip("the recorded traffic is not here")
    lines = [
        json.loads(line)
        for name in ("openai-chat", "compatible-chat")
        for line in (TRAFFIC / f"{name}.jsonl").read_text().splitlines()
    ]
    return tuple(
        Recording(
            line["uri"],
            _body(line["request"]),
            line["status"],
            line["response_kind"] == "json",
            _body(line["response"]),
        )
        for line in lines
        if "chat/completions" in line["uri"]
    )


def _body(value: JsonValue) -> bytes:
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


def heard(body: bytes) -> tuple[Event, ...]:
    decoder, splitter = DIALECT.event_decoder(), Splitter()
    events = [event for piece in (*splitter.feed(body), splitter.finish()) for event in decoder.event(piece)]
    return (*events, *decoder.finish())


def answers() -> Iterator[tuple[Recording, Reply]]:
    for each in recordings():
        if each.status == 200:
            yield each, DIALECT.decode_reply(each.body) if each.plain else collect(heard(each.body))


# What is written differently and means the same; the last member of the place, and what came and went.
def _normalised(place: str, before: JsonValue, after: JsonValue) -> bool:
    member = place.rpartition(".")[2]
    empty = before in (None, "", [], False)
    renamed = {
        "reasoning": "an effort alone is reasoning_effort",
        "reasoning_effort": "the same",
        "max_tokens": "the name of the limit follows the model",
        "max_completion_tokens": "the same",
        "stream_options": "usage is always asked for",
        "index": "a call's index in a request",
    }
    return (
        (empty and after is None)
        or member in renamed
        or (member == "content" and before in (None, []) and after is None)
        or (member == "content" and isinstance(before, list) and len(before) == 1 and before[0].get("text") == after)
        or (member == "thinking" and "".join(each["text"] for each in before) == after[0]["text"])
        or (member == "tool_choice" and (before, after) == ("any", "required"))
        or (member == "type" and (before, after) == (None, "function"))
    )


def differences(before: JsonValue, after: JsonValue, place: str = "") -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from differences(before.get(name), after.get(name), f"{place}.{name}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{place}.{index}")
    elif before != after and not _normalised(place, before, after):
        yield f"{place}: {before!r} became {after!r}"


def test_no_recorded_request_loses_more_than_the_named_normalisations() -> None:
    for each in recordings():
        losses = Losses()
        request = DIALECT.decode_request(each.request, DIALECT.peek(each.request, ""))
        written = DIALECT.encode_request(request, losses)
        again = DIALECT.decode_request(written, DIALECT.peek(written, ""))

        assert not losses, each.uri
        assert list(differences(json.loads(each.request), json.loads(written))) == [], each.uri
        assert normal(again) == msgspec.structs.replace(normal(request), include_usage=True), each.uri


def test_every_recorded_answer_says_something_and_ends() -> None:
    kinds = set()
    for each, reply in answers():
        broke = not each.plain and any(isinstance(event, Broke) for event in heard(each.body))
        assert broke or (reply.candidates and reply.usage), each.uri
        assert broke or all(candidate.finish for candidate in reply.candidates), each.uri
        assert each.plain or heard(each.body)[-1] == Done() or broke, each.uri
        kinds |= {type(part) for candidate in reply.candidates for part in candidate.parts}
    assert kinds == {Text, Thinking, ToolCall, Native}


def _settled(reply: Reply) -> Reply:
    """Without what only an upstream can say of itself."""
    candidates = tuple(
        msgspec.structs.replace(each, finish=msgspec.structs.replace(each.finish, said=""))
        for each in reply.candidates
        if each.finish is not None
    )
    return normal_reply(
        msgspec.structs.replace(reply, id="", model="", created=0, service_tier="", candidates=candidates)
    )


def test_every_recorded_answer_is_the_same_once_it_was_written_and_openais_client_reads_it() -> None:
    for each, reply in answers():
        written = DIALECT.encode_reply(reply, FRAMING, Losses())
        ChatCompletion.model_validate(json.loads(written), strict=True)
        if all(candidate.finish for candidate in reply.candidates):
            assert _settled(DIALECT.decode_reply(written)) == _settled(reply), each.uri


def test_every_recorded_stream_is_the_same_once_it_was_written_and_openais_client_reads_it() -> None:
    for each in recordings():
        if each.plain or each.status != 200:
            continue
        events = heard(each.body)
        encoder = DIALECT.event_encoder(FRAMING, Losses())
        written = b"".join(map(encoder.event, events))
        for piece in written.split(b"\n\n"):
            data = piece.removeprefix(b"data: ")
            if data.startswith(b'{"id"'):
                ChatCompletionChunk.model_validate_json(data)
        assert _settled(collect(heard(written))) == _settled(collect(events)), each.uri


def test_every_recorded_refusal_has_its_status_and_a_message() -> None:
    for each in recordings():
        if each.status != 200:
            fault = DIALECT.decode_fault(each.status, each.body)
            assert fault.status == each.status
            assert len(fault.message) > 20
