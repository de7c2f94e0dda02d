"""Every format is told by content, gives the same requests, and says what it leaves out."""
# ruff: noqa: E501 - documents of other tools read best as one row each

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.checks.draw import Said
from outlast.replay.sources import documents
from outlast.replay.sources.answers import answer_of
from outlast.replay.sources.brought import Answered, Brought, LeftOut
from outlast.replay.sources.formats import Found, read_file
from outlast.replay.sources.table import rows

ASKED = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Where is Rome?"}]
CALL = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"city": "Rome"}'}}
TOOL = {"type": "function", "function": {"name": "find", "parameters": {"type": "object", "properties": {}}}}
USED = {"prompt_tokens": 9, "completion_tokens": 3}
COMPLETION = {
    "model": "gpt-4o-2024-08-06",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Italy."}, "finish_reason": "stop"}],
    "usage": USED,
}
REQUEST = {"model": "gpt-4o", "messages": ASKED, "temperature": 0.5}


def jsonl(*documents: object) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in documents)


def pretty(document: object) -> bytes:
    return json.dumps(document, indent=2).encode()


def read(data: bytes, kind: str = "auto") -> list[Found]:
    return list(read_file(io.BytesIO(data), "file", kind))


def brought(data: bytes) -> Brought:
    [found] = [each.read for each in read(data)]
    assert isinstance(found, Brought), found
    return found


def reasons(data: bytes, kind: str = "auto") -> list[str]:
    return [each.read.reason for each in read(data, kind) if isinstance(each.read, LeftOut)]


def kv(attributes: dict[str, object]) -> list[object]:
    """Attributes as OTLP writes them."""

    def value(each: object) -> object:
        if isinstance(each, bool):
            return {"boolValue": each}
        if isinstance(each, int):
            return {"intValue": str(each)}
        if isinstance(each, float):
            return {"doubleValue": each}
        if isinstance(each, list):
            return {"arrayValue": {"values": [value(one) for one in each]}}
        return {"stringValue": each}

    return [{"key": name, "value": value(each)} for name, each in attributes.items()]


def otlp(attributes: dict[str, object], **span: object) -> object:
    spans = [{"traceId": "t1", "name": "chat gpt-4o", "attributes": kv(attributes), **span}]
    resource = {"attributes": kv({"service.name": "helpdesk"})}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]}


FACTS: dict[str, object] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.request.temperature": 0.5,
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.input_tokens": 9,
    "gen_ai.usage.output_tokens": 3,
    "gen_ai.conversation.id": "talk 1",
}
PARTS: dict[str, object] = FACTS | {
    "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be brief."}]),
    "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Where is Rome?"}]}]),
    "gen_ai.output.messages": json.dumps(
        [{"role": "assistant", "parts": [{"type": "text", "content": "Italy."}], "finish_reason": "stop"}]
    ),
}
INDEXED: dict[str, object] = FACTS | {
    "gen_ai.prompt.0.role": "system",
    "gen_ai.prompt.0.content": "Be brief.",
    "gen_ai.prompt.1.role": "user",
    "gen_ai.prompt.1.content": "Where is Rome?",
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.content": "Italy.",
}
INFERENCE: dict[str, object] = {
    "openinference.span.kind": "LLM",
    "llm.model_name": "gpt-4o-2024-08-06",
    "llm.invocation_parameters": '{"temperature": 0.5}',
    "llm.input_messages.0.message.role": "system",
    "llm.input_messages.0.message.content": "Be brief.",
    "llm.input_messages.1.message.role": "user",
    "llm.input_messages.1.message.content": "Where is Rome?",
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.content": "Italy.",
    "llm.token_count.prompt": 9,
    "llm.token_count.completion": 3,
    "session.id": "talk 1",
}
EVENTS = [
    {"name": "gen_ai.system.message", "attributes": kv({"content": "Be brief."})},
    {"name": "gen_ai.user.message", "attributes": kv({"content": "Where is Rome?"})},
    {
        "name": "gen_ai.choice",
        "attributes": kv({"finish_reason": "stop", "message": '{"role": "assistant", "content": "Italy."}'}),
    },
]
GENERATION = {
    "id": "o1",
    "traceId": "talk 1",
    "type": "GENERATION",
    "model": "gpt-4o-2024-08-06",
    "modelParameters": {"temperature": "0.5"},
    "input": {"messages": ASKED},
    "output": {"role": "assistant", "content": "Italy."},
    "usageDetails": {"input": 9, "output": 3},
}
LANGCHAIN = {
    "run_type": "llm",
    "trace_id": "talk 1",
    "session_name": "helpdesk",
    "inputs": {
        "messages": [
            [
                {"lc": 1, "type": "constructor", "id": ["l", "SystemMessage"], "kwargs": {"content": "Be brief."}},
                {"lc": 1, "type": "constructor", "id": ["l", "HumanMessage"], "kwargs": {"content": "Where is Rome?"}},
            ]
        ]
    },
    "extra": {"invocation_params": {"model": "gpt-4o", "temperature": 0.5}},
    "outputs": {
        "generations": [[{"text": "Italy.", "message": {"id": ["l", "AIMessage"], "type": "constructor", "kwargs": {"content": "Italy."}}}]],
        "llm_output": {"model_name": "gpt-4o-2024-08-06", "token_usage": USED},
    },
}  # fmt: skip
PROMPTFOO = {
    "provider": {"id": "openai:chat:gpt-4o-2024-08-06", "config": {"temperature": 0.5}},
    "prompt": {"raw": json.dumps(ASKED), "label": "p"},
    "vars": {"expected": "Italy"},
    "response": {"output": "Italy.", "tokenUsage": {"prompt": 9, "completion": 3}},
    "promptIdx": 0,
}
SAMPLE = {
    "id": "s1",
    "epoch": 1,
    "input": "Where is Rome?",
    "target": "Italy",
    "attachments": {"abc": "Be brief."},
    "events": [
        {
            "event": "model",
            "model": "openai/gpt-4o",
            "input": [{"role": "system", "content": "attachment://abc"}, {"role": "user", "content": "Where is Rome?"}],
            "tools": [],
            "config": {"temperature": 0.5},
            "output": {
                "model": "gpt-4o-2024-08-06",
                "choices": [{"message": {"role": "assistant", "content": "Italy."}, "stop_reason": "stop"}],
                "usage": {"input_tokens": 9, "output_tokens": 3},
            },
        }
    ],
    "scores": {},
}
TRAFFIC = {
    "source": "s", "method": "POST", "uri": "https://api.openai.com/v1/chat/completions", "request": REQUEST,
    "status": 200, "headers": {}, "response_kind": "json", "response": COMPLETION,
}  # fmt: skip
ANTHROPIC_ANSWER = {
    "type": "message", "model": "gpt-4o-2024-08-06", "content": [{"type": "text", "text": "Italy."}],
    "stop_reason": "end_turn", "usage": {"input_tokens": 9, "output_tokens": 3},
}  # fmt: skip
ANTHROPIC = {"model": "gpt-4o", "system": "Be brief.", "messages": ASKED[1:], "temperature": 0.5, "max_tokens": 9}


def archived(*samples: object) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", "{}")
        for number, sample in enumerate(samples):
            archive.writestr(f"samples/{number}_epoch_1.json", json.dumps(sample))
    return held.getvalue()


FORMS: dict[str, bytes] = {
    "traffic": jsonl(TRAFFIC),
    "a pair": jsonl({"request": REQUEST, "response": COMPLETION, "expected": "Italy"}),
    "a pair in texts": jsonl({"request": json.dumps(REQUEST), "response": json.dumps(COMPLETION)}),
    "a pair of Anthropic's": jsonl({"request": ANTHROPIC, "response": ANTHROPIC_ANSWER}),
    "langfuse, observations in lines": jsonl(GENERATION),
    "langfuse, a list of traces": pretty([{"id": "t", "sessionId": "talk 1", "observations": [GENERATION]}]),
    "langfuse, an answer of its interface": pretty({"data": [GENERATION], "meta": {"page": 1}}),
    "langsmith": jsonl(LANGCHAIN),
    "otel, parts": jsonl(otlp(PARTS)),
    "otel, parts, one document": pretty(otlp(PARTS)),
    "otel, indexed": jsonl(otlp(INDEXED)),
    "otel, events": jsonl(otlp(FACTS, events=EVENTS)),
    "otel, plain attributes": jsonl({"name": "chat", "attributes": PARTS, "context": {"trace_id": "t"}}),
    "otel, openinference": jsonl({"name": "chat", "attributes": INFERENCE}),
    "promptfoo": pretty({"evalId": "e", "results": {"version": 3, "prompts": [], "results": [PROMPTFOO]}}),
    "inspect, json": pretty({"version": 2, "eval": {"model": "x", "tags": [1]}, "samples": [SAMPLE]}),
    "inspect, archive": archived(SAMPLE),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_format_gives_the_same_request_and_the_same_answer(name: str) -> None:
    found = brought(FORMS[name])
    messages = found.request["messages"]
    assert [(each["role"], text_of(each["content"])) for each in messages] == [  # type: ignore[union-attr, call-overload, index]
        ("system", "Be brief."),
        ("user", "Where is Rome?"),
    ]
    assert found.request["temperature"] == 0.5
    assert found.answer is not None
    assert found.answer.said is not None
    assert found.answer.said.text == "Italy."
    assert found.answer.answered == "gpt-4o-2024-08-06"
    assert found.answer.usage is not None
    assert (found.answer.usage.input_tokens, found.answer.usage.output_tokens) == (9, 3)


def table(*rows: Mapping[str, object]) -> bytes:
    """Rows as an export writes them: what is no text as JSON."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow([each if isinstance(each, str) else json.dumps(each) for each in row.values()])
    return text.getvalue().encode()


ENRICHED = {
    "id": "o1", "trace_id": "t1", "type": "GENERATION", "level": "DEFAULT", "input": ASKED,
    "output": {"role": "assistant", "content": "Italy."}, "provided_model_name": "gpt-4o-2024-08-06",
    "model_parameters": {"temperature": 0.5}, "usage_details": {"input": 9, "output": 3}, "session_id": "talk 1",
    "trace_name": "helpdesk", "tool_definitions": {},
}  # fmt: skip
GENERATIONS = {
    "id": "o1", "name": "say", "traceId": "talk 1", "traceName": "helpdesk", "level": "DEFAULT", "model": "gpt-4o",
    "promptTokens": "9", "completionTokens": "3", "input": ASKED, "output": "Italy.",
}  # fmt: skip


@pytest.mark.parametrize("row", [ENRICHED, GENERATIONS], ids=["enriched observations", "generations"])
def test_a_table_of_langfuse_gives_what_its_lines_give(row: dict[str, object]) -> None:
    found = brought(table(row))
    assert found == brought(table(row).replace(b"\n", b"\r\n")) == brought(b"\xef\xbb\xbf" + table(row))
    assert found == brought(jsonl(row))
    assert found.request["messages"] == ASKED
    assert (found.cluster, found.application) == ("talk 1", "helpdesk")
    assert found.answer is not None
    assert found.answer.said is not None
    assert found.answer.said.text == "Italy."
    assert found.answer.usage is not None
    assert (found.answer.usage.input_tokens, found.answer.usage.output_tokens) == (9, 3)


def test_a_table_says_row_by_row_what_it_leaves_out() -> None:
    long = {**GENERATIONS, "input": 'Tell me, please:\n"why", and how?'}
    data = table(GENERATIONS, long) + b"one,cell\n" + table(GENERATIONS).split(b"\n", 1)[1]
    found = read(data)
    assert [each.where for each in found] == ["file:1", "file:2", "file:3", "file:4"]
    assert [isinstance(each.read, Brought) for each in found] == [True, True, False, True]
    assert reasons(data) == ["a row of 2 cells under a head of 10"]
    [second] = [each.read for each in found[1:2]]
    assert isinstance(second, Brought)
    assert second.request["messages"] == [{"role": "user", "content": 'Tell me, please:\n"why", and how?'}]
    assert reasons(table({"id": "t", "timestamp": "", "sessionId": "s", "input": "a", "output": "b", "tags": []})) == [
        "a trace whose observations are not in the file"
    ]


def test_a_row_without_an_end_is_left_out_and_held_nowhere() -> None:
    head = b"traceId,input,model,output\n"
    for rest in (b'"' + b"x" * 5_000, b"x" * 5_000, b'"' + b"x\n" * 3_000):
        [(number, data, problem)] = list(rows(io.BytesIO(head + rest), 4_000))
        assert (number, data) == (1, b"")
        assert "larger" in problem


def test_tools_by_name_are_offered_and_unreadable_ones_are_no_request() -> None:
    definition = json.dumps({"description": "Finds.", "parameters": {"type": "object", "properties": {}}})
    offered = brought(jsonl({**ENRICHED, "tool_definitions": {"find": definition}})).request["tools"]
    schema = {"type": "object", "properties": {}}
    assert offered == [
        {"type": "function", "function": {"name": "find", "description": "Finds.", "parameters": schema}}
    ]
    assert reasons(jsonl({**ENRICHED, "tool_definitions": {"find": "?"}})) == ["tools whose definitions cannot be read"]


def test_calls_of_inspect_whose_messages_stand_elsewhere_are_left_out_and_not_asked_without_their_tools() -> None:
    event = {"event": "model", "model": "openai/gpt-4o", "input": [], "input_refs": [[0, 2]], "output": {}}
    assert (
        reasons(jsonl({**SAMPLE, "events": [event, event]}))
        == ["a model call whose messages stand in a pool of the log"] * 2
    )


def text_of(content: object) -> str:
    return content if isinstance(content, str) else "".join(part["text"] for part in content)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "name",
    ["langfuse, observations in lines", "langsmith", "otel, parts", "otel, indexed", "otel, openinference"],
)
def test_the_conversation_is_the_cluster(name: str) -> None:
    assert brought(FORMS[name]).cluster == "talk 1"


@pytest.mark.parametrize("name", ["a pair", "promptfoo", "inspect, json", "inspect, archive"])
def test_a_key_becomes_what_is_expected(name: str) -> None:
    assert brought(FORMS[name]).expected == "Italy"


def test_who_asked_is_the_application() -> None:
    assert brought(FORMS["otel, parts"]).application == "helpdesk"
    assert brought(FORMS["langsmith"]).application == "helpdesk"


def test_the_last_answer_of_a_fine_tuning_line_is_its_key_and_not_asked_again() -> None:
    found = brought(jsonl({"messages": [*ASKED, {"role": "assistant", "content": "Italy."}], "weight": 1}))
    assert found.request == {"messages": ASKED}
    assert found.expected == "Italy."


def test_a_batch_joins_its_answers_by_their_id() -> None:
    asked = {"custom_id": "q1", "method": "POST", "url": "/v1/chat/completions", "body": REQUEST}
    told = {"custom_id": "q1", "response": {"status_code": 200, "body": COMPLETION}, "error": None}
    theirs = {"custom_id": "q1", "result": {"type": "succeeded", "message": ANTHROPIC_ANSWER}}
    assert brought(jsonl(asked)).batch_id == "q1"
    assert brought(jsonl({"custom_id": "q1", "params": ANTHROPIC})).batch_id == "q1"
    for line in (told, theirs):
        [found] = [each.read for each in read(jsonl(line))]
        assert isinstance(found, Answered)
        assert (found.batch_id, found.answer.answered) == ("q1", "gpt-4o-2024-08-06")
    failed = {"custom_id": "q2", "response": {"status_code": 400, "body": {"error": {}}}, "error": None}
    assert (
        reasons(jsonl(failed, {"custom_id": "q3", "result": {"type": "expired"}}))
        == ["a batch's answer that is an error"] * 2
    )


TOOLS_ASKED = [
    {"role": "user", "content": "Find Rome"},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c1", "content": "41.9 N"},
]
IN_DIALECTS: dict[str, object] = {
    "anthropic": {
        "model": "m",
        "max_tokens": 5,
        "tools": [{"name": "find", "input_schema": {"type": "object", "properties": {}}}],
        "messages": [
            {"role": "user", "content": "Find Rome"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "find", "input": {"city": "Rome"}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "41.9 N"}]},
        ],
    },
    "responses": {
        "model": "m",
        "tools": [{"type": "function", "name": "find", "parameters": {"type": "object", "properties": {}}}],
        "input": [
            {"role": "user", "content": "Find Rome"},
            {"type": "function_call", "call_id": "c1", "name": "find", "arguments": '{"city": "Rome"}'},
            {"type": "function_call_output", "call_id": "c1", "output": "41.9 N"},
        ],
    },
    "gemini": {
        "tools": [{"functionDeclarations": [{"name": "find", "parameters": {"type": "OBJECT", "properties": {}}}]}],
        "contents": [
            {"role": "user", "parts": [{"text": "Find Rome"}]},
            {"role": "model", "parts": [{"functionCall": {"id": "c1", "name": "find", "args": {"city": "Rome"}}}]},
            {"role": "user", "parts": [{"functionResponse": {"id": "c1", "name": "find", "response": {"output": "41.9 N"}}}]},
        ],
    },
}  # fmt: skip


@pytest.mark.parametrize("dialect", IN_DIALECTS)
def test_tools_and_their_results_are_the_same_in_every_dialect(dialect: str) -> None:
    request = brought(jsonl({"request": IN_DIALECTS[dialect]})).request
    messages = [dict(each) for each in request["messages"]]  # type: ignore[union-attr, arg-type]
    messages[0]["content"] = text_of(messages[0]["content"])
    assert messages[2].pop("name", "find") == "find"
    [call] = messages[1]["tool_calls"]
    call["function"]["arguments"] = json.dumps(json.loads(call["function"]["arguments"]))
    assert messages == TOOLS_ASKED
    assert request["tools"] == [TOOL]


UNTRANSLATABLE: dict[str, object] = {
    "code_execution": {"model": "m", "system": "s", "messages": ASKED[1:], "tools": [{"type": "code_execution_20260120", "name": "x"}]},
    "mcp_servers": {"model": "m", "system": "s", "messages": ASKED[1:], "mcp_servers": [{"name": "x"}]},
    "server_tool_use": {"model": "m", "system": "s", "messages": [*ASKED[1:], {"role": "assistant", "content": [{"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}]}]},
    "file": {"model": "m", "system": "s", "messages": [{"role": "user", "content": [{"type": "document", "source": {"type": "file", "file_id": "f1"}}]}]},
    "conversation": {"model": "m", "input": "x", "instructions": "y", "conversation": "c"},
    "cachedContent": {"contents": [{"parts": [{"text": "x"}]}], "cachedContent": "cachedContents/1"},
    "web_search": {"model": "m", "input": "x", "instructions": "y", "tools": [{"type": "web_search"}]},
    "previous_response_id": {"model": "m", "input": "x", "instructions": "y", "previous_response_id": "r"},
    "googleSearch": {"contents": [{"parts": [{"text": "x"}]}], "tools": [{"googleSearch": {}}]},
    "web_search_call": {"model": "m", "instructions": "y", "input": [{"type": "web_search_call", "id": "w", "status": "completed"}]},
}  # fmt: skip


@pytest.mark.parametrize("what", UNTRANSLATABLE)
def test_what_the_other_dialect_cannot_say_is_left_out_by_name(what: str) -> None:
    [reason] = reasons(jsonl({"request": UNTRANSLATABLE[what]}))
    assert what in reason


LOSSY: dict[str, object] = {
    "reasoning.budget": {"model": "m", "system": "s", "messages": ASKED[1:], "thinking": {"type": "enabled", "budget_tokens": 9}},
    "top_k": {"contents": [{"role": "user", "parts": [{"text": "x"}]}], "generationConfig": {"topK": 4}},
    "messages.tool.failed": {"model": "m", "system": "s", "messages": [*ASKED[1:], {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "find", "input": {}}]}, {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "no", "is_error": True}]}]},
    "messages.thinking": {"model": "m", "system": "s", "messages": [*ASKED[1:], {"role": "assistant", "content": [{"type": "thinking", "thinking": "Ada is 40", "signature": "c2ln"}, {"type": "text", "text": "Italy."}]}, {"role": "user", "content": "Sure?"}]},
    "messages.tool_calls.signature": {"model": "models/gemini-3-flash-preview", "contents": [{"role": "user", "parts": [{"text": "x"}]}, {"role": "model", "parts": [{"functionCall": {"name": "find", "args": {}}, "thoughtSignature": "c2ln"}]}]},
}  # fmt: skip


@pytest.mark.parametrize("name", LOSSY)
def test_what_only_changes_how_is_answered_is_left_behind_and_named(name: str) -> None:
    found = brought(jsonl({"request": LOSSY[name]}))
    assert found.lost == (name,)
    assert "c2ln" not in json.dumps(found.request)
    assert "Ada" not in json.dumps(found.request)


def test_what_is_billed_or_logged_is_no_loss() -> None:
    cached = {"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}
    found = brought(
        jsonl({"request": ANTHROPIC | {"system": [cached], "service_tier": "auto", "metadata": {"user_id": "u1"}}})
    )
    assert found.lost == ()
    assert found.request["user"] == "u1"
    assert (
        brought(
            jsonl(
                {"request": {"model": "m", "input": "x", "instructions": "y", "store": True, "safety_identifier": "s1"}}
            )
        ).request["safety_identifier"]
        == "s1"
    )


STREAMS: dict[str, list[object]] = {
    "anthropic": [
        {"type": "message_start", "message": {"id": "m", "type": "message", "role": "assistant", "model": "served", "content": [], "usage": {"input_tokens": 9, "output_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Ita"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "ly."}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    ],
    "responses": [
        {"type": "response.created", "response": {"object": "response", "id": "r", "model": "served", "status": "in_progress", "output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": {"type": "message", "id": "m", "role": "assistant", "content": []}},
        {"type": "response.content_part.added", "output_index": 0, "content_index": 0, "part": {"type": "output_text", "text": ""}},
        {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "Italy."},
        {"type": "response.completed", "response": {"object": "response", "id": "r", "model": "served", "status": "completed", "output": [{"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "Italy."}]}], "usage": {"input_tokens": 9, "output_tokens": 3}}},
    ],
    "gemini": [
        {"candidates": [{"content": {"role": "model", "parts": [{"text": "Ita"}]}}], "modelVersion": "served"},
        {"candidates": [{"content": {"role": "model", "parts": [{"text": "ly."}]}, "finishReason": "STOP"}], "modelVersion": "served", "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 3}},
    ],
    "completions": [
        {"object": "text_completion", "model": "served", "choices": [{"index": 0, "text": "Ita", "finish_reason": None}]},
        {"object": "text_completion", "model": "served", "choices": [{"index": 0, "text": "ly.", "finish_reason": "stop"}], "usage": USED},
    ],
}  # fmt: skip


@pytest.mark.parametrize("dialect", STREAMS)
def test_a_streamed_answer_of_every_dialect_is_read_and_a_broken_one_is_none(dialect: str) -> None:
    events = [f"data: {json.dumps(each)}\n\n" for each in STREAMS[dialect]]
    answer = answer_of("".join(events))
    assert answer is not None
    assert answer.said == Said(text="Italy.", finish="stop")
    assert answer.usage is not None
    assert (answer.answered, answer.usage.input_tokens, answer.usage.output_tokens) == ("served", 9, 3)
    assert answer_of("".join(events[: 1 if len(events) == 2 else -2])) is None


def test_a_stream_of_gemini_as_one_document_is_an_answer() -> None:
    answer = answer_of(STREAMS["gemini"])  # type: ignore[arg-type]
    assert answer is not None
    assert answer.said == Said(text="Italy.", finish="stop")


def test_an_answer_that_is_still_being_made_is_none() -> None:
    assert answer_of({"object": "response", "status": "queued", "output": []}) is None


def test_a_reason_repeats_nothing_of_what_was_said() -> None:
    wrong = {"contents": [{"role": "user", "parts": [{"functionCall": {"name": "f", "args": "the secret"}}]}]}
    [reason] = reasons(jsonl({"request": wrong}))
    assert reason == "no chat: contents.parts.functionCall.args cannot be read as gemini has it"


def test_a_bad_line_is_named_and_the_others_are_read() -> None:
    found = read(jsonl(TRAFFIC) + b"{broken\n\n[1]\n" + jsonl(TRAFFIC))
    told = [(each.where, each.read.reason) for each in found if isinstance(each.read, LeftOut)]
    assert told == [("file:2", "no JSON"), ("file:4", "no JSON object")]
    assert sum(isinstance(each.read, Brought) for each in found) == 2


def test_a_document_that_ends_in_the_middle_says_so() -> None:
    data = pretty([GENERATION, GENERATION])
    found = read(data[: len(data) * 3 // 4])
    assert isinstance(found[0].read, Brought)
    assert found[-1].read == LeftOut("the document ends in the middle")


ODD: list[object] = [
    {"a": 'quote " backslash \\ both \\" brackets ]}[{'},
    {"data": [{"results": [1, {"x": []}]}], "": None},
    {"nested": {"deep": [[["]"], {}], {}]}, "é": "日本"},
    {"n": 1.5e3, "b": True},
]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_document_gives_its_elements_wherever_it_is_cut_into_pieces(indent: int | None) -> None:
    document = {"meta": ["data", {"results": 1}, [[{}]]], "data": ODD, "more": {"runs": ODD}}
    data = json.dumps(document, indent=indent, ensure_ascii=False).encode()
    for size in range(1, 80):
        scan = documents._Scan("file")
        found = [record for start in range(0, len(data), size) for record in scan.feed(data[start : start + size])]
        found.extend(scan.end())
        assert [json.loads(record.data) for record in found] == [*ODD, *ODD]


@pytest.mark.slow
def test_a_record_that_is_too_large_is_left_out_and_held_nowhere() -> None:
    large = documents.LARGEST_RECORD + 10
    line = b'{"messages": "' + b"x" * large + b'"}\n' + jsonl(TRAFFIC)
    listed = b'[\n{"a": "' + b"x" * large + b'"},\n' + json.dumps(TRAFFIC).encode() + b"]"
    for data in (line, listed):
        first, second = read(data)
        assert isinstance(first.read, LeftOut)
        assert first.read.reason == documents.TOO_LARGE
        assert isinstance(second.read, Brought)


def test_a_bomb_in_an_archive_is_left_out() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("samples/1.json", "w") as entry:
        for _ in range(40):
            entry.write(b" " * 1024**2)
    assert len(held.getvalue()) < 100_000
    assert reasons(held.getvalue()) == [documents.TOO_LARGE]


@given(st.binary(max_size=300))
def test_no_bytes_fail_a_read(data: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"{", b"[{", b'{"data": ['):
        for found in read(start + data):
            assert isinstance(found.read, Brought | Answered | LeftOut)


JUNK: tuple[object, ...] = (None, 7, "[", '[{"role": "user"}]', [None, "x"], {"role": 3, "a": [{}]})


@pytest.mark.parametrize("name", [name for name in FORMS if "archive" not in name])
def test_no_odd_member_fails_a_read(name: str) -> None:
    document = json.loads(FORMS[name])
    for junk in JUNK:
        for place in range(1, 60):
            for found in read(json.dumps([_spoil(document, junk, [place])]).encode()):
                assert isinstance(found.read, Brought | Answered | LeftOut)


def _spoil(value: object, junk: object, count: list[int]) -> object:
    """The value with one of its members replaced."""
    count[0] -= 1
    if count[0] == 0:
        return junk
    walk: Callable[[object], object] = lambda inner: _spoil(inner, junk, count)  # noqa: E731 - said twice below
    if isinstance(value, dict):
        return {name: walk(inner) for name, inner in value.items()}
    return [walk(inner) for inner in value] if isinstance(value, list) else value


def test_a_format_that_is_named_takes_nothing_else() -> None:
    assert reasons(jsonl(TRAFFIC), "langfuse") == ["not of the format langfuse"]
    assert reasons(jsonl({"a": 1})) == ["of no format that is known"]
