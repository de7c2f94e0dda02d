"""Anthropic's Messages API, played: bodies and streams written by hand in its shapes."""

import json
from collections.abc import Iterator
from typing import Any

from tests.integration.played import script
from tests.integration.played.script import Doc, Heard, given, sse, streamed

_ERRORS = {
    400: ("invalid_request_error", "messages: roles must alternate"),
    401: ("authentication_error", "invalid x-api-key"),
    403: ("permission_error", "Your API key does not have permission to use the specified resource."),
    404: ("not_found_error", "model: nothing-like-that"),
    410: ("not_found_error", "model: error-410 has been deprecated and is no longer available"),
    429: ("rate_limit_error", "Number of requests has exceeded your rate limit"),
    500: ("api_error", "Internal server error"),
    529: ("overloaded_error", "Overloaded"),
}


def heard(body: Doc) -> Heard:
    blocks = [block for turn in body["messages"] if isinstance(turn["content"], list) for block in turn["content"]]
    cities = {block["id"]: block["input"]["city"] for block in blocks if block["type"] == "tool_use"}
    results = [(cities[block["tool_use_id"]], _text(block)) for block in blocks if block["type"] == "tool_result"]
    signed = any(block.get("signature") == script.SIGNATURE for block in blocks)
    return Heard(results, signed, bool(body.get("stream")))


def _text(result: Doc) -> str:
    content = result["content"]
    return content if isinstance(content, str) else "".join(block["text"] for block in content)


def answer(name: str, body: Doc) -> tuple[bytes, bool]:
    """The bytes of an answer, and whether the connection stays."""
    if name.startswith("error-"):
        return _error(int(name.removeprefix("error-"))), True
    said = heard(body)
    blocks, end = _blocks(name, said)
    message = _message(body["model"], blocks, end)
    if not said.stream:
        return given(message, "request-id: req_played"), True
    events = list(_events(message, blocks))
    if name == "broken":
        return streamed(sse(events[:4], named=True), whole=False), False
    if name == "overloaded":
        wrong = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
        events = [*events[:4], wrong]
    return streamed(sse(events, named=True), "request-id: req_played"), True


def _error(status: int) -> bytes:
    kind, message = _ERRORS[status]
    wait = ("retry-after: 7",) if status == 429 else ()
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_played"}
    return given(body, "request-id: req_played", *wait, status=status)


def _blocks(name: str, said: Heard) -> tuple[list[Doc], str]:
    calls = [
        {"type": "tool_use", "id": key, "name": script.TOOL, "input": {"city": city}}
        for key, city in script.CITIES.items()
    ]
    thought = {"type": "thinking", "thinking": script.THOUGHT, "signature": script.SIGNATURE}
    words = {"type": "text", "text": said.words(name)}
    if said.calls(name):
        return [thought if name == "thinking" else words, *calls], "tool_use"
    return [words], {"refusal": "refusal", "cut": "max_tokens"}.get(name, "end_turn")


def _message(model: str, blocks: list[Doc], end: str) -> Doc:
    usage = {
        "input_tokens": script.INPUT - script.CACHED,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": script.CACHED,
        "output_tokens": script.OUTPUT,
        "service_tier": "standard",
    }
    return {
        "id": "msg_played", "type": "message", "role": "assistant", "model": model, "content": blocks,
        "stop_reason": end, "stop_sequence": None, "usage": usage,
    }  # fmt: skip


def _events(message: Doc, blocks: list[Doc]) -> Iterator[Doc]:
    begun = message | {"content": [], "stop_reason": None, "usage": message["usage"] | {"output_tokens": 1}}
    yield {"type": "message_start", "message": begun}
    for index, block in enumerate(blocks):
        empty, deltas = _pieces(block)
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        yield {"type": "ping"}
        yield from ({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas)
        yield {"type": "content_block_stop", "index": index}
    end = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": end, "usage": {"output_tokens": script.OUTPUT}}
    yield {"type": "message_stop"}


def _pieces(block: Doc) -> tuple[Doc, list[Any]]:
    match block["type"]:
        case "text":
            text = block["text"]
            pieces = script.HELLO if text == script.GREETING else (text[:4], text[4:])
            return block | {"text": ""}, [{"type": "text_delta", "text": piece} for piece in pieces]
        case "thinking":
            deltas = [
                {"type": "thinking_delta", "thinking": piece} for piece in (script.THOUGHT[:6], script.THOUGHT[6:])
            ]
            return block | {"thinking": "", "signature": ""}, [
                *deltas,
                {"type": "signature_delta", "signature": block["signature"]},
            ]
        case _:
            written = json.dumps(block["input"])
            return block | {"input": {}}, [
                {"type": "input_json_delta", "partial_json": piece} for piece in ("", written[:5], written[5:])
            ]


def counted(body: Doc) -> bytes:
    """``/v1/messages/count_tokens``."""
    return given({"input_tokens": 10 * len(body["messages"])})
