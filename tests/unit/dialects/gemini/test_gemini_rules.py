"""What Google's format means, rule by rule."""

import base64
import json

import pytest

from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Media, Native, Part, Text, Thinking, ToolCall, ToolResult
from outlast.dialects.conversation.reply import Candidate, Delta, Done, Ended, Event, PartBegin, PartEnd, Reply
from outlast.dialects.conversation.request import Format, Message, Reasoning, Request, Sampling, Tool, ToolChoice
from outlast.dialects.dialect import Fault, Framing
from outlast.dialects.gemini import DIALECT, embeddings
from outlast.dialects.gemini.asked import action_path, peek, split_path
from outlast.dialects.gemini.counting import decode_count, decode_counted, encode_count, encode_counted
from outlast.dialects.gemini.foreign import PLACEHOLDER
from outlast.dialects.gemini.schema import json_schema
from outlast.dialects.gemini.sources import Measured
from outlast.errors import MalformedRequest, UpstreamBroken
from outlast.exchange import Usage

FRAMING = Framing(id="call-1", model="asked-for", created=1_700_000_000)
PATH = "/v1beta/models/m:generateContent"
STREAM = "/v1beta/models/m:streamGenerateContent"
HELLO = b'{"contents":[{"role":"user","parts":[{"text":"Hello"}]}]}'


def read(body: dict[str, object], path: str = PATH) -> Request:
    raw = json.dumps({"contents": [{"parts": [{"text": "Hello"}]}], **body}).encode()
    return DIALECT.decode_request(raw, DIALECT.peek(raw, path))


def written(request: Request, losses: Losses | None = None) -> dict[str, object]:
    body: dict[str, object] = json.loads(DIALECT.encode_request(request, losses if losses is not None else Losses()))
    return body


def saying(*parts: Part, model: str = "m") -> Request:
    return Request(model=model, messages=(Message("assistant", parts),))


PLACES = [
    ("/v1beta/models/gemini-2.5-pro:generateContent", "gemini-2.5-pro", "generateContent"),
    ("/v1/models/gemini-2.5-pro:streamGenerateContent?alt=sse", "gemini-2.5-pro", "streamGenerateContent"),
    ("/v1beta/models/openai%2Fgpt-5.4:generateContent", "openai/gpt-5.4", "generateContent"),
    ("/v1beta/models/openai/gpt-5.4:countTokens", "openai/gpt-5.4", "countTokens"),
    ("/v1beta/models/ft:gpt:generateContent", "ft:gpt", "generateContent"),
    (
        "/v1beta1/projects/p/locations/global/publishers/google/models/gemini-3:streamGenerateContent?alt=sse&key=k",
        "gemini-3",
        "streamGenerateContent",
    ),
    (
        "/v1/projects/p/locations/l/publishers/openai/models/gpt-5.4:generateContent",
        "openai/gpt-5.4",
        "generateContent",
    ),
    ("/v1beta1/publishers/google/models/e:embedContent", "e", "embedContent"),
]


@pytest.mark.parametrize(("path", "model", "action"), PLACES)
def test_a_path_names_model_and_action(path: str, model: str, action: str) -> None:
    assert split_path(path) == (model, action)


WRONG_PATHS = [
    ("/v1beta/models/m", "model"),
    ("/v1beta/models/:generateContent", "model"),
    ("/v1beta/models/m:trainModel", "model"),
    ("/v1beta/models/a%0d%0ab:generateContent", "model"),
    ("/v1beta/models/" + "m" * 600 + ":generateContent", "model"),
    ("/v1beta/models/m:streamGenerateContent?key=k", "alt"),
    ("/v1beta/models/m:streamGenerateContent?", "alt"),
]


@pytest.mark.parametrize(("path", "param"), WRONG_PATHS)
def test_a_path_that_cannot_be_served_is_refused_by_name(path: str, param: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        peek(HELLO, path)
    assert refused.value.param == param


def test_the_endpoint_of_a_model_is_the_path_that_names_it() -> None:
    assert DIALECT.endpoint("a/b:c", False) == "/v1beta/models/a%2Fb%3Ac:generateContent"
    assert split_path(DIALECT.endpoint("a/b:c", True)) == ("a/b:c", "streamGenerateContent")
    assert split_path(action_path("m", "countTokens")) == ("m", "countTokens")


WRONG = [
    ({"contents": []}, "contents"),
    ({"contents": [{"role": "system", "parts": [{"text": "x"}]}]}, "contents[0].role"),
    ({"contents": [{"parts": [{"text": 5}]}]}, "contents[0].parts[0].text"),
    ({"contents": [{"parts": [{}]}]}, "contents[0].parts[0]"),
    ({"contents": [{"parts": [{"functionCall": {"args": {}}}]}]}, "contents[0].parts[0].functionCall.name"),
    (
        {"contents": [{"parts": [{"functionCall": {"name": "f", "args": "{}"}}]}]},
        "contents[0].parts[0].functionCall.args",
    ),
    ({"contents": [{"parts": [{"fileData": {}}]}]}, "contents[0].parts[0].fileData.fileUri"),
    ({"tools": [5]}, "tools[0]"),
    ({"tools": [{"functionDeclarations": [{}]}]}, "tools[0].functionDeclarations[0].name"),
    ({"toolConfig": {"functionCallingConfig": {"mode": "SOME"}}}, "toolConfig.functionCallingConfig.mode"),
    ({"generationConfig": {"temperature": "hot"}}, "generationConfig.temperature"),
    ({"generation_config": {"max_output_tokens": 1, "maxOutputTokens": 2}}, "generationConfig.maxOutputTokens"),
    ({"systemInstruction": "be brief"}, "systemInstruction"),
]


@pytest.mark.parametrize(("body", "param"), WRONG)
def test_a_member_that_cannot_be_read_is_refused_by_name(body: dict[str, object], param: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        read(body)
    assert refused.value.param == param


def test_both_cases_and_single_objects_mean_the_same() -> None:
    snake = read(
        {
            "contents": {"parts": {"inline_data": {"mime_type": "image/png", "data": "-_8="}}},
            "system_instruction": {"parts": {"text": "Be brief."}},
            "generation_config": {"max_output_tokens": "5", "thinking_config": {"thinking_level": "LOW"}},
            "tools": {"function_declarations": {"name": "f", "parameters_json_schema": {"type": "object"}}},
        }
    )
    assert snake == read(
        {
            "contents": [{"role": "user", "parts": [{"inlineData": {"mimeType": "image/png", "data": "+/8="}}]}],
            "systemInstruction": {"role": "user", "parts": [{"text": "Be brief."}]},
            "generationConfig": {"maxOutputTokens": 5, "thinkingConfig": {"thinkingLevel": "LOW"}},
            "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": {"type": "object"}}]}],
        }
    )
    assert snake.messages[1].parts == (Media(kind="image", mime="image/png", data="+/8="),)
    assert (snake.sampling.max_tokens, snake.reasoning) == (5, Reasoning(effort="low"))


def test_calls_without_ids_are_told_apart_and_results_find_theirs() -> None:
    call, result = {"functionCall": {"name": "f"}}, {"functionResponse": {"name": "f", "response": {"output": "x"}}}
    request = read(
        {"contents": [{"role": "model", "parts": [call, call]}, {"role": "user", "parts": [result, result]}]}
    )
    made = [part.id for part in request.messages[0].parts if isinstance(part, ToolCall)]
    assert len(set(made)) == 2
    assert [part.call_id for part in request.messages[1].parts if isinstance(part, ToolResult)] == made
    assert read({"contents": [{"role": "model", "parts": [call]}]}) == read(
        {"contents": [{"role": "model", "parts": [call]}]}
    )


MODES = [
    ({"mode": "ANY"}, ToolChoice(mode="any")),
    ({"mode": "ANY", "allowedFunctionNames": ["f"]}, ToolChoice(mode="one", names=("f",))),
    ({"mode": "ANY", "allowedFunctionNames": ["f", "g"]}, ToolChoice(mode="any", names=("f", "g"))),
    ({"mode": "VALIDATED", "allowedFunctionNames": ["f"]}, ToolChoice(mode="auto", names=("f",))),
    ({"mode": "VALIDATED"}, ToolChoice(mode="auto")),
    ({"mode": "NONE"}, ToolChoice(mode="none")),
    ({"mode": "AUTO"}, ToolChoice(mode="auto")),
]


@pytest.mark.parametrize(("calling", "choice"), MODES)
def test_a_tool_mode_is_a_choice_and_comes_back(calling: dict[str, object], choice: ToolChoice) -> None:
    request = read({"toolConfig": {"functionCallingConfig": calling}})
    assert request.tool_choice == choice
    assert written(request)["toolConfig"] == {"functionCallingConfig": calling}


def test_older_schemas_become_json_schema() -> None:
    older = (
        b'{"type":"OBJECT","properties":{"any_of":{"type":"STRING","nullable":true,"enum":["a"]},'
        b'"n":{"any_of":[{"type":"INTEGER"}],"nullable":true,"max_items":"3"}},"property_ordering":["any_of"]}'
    )
    assert json.loads(json_schema(older)) == {
        "type": "object",
        "properties": {
            "any_of": {"type": ["string", "null"], "enum": ["a", None]},
            "n": {"anyOf": [{"type": "integer"}, {"type": "null"}], "maxItems": 3},
        },
        "propertyOrdering": ["any_of"],
    }


def test_what_google_has_no_word_for_is_named() -> None:
    losses = Losses()
    request = Request(
        model="m",
        messages=(
            Message("user", (Media(kind="image", file_id="file-1"), Text("x", extra={"chat:cache": b"1"})), name="ann"),
            Message(
                "assistant", (Thinking(text="t", signature="s", dialect="anthropic"), Native("chat", "search", b"{}"))
            ),
            Message("system", (Text("late"),)),
        ),
        tools=(Tool(name="f", custom=True), Tool(name="g", strict=True)),
        parallel_tool_calls=False,
        user="u",
        verbosity="low",
        service_tier="scale",
        format=Format(kind="schema", schema=b"{}", name="n", strict=False),
        reasoning=Reasoning(effort="max", summary="concise"),
        extra={"chat:logit_bias": b"{}"},
    )
    written(request, losses)
    assert set(losses.names) == {
        "messages.file_id",
        "messages.cache",
        "messages.name",
        "messages.thinking",
        "messages.search",
        "messages.system.position",
        "tools.custom",
        "tools.strict",
        "parallel_tool_calls",
        "user",
        "verbosity",
        "service_tier",
        "response_format.name",
        "response_format.strict",
        "reasoning_effort",
        "reasoning.summary",
        "logit_bias",
    }


def test_only_a_queue_that_is_not_the_default_is_named() -> None:
    for tier, said in (("flex", "flex"), ("priority", "priority"), ("default", None), ("auto", None), ("", None)):
        request = Request(model="m", messages=(Message("user", (Text("x"),)),), service_tier=tier)
        losses = Losses()
        assert written(request, losses).get("serviceTier") == said
        assert not losses


THOUGHTS = [
    (Reasoning(effort="high"), {"thinkingLevel": "HIGH"}),
    (Reasoning(effort="none"), {"thinkingBudget": 0}),
    (Reasoning(off=True), {"thinkingBudget": 0}),
    (Reasoning(adaptive=True), {"thinkingBudget": -1}),
    (Reasoning(budget=512, shown=True), {"thinkingBudget": 512, "includeThoughts": True}),
    (Reasoning(effort="low", summary="auto"), {"thinkingLevel": "LOW", "includeThoughts": True}),
]


@pytest.mark.parametrize(("reasoning", "thinking"), THOUGHTS)
def test_reasoning_is_said_in_googles_words(reasoning: Reasoning, thinking: dict[str, object]) -> None:
    request = Request(model="m", messages=(Message("user", (Text("x"),)),), reasoning=reasoning)
    assert written(request)["generationConfig"] == {"thinkingConfig": thinking}


def test_a_call_that_another_model_made_gets_the_documented_signature_from_gemini_3_on() -> None:
    calls = (ToolCall(id="a", name="f", arguments="{}"), ToolCall(id="b", name="f", arguments="{}"))
    for model, signed in (
        ("gemini-2.5-pro", []),
        ("gemini-3-flash-preview", [PLACEHOLDER]),
        ("gemini-10", [PLACEHOLDER]),
    ):
        body = DIALECT.encode_request(saying(*calls, model=model), Losses())
        parts = json.loads(body)["contents"][0]["parts"]
        assert [part["thoughtSignature"] for part in parts if "thoughtSignature" in part] == signed
        assert DIALECT.decode_request(body, DIALECT.peek(body, PATH)).messages[0].parts == calls


def test_results_of_one_turn_stand_together_and_alone_even_when_they_came_apart() -> None:
    def result(call_id: str) -> ToolResult:
        return ToolResult(call_id=call_id, parts=(Text("x"),))

    calls = (ToolCall(id="a", name="f", arguments="{}"), ToolCall(id="b", name="g", arguments="{}"))
    turns = (
        Message("assistant", calls),
        Message("user", (result("a"),)),
        Message("user", (result("b"), Text("go on"))),
    )
    contents = written(Request(model="m", messages=turns))["contents"]
    assert isinstance(contents, list)
    assert [[next(iter(part)) for part in turn["parts"]] for turn in contents] == [
        ["functionCall", "functionCall"],
        ["functionResponse", "functionResponse"],
        ["text"],
    ]
    assert [part["functionResponse"]["name"] for part in contents[1]["parts"]] == ["f", "g"]


FOREIGN: list[Thinking | Native] = [
    Thinking(text="Hm.", signature="c2ln", dialect="anthropic"),
    Thinking(redacted="b3BhcXVl", dialect="anthropic"),
    Native("anthropic", "server_tool_use", b'{"type":"server_tool_use","id":"s"}'),
]


@pytest.mark.parametrize("part", FOREIGN)
def test_a_part_of_another_dialect_survives_the_way_through_a_client_but_never_reaches_google(
    part: Thinking | Native,
) -> None:
    losses = Losses()
    reply = Reply(id="r", model="m", candidates=(Candidate(parts=(part, Text("Yes."))),))
    content = json.loads(DIALECT.encode_reply(reply, FRAMING, losses))["candidates"][0]["content"]
    assert not losses
    encoder = DIALECT.event_encoder(FRAMING, losses)
    events: tuple[Event, ...] = (PartBegin(part, 0), PartEnd(0), Done())
    streamed = b"".join(map(encoder.event, events))
    sent = json.dumps({"contents": [content]}).encode()
    asked = DIALECT.peek(sent, PATH)
    assert DIALECT.decode_request(sent, asked).messages[0].parts == (part, Text("Yes."))
    signature = content["parts"][0]["thoughtSignature"]
    assert base64.b64decode(signature)
    assert signature.encode() in streamed
    assert asked.for_upstream("m") == sent.replace(signature.encode(), PLACEHOLDER.encode())


def test_a_tool_call_is_an_end_of_its_own_and_comes_back_as_stop() -> None:
    content = b'{"parts":[{"functionCall":{"name":"f"}}]}'
    body = b'{"candidates":[{"content":%b,"finishReason":"STOP"}],"responseId":"r-1"}' % content
    candidate = DIALECT.decode_reply(body).candidates[0]
    assert candidate.finish is not None
    assert (candidate.finish.end, candidate.finish.said) == ("tool_calls", "STOP")
    assert candidate.parts == (ToolCall(id="call_r1_0", name="f", arguments="{}"),)
    decoder = DIALECT.event_decoder()
    events = decoder.event(b"data: " + body + b"\n\n")
    assert PartBegin(ToolCall(id="call_r1_0", name="f", arguments=""), 0) in events
    assert b'"finishReason":"STOP"' in DIALECT.encode_reply(DIALECT.decode_reply(body), FRAMING, Losses())


def test_a_blocked_prompt_is_an_answer_without_words_and_comes_back_as_it_was() -> None:
    feedback = {"promptFeedback": {"blockReason": "JAILBREAK"}, "usageMetadata": {"promptTokenCount": 3}}
    body = json.dumps(feedback).encode()
    reply = DIALECT.decode_reply(body)
    assert [candidate.finish and candidate.finish.end for candidate in reply.candidates] == ["content_filter"]
    again = json.loads(DIALECT.encode_reply(reply, FRAMING, Losses()))
    assert again["promptFeedback"] == feedback["promptFeedback"]
    assert "candidates" not in again
    decoder = DIALECT.event_decoder()
    assert any(isinstance(event, Ended) for event in decoder.event(b"data: " + body + b"\n\n"))
    assert Done() in decoder.finish()


def test_counts_of_tools_are_prompt_and_thoughts_are_output() -> None:
    counts = {
        "promptTokenCount": 10,
        "cachedContentTokenCount": 4,
        "toolUsePromptTokenCount": 5,
        "candidatesTokenCount": 7,
        "thoughtsTokenCount": 2,
        "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 3}, {"modality": "TEXT", "tokenCount": 7}],
    }
    reply = DIALECT.decode_reply(json.dumps({"usageMetadata": counts}).encode())
    assert reply.usage == Usage(15, 4, 0, 9, 2, 3, 0)
    again = DIALECT.decode_reply(DIALECT.encode_reply(reply, FRAMING, Losses()))
    assert again.usage == reply.usage


def test_an_event_that_ends_an_answer_is_held_until_another_comes_or_the_body_ends() -> None:
    words = b'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}\n\n'
    last = b'data: {"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}],"modelVersion":"m"}\n\n'
    reader = DIALECT.relay(DIALECT.peek(HELLO, STREAM))
    assert reader.feed(words) == words
    assert reader.feed(last) == b""
    assert reader.feed(words) == last
    assert reader.finish() == b""
    assert (reader.done, reader.held(), reader.answer.finish) == (True, words, "STOP")


def test_a_stream_that_breaks_off_is_not_done_and_one_with_an_error_has_failed() -> None:
    reader = DIALECT.relay(DIALECT.peek(HELLO, STREAM))
    reader.feed(b'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}\n\n')
    assert (reader.finish(), reader.done, reader.failed) == (b"", False, False)
    assert Done() not in DIALECT.event_decoder().finish()
    reader = DIALECT.relay(DIALECT.peek(HELLO, STREAM))
    reader.feed(b'data: {"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}\n\n')
    assert (reader.failed, reader.answer.text) == (True, "overloaded")


def test_arguments_that_look_like_an_end_end_nothing() -> None:
    call = b'{"functionCall":{"name":"f","args":{"finishReason":"STOP","error":{"code":1}}}}'
    event = b'data: {"candidates":[{"content":{"parts":[' + call + b']}}],"modelVersion":"m"}\n\n'
    reader = DIALECT.relay(DIALECT.peek(HELLO, STREAM))
    assert reader.feed(event) == event
    assert not reader.failed


def test_signed_words_are_a_part_of_their_own_in_a_stream() -> None:
    decoder = DIALECT.event_decoder()
    events = [
        *decoder.event(b'data: {"candidates":[{"content":{"parts":[{"text":"Hel"}]}}]}\r\n\r\n'),
        *decoder.event(b'data: {"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"c2ln"}]}}]}\r\n\r\n'),
    ]
    signed = Text("", extra={"gemini:thoughtSignature": b'"c2ln"'})
    assert events[1:] == [PartBegin(Text(""), 0), Delta(0, "Hel"), PartEnd(0), PartBegin(signed, 1)]
    encoder = DIALECT.event_encoder(FRAMING, Losses())
    assert b'"thoughtSignature":"c2ln"' in b"".join(map(encoder.event, (*events, PartEnd(1))))


FAULTS = [
    (
        400,
        {"status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]},
        "authentication_error",
        "API_KEY_INVALID",
    ),
    (403, {"status": "PERMISSION_DENIED"}, "permission_error", "PERMISSION_DENIED"),
    (404, {"status": "NOT_FOUND"}, "not_found_error", "NOT_FOUND"),
    (429, {"status": "RESOURCE_EXHAUSTED"}, "rate_limit_error", "RESOURCE_EXHAUSTED"),
    (429, {"message": "Your prepayment credits are depleted."}, "insufficient_quota", None),
    (500, {"status": "INTERNAL"}, "server_error", "INTERNAL"),
    (503, {"status": "UNAVAILABLE"}, "overloaded_error", "UNAVAILABLE"),
]


@pytest.mark.parametrize(("status", "error", "kind", "code"), FAULTS)
def test_an_error_of_googles_says_its_kind(status: int, error: dict[str, object], kind: str, code: str | None) -> None:
    for body in ({"error": error}, [{"error": error}]):
        fault = DIALECT.decode_fault(status, json.dumps(body).encode())
        assert (fault.status, fault.type, fault.code) == (status, kind, code)


def test_an_error_says_when_to_come_again_and_which_field_was_wrong() -> None:
    details = [
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "12.5s"},
        {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [{"field": "contents[0]"}]},
    ]
    body = json.dumps({"error": {"code": 429, "message": "m", "status": "RESOURCE_EXHAUSTED", "details": details}})
    fault = DIALECT.decode_fault(429, body.encode())
    assert (fault.retry_after_s, fault.param) == (12.5, "contents[0]")
    error = json.loads(DIALECT.encode_fault(fault, "call-1"))["error"]
    assert (error["code"], error["status"], error["message"]) == (429, "RESOURCE_EXHAUSTED", "m")
    assert {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "12.5s"} in error["details"]


def test_a_wait_of_weeks_is_said_in_whole_digits() -> None:
    fault = Fault(status=429, type="insufficient_quota", message="spent", retry_after_s=2_591_999.5)
    body = DIALECT.encode_fault(fault, "req")
    assert b'"retryDelay":"2591999.5s"' in body
    assert DIALECT.decode_fault(429, body).retry_after_s == 2_591_999.5


def test_a_fault_is_an_error_of_googles_with_its_own_word() -> None:
    words = {
        400: "INVALID_ARGUMENT",
        401: "UNAUTHENTICATED",
        403: "PERMISSION_DENIED",
        502: "INTERNAL",
        504: "DEADLINE_EXCEEDED",
    }
    for status, word in words.items():
        fault = Fault(status=status, type="server_error", message="m")
        assert json.loads(DIALECT.encode_fault(fault, "call-1"))["error"]["status"] == word


def test_tokens_are_counted_for_the_same_request_in_both_places() -> None:
    request = Request(
        model="m",
        messages=(Message("system", (Text("Be brief."),)), Message("user", (Text("Hello"),))),
        sampling=Sampling(max_tokens=5),
    )
    for vertex in (True, False):
        body = encode_count(request, Losses(), vertex=vertex)
        asked = peek(body, action_path("m", "countTokens"))
        assert decode_count(body, asked) == request
        moved = json.loads(asked.for_upstream("n"))
        assert vertex or moved["generateContentRequest"]["model"] == "models/n"
    assert decode_counted(encode_counted(12)) == 12
    with pytest.raises(UpstreamBroken):
        decode_counted(b"[]")


def test_embeddings_go_both_ways() -> None:
    losses = Losses()
    ours = b'{"model":"v","input":["a","b"],"dimensions":2,"encoding_format":"base64","user":"u"}'
    google = embeddings.ask_google(ours, "e", losses)
    assert embeddings.wants_base64(ours)
    assert set(losses.names) == {"user"}
    asked = peek(google, action_path("e", "batchEmbedContents"))
    assert json.loads(embeddings.ask_openai(asked, "o", losses)) == {
        "model": "o",
        "input": ["a", "b"],
        "encoding_format": "float",
        "dimensions": 2,
    }
    assert [each["model"] for each in json.loads(asked.for_upstream("n"))["requests"]] == ["models/n"] * 2
    answer = b'{"embeddings":[{"values":[0.5,1]},{"values":[2,3]}]}'
    for packed in (True, False):
        openai = embeddings.answer_openai(answer, "e", packed=packed)
        assert json.loads(embeddings.answer_google(openai, asked)) == json.loads(answer)


def test_embeddings_of_what_is_no_text_are_refused() -> None:
    for body in (b'{"input":[1,2]}', b"{}", b"[]", b"\xff"):
        with pytest.raises(MalformedRequest) as refused:
            embeddings.ask_google(body, "e", Losses())
        assert refused.value.param == "input"
    for answer in (b"{}", b'{"data":[{"embedding":"AAA="}]}', b"\xff", b'{"embeddings":5}'):
        with pytest.raises(UpstreamBroken):
            embeddings.answer_openai(answer, "e", packed=False)
        with pytest.raises(UpstreamBroken):
            embeddings.answer_google(answer, peek(b'{"requests":[]}', action_path("e", "batchEmbedContents")))


def test_places_in_a_long_text_of_several_scripts_are_those_of_the_whole() -> None:
    text = ("aé漢😀" * 3 + "plain ") * 900
    measured = Measured(text)
    for place in (0, 1, 4095, 4096, 4097, 9000, len(text) - 1, len(text)):
        assert measured.bytes_before(place) == len(text[:place].encode())
        if place:
            assert measured.characters(0, measured.bytes_before(place)) == (0, place)
    assert measured.characters(0, len(text.encode()) + 1) == (None, None)
