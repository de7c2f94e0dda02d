"""OpenAI's chat completions, played: bodies and streams written by hand in its shapes."""

import json
from collections.abc import Iterator

from tests.integration.played import script
from tests.integration.played.script import Doc, Heard, given, sse, streamed

_ERRORS = {
    400: ("invalid_request_error", "invalid_value", "Invalid value: 'wizard'."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: ("invalid_request_error", "unsupported_country_region_territory", "Not supported here."),
    404: ("invalid_request_error", "model_not_found", "The model `nothing-like-that` does not exist."),
    410: ("invalid_request_error", "model_not_found", "The model `error-410` has been deprecated."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    500: ("server_error", None, "The server had an error."),
    529: ("server_error", None, "The engine is currently overloaded."),
}


def heard(body: Doc) -> Heard:
    turns = body["messages"]
    calls = [call for turn in turns for call in turn.get("tool_calls") or ()]
    cities = {call["id"]: json.loads(call["function"]["arguments"])["city"] for call in calls}
    results = [(cities[turn["tool_call_id"]], _text(turn["content"])) for turn in turns if turn["role"] == "tool"]
    return Heard(results, signed=False, stream=bool(body.get("stream")))


def _text(content: str | list[Doc]) -> str:
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def answer(name: str, body: Doc) -> tuple[bytes, bool]:
    """The bytes of an answer, and whether the connection stays."""
    if name.startswith("error-"):
        return error(int(name.removeprefix("error-"))), True
    said = heard(body)
    message, end = _message(name, said)
    if not said.stream:
        choice = {"index": 0, "message": message, "finish_reason": end, "logprobs": None}
        return given(_around("chat.completion", body["model"]) | {"choices": [choice], "usage": _usage()}), True
    chunks = list(_chunks(body, message, end))
    if name == "broken":
        return streamed(sse(chunks[:2]), whole=False), False
    if name == "overloaded":
        wrong = {"error": {"message": "Overloaded", "type": "server_error", "param": None, "code": "overloaded"}}
        return streamed(sse([*chunks[:2], wrong])), True
    return streamed(sse([*chunks, "[DONE]"])), True


def error(status: int) -> bytes:
    """An error answer of OpenAI's, for whatever was asked."""
    kind, code, message = _ERRORS[status]
    wait = ("retry-after: 7",) if status == 429 else ()
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return given(body, *wait, status=503 if status == 529 else status)


def _message(name: str, said: Heard) -> tuple[Doc, str]:
    calls = [
        {"id": key, "type": "function", "function": {"name": script.TOOL, "arguments": json.dumps({"city": city})}}
        for key, city in script.CITIES.items()
    ]
    words = said.words(name, signs=False)
    message: Doc = {"role": "assistant", "content": words, "refusal": None, "annotations": []}
    if said.calls(name):
        thinking = {"content": None, "reasoning_content": script.THOUGHT} if name == "thinking" else {}
        return message | thinking | {"tool_calls": calls}, "tool_calls"
    if name == "refusal":
        return message | {"content": None, "refusal": words}, "stop"
    return message, "length" if name == "cut" else "stop"


def _around(kind: str, model: str) -> Doc:
    return {
        "id": "chatcmpl-played", "object": kind, "created": 1_770_000_000, "model": model,
        "service_tier": "default", "system_fingerprint": "fp_played",
    }  # fmt: skip


def _usage() -> Doc:
    return {
        "prompt_tokens": script.INPUT,
        "completion_tokens": script.OUTPUT,
        "total_tokens": script.INPUT + script.OUTPUT,
        "prompt_tokens_details": {"cached_tokens": script.CACHED, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": script.REASONED,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _chunks(body: Doc, message: Doc, end: str) -> Iterator[Doc]:
    around = _around("chat.completion.chunk", body["model"]) | {"usage": None}
    for delta in _deltas(message):
        yield around | {"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}]}
    yield around | {"choices": [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": end}]}
    if (body.get("stream_options") or {}).get("include_usage"):
        yield around | {"choices": [], "usage": _usage()}


def _deltas(message: Doc) -> Iterator[Doc]:
    yield {"role": "assistant", "content": "" if message["content"] else None, "refusal": None}
    for member in ("reasoning_content", "content", "refusal"):
        text = message.get(member) or ""
        pieces = script.HELLO if text == script.GREETING else (text[:4], text[4:])
        yield from ({member: piece} for piece in pieces if piece)
    for index, call in enumerate(message.get("tool_calls", ())):
        written = call["function"]["arguments"]
        yield {"tool_calls": [call | {"index": index, "function": call["function"] | {"arguments": ""}}]}
        for piece in (written[:5], written[5:]):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}
