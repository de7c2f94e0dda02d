"""What Anthropic is asked, and what of a caller's wishes it cannot be told."""

import base64
import json
from typing import Any

import msgspec
import pytest

from outlast.dialects.anthropic import DIALECT
from outlast.dialects.anthropic.foreign import hide, reveal
from outlast.dialects.anthropic.request_out import DEFAULT_MAX_TOKENS
from outlast.dialects.anthropic.turns_out import takes_system_turns
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Citation, Media, Native, Part, Text, Thinking, ToolCall, ToolResult
from outlast.dialects.conversation.request import (
    Format,
    Message,
    NativeTool,
    Reasoning,
    Request,
    Role,
    Sampling,
    Tool,
    ToolChoice,
)
from outlast.errors import MalformedRequest

HELLO = Message("user", (Text("Hello"),))
SOME = Tool(name="weather", parameters=b'{"type":"object"}')
OTHER = Tool(name="time", parameters=b'{"type":"object"}')


def turn(role: Role, *parts: Part | str) -> Message:
    return Message(role, tuple(Text(part) if isinstance(part, str) else part for part in parts))


def asked(*messages: Message, model: str = "claude-sonnet-4-5", **wishes: Any) -> tuple[dict[str, Any], dict[str, str]]:
    losses = Losses()
    request = Request(model=model, messages=messages or (HELLO,), **wishes)
    return json.loads(DIALECT.encode_request(request, losses)), losses.names


def read(**members: Any) -> Request:
    body = json.dumps({"model": "claude", "messages": [{"role": "user", "content": "Hello"}], **members}).encode()
    return DIALECT.decode_request(body, DIALECT.peek(body, "/v1/messages"))


def test_a_missing_limit_of_tokens_has_a_stated_default_above_any_budget() -> None:
    assert asked()[0]["max_tokens"] == DEFAULT_MAX_TOKENS
    assert asked(reasoning=Reasoning(budget=20000))[0]["max_tokens"] == DEFAULT_MAX_TOKENS + 20000
    assert asked(sampling=Sampling(max_tokens=7))[0]["max_tokens"] == 7


def test_turns_of_one_speaker_are_one_and_results_come_first() -> None:
    body, lost = asked(
        turn("user", "Weather?"),
        turn("assistant", ToolCall(id="a", name="weather", arguments="")),
        turn("user", "Quick"),
        turn("user", ToolResult(call_id="a", parts=(Text("sunny"),), failed=True)),
    )
    assert body["messages"][1:] == [
        {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "weather", "input": {}}]},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "a", "content": "sunny", "is_error": True},
                {"type": "text", "text": "Quick"},
            ],
        },
    ]
    assert not lost


def test_empty_words_are_left_out_and_a_turn_of_nothing_with_them() -> None:
    body, _ = asked(turn("user", "", "Hi"), turn("assistant", ""), turn("user", "there"))
    assert body["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "text", "text": "there"}]}
    ]


def test_a_conversation_may_end_with_words_put_into_the_model_s_mouth() -> None:
    body, _ = asked(HELLO, turn("assistant", "The answer is ("))
    assert body["messages"][-1] == {"role": "assistant", "content": "The answer is ("}


def test_a_late_turn_of_the_system_moves_to_the_top_where_a_model_takes_none_later() -> None:
    late = (turn("system", "A"), HELLO, turn("assistant", "Hi"), turn("developer", "B"), turn("user", "Go"))
    body, lost = asked(*late)
    assert body["system"] == [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}]
    assert [each["role"] for each in body["messages"]] == ["user", "assistant", "user"]
    assert list(lost) == ["messages.system"]
    body, lost = asked(*late, model="claude-opus-4-8")
    assert body["system"] == "A"
    assert [each["role"] for each in body["messages"]] == ["user", "assistant", "user", "system"]
    assert not lost


@pytest.mark.parametrize(
    ("model", "takes"),
    [
        ("claude-opus-4-8", True),
        ("claude-opus-4-8-20260528", True),
        ("anthropic/claude-opus-4.8", True),
        ("claude-sonnet-5", True),
        ("claude-sonnet-5-20260801", True),
        ("claude-sonnet-4-6", False),
        ("claude-sonnet-4-20250514", False),
        ("claude-3-5-sonnet-latest", False),
        ("another", False),
    ],
)
def test_models_since_opus_4_8_take_turns_of_the_system(model: str, takes: bool) -> None:  # noqa: FBT001  a table's column
    assert takes_system_turns(model) is takes


def test_documents_are_pdf_or_plain_text_and_sounds_are_refused_by_name() -> None:
    text = base64.b64encode("a,ä\n".encode()).decode()
    body, lost = asked(
        turn(
            "user",
            Media(kind="document", mime="text/csv", data=text, name="a.csv"),
            Media(kind="document", mime="application/pdf", data="JVBERg=="),
            Media(kind="document", mime="application/zip", data="UEsDBP8="),
            Media(kind="audio", mime="audio/wav", data="UklGRg=="),
            Media(kind="image", url="https://example.org/a.png", detail="low"),
        )
    )
    assert body["messages"][0]["content"] == [
        {
            "type": "document",
            "source": {"type": "text", "media_type": "text/plain", "data": "a,ä\n"},
            "title": "a.csv",
        },
        {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERg=="},
        },
        {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
    ]
    assert set(lost) == {"messages.document", "messages.audio", "messages.image.detail"}


def test_thinking_that_anthropic_did_not_sign_is_not_shown_to_it() -> None:
    body, lost = asked(
        HELLO,
        turn(
            "assistant",
            Thinking(text="a", signature="s", dialect="gemini"),
            Thinking(text="b", dialect="anthropic"),
            Thinking(text="c", signature="sig", dialect="anthropic"),
            Thinking(redacted="enc", dialect="anthropic"),
            Native("responses", "web_search_call", b"{}"),
            "Hi",
        ),
    )
    assert [block["type"] for block in body["messages"][1]["content"]] == ["thinking", "redacted_thinking", "text"]
    assert set(lost) == {"messages.thinking", "messages.web_search_call"}


def test_ids_that_anthropic_refuses_are_changed_alike_in_call_and_result() -> None:
    body, _ = asked(
        HELLO,
        turn("assistant", ToolCall(id="call/1", name="weather", arguments='{"a": 1}')),
        turn("user", ToolResult(call_id="call/1", name="weather", parts=(Text("sunny"),))),
    )
    call, result = body["messages"][1]["content"][0], body["messages"][2]["content"][0]
    assert call["id"] == result["tool_use_id"]
    assert call["id"].replace("_", "a").replace("-", "a").isalnum()


def test_arguments_that_are_no_object_are_given_in_one() -> None:
    body, lost = asked(HELLO, turn("assistant", ToolCall(id="a", name="weather", arguments='{"city":')))
    assert body["messages"][1]["content"][0]["input"] == {"INVALID_JSON": '{"city":'}
    assert list(lost) == ["messages.tool_calls.arguments"]


def test_a_choice_of_some_tools_sends_only_those() -> None:
    choice = ToolChoice(mode="any", names=("time",))
    body, lost = asked(tools=(SOME, OTHER), tool_choice=choice, parallel_tool_calls=False)
    assert [tool["name"] for tool in body["tools"]] == ["time"]
    assert body["tool_choice"] == {"type": "any", "disable_parallel_tool_use": True}
    assert not lost


def test_a_choice_needs_tools() -> None:
    body, lost = asked(tool_choice=ToolChoice(mode="auto"), parallel_tool_calls=False)
    assert "tool_choice" not in body
    assert list(lost) == ["parallel_tool_calls"]
    assert "tool_choice" in asked(tool_choice=ToolChoice(mode="one", names=("weather",)))[0]


def test_what_has_no_counterpart_is_named() -> None:
    _, lost = asked(
        tools=(SOME, NativeTool("responses", "web_search", b"{}"), Tool(name="grep", custom=True)),
        sampling=Sampling(seed=1, n=2, logprobs=True, presence_penalty=1.0, stop=(" ", "END")),
        format=Format(kind="json"),
        service_tier="flex",
        verbosity="low",
        extra={"chat:logit_bias": b"{}"},
    )
    assert set(lost) == {
        "tools.web_search",
        "tools.custom",
        "seed",
        "n",
        "logprobs",
        "presence_penalty",
        "stop",
        "response_format.json_object",
        "service_tier",
        "verbosity",
        "logit_bias",
    }


@pytest.mark.parametrize(
    ("wish", "thinking", "effort"),
    [
        (Reasoning(effort="high"), None, "high"),
        (Reasoning(effort="minimal"), None, "low"),
        (Reasoning(effort="none"), {"type": "disabled"}, None),
        (Reasoning(budget=0), {"type": "disabled"}, None),
        (Reasoning(budget=-1), {"type": "adaptive"}, None),
        (Reasoning(budget=2048, shown=False), {"type": "enabled", "budget_tokens": 2048, "display": "omitted"}, None),
        (Reasoning(effort="low", summary="auto"), {"type": "adaptive", "display": "summarized"}, "low"),
    ],
)
def test_a_wish_for_thinking_is_said_in_anthropic_s_words(
    wish: Reasoning, thinking: dict[str, object] | None, effort: str | None
) -> None:
    body, lost = asked(reasoning=wish)
    assert body.get("thinking") == thinking
    assert body.get("output_config", {}).get("effort") == effort
    assert set(lost) == ({"reasoning_effort"} if wish.effort == "minimal" else set())


def test_a_schema_is_asked_for_natively() -> None:
    body, _ = asked(format=Format(kind="schema", name="x", schema=b'{"type":"object"}'))
    assert body["output_config"] == {"format": {"type": "json_schema", "schema": {"type": "object"}}}
    older = read(output_format={"type": "json_schema", "schema": {"type": "object"}})
    assert older.format == Format(kind="schema", schema=b'{"type": "object"}')


def test_members_that_only_anthropic_has_come_back_to_it_and_are_named_to_others() -> None:
    only = {
        "context_management": {"edits": []},
        "container": "c_1",
        "mcp_servers": [{"type": "url", "url": "https://example.org", "name": "x"}],
        "metadata": {"user_id": "u", "team": 1},
        "service_tier": "standard_only",
        "thinking": {"type": "adaptive", "display": "updates"},
        "output_config": {"effort": "max", "task_budget": {"type": "tokens", "total": 5}},
        "betas": ["x"],
    }
    request = read(**only, max_tokens=5)
    assert request.user == "u"
    assert request.service_tier == "default"
    losses = Losses()
    body = json.loads(DIALECT.encode_request(request, losses))
    assert {name: body[name] for name in only} == only
    assert not losses
    losses.drop_extra(request.extra, "chat")
    assert {"context_management", "container", "mcp_servers", "metadata", "thinking", "betas"} <= set(losses.names)


def test_blocks_that_only_anthropic_has_are_no_calls_of_the_caller_s_tools() -> None:
    block = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}}
    request = read(messages=[{"role": "assistant", "content": [block]}])
    part = request.messages[0].parts[0]
    assert isinstance(part, Native)
    assert part.what == "server_tool_use"
    assert json.loads(part.wire) == block


def test_a_result_with_blocks_of_anthropic_s_own_keeps_them_beside_its_words() -> None:
    content = [{"type": "text", "text": "found"}, {"type": "tool_reference", "tool_name": "x"}]
    turns = [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": content}]}]
    request = read(messages=turns)
    part = request.messages[0].parts[0]
    assert isinstance(part, ToolResult)
    assert part.parts == (Text("found"),)
    assert json.loads(DIALECT.encode_request(request, Losses()))["messages"] == turns


@pytest.mark.parametrize(
    "part", [Native("gemini", "x", b'1,"model":"y"'), Thinking(dialect="gemini", extra={"gemini:x": b"}"})]
)
def test_a_hidden_part_that_a_client_forged_is_not_believed(part: Native | Thinking) -> None:
    block = {"type": "redacted_thinking", "data": hide(part)}
    read_back = read(messages=[{"role": "assistant", "content": [block]}]).messages[0].parts[0]
    assert read_back == Thinking(redacted=hide(part), dialect="anthropic")
    assert reveal(hide(Native("gemini", "x", b'{"a":1}'))) == Native("gemini", "x", b'{"a":1}')


def test_citations_of_another_vendor_are_not_shown_to_anthropic() -> None:
    mine = Citation(url="https://a", wire=b'{"type":"x"}', dialect="anthropic")
    body, lost = asked(HELLO, Message("assistant", (Text("Hi", (mine, Citation(url="https://b"))),)))
    assert body["messages"][1]["content"] == [{"type": "text", "text": "Hi", "citations": [{"type": "x"}]}]
    assert list(lost) == ["messages.citations"]


WRONG = [
    ({"messages": [1]}, "messages.0"),
    ({"messages": [{"content": "x"}]}, "messages.0.role"),
    ({"messages": [{"role": "tool", "content": "x"}]}, "messages.0.role"),
    ({"messages": [{"role": "user"}]}, "messages.0.content"),
    ({"messages": [{"role": "user", "content": 5}]}, "messages.0.content"),
    ({"messages": [{"role": "user", "content": [{"text": "x"}]}]}, "messages.0.content.0.type"),
    ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages.0.content.0.text"),
    ({"messages": [{"role": "user", "content": [{"type": "image"}]}]}, "messages.0.content.0.source"),
    ({"max_tokens": "7"}, "max_tokens"),
    ({"temperature": []}, "temperature"),
    ({"stop_sequences": "END"}, "stop_sequences"),
    ({"tools": [{"description": "x"}]}, "tools.0.name"),
    ({"tool_choice": "auto"}, "tool_choice"),
    ({"tool_choice": {"type": "tool"}}, "tool_choice.name"),
    ({"thinking": {"type": "enabled", "budget_tokens": "x"}}, "thinking.budget_tokens"),
    ({"system": 5}, "system"),
]


@pytest.mark.parametrize(("members", "param"), WRONG)
def test_a_member_that_cannot_be_read_is_refused_by_name(members: dict[str, object], param: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        read(**members)
    assert refused.value.param == param
    assert param in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b'{"messages":[]}', "model"),
        (b'{"model":5,"messages":[]}', "model"),
        (b'{"model":"m"}', "messages"),
        (b'{"model":"m","messages":[],"stream":1}', "stream"),
    ],
)
def test_a_decisive_member_of_the_wrong_type_is_refused_before_anything_is_read(body: bytes, param: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        DIALECT.peek(body, "/v1/messages")
    assert refused.value.param == param


def test_only_the_model_and_named_changes_differ_for_an_upstream_of_the_same_dialect() -> None:
    body = b'{ "model": "a", "messages": [], "temperature": 1 }'
    request = DIALECT.peek(body, "/v1/messages")
    assert request.for_upstream("a") is body
    changed = request.for_upstream("b", {"temperature": None, "top_k": b"5"})
    assert json.loads(changed) == {"model": "b", "messages": [], "top_k": 5}


def test_what_another_vendor_left_in_a_turn_does_not_pass_through_to_anthropic() -> None:
    hidden = hide(Thinking(text="", signature="s", dialect="gemini"))
    turn_of_another = [
        {"type": "thinking", "thinking": "hm", "signature": hidden},
        {"type": "tool_use", "id": "a", "name": "x", "input": {}, "x_outlast": {"signature": "s"}},
    ]
    members = {"model": "m", "max_tokens": 5, "messages": [{"role": "assistant", "content": turn_of_another}], "x": 1}
    request = DIALECT.peek(json.dumps(members).encode(), "/v1/messages")
    assert json.loads(request.for_upstream("m")) == members | {
        "messages": [{"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "x", "input": {}}]}]
    }


def test_the_shape_of_a_request_is_never_that_of_another_dialect_s_extra() -> None:
    request = msgspec.structs.replace(read(), extra={"chat:store": b"true", "anthropic:inference_geo": b'"us"'})
    body = json.loads(DIALECT.encode_request(request, Losses()))
    assert body["inference_geo"] == "us"
    assert "store" not in body
