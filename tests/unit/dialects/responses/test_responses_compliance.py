"""The cases of the Open Responses compliance suite, with what it demands of an answer, against answers written here."""

import json
from typing import Any

import jsonschema
import msgspec
import pytest

from outlast.dialects.conversation.collect import collect, unfold
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Media, Text, Thinking, ToolCall
from outlast.dialects.conversation.reply import Broke, Candidate, Delta, Done, End, Finish, Reply
from outlast.dialects.conversation.request import Message, Request
from outlast.dialects.dialect import Framing
from outlast.dialects.responses import DIALECT
from outlast.dialects.sse import Splitter
from outlast.exchange import Usage

TEXT, NUMBER, WHOLE, FLAG = {"type": "string"}, {"type": "number"}, {"type": "integer"}, {"type": "boolean"}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def record(**members: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": members, "required": list(members)}


WORDS = record(type={"const": "output_text"}, text=TEXT, annotations={"type": "array"}, logprobs={"type": "array"})
ITEMS = {
    "message": record(id=TEXT, status=TEXT, role={"const": "assistant"}, content={"type": "array", "items": WORDS}),
    "function_call": record(id=TEXT, call_id=TEXT, name=TEXT, arguments=TEXT, status=TEXT),
    "reasoning": record(id=TEXT, summary={"type": "array", "items": record(type=TEXT, text=TEXT)}),
}
TOOL = record(
    type={"const": "function"}, name=TEXT, description=nullable(TEXT), parameters=nullable({"type": "object"}),
    strict=nullable(FLAG),
)  # fmt: skip
RESOURCE = record(
    id=TEXT, object={"const": "response"}, created_at=WHOLE, completed_at=nullable(WHOLE), status=TEXT,
    incomplete_details=nullable(record(reason=TEXT)), model=TEXT, previous_response_id=nullable(TEXT),
    instructions=nullable(TEXT), output={"type": "array"}, error=nullable(record(code=TEXT, message=TEXT)),
    tools={"type": "array", "items": TOOL}, tool_choice={"anyOf": [TEXT, record(type=TEXT)]},
    truncation={"enum": ["auto", "disabled"]}, parallel_tool_calls=FLAG, text=record(format=record(type=TEXT)),
    top_p=NUMBER, presence_penalty=NUMBER, frequency_penalty=NUMBER, top_logprobs=WHOLE, temperature=NUMBER,
    reasoning=nullable({"type": "object"}),
    usage=nullable(record(
        input_tokens=WHOLE, output_tokens=WHOLE, total_tokens=WHOLE,
        input_tokens_details=record(cached_tokens=WHOLE), output_tokens_details=record(reasoning_tokens=WHOLE),
    )),
    max_output_tokens=nullable(WHOLE), max_tool_calls=nullable(WHOLE), store=FLAG, background=FLAG, service_tier=TEXT,
    metadata={"type": "object"}, safety_identifier=nullable(TEXT), prompt_cache_key=nullable(TEXT),
)  # fmt: skip
"""What the specification demands of a response: every member, most of them never null."""

SAID = (Text("Hello to you."),)
CALLED = (ToolCall(id="call_1", name="get_weather", arguments='{"location":"San Francisco, CA"}'),)
WEATHER = {
    "type": "function", "name": "get_weather", "description": "Tells the weather of a place",
    "parameters": {"type": "object", "properties": {"location": TEXT}, "required": ["location"]},
}  # fmt: skip
CASES: dict[str, tuple[dict[str, Any], tuple[Any, ...]]] = {
    "a message": ({"input": [{"type": "message", "role": "user", "content": "Say hello."}]}, SAID),
    "a system's message": (
        {"input": [
            {"type": "message", "role": "system", "content": "You are a pirate."},
            {"type": "message", "role": "user", "content": "Say hello."},
        ]},
        SAID,
    ),
    "a tool": ({"input": [{"type": "message", "role": "user", "content": "Weather?"}], "tools": [WEATHER]}, CALLED),
    "an image": (
        {"input": [{"type": "message", "role": "user", "content": [
            {"type": "input_text", "text": "What is it?"},
            {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}"},
        ]}]},
        SAID,
    ),
    "several turns": (
        {"input": [
            {"type": "message", "role": "user", "content": "My name is Alice."},
            {"type": "message", "role": "assistant", "content": "Hello Alice!"},
            {"type": "message", "role": "user", "content": "What is my name?"},
        ]},
        (Thinking(text="Alice, she said.", signature="s", dialect="anthropic"), *SAID),
    ),
}  # fmt: skip


def asked(body: dict[str, Any]) -> Request:
    raw = json.dumps({"model": "m", **body}).encode()
    return DIALECT.decode_request(raw, DIALECT.peek(raw, ""))


def framed(request: Request | None) -> Framing:
    return Framing(id="req_1", model="m", created=1_800_000_000, request=request)


def reply(parts: tuple[Any, ...], end: End = "stop") -> Reply:
    return Reply(
        id="msg_abc", model="claude", candidates=(Candidate(parts=parts, finish=Finish(end)),),
        usage=Usage(10, 4, 2, 7, 3),
    )  # fmt: skip


def whole(parts: tuple[Any, ...], request: Request | None, end: End = "stop") -> dict[str, Any]:
    wire = json.loads(DIALECT.encode_reply(reply(parts, end), framed(request), Losses()))
    check(wire)
    return dict(wire)


def streamed(parts: tuple[Any, ...], request: Request | None) -> list[dict[str, Any]]:
    encoder = DIALECT.event_encoder(framed(request), Losses())
    written = b"".join(map(encoder.event, unfold(reply(parts))))
    return [json.loads(event.partition(b"data: ")[2]) for event in Splitter().feed(written)]


def check(resource: dict[str, Any]) -> None:
    jsonschema.validate(resource, RESOURCE)
    for item in resource["output"]:
        jsonschema.validate(item, ITEMS[item["type"]])


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_answered_with_every_member_that_is_demanded(name: str) -> None:
    body, parts = CASES[name]
    wire = whole(parts, asked(body))

    assert wire["status"] == "completed"
    assert [item["type"] for item in wire["output"]][-1] == ("function_call" if name == "a tool" else "message")
    assert wire["usage"]["total_tokens"] == 17
    assert wire["instructions"] is None
    assert wire["id"] == "resp_msg_abc"


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_streamed_in_order_and_ends_with_the_same_answer(name: str) -> None:
    body, parts = CASES[name]
    events = streamed(parts, asked(body))

    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert [event["type"] for event in events][:2] == ["response.created", "response.in_progress"]
    assert events[-1]["type"] == "response.completed"
    for event in (events[0], events[1], events[-1]):
        check(event["response"])
    assert events[0]["response"]["status"] == "in_progress"
    assert events[-1]["response"]["output"] == whole(parts, asked(body))["output"]
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    assert done == events[-1]["response"]["output"]


def test_words_are_streamed_as_an_item_a_content_its_pieces_and_their_ends() -> None:
    assert [event["type"] for event in streamed(SAID, None)][2:-1] == [
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
    ]


def test_a_thought_is_streamed_as_a_summary() -> None:
    thought = Thinking(text="Well.", signature="s", dialect="anthropic")
    events = streamed((thought, *SAID), None)
    assert [event["type"] for event in events][2:8] == [
        "response.output_item.added",
        "response.reasoning_summary_part.added",
        "response.reasoning_summary_text.delta",
        "response.reasoning_summary_text.done",
        "response.reasoning_summary_part.done",
        "response.output_item.done",
    ]
    assert events[7]["item"]["encrypted_content"] == "outlast:anthropic:s:s"


def test_a_call_is_streamed_with_its_arguments_and_their_end() -> None:
    events = streamed(CALLED, None)
    kinds = [event["type"] for event in events]
    assert kinds[2:-1] == [
        "response.output_item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.output_item.done",
    ]
    assert events[2]["item"] | {"arguments": "", "status": "in_progress"} == events[2]["item"]
    assert events[4]["arguments"] == CALLED[0].arguments


def test_a_request_is_repeated_in_its_answer() -> None:
    body = {
        "input": "Hi", "instructions": "Be brief.", "tools": [WEATHER], "tool_choice": "required", "temperature": 0.5,
        "top_p": 0.9, "max_output_tokens": 99, "parallel_tool_calls": False, "metadata": {"a": "b"}, "store": False,
        "text": {"format": {"type": "json_object"}, "verbosity": "low"}, "reasoning": {"effort": "low"},
        "previous_response_id": "resp_0", "safety_identifier": "s", "prompt_cache_key": "k", "truncation": "auto",
    }  # fmt: skip
    wire = whole(SAID, asked(body))
    for name in ("instructions", "tool_choice", "temperature", "top_p", "max_output_tokens", "parallel_tool_calls",
                 "metadata", "store", "text", "previous_response_id", "safety_identifier", "prompt_cache_key",
                 "truncation"):  # fmt: skip
        assert wire[name] == body[name]
    assert wire["reasoning"] == {"effort": "low", "summary": None}
    assert wire["tools"] == [{**WEATHER, "strict": False}]


@pytest.mark.parametrize(
    ("end", "status", "reason"),
    [
        ("stop", "completed", None),
        ("tool_calls", "completed", None),
        ("length", "incomplete", "max_output_tokens"),
        ("context", "incomplete", "max_output_tokens"),
        ("content_filter", "incomplete", "content_filter"),
        ("refusal", "incomplete", "content_filter"),
        ("pause", "completed", None),
        ("other", "completed", None),
    ],
)
def test_how_an_answer_ended_is_its_status(end: End, status: str, reason: str | None) -> None:
    wire = whole(SAID, None, end)
    assert wire["status"] == status
    assert wire["incomplete_details"] == (reason and {"reason": reason})
    assert (wire["completed_at"] is None) == (status == "incomplete")


def test_a_stream_that_fails_says_so_and_nothing_after() -> None:
    encoder = DIALECT.event_encoder(framed(None), Losses())
    for event in list(unfold(reply(SAID)))[:3]:
        encoder.event(event)
    last = encoder.event(Broke("overloaded", "rate_limit_error", "rate_limit_exceeded", 429))
    data = json.loads(last.partition(b"data: ")[2])

    assert data["type"] == "response.failed"
    assert data["response"]["status"] == "failed"
    assert data["response"]["error"] == {"code": "rate_limit_exceeded", "message": "overloaded"}
    check({**data["response"], "output": []})
    assert encoder.event(Done()) == b""


def test_a_stream_that_was_passed_through_until_it_broke_ends_with_an_error() -> None:
    encoder = DIALECT.event_encoder(framed(None), Losses())
    data = json.loads(encoder.event(Broke("reset", "upstream_error")).partition(b"data: ")[2])
    assert (data["type"], data["message"]) == ("error", "reset")


def test_what_another_provider_hides_in_a_thought_or_a_call_comes_back_with_the_next_request() -> None:
    secrets = (
        Thinking(text="Well.", signature="sig", dialect="anthropic"),
        Thinking(redacted="hidden", dialect="anthropic"),
        ToolCall(id="c", name="n", arguments="{}", signature="gemini's"),
    )
    output = whole(secrets, None)["output"]
    back = asked({"input": [{"role": "user", "content": "Hi"}, *output]}).messages[1]
    nameless = tuple(msgspec.structs.replace(part, extra={}) for part in back.parts if not isinstance(part, Media))
    assert nameless == secrets


def test_thoughts_of_another_provider_are_not_sent_to_this_one() -> None:
    losses = Losses()
    thought = Thinking(text="Well.", signature="sig", dialect="anthropic")
    request = Request(model="m", messages=(Message("assistant", (thought, *SAID)),))
    wire = json.loads(DIALECT.encode_request(request, losses))
    assert [item["type"] for item in wire["input"]] == ["message"]
    assert "messages.thinking" in losses.names


def test_a_translated_request_asks_its_provider_to_store_nothing() -> None:
    wire = json.loads(DIALECT.encode_request(Request(model="m", messages=(Message("user", SAID),)), Losses()))
    assert wire["store"] is False
    assert "previous_response_id" not in wire


def test_the_parts_of_a_summary_are_paragraphs_whole_and_streamed() -> None:
    item = {
        "type": "reasoning", "id": "rs_1", "encrypted_content": "secret",
        "summary": [{"type": "summary_text", "text": "One."}, {"type": "summary_text", "text": "Two."}],
    }  # fmt: skip
    response = {"id": "resp_1", "status": "completed", "output": [item]}
    at = {"item_id": "rs_1", "output_index": 0}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": {**response, "status": "in_progress", "output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": {**item, "summary": []}},
    ]
    for place, text in enumerate(("One.", "Two.")):
        events += [
            {"type": "response.reasoning_summary_part.added", **at, "summary_index": place, "part": {}},
            {"type": "response.reasoning_summary_text.delta", **at, "summary_index": place, "delta": text},
        ]
    events += [
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": response},
    ]
    decoder = DIALECT.event_decoder()
    said = [each for event in events for each in decoder.event(b"data: " + json.dumps(event).encode() + b"\n\n")]
    whole_reply = DIALECT.decode_reply(json.dumps(response).encode())

    [thought] = whole_reply.candidates[0].parts
    assert isinstance(thought, Thinking)
    assert (thought.text, thought.signature) == ("One.\n\nTwo.", "secret")
    assert "".join(each.text for each in said if isinstance(each, Delta)) == "One.\n\nTwo."
    assert collect(said).candidates[0].parts[0] == thought
    assert json.loads(DIALECT.encode_reply(whole_reply, framed(None), Losses()))["output"] == [item]
