"""Everything that was recorded of Google's API is read, written and read again without a loss but the named ones."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
from google.genai import types

from outlast.dialects.conversation.collect import collect
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.normal import normal, words_of
from outlast.dialects.conversation.parts import Text, ToolCall
from outlast.dialects.conversation.reply import Candidate, Event, Reply
from outlast.dialects.dialect import Framing
from outlast.dialects.gemini import DIALECT
from outlast.dialects.gemini.asked import split_path
from outlast.dialects.gemini.members import camel
from outlast.dialects.gemini.schema import json_schema
from outlast.dialects.sse import Splitter, data_of

TRAFFIC = Path(__file__).parents[4].parent / "shared" / "traffic" / "gemini.jsonl"
FRAMING = Framing(id="call-1", model="asked-for", created=1_700_000_000)
NAMED = """What same-dialect translation changes, and nothing else:
every member's name is in camelCase; one object in place of a list of one becomes that list; Base64 has the standard
alphabet; calls without id get one; ``parameters`` and ``responseSchema`` become their JSON-schema members;
``responseMimeType`` is said beside a schema; numbers have JSON's shortest form; a missing role is ``user``; a tool's
words alone stand under ``output``; functions stand in one tool, results in a turn of their own; empty configurations
go; ``systemInstruction`` has no role; an empty thoughtSignature's placeholder stands at unsigned calls of Gemini 3."""


@cache
def exchanges() -> list[dict[str, object]]:
    if not TRAFFIC.exists():
        pytest.skip("the recorded traffic is not here")
    return [json.loads(line) for line in TRAFFIC.read_text().splitlines()]


def recorded(*actions: str, status: int = 200) -> Iterator[tuple[str, bytes, bytes]]:
    """Path, request and answer of every exchange of these actions."""
    for each in exchanges():
        address = urlsplit(str(each["uri"]))
        if each["status"] == status and split_path(address.path)[1] in actions:
            answer = each["response"]
            body = answer if isinstance(answer, str) else json.dumps(answer)
            yield address.path, msgspec.json.encode(each["request"]), body.encode()


def streams() -> Iterator[bytes]:
    return (answer for _, _, answer in recorded("streamGenerateContent"))


def answers() -> Iterator[bytes]:
    return (answer for _, _, answer in recorded("generateContent"))


def decoded(stream: bytes) -> list[Event]:
    decoder, splitter = DIALECT.event_decoder(), Splitter()
    events = [*splitter.feed(stream), splitter.finish()]
    return [said for event in events for said in decoder.event(event)] + list(decoder.finish())


def leaves(value: object, path: str = "") -> Iterator[str]:
    """Each scalar with its path, names in camelCase and Base64 in one alphabet."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{camel(name)}")
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, path)
    elif path.endswith((".data", ".thoughtSignature")):
        yield f"{path}={str(value).translate(str.maketrans('-_', '+/'))}"
    else:
        yield f"{path}={value!r}" if not isinstance(value, float) else f"{path}={value:g}"


def wanted(body: object) -> set[str]:
    """What must be in a body that was written from this one: its leaves, with the named changes made."""
    assert isinstance(body, dict)
    tools = body.get("tools") or []
    for tool in tools if isinstance(tools, list) else [tools]:
        for function in tool.get("functionDeclarations") or tool.get("function_declarations") or ():
            if not function.get("description"):
                function.pop("description", None)
            if "parameters" in function:
                schema = json.dumps(function.pop("parameters")).encode()
                function["parametersJsonSchema"] = json.loads(json_schema(schema))
    config = body.get("generationConfig") or {}
    if "responseSchema" in config:
        config["responseJsonSchema"] = json.loads(json_schema(json.dumps(config.pop("responseSchema")).encode()))
    body.get("systemInstruction", {}).pop("role", None)
    for content in body["contents"]:
        for part in content["parts"]:
            result = part.get("functionResponse") or part.get("function_response")
            if result and set(result["response"]) == {"error"}:
                assert isinstance(result["response"]["error"], str)
    return set(leaves(body))


def test_every_recorded_call_names_its_model_in_the_path() -> None:
    seen = [DIALECT.peek(body, path) for path, body, _ in recorded("generateContent", "streamGenerateContent")]
    assert len(seen) > 300
    assert all(asked.model.startswith("gemini-") for asked in seen)
    assert sum(asked.stream for asked in seen) == 15
    assert all(asked.for_upstream("another") == asked.envelope.body for asked in seen)


def test_a_request_loses_nothing_on_the_way_through_the_conversation() -> None:
    count = 0
    for path, body, _ in recorded("generateContent", "streamGenerateContent"):
        losses = Losses()
        asked = DIALECT.peek(body, path)
        written = DIALECT.encode_request(DIALECT.decode_request(body, asked), losses)
        assert not losses
        missing = wanted(json.loads(body)) - set(leaves(json.loads(written)))
        assert not missing, path
        for content in json.loads(written)["contents"]:
            types.Content.model_validate(content)
        count += 1
    assert count > 300


def test_a_request_that_was_written_reads_as_the_same_conversation() -> None:
    for path, body, _ in recorded("generateContent", "streamGenerateContent"):
        asked = DIALECT.peek(body, path)
        request = DIALECT.decode_request(body, asked)
        again = DIALECT.decode_request(DIALECT.encode_request(request, Losses()), asked)
        assert normal(again) == normal(request)


def test_every_recorded_answer_is_read_and_what_is_written_of_it_reads_the_same() -> None:
    count = 0
    for body in answers():
        reply, losses = DIALECT.decode_reply(body), Losses()
        written = DIALECT.encode_reply(reply, FRAMING, losses)
        assert not losses
        types.GenerateContentResponse._from_response(response=json.loads(written), kwargs={})
        again = DIALECT.decode_reply(written)
        assert msgspec.structs.replace(again, id=reply.id, created=reply.created) == reply
        assert reply.usage is not None
        assert all(candidate.finish is not None for candidate in reply.candidates)
        count += 1
    assert count > 280


def test_what_an_answer_says_is_what_google_wrote() -> None:
    for body in answers():
        raw, reply = json.loads(body), DIALECT.decode_reply(body)
        for wire, candidate in zip(raw["candidates"], reply.candidates, strict=True):
            parts = (wire.get("content") or {}).get("parts") or []
            text = "".join(part.get("text", "") for part in parts if not part.get("thought"))
            assert words_of(candidate) == text
            calls = [part["functionCall"] for part in parts if "functionCall" in part]
            read = [part for part in candidate.parts if isinstance(part, ToolCall)]
            assert [(call.name, json.loads(call.arguments)) for call in read] == [
                (call["name"], call.get("args", {})) for call in calls
            ]
            assert candidate.finish is not None
            assert (candidate.finish.end == "tool_calls") == (bool(calls) and wire["finishReason"] == "STOP")
        usage = raw["usageMetadata"]
        assert reply.usage is not None
        if "totalTokenCount" in usage and "serviceTier" in usage:
            assert reply.usage.input_tokens + reply.usage.output_tokens == usage["totalTokenCount"]


def test_every_recorded_stream_is_read_and_what_is_written_of_it_reads_the_same() -> None:
    count = 0
    for stream in streams():
        events = decoded(stream)
        reply, losses = collect(events), Losses()
        encoder = DIALECT.event_encoder(FRAMING, losses)
        written = b"".join(map(encoder.event, events))
        for event in Splitter().feed(written):
            types.GenerateContentResponse._from_response(response=json.loads(data_of(event)), kwargs={})
        assert not losses
        assert plain(collect(decoded(written))) == plain(reply)
        assert reply.usage is not None
        count += 1
    assert count == 15


def test_a_stream_split_anywhere_passes_and_reads_the_same() -> None:
    for stream in streams():
        for size in (1, 7, 1000) if len(stream) < 3000 else (997,):
            reader = DIALECT.relay(DIALECT.peek(b'{"contents":[]}', "/v1beta/models/m:streamGenerateContent"))
            pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
            passed = b"".join(map(reader.feed, pieces))
            states = [reader.done]
            passed += reader.finish()
            assert [*states, reader.done] == [False, True]
            assert reader.held().startswith(b"data:")
            assert passed + reader.held() == stream
            reply = collect(decoded(stream))
            assert reader.answer.usage == reply.usage
            assert reader.answer.model == reply.model
            assert words_of(reply.candidates[0]).startswith(reader.answer.text)


def test_the_facts_of_a_plain_answer_are_those_of_its_reply() -> None:
    for body in answers():
        answer, reply = DIALECT.read_answer(body), DIALECT.decode_reply(body)
        finish = reply.candidates[0].finish
        assert (answer.model, answer.usage) == (reply.model, reply.usage)
        assert finish is not None
        assert answer.finish == finish.said
        assert words_of(reply.candidates[0]).startswith(answer.text)


def test_every_recorded_error_says_its_kind() -> None:
    found = [
        DIALECT.decode_fault(status, answer)
        for status in (400, 404)
        for _, _, answer in recorded(*ACTIONS, status=status)
    ]
    assert [(fault.status, fault.type, fault.code) for fault in found] == [
        (400, "invalid_request_error", "INVALID_ARGUMENT"),
        (400, "invalid_request_error", "INVALID_ARGUMENT"),
        (404, "not_found_error", "NOT_FOUND"),
        (404, "not_found_error", "NOT_FOUND"),
    ]


ACTIONS = ("generateContent", "streamGenerateContent", "countTokens", "batchEmbedContents")


def plain(reply: Reply) -> Reply:
    """Words as one, their sources at the end, no times: a stream may cut and place them in several ways."""

    def merged(candidate: Candidate) -> Candidate:
        sources = [each for part in candidate.parts if isinstance(part, Text) for each in part.citations]
        others = tuple(part for part in candidate.parts if not isinstance(part, Text) or part.extra)
        words = Text(words_of(candidate), tuple(sources))
        return msgspec.structs.replace(candidate, parts=(*others, words))

    return msgspec.structs.replace(reply, created=0, service_tier="", candidates=tuple(map(merged, reply.candidates)))
