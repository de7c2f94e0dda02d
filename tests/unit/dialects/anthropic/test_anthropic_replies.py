"""What an Anthropic client is answered, whole and as a stream, and what is read of Anthropic's own answers."""

import json
from typing import Any

import pytest
from anthropic.types import Message as ClientMessage

from outlast.dialects.anthropic import DIALECT
from outlast.dialects.anthropic.relay import StreamReader
from outlast.dialects.chat.facts import TEXT_LIMIT
from outlast.dialects.conversation.collect import collect
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Citation, Media, Refusal, Text, Thinking, ToolCall
from outlast.dialects.conversation.reply import (
    Begin,
    Broke,
    Candidate,
    Delta,
    Done,
    End,
    Ended,
    Event,
    Finish,
    PartBegin,
    PartEnd,
    Reply,
    Used,
)
from outlast.dialects.dialect import Fault, Framing
from outlast.dialects.sse import Splitter
from outlast.errors import UpstreamBroken
from outlast.exchange import Usage

FRAMING = Framing(id="msg_outlast", model="claude", created=1)


def answered(*parts: Any, finish: Finish | None = None, **more: Any) -> tuple[dict[str, Any], dict[str, str]]:
    losses = Losses()
    reply = Reply(candidates=(Candidate(parts=parts, finish=finish or Finish("stop")),), **more)
    body = DIALECT.encode_reply(reply, FRAMING, losses)
    ClientMessage.model_validate_json(body, strict=True)
    return json.loads(body), losses.names


def streamed(*events: Event) -> list[dict[str, Any]]:
    encoder = DIALECT.event_encoder(FRAMING, Losses())
    stream = b"".join(map(encoder.event, events))
    found = []
    for event in Splitter().feed(stream):
        name, _, data = event.removeprefix(b"event: ").partition(b"\ndata: ")
        found.append(json.loads(data))
        assert found[-1]["type"] == name.decode()
    return found


def read(*events: dict[str, Any]) -> list[Event]:
    decoder = DIALECT.event_decoder()
    found = [decoder.event(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode()) for each in events]
    return [said for group in (*found, decoder.finish()) for said in group]


def test_an_answer_without_id_and_model_has_those_of_the_call() -> None:
    body, _ = answered(Text("Hi"))
    assert (body["id"], body["model"], body["type"], body["role"]) == ("msg_outlast", "claude", "message", "assistant")
    assert body["usage"]["input_tokens"] == body["usage"]["output_tokens"] == 0


def test_counts_are_said_as_anthropic_counts_and_read_as_the_record_does() -> None:
    usage = Usage(input_tokens=100, cached_tokens=60, cache_write_tokens=30, output_tokens=9, reasoning_tokens=4)
    body, _ = answered(Text("Hi"), usage=usage)
    assert body["usage"] == {
        "input_tokens": 10,
        "cache_creation_input_tokens": 30,
        "cache_read_input_tokens": 60,
        "output_tokens": 9,
        "output_tokens_details": {"thinking_tokens": 4},
    }
    assert DIALECT.decode_reply(json.dumps(body).encode()).usage == usage


ENDS: list[tuple[End, str]] = [
    ("stop", "end_turn"),
    ("length", "max_tokens"),
    ("tool_calls", "tool_use"),
    ("content_filter", "refusal"),
    ("refusal", "refusal"),
    ("pause", "pause_turn"),
    ("context", "model_context_window_exceeded"),
    ("malformed", "end_turn"),
    ("other", "end_turn"),
]


@pytest.mark.parametrize(("end", "reason"), ENDS)
def test_every_end_has_a_reason_that_clients_know(end: End, reason: str) -> None:
    assert answered(Text("Hi"), finish=Finish(end, "whatever"))[0]["stop_reason"] == reason


def test_a_met_stop_sequence_is_said() -> None:
    body, _ = answered(Text("Hi"), finish=Finish("stop", "stop", "END"))
    assert (body["stop_reason"], body["stop_sequence"]) == ("stop_sequence", "END")
    candidate = DIALECT.decode_reply(json.dumps(body).encode()).candidates[0]
    assert candidate.finish == Finish("stop", "stop_sequence", "END")


def test_a_reason_that_nobody_knows_yet_is_kept_as_the_provider_s_own_word() -> None:
    body = b'{"content":[],"stop_reason":"novel"}'
    assert DIALECT.decode_reply(body).candidates[0].finish == Finish("other", "novel")


def test_another_vendor_s_citation_is_one_of_the_web_and_is_not_shown_to_anthropic_later() -> None:
    citation = Citation(url="https://a", title="A", quoted="q", dialect="gemini", wire=b"{}")
    body, lost = answered(Text("Hi", (citation, Citation(title="nowhere"))))
    assert body["content"][0]["citations"] == [
        {
            "type": "web_search_result_location",
            "cited_text": "q",
            "encrypted_index": "",
            "title": "A",
            "url": "https://a",
        }
    ]
    assert list(lost) == ["content.citations"]
    part = DIALECT.decode_reply(json.dumps(body).encode()).candidates[0].parts[0]
    assert part == Text("Hi", (Citation(url="https://a", title="A", quoted="q"),))


def test_a_refusal_of_the_model_s_own_is_words_and_ends_as_one() -> None:
    body, _ = answered(Refusal("No."))
    assert body["content"] == [{"type": "text", "text": "No."}]
    assert body["stop_reason"] == "refusal"
    events = streamed(PartBegin(Refusal(""), 0), Delta(0, "No."), PartEnd(0), Ended(Finish("stop")), Done())
    assert events[-2]["delta"]["stop_reason"] == "refusal"


def test_what_an_answer_cannot_have_is_named() -> None:
    _, lost = answered(Media(kind="image", mime="image/png", data="iVBO"), service_tier="flex")
    assert set(lost) == {"content.image", "service_tier"}


def test_a_stream_begins_and_ends_as_clients_expect_whatever_the_upstream_left_out() -> None:
    events = streamed(Delta(0, "Hi"), Ended(Finish("length")), Used(Usage(5, 0, 0, 2)), Done())
    assert [each["type"] for each in events] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert events[-2]["delta"]["stop_reason"] == "max_tokens"
    assert events[-2]["usage"]["input_tokens"] == 5
    assert [each["type"] for each in streamed(Done())] == ["message_start", "message_delta", "message_stop"]


def test_calls_that_run_side_by_side_are_written_one_after_the_other() -> None:
    first, second = ToolCall(id="a", name="x", arguments=""), ToolCall(id="b", name="y", arguments="")
    events = streamed(
        Begin(id="i"),
        PartBegin(first, 0),
        Delta(0, '{"a"'),
        PartBegin(second, 1),
        Delta(1, '{"b":2}'),
        Delta(0, ":1}"),
        PartEnd(1),
        PartEnd(0),
        Ended(Finish("tool_calls")),
        Done(),
    )
    blocks = [(each["type"], each["index"]) for each in events if "index" in each]
    assert [place for _, place in blocks] == [0, 0, 0, 0, 1, 1, 1]
    said = ["", ""]
    for each in events:
        if each["type"] == "content_block_delta":
            said[each["index"]] += each["delta"]["partial_json"]
    assert said == ['{"a":1}', '{"b":2}']


def test_parts_that_are_not_said_leave_no_gap_between_blocks() -> None:
    events = streamed(
        PartBegin(Media(kind="audio", data="UklG"), 0), Delta(0, "UklG"), PartEnd(0), Delta(1, "Hi"), PartEnd(1), Done()
    )
    assert [each["index"] for each in events if "index" in each] == [0, 0, 0]


def test_only_the_first_of_several_answers_is_streamed() -> None:
    losses = Losses()
    encoder = DIALECT.event_encoder(FRAMING, losses)
    assert encoder.event(Delta(0, "Hi", choice=1)) == b""
    assert list(losses.names) == ["choices"]


def test_another_vendor_s_signature_comes_with_the_end_of_its_thinking() -> None:
    events = streamed(
        PartBegin(Thinking(dialect="gemini"), 0),
        Delta(0, "hm"),
        PartEnd(0, part=Thinking(text="hm", signature="s", dialect="gemini")),
        Done(),
    )
    signature = events[3]["delta"]["signature"]
    block = {"type": "thinking", "thinking": "hm", "signature": signature}
    part = DIALECT.decode_reply(json.dumps({"content": [block]}).encode()).candidates[0].parts[0]
    assert part == Thinking(text="hm", signature="s", dialect="gemini")


def test_a_failure_in_a_stream_is_an_error_event_and_nothing_follows() -> None:
    events = streamed(Begin(), Broke("too much", "overloaded_error", status=529), Done())
    assert events[1:] == [{"type": "error", "error": {"type": "overloaded_error", "message": "too much"}}]
    said = read({"type": "error", "error": {"type": "overloaded_error", "message": "too much"}})
    assert said == [Broke("too much", "overloaded_error", status=529)]


def test_counts_of_a_stream_come_from_its_beginning_and_its_end() -> None:
    events = read(
        {"type": "message_start", "message": {"usage": {"input_tokens": 7, "cache_read_input_tokens": 3}}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    )
    assert collect(events).usage == Usage(10, 3, 0, 5)


def test_a_refusal_s_details_stay_with_the_answer_whole_or_streamed() -> None:
    details = {"type": "refusal", "category": "cyber", "explanation": "no"}
    whole = DIALECT.decode_reply(
        json.dumps({"content": [], "stop_reason": "refusal", "stop_details": details}).encode()
    )
    delta = {"stop_reason": "refusal", "stop_details": details}
    events = read({"type": "message_delta", "delta": delta}, {"type": "message_stop"})
    assert collect(events).candidates[0].extra == whole.candidates[0].extra
    assert streamed(*events)[-2]["delta"]["stop_details"] == details


def test_a_stream_that_breaks_off_says_no_end() -> None:
    events = read({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
    assert events == [PartBegin(Text(""), 0), PartEnd(0)]


def test_an_error_in_place_of_an_answer_breaks_it() -> None:
    with pytest.raises(UpstreamBroken, match="too much"):
        DIALECT.decode_reply(b'{"type":"error","error":{"type":"overloaded_error","message":"too much"}}')
    assert DIALECT.read_answer(b'{"error":{"message":"too much"}}').text == "too much"


def test_an_odd_member_never_fails_an_answer() -> None:
    reply = DIALECT.decode_reply(b'{"id":5,"content":[1,{"type":"text"},{"type":"text","text":"Hi"}],"usage":"x"}')
    assert reply.candidates[0].parts[-1] == Text("Hi")
    assert reply.usage is None
    assert DIALECT.read_answer(b'{"content":[{"type":"text","text":"Hi"}],"usage":{"input_tokens":-1}}').text == "Hi"


PIECES = [
    b'event: message_start\ndata: {"type":"message_start","message":{"model":"m","usage":{"input_tokens":3}}}\n\n',
    b"event: ping\ndata: {}\n\n",
    *(
        b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
        b'"delta":{"type":"text_delta","text":"%b"}}\n\n' % (b"x" * 100)
        for _ in range(9)
    ),
    (
        b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},'
        b'"usage":{"output_tokens":9}}\n\n'
    ),
]
STOP = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'


@pytest.mark.parametrize("size", [1, 13, 10_000])
def test_a_passed_stream_is_unchanged_and_its_end_is_held(size: int) -> None:
    whole, reader = b"".join(PIECES) + STOP, StreamReader()
    passed = b"".join(reader.feed(whole[at : at + size]) for at in range(0, len(whole), size)) + reader.finish()
    assert passed == b"".join(PIECES)
    assert reader.held() == STOP
    assert reader.done
    assert not reader.failed
    assert reader.events == len(PIECES) + 1
    facts = reader.answer
    assert (facts.model, facts.finish, facts.usage) == ("m", "end_turn", Usage(3, 0, 0, 9))
    assert facts.text == "x" * TEXT_LIMIT


def test_a_passed_error_marks_the_stream_as_failed() -> None:
    reader = StreamReader()
    event = b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"too much"}}\n\n'
    assert reader.feed(event) == event
    assert reader.failed
    assert reader.answer.text == "too much"


FAULTS = [
    (Fault(status=400, type="invalid_request_error", message="x"), "invalid_request_error"),
    (Fault(status=401, type="authentication_error", message="x"), "authentication_error"),
    (Fault(status=403, type="permission_error", message="x"), "permission_error"),
    (Fault(status=404, type="invalid_request_error", message="x"), "not_found_error"),
    (Fault(status=413, type="invalid_request_error", message="x"), "request_too_large"),
    (Fault(status=429, type="rate_limit_error", message="x"), "rate_limit_error"),
    (Fault(status=429, type="insufficient_quota", message="x"), "billing_error"),
    (Fault(status=502, type="upstream_error", message="x"), "api_error"),
    (Fault(status=504, type="upstream_error", message="x"), "timeout_error"),
    (Fault(status=529, type="overloaded_error", message="x"), "overloaded_error"),
]


@pytest.mark.parametrize(("fault", "kind"), FAULTS)
def test_a_fault_has_anthropic_s_type_for_its_status(fault: Fault, kind: str) -> None:
    body = json.loads(DIALECT.encode_fault(fault, "req_1"))
    assert body == {"type": "error", "error": {"type": kind, "message": "x"}, "request_id": "req_1"}


def test_a_model_that_is_not_there_is_told_apart_from_any_other_thing() -> None:
    body = b'{"type":"error","error":{"type":"not_found_error","message":"model: claude-2"}}'
    fault = DIALECT.decode_fault(404, body)
    assert (fault.code, fault.param) == ("model_not_found", "model")
    other = DIALECT.decode_fault(404, b'{"error":{"type":"not_found_error","message":"file: x"}}')
    assert other.code is None


def test_a_body_that_is_no_error_object_is_its_own_message() -> None:
    assert DIALECT.decode_fault(502, b"<html>bad gateway").message == "<html>bad gateway"
    assert len(DIALECT.decode_fault(502, b"x" * 5000).message) == 500
    assert "503" in DIALECT.decode_fault(503, b"").message
