import json

import pytest

from outlast.dialects.responses import DIALECT
from outlast.dialects.responses.relay import StreamReader
from outlast.dialects.sse import LARGEST_EVENT
from outlast.errors import MalformedRequest, UpstreamBroken
from outlast.exchange import Usage

DONE = {
    "id": "resp_1", "model": "m-1", "status": "completed",
    "output": [{"type": "message", "content": [{"type": "output_text", "text": "Hello"}]}],
    "usage": {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5},
}  # fmt: skip


def event(kind: str, *, named: bool = True, **members: object) -> bytes:
    name = f"event: {kind}\n" if named else ""
    return f"{name}data: {json.dumps({'type': kind, **members})}\n\n".encode()


def reading() -> StreamReader:
    return StreamReader()


@pytest.mark.parametrize("named", [True, False])
def test_pieces_pass_at_once_and_the_end_is_held(named: bool) -> None:  # noqa: FBT001 - a parameter of the test
    reader = reading()
    pieces = [
        event("response.created", named=named, response={"id": "resp_1", "model": "m-1"}),
        event("response.output_text.delta", named=named, delta="Hel"),
        event("response.output_text.delta", named=named, delta="lo"),
    ]
    assert [reader.feed(piece) for piece in pieces] == pieces
    assert (reader.done, reader.answer.model, reader.answer.text) == (False, "m-1", "Hello")

    end = event("response.completed", named=named, response=DONE)
    assert reader.feed(end) == b""
    assert (reader.done, reader.failed, reader.held(), reader.events) == (True, False, end, 4)
    assert reader.answer.usage == Usage(input_tokens=3, output_tokens=2)
    assert (reader.answer.finish, reader.answer.text) == ("completed", "Hello")


@pytest.mark.parametrize(
    "end",
    [
        event("response.failed", response={"status": "failed", "error": {"code": "server_error", "message": "no"}}),
        event("error", code="server_error", message="no", param=None),
        event("error", error={"type": "server_error", "message": "no"}),
    ],
)
def test_a_failure_is_held_and_noted(end: bytes) -> None:
    reader = reading()
    assert reader.feed(end) == b""
    assert (reader.done, reader.failed, reader.answer.text) == (True, True, "no")


def test_an_item_that_speaks_of_errors_is_no_failure() -> None:
    reader = reading()
    piece = event("response.output_item.done", named=False, item={"type": "mcp_call", "x": {"type": "error"}})
    assert reader.feed(piece) == piece
    assert (reader.done, reader.failed) == (False, False)


def test_words_that_look_like_an_end_are_words() -> None:
    reader = reading()
    piece = event("response.output_text.delta", named=False, delta='"type":"response.completed"')
    assert reader.feed(piece) == piece
    assert not reader.done


def test_what_goes_on_after_the_end_is_bounded() -> None:
    reader = reading()
    reader.feed(event("response.completed", response=DONE))
    more = (b": " + b"x" * 1_000_000 + b"\n\n") * (LARGEST_EVENT // 1_000_000 + 1)
    with pytest.raises(UpstreamBroken, match="goes on"):
        reader.feed(more)


def test_a_stream_that_ends_without_an_end_is_not_done() -> None:
    reader = reading()
    assert reader.feed(b"data: {") == b""
    assert reader.finish() == b"data: {"
    assert not reader.done


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b'{"input":"x"}', "model"),
        (b'{"model":1,"input":"x"}', "model"),
        (b'{"model":"m","input":3}', "input"),
        (b'{"model":"m","stream":"yes"}', "stream"),
        (b'{"model":"m","store":1}', "store"),
        (b'{"model":"m","previous_response_id":7}', "previous_response_id"),
    ],
)
def test_a_decisive_member_of_the_wrong_type_is_refused_by_name(body: bytes, param: str) -> None:
    with pytest.raises(MalformedRequest) as caught:
        DIALECT.peek(body, "/v1/responses")
    assert caught.value.param == param


def test_only_named_changes_reach_the_upstream() -> None:
    body = b'{"model": "virtual", "input": [], "previous_response_id": "resp_1", "x": 1.0}'
    asked = DIALECT.peek(body, "/v1/responses")
    assert asked.for_upstream("virtual") is body
    changed = asked.for_upstream("m", {"previous_response_id": None})
    assert changed == b'{"model": "m", "input": [], "x": 1.0}'


def test_what_only_another_provider_can_read_is_not_passed_on() -> None:
    body = (
        b'{"model":"m","input":[{"role":"user","content":"a \\"x_outlast\\""},'
        b'{"type":"reasoning","id":"r","summary":[],"encrypted_content":"outlast:anthropic:s:secret"},'
        b'{"type":"function_call","call_id":"c","name":"n","arguments":"{}","x_outlast":{"signature":"s"}}]}'
    )
    sent = DIALECT.peek(body, "/v1/responses").for_upstream("m")
    assert sent == (
        b'{"model":"m","input":[{"role":"user","content":"a \\"x_outlast\\""},'
        b'{"type":"function_call","call_id":"c","name":"n","arguments":"{}"}]}'
    )


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        (b'{"error":{"message":"No","type":"x","code":"c","param":"p"}}', "No", "c"),
        (b'{"error":"No"}', "No", None),
        (b"bad gateway", "bad gateway", None),
    ],
)
def test_any_error_body_is_a_fault_with_its_message(body: bytes, message: str, code: str | None) -> None:
    fault = DIALECT.decode_fault(503, body)
    assert (fault.status, fault.message, fault.code) == (503, message, code)
    assert json.loads(DIALECT.encode_fault(fault, "req"))["error"]["message"] == message
