"""What is inside messages: bodies of calls, answers and errors of providers, streams of events."""

import json
import random

from fuzz.target import Target, split

from outlast.dialects.chat.asked import named_model, peek, read_answer
from outlast.dialects.chat.relay import StreamReader
from outlast.dialects.gone import gone_evidence, says_gone
from outlast.errors import MalformedRequest, UpstreamBroken

OTHER = "other/model-1"
BODY_WORDS = (
    b'"model":', b'"messages":', b'"stream":true', b'"stream":', b'"stream_options":{"include_usage":true}',
    b'"stream_options":',
    b'"include_usage":', b"true", b"false", b"null", b"{}", b"[]", b"[", b"]", b"{", b"}", b'"', b"\\", b'\\"',
    b"\\u006d",
    b"\\ud83d\\ude00", b"\\ud800", b",", b":", b" ", b"\n", b'"a":1', b'"gpt-4o"', b'"mod\\u0065l":', b"\xc3\xa9",
    b"\xf0\x9f\x98\x80",
)  # fmt: skip
STREAM_WORDS = (
    b"data: ", b"data:", b"data: [DONE]\n\n", b"[DONE]", b"\n\n", b"\r\n\r\n", b"\r\r", b"\n", b"\r",
    b"event: error\n", b": ping\n\n",
    b"id: 1\n", b'{"choices":[{"delta":{"content":"a"}}]}', b'"usage":{"prompt_tokens":1,"completion_tokens":2}',
    b'"choices":[]',
    b'"finish_reason":"stop"', b'"error":{"message":"x"}', b'"model":"m"', b"\xef\xbb\xbf", b"null", b'"', b"{",
    b"}", b'"usage":null',
)  # fmt: skip
ANSWER_WORDS = (
    b'{"model":"m"', b'"choices":[', b'"message":{"content":"', b'"usage":{"prompt_tokens":',
    b'"completion_tokens":', b'"error":{',
    b'"message":"', b"has been deprecated", b"model_not_found", b"does not exist", b'"code":"', b'"type":"', b"null",
    b"[", b"{", b'"',
    b"decommissioned", b"2025-01-01", b"\\u0000", b'"finish_reason":"stop"',
    b'"prompt_tokens_details":{"cached_tokens":',
)  # fmt: skip


def check_body(data: bytes, rng: random.Random) -> str:
    """What is accepted is JSON to everybody; another model's name changes that one value and no other byte."""
    try:
        request = peek(data)
    except MalformedRequest as error:
        named_model(data)
        return f"{error.param} {str(error)[:30]}"
    pairs = json.loads(data, object_pairs_hook=list)
    names = [name for name, _ in pairs]
    fields = request.envelope.fields
    assert names == list(fields), "both parsers see the same members, each once"
    assert dict(pairs)["model"] == request.model
    changed = request.for_upstream(OTHER)
    again = peek(changed)
    assert again.model == OTHER
    assert again.include_usage == request.stream or request.include_usage
    others = [name for name in names if name not in ("model", "stream_options")]
    assert all(bytes(again.envelope.fields[name]) == bytes(fields[name]) for name in others)
    if not request.stream or request.include_usage:
        assert changed == _spliced(data, names.index("model"), json.dumps(OTHER).encode())
        assert request.for_upstream(request.model) == data
    dropped = rng.choice(names)
    left = json.loads(request.envelope.edit({dropped: None}), object_pairs_hook=list)
    assert [name for name, _ in left] == [name for name in names if name != dropped]
    return f"{request.stream} {request.include_usage} {request.envelope.gap} {len(names)}"


def _spliced(data: bytes, place: int, value: bytes) -> bytes:
    """The body with another value in the member of this number: found by Python's own parser, byte by byte kept."""
    text, blanks = data.decode(), " \t\n\r"
    decoder = json.JSONDecoder()

    def over(at: int, marks: str) -> int:
        while text[at] in blanks:
            at += 1
        assert text[at] in marks
        at += 1
        while text[at] in blanks:
            at += 1
        return at

    at = over(0, "{")
    for number in range(place + 1):
        _, at = decoder.raw_decode(text, at)
        start = over(at, ":")
        _, end = decoder.raw_decode(text, start)
        if number == place:
            return text[:start].encode() + value + text[end:].encode()
        at = over(end, ",")
    raise AssertionError("there are fewer members")


def _through(pieces: list[bytes], *, hide: bool) -> tuple[bytes, StreamReader]:
    """Everything a caller would be sent."""
    reader = StreamReader(hide_usage=hide)
    out = b"".join([reader.feed(piece) for piece in pieces])
    return out + (reader.held() if reader.done else reader.finish() + reader.held()), reader


def check_stream(data: bytes, rng: random.Random) -> str:
    """Pieces of any size make the same stream and the same facts; where nothing is hidden, no byte is lost or moved."""
    hide = rng.random() < 0.5
    try:
        whole, reader = _through([data], hide=hide)
    except UpstreamBroken:
        return "broken"
    pieces, other = _through(split(data, rng), hide=hide)
    assert pieces == whole, "it matters how the bytes were cut"
    assert (other.answer, other.done, other.failed, other.events) == (
        reader.answer,
        reader.done,
        reader.failed,
        reader.events,
    )
    if not hide:
        assert whole == data
    assert len(whole) <= len(data)
    answer = reader.answer
    facts = (bool(answer.model), bool(answer.usage), bool(answer.finish), bool(answer.text))
    return f"{hide} {reader.done} {reader.failed} {min(reader.events, 5)} {facts} {len(data) == len(whole)}"


STATUSES = (400, 404, 410, 403, 500, 200)


def check_provider(data: bytes, rng: random.Random) -> str:
    """A provider's answer is understood or broken, and its errors speak of an end or do not."""
    status = rng.choice(STATUSES)
    gone = gone_evidence(status, data)
    says_gone(data.decode(errors="replace"))
    try:
        answer = read_answer(data)
    except UpstreamBroken:
        return f"broken {status} {bool(gone)}"
    if answer.usage is not None:
        assert answer.usage.input_tokens >= 0
        assert answer.usage.output_tokens >= 0
    return f"{bool(gone)} {bool(answer.model)} {answer.usage is not None} {bool(answer.finish)} {bool(answer.text)}"


TARGETS = (
    Target("bodies", check_body, BODY_WORDS, share=3),
    Target("streams", check_stream, STREAM_WORDS, share=3),
    Target("provider-bodies", check_provider, ANSWER_WORDS, share=2),
)
