"""OpenAI's Responses API, played: bodies and streams written by hand in its shapes."""

import json
from collections.abc import Iterator
from itertools import count

from tests.integration.played import chat, script
from tests.integration.played.script import Doc, Heard, given, sse, streamed


def heard(body: Doc) -> Heard:
    items = body["input"] if isinstance(body["input"], list) else []
    calls = [item for item in items if item.get("type") == "function_call"]
    cities = {call["call_id"]: json.loads(call["arguments"])["city"] for call in calls}
    outputs = [item for item in items if item.get("type") == "function_call_output"]
    results = [(cities[item["call_id"]], _text(item["output"])) for item in outputs]
    signed = any(item.get("encrypted_content") == script.SIGNATURE for item in items)
    return Heard(results, signed, bool(body.get("stream")))


def _text(output: str | list[Doc]) -> str:
    return output if isinstance(output, str) else "".join(part["text"] for part in output)


def answer(name: str, body: Doc) -> tuple[bytes, bool]:
    """The bytes of an answer, and whether the connection stays."""
    if name.startswith("error-"):
        return chat.error(int(name.removeprefix("error-"))), True
    said = heard(body)
    response = _response(name, body, _items(name, said))
    if not said.stream:
        return given(response), True
    events = list(_events(response))
    if name == "broken":
        return streamed(sse(events[:6], named=True), whole=False), False
    if name == "overloaded":
        wrong = {"code": "server_is_overloaded", "message": "Overloaded"}
        failed = response | {"status": "failed", "output": [], "error": wrong, "usage": None}
        last = {"type": "response.failed", "response": failed, "sequence_number": 6}
        return streamed(sse([*events[:6], last], named=True)), True
    return streamed(sse(events, named=True)), True


def _items(name: str, said: Heard) -> list[Doc]:
    calls = [
        {"type": "function_call", "id": f"fc_{index}", "status": "completed", "call_id": key, "name": script.TOOL,
         "arguments": json.dumps({"city": city})}
        for index, (key, city) in enumerate(script.CITIES.items())
    ]  # fmt: skip
    summary = [{"type": "summary_text", "text": script.THOUGHT}]
    thought = {"type": "reasoning", "id": "rs_1", "summary": summary, "encrypted_content": script.SIGNATURE}
    words = said.words(name)
    if said.calls(name):
        return [thought if name == "thinking" else _said(words), *calls]
    if name == "refusal":
        return [_message({"type": "refusal", "refusal": words})]
    return [_said(words) | ({"status": "incomplete"} if name == "cut" else {})]


def _said(text: str) -> Doc:
    return _message({"type": "output_text", "text": text, "annotations": [], "logprobs": []})


def _message(part: Doc) -> Doc:
    return {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [part]}


def _response(name: str, body: Doc, output: list[Doc]) -> Doc:
    usage = {
        "input_tokens": script.INPUT,
        "input_tokens_details": {"cached_tokens": script.CACHED, "cache_write_tokens": 0},
        "output_tokens": script.OUTPUT,
        "output_tokens_details": {"reasoning_tokens": script.REASONED},
        "total_tokens": script.INPUT + script.OUTPUT,
    }
    cut = name == "cut"
    return {
        "id": "resp_played", "object": "response", "created_at": 1_770_000_000, "model": body["model"],
        "status": "incomplete" if cut else "completed", "output": output, "usage": usage, "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None, "background": False,
        "instructions": body.get("instructions"), "max_output_tokens": body.get("max_output_tokens"),
        "max_tool_calls": None, "metadata": {}, "parallel_tool_calls": True, "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None}, "service_tier": "default", "store": False,
        "temperature": 1.0, "text": {"format": {"type": "text"}, "verbosity": "medium"}, "tool_choice": "auto",
        "tools": body.get("tools", []), "top_logprobs": 0, "top_p": 1.0, "truncation": "disabled", "user": None,
        "prompt_cache_key": None, "safety_identifier": None, "presence_penalty": 0.0, "frequency_penalty": 0.0,
        "completed_at": None if cut else 1_770_000_001,
    }  # fmt: skip


def _events(response: Doc) -> Iterator[Doc]:
    numbers = count()
    begun = response | {"status": "in_progress", "output": [], "usage": None, "completed_at": None}
    last = "response.incomplete" if response["status"] == "incomplete" else "response.completed"
    whole = [
        {"type": "response.created", "response": begun | {"incomplete_details": None}},
        {"type": "response.in_progress", "response": begun | {"incomplete_details": None}},
        *(event for index, item in enumerate(response["output"]) for event in _of_item(index, item)),
        {"type": last, "response": response},
    ]
    yield from (event | {"sequence_number": next(numbers)} for event in whole)


def _of_item(index: int, item: Doc) -> Iterator[Doc]:
    place: Doc = {"output_index": index}
    begun: Doc
    match item["type"]:
        case "message":
            begun, inside = {"content": []}, _of_part(item["content"][0])
        case "reasoning":
            begun, inside = {"summary": [], "encrypted_content": None}, _of_summary(item["summary"][0])
        case _:
            begun, inside = {"arguments": ""}, _of_call(item)
    opened = item | begun | ({} if item["type"] == "reasoning" else {"status": "in_progress"})
    yield {"type": "response.output_item.added", **place, "item": opened}
    yield from ({**event, **place, "item_id": item["id"]} for event in inside)
    yield {"type": "response.output_item.done", **place, "item": item}


def _of_part(part: Doc) -> Iterator[Doc]:
    member, name = ("text", "output_text") if part["type"] == "output_text" else ("refusal", "refusal")
    text: str = part[member]
    more: Doc = {"logprobs": []} if member == "text" else {}
    pieces = script.HELLO if text == script.GREETING else (text[:4], text[4:])
    yield {"type": "response.content_part.added", "content_index": 0, "part": part | {member: ""}}
    for piece in pieces:
        yield {"type": f"response.{name}.delta", "content_index": 0, "delta": piece, **more}
    yield {"type": f"response.{name}.done", "content_index": 0, member: text, **more}
    yield {"type": "response.content_part.done", "content_index": 0, "part": part}


def _of_summary(part: Doc) -> Iterator[Doc]:
    text, kind = part["text"], "response.reasoning_summary"
    yield {"type": f"{kind}_part.added", "summary_index": 0, "part": part | {"text": ""}}
    for piece in (text[:6], text[6:]):
        yield {"type": f"{kind}_text.delta", "summary_index": 0, "delta": piece}
    yield {"type": f"{kind}_text.done", "summary_index": 0, "text": text}
    yield {"type": f"{kind}_part.done", "summary_index": 0, "part": part}


def _of_call(item: Doc) -> Iterator[Doc]:
    written, kind = item["arguments"], "response.function_call_arguments"
    for piece in (written[:5], written[5:]):
        yield {"type": f"{kind}.delta", "delta": piece}
    yield {"type": f"{kind}.done", "arguments": written, "name": item["name"]}
