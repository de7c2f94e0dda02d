import json

import msgspec
import pytest

from outlast.dialects.chat import DIALECT
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Media, Native, Part, Text, Thinking, ToolCall, ToolResult
from outlast.dialects.conversation.reply import Candidate, Finish, Reply
from outlast.dialects.conversation.request import Message, Reasoning, Request, ToolChoice
from outlast.dialects.dialect import Framing
from outlast.errors import MalformedRequest

FRAMING = Framing(id="r1", model="asked", created=1)


def read(*said: object, **members: object) -> Request:
    body = json.dumps({"model": "m", "messages": said, **members}).encode()
    return DIALECT.decode_request(body, DIALECT.peek(body, ""))


def written(request: Request) -> tuple[dict[str, object], str]:
    losses = Losses()
    body = DIALECT.encode_request(request, losses)
    return json.loads(body), str(losses)


def test_consecutive_results_of_tools_are_one_turn_of_the_users_and_back() -> None:
    results = [{"role": "tool", "tool_call_id": str(place), "content": "ok"} for place in range(2)]
    request = read(*results, {"role": "user", "content": "go on"})

    assert request.messages == (
        Message("user", tuple(ToolResult(call_id=str(place), parts=(Text("ok"),)) for place in range(2))),
        Message("user", (Text("go on"),)),
    )
    assert written(request)[0]["messages"] == [*results, {"role": "user", "content": "go on"}]


def test_the_older_functions_are_tools_and_their_results_answer_the_call_before() -> None:
    request = read(
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "1"},
        functions=[{"name": "f", "parameters": {}}],
        function_call={"name": "f"},
    )

    call = request.messages[0].parts[0]
    assert isinstance(call, ToolCall)
    assert request.messages[1].parts == (ToolResult(call_id=call.id, name="f", parts=(Text("1"),)),)
    assert request.tool_choice == ToolChoice(mode="one", names=("f",))


def test_media_in_data_addresses_are_taken_out_of_them() -> None:
    parts = [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}},
        {"type": "input_audio", "input_audio": {"data": "BBBB", "format": "mp3"}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,CCCC", "filename": "a.pdf"}},
    ]
    request = read({"role": "user", "content": parts})

    assert request.messages[0].parts == (
        Media(kind="image", mime="image/png", data="AAAA", detail="low"),
        Media(kind="audio", mime="audio/mpeg", data="BBBB"),
        Media(kind="document", mime="application/pdf", data="CCCC", name="a.pdf"),
    )
    assert written(request)[0]["messages"] == [{"role": "user", "content": parts}]


def test_a_signed_thought_and_a_native_block_come_back_through_the_client_in_their_places() -> None:
    parts: tuple[Part, ...] = (
        Thinking(text="so", signature="s1", dialect="anthropic"),
        Text("first"),
        Native("anthropic", "server_tool_use", b'{"type": "server_tool_use", "id": "1"}'),
        Text("second"),
        ToolCall(id="c", name="f", arguments="{}", signature="g"),
    )
    reply = Reply(candidates=(Candidate(parts=parts, finish=Finish("tool_calls")),))
    message = json.loads(DIALECT.encode_reply(reply, FRAMING, Losses()))["choices"][0]["message"]

    assert message["content"] == "firstsecond"
    assert message["tool_calls"][0]["extra_content"] == {"google": {"thought_signature": "g"}}
    assert read(message).messages[0].parts == parts


def test_a_client_that_changed_the_words_loses_the_signature_and_not_the_words() -> None:
    thought = Thinking(text="so", signature="s1", dialect="anthropic")
    reply = Reply(candidates=(Candidate(parts=(thought, Text("first")), finish=Finish("stop")),))
    message = json.loads(DIALECT.encode_reply(reply, FRAMING, Losses()))["choices"][0]["message"]

    assert read({**message, "content": "changed"}).messages[0].parts == (
        Thinking(text="so", dialect="chat"),
        Text("changed"),
    )


def test_a_foreign_thought_is_left_out_and_said_so_and_an_own_one_goes_back_as_it_came() -> None:
    foreign = Thinking(text="so", signature="s1", dialect="anthropic")
    request = Request(model="m", messages=(Message("assistant", (foreign, Text("a"))),))
    assert written(request) == (
        {"model": "m", "messages": [{"role": "assistant", "content": "a"}]},
        "messages.thinking",
    )

    for member in ("reasoning_content", "reasoning"):
        message = {"role": "assistant", "content": "a", member: "so"}
        assert written(read(message))[0]["messages"] == [message]


@pytest.mark.parametrize(
    ("model", "limit"),
    [("gpt-5", "max_completion_tokens"), ("openai/o3", "max_completion_tokens"), ("mistral-large", "max_tokens")],
)
def test_the_limit_has_the_name_that_the_models_maker_takes(model: str, limit: str) -> None:
    request = msgspec.structs.replace(read(max_tokens=5), model=model)

    assert written(request)[0][limit] == 5


def test_what_no_effort_can_say_of_thinking_is_noted_but_goes_back_to_its_own_provider() -> None:
    foreign = Request(model="m", messages=(), reasoning=Reasoning(budget=1024))
    own = read(reasoning={"max_tokens": 1024})

    assert written(foreign)[1] == "reasoning.budget"
    assert own.reasoning == Reasoning(budget=1024)
    assert written(own) == ({"model": "m", "messages": [], "reasoning": {"max_tokens": 1024}}, "")


@pytest.mark.parametrize(
    ("members", "param"),
    [
        ({"temperature": "hot"}, "temperature"),
        ({"stop": 3}, "stop"),
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        ({"tool_choice": "perhaps"}, "tool_choice"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        ({"messages": [{"role": "robot"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text"),
        ({"messages": [{"role": "tool", "content": "a"}]}, "messages[0].tool_call_id"),
    ],
)
def test_a_member_of_the_wrong_type_is_named_by_its_place(members: dict[str, object], param: str) -> None:
    with pytest.raises(MalformedRequest) as caught:
        read(**members)
    assert caught.value.param == param


def test_calls_that_a_provider_numbers_alike_are_told_apart_by_id() -> None:
    decoder = DIALECT.event_decoder()
    calls = [{"index": 0, "id": name, "function": {"name": name, "arguments": "{}"}} for name in ("a", "b")]
    begun: list[str] = []
    for call in calls:
        data = json.dumps({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}).encode()
        events = decoder.event(b"data: " + data + b"\n\n")
        begun += [event.part.id for event in events if hasattr(event, "part") and isinstance(event.part, ToolCall)]

    assert begun == ["a", "b"]
