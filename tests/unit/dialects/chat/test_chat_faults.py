import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.dialects.chat import DIALECT
from outlast.dialects.chat.asked import peek
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.reply import Broke
from outlast.dialects.dialect import Fault
from outlast.errors import MalformedRequest, UpstreamBroken

BODIES = {
    "OpenAI": (
        429,
        '{"error":{"message":"No money","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}',
        ("insufficient_quota", "No money", "insufficient_quota"),
    ),
    "Mistral": (
        400,
        '{"object":"error","message":"Invalid model: x","type":"invalid_model","param":null,"code":"1500"}',
        ("invalid_request_error", "Invalid model: x", "1500"),
    ),
    "Mistral's validation": (
        422,
        '{"detail":[{"type":"extra_forbidden","loc":["body","x"],"msg":"Extra inputs are not permitted"}]}',
        ("invalid_request_error", "body.x: Extra inputs are not permitted", None),
    ),
    "OpenRouter": (
        429,
        '{"error":{"code":429,"message":"Provider returned error","metadata":{"raw":"slow down"}},"user_id":"u"}',
        ("rate_limit_error", "Provider returned error: slow down", None),
    ),
    "Cerebras": (
        404,
        '{"message":"Model x does not exist","type":"not_found_error","param":"model","code":"model_not_found"}',
        ("not_found_error", "Model x does not exist", "model_not_found"),
    ),
    "xAI": (
        404,
        '{"code":"Some requested entity was not found","error":"The model x does not exist"}',
        ("not_found_error", "The model x does not exist", "Some requested entity was not found"),
    ),
    "z.ai": (
        429,
        '{"error":{"code":"1113","message":"Insufficient balance"}}',
        ("insufficient_quota", "Insufficient balance", "1113"),
    ),
    "DeepSeek": (
        402,
        '{"error":{"message":"Insufficient Balance","type":"unknown_error","code":"invalid_request_error"}}',
        ("insufficient_quota", "Insufficient Balance", "invalid_request_error"),
    ),
    "Azure": (
        410,
        '{"error":{"code":410,"message":"is deprecated","responseCode":"ModelDeprecated"}}',
        ("invalid_request_error", "is deprecated", "ModelDeprecated"),
    ),
    "Google's surface": (
        400,
        '[{"error":{"code":400,"message":"Bad","status":"INVALID_ARGUMENT"}}]',
        ("invalid_request_error", "Bad", "INVALID_ARGUMENT"),
    ),
    "a proxy": (502, "<html>Bad gateway</html>", ("server_error", "the upstream answered with a page of HTML", None)),
    "plain words": (503, "busy", ("overloaded_error", "busy", None)),
    "nothing": (500, "", ("server_error", "the upstream gave no reason", None)),
}


@pytest.mark.parametrize("whose", BODIES)
def test_what_a_provider_says_of_its_failure_is_found_where_it_says_it(whose: str) -> None:
    status, body, wanted = BODIES[whose]
    fault = DIALECT.decode_fault(status, body.encode())

    assert (fault.type, fault.message, fault.code) == wanted


def test_a_fault_is_written_as_openais_error_object() -> None:
    fault = Fault(status=404, type="not_found_error", message="gone", code="model_not_found", param="model")

    assert json.loads(DIALECT.encode_fault(fault, "r1")) == {
        "error": {"message": "gone", "type": "invalid_request_error", "param": "model", "code": "model_not_found"}
    }


def test_an_error_inside_a_stream_is_told_apart_from_words() -> None:
    event = b'event: error\ndata: {"error":{"message":"no","code":"tool_use_failed","status_code":400}}\n\n'

    assert DIALECT.event_decoder().event(event) == (Broke("no", "invalid_request_error", "tool_use_failed", 400),)


@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_any_bytes_are_a_fault_and_an_event_that_may_say_nothing(body: bytes) -> None:
    assert DIALECT.decode_fault(500, body).message
    DIALECT.event_decoder().event(b"data: " + body + b"\n\n")
    with suppress(UpstreamBroken):
        DIALECT.decode_reply(body)


_members = st.sampled_from(
    [
        "content",
        "role",
        "tool_calls",
        "function",
        "type",
        "index",
        "delta",
        "message",
        "x_outlast",
        "parts",
        "audio",
        "reasoning_details",
        "annotations",
        "usage",
        "error",
        "images",
        "image_url",
        "tools",
        "tool_choice",
        "stop",
        "reasoning",
        "response_format",
        "finish_reason",
        "logprobs",
        "file",
        "input_audio",
        "thinking",
        "name",
        "id",
    ]
)
_odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(("text", "user", "assistant", "function", "tool", "")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_members, inner, max_size=4),
    max_leaves=12,
)


@given(_odd, _odd)
def test_an_answer_of_any_shape_never_fails_a_call(choice: object, usage: object) -> None:
    body = json.dumps({"choices": [{"message": choice, "delta": choice}], "usage": usage, "error": choice}).encode()

    DIALECT.decode_reply(body)
    decoder = DIALECT.event_decoder()
    decoder.event(b"data: " + body + b"\n\n")
    decoder.finish()


@given(st.dictionaries(_members, _odd, max_size=5), st.lists(st.dictionaries(_members, _odd, max_size=5), max_size=3))
def test_a_request_of_any_shape_is_read_or_refused_with_the_member_at_fault(
    members: dict[str, object], messages: list[object]
) -> None:
    body = json.dumps({**members, "model": "m", "messages": messages}).encode()
    try:
        request = DIALECT.decode_request(body, peek(body))
    except MalformedRequest as error:
        assert error.param  # noqa: PT017 - most requests of this kind are refused, some are not
    else:
        DIALECT.encode_request(request, Losses())
