"""What may be asked again is taken, who asked becomes a digest, and everything else is counted with its reason."""
# ruff: noqa: E501 - documents of other tools read best as one row each

import io
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.checks.draw import Draw, Said
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.normal import normal
from outlast.dialects.conversation.parts import Part, Text, ToolCall, ToolResult
from outlast.dialects.conversation.request import Request
from outlast.dialects.registry import DIALECTS
from outlast.exchange import Exchange
from outlast.replay.bring import ANOTHER, NO_REQUEST, REDACTED, THERE, Bringing, Wish
from outlast.replay.intake import MEDIA, Refused, Sieve, Taken, Tally, items_of
from outlast.replay.items import make_item
from outlast.replay.ports import DrawKey
from outlast.replay.redaction import Redaction
from outlast.replay.sources.shape import Object
from outlast.testing.evidence import MemoryEvidence

PICTURE: Object = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
SOUND: Object = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
DOCUMENT: Object = {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA"}}
LINKED: Object = {"type": "image_url", "image_url": {"url": "https://example.org/cat.png"}}


def sieve(*, keep_media: bool = False) -> Sieve:
    return Sieve(redaction=Redaction(), language=lambda text: "it" if "ciao" in text else "", keep_media=keep_media)


def asked(text: str = "ciao", **more: object) -> Object:
    request: Object = {"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}
    return request | more  # type: ignore[return-value]


def taken(request: Object, **more: str) -> Taken:
    found = sieve().take(request, **more)  # type: ignore[arg-type]
    assert isinstance(found, Taken)
    return found


def test_who_asked_becomes_a_digest_and_nothing_else_of_them_is_kept() -> None:
    item = taken(asked(user="ada@example.org", metadata={"who": "ada"}, safety_identifier="ada")).item
    assert b"ada" not in item.request
    assert item.cluster
    assert "ada" not in item.cluster
    assert item.cluster == taken(asked("other", user="ada@example.org")).item.cluster
    assert item.cluster != taken(asked(user="bob")).item.cluster
    assert item.cluster != taken(asked(user="ada@example.org"), cluster="conversation 1").item.cluster


def test_without_a_name_a_conversation_is_known_by_its_first_words() -> None:
    first = asked("Where is Rome?")
    second = asked() | {"messages": [*first["messages"], {"role": "assistant", "content": "Italy"}, {"role": "user", "content": "And Oslo?"}]}  # type: ignore[misc] # fmt: skip
    assert taken(first).item.cluster == taken(second).item.cluster


def test_the_same_request_is_one_item_however_its_json_is_written() -> None:
    one = b'{"messages": [{"role": "user", "content": "x"}], "temperature": 1, "model": "a"}'
    other = b'{"temperature":1,"model":"b","stream":true,"messages":[{"content":"x","role":"user"}]}'
    third = b'{"temperature":0,"messages":[{"content":"x","role":"user"}]}'
    assert make_item(one).id == make_item(other).id != make_item(third).id


def test_language_key_and_application_are_noted_redacted() -> None:
    item = taken(asked(), application="shop", expected="write to x@b.org").item
    assert (item.language, item.application, item.expected) == ("it", "shop", "write to [mail 1]")


@pytest.mark.parametrize("part", [PICTURE, SOUND, DOCUMENT])
def test_data_that_nobody_can_redact_is_left_out_unless_it_is_wanted(part: Object) -> None:
    request = asked() | {"messages": [{"role": "user", "content": [{"type": "text", "text": "x@b.org?"}, part]}]}
    assert sieve().take(request) == Refused(MEDIA)
    kept = sieve(keep_media=True).take(request)
    assert isinstance(kept, Taken)
    [message] = json.loads(kept.item.request)["messages"]
    assert message["content"] == [{"type": "text", "text": "[mail 1]?"}, part]


def test_a_picture_by_its_address_can_be_asked_again() -> None:
    request = asked() | {"messages": [{"role": "user", "content": [{"type": "text", "text": "What?"}, LINKED]}]}
    assert isinstance(sieve().take(request), Taken)


@pytest.mark.parametrize(
    "messages", [[], [{"role": "assistant", "content": "x"}], "x", [{"role": "user", "content": 3}]]
)
def test_what_nobody_asked_is_no_item(messages: object) -> None:
    assert isinstance(sieve().take({"messages": messages}), Refused)  # type: ignore[dict-item]


def exchange(number: int, **more: object) -> Exchange:
    body = json.dumps(asked(f"question {number}")).encode()
    facts: dict[str, object] = {
        "id": f"r{number}",
        "started_ns": number,
        "requested": "m",
        "virtual": True,
        "request_body": body,
    }
    return Exchange(**(facts | more))  # type: ignore[arg-type]


def test_of_the_record_only_answered_chats_of_the_name_are_taken() -> None:
    tally = Tally()
    calls = [
        exchange(0),
        exchange(1, requested="other"),
        exchange(2, outcome="failed"),
        exchange(3, path="/v1/embeddings"),
        exchange(4, request_body=None),
        exchange(5, request_body=b"{broken"),
        exchange(6, key="shop"),
    ]
    items = list(items_of(calls, model="m", sieve=sieve(), tally=tally))
    assert [(item.prompt, item.application) for item in items] == [("question 0", ""), ("question 6", "shop")]
    assert tally.read == 4
    assert tally.left_out == {
        "no JSON object": (1, "r5"),
        "no conversation: it was sent to /v1/embeddings": (1, "r3"),
    }


WHO = "ada@example.org"
SAID: dict[str, tuple[str, object]] = {
    "/v1/messages": (
        "anthropic",
        {
            "model": "m", "max_tokens": 9, "top_k": 4, "system": f"You help {WHO}.", "metadata": {"user_id": WHO},
            "tools": [{"name": "mail", "description": f"To {WHO}", "input_schema": {"type": "object", "properties": {}}}],
            "messages": [
                {"role": "user", "content": f"I am {WHO}"},
                {"role": "assistant", "content": [{"type": "thinking", "thinking": f"so {WHO}", "signature": "AA"}, {"type": "text", "text": f"Hello {WHO}"}, {"type": "tool_use", "id": "c", "name": "mail", "input": {"to": WHO, WHO: 1}}]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "content": [{"type": "text", "text": f"sent to {WHO}"}]}, {"type": "text", "text": f"ciao {WHO}"}]},
            ],
        },
    ),
    "/v1/responses": (
        "responses",
        {
            "model": "m", "instructions": f"You help {WHO}.", "safety_identifier": WHO, "reasoning": {"summary": "auto"},
            "tools": [{"type": "function", "name": "mail", "description": f"To {WHO}", "parameters": {"type": "object", "properties": {}}}],
            "input": [
                {"role": "user", "content": f"I am {WHO}"},
                {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": f"so {WHO}"}]},
                {"role": "assistant", "content": [{"type": "output_text", "text": f"Hello {WHO}", "annotations": [{"type": "url_citation", "url": "https://example.org", "title": WHO, "start_index": 0, "end_index": 1}]}]},
                {"type": "function_call", "call_id": "c", "name": "mail", "arguments": json.dumps({"to": WHO, WHO: 1})},
                {"type": "function_call_output", "call_id": "c", "output": f"sent to {WHO}"},
                {"role": "user", "content": [{"type": "input_text", "text": f"ciao {WHO}"}]},
            ],
        },
    ),
    "/v1beta/models/m:streamGenerateContent": (
        "gemini",
        {
            "systemInstruction": {"parts": [{"text": f"You help {WHO}."}]}, "generationConfig": {"topK": 4}, "labels": {"who": WHO},
            "tools": [{"functionDeclarations": [{"name": "mail", "description": f"To {WHO}", "parameters": {"type": "OBJECT", "properties": {}}}]}],
            "contents": [
                {"role": "user", "parts": [{"text": f"I am {WHO}"}]},
                {"role": "model", "parts": [{"text": f"so {WHO}", "thought": True}, {"text": f"Hello {WHO}"}, {"functionCall": {"name": "mail", "args": {"to": WHO, WHO: 1}}}]},
                {"role": "user", "parts": [{"functionResponse": {"name": "mail", "response": {"output": f"sent to {WHO}"}}}, {"text": f"ciao {WHO}"}]},
            ],
        },
    ),
    "/v1/completions": ("completions", {"model": "m", "prompt": f"ciao {WHO}", "user": WHO}),
}  # fmt: skip


@pytest.mark.parametrize("path", SAID)
def test_a_recorded_call_of_every_dialect_is_an_item_with_nothing_of_whom_it_names(path: str) -> None:
    _, request = SAID[path]
    tally = Tally()
    calls = [exchange(0, path=path, request_body=json.dumps(request).encode())]
    [item] = items_of(calls, model="m", sieve=sieve(), tally=tally)
    assert WHO.encode() not in item.request
    assert WHO not in msgspec.json.encode(item).decode()
    assert (item.last_user, item.language, tally.left_out) == ("ciao [mail 1]", "it", {})
    assert tally.lost == dict.fromkeys(item.lost, 1)
    messages = json.loads(item.request)["messages"]
    if "completions" not in path:
        assert [each["role"] for each in messages] == ["system", "user", "assistant", "tool", "user"]
        assert item.lost
        [call] = messages[2]["tool_calls"]
        assert json.loads(call["function"]["arguments"]) == {"to": "[mail 1]", "[mail 1]": 1}
        assert item.tools[0].name == "mail"


@pytest.mark.parametrize("path", SAID)
def test_an_item_of_every_dialect_can_be_asked_in_its_own_again(path: str) -> None:
    name, request = SAID[path]
    calls = [exchange(0, path=path, request_body=json.dumps(request).encode())]
    [item] = items_of(calls, model="m", sieve=sieve(keep_media=True), tally=Tally())
    chat, dialect, losses = DIALECTS["chat"], DIALECTS[name], Losses()
    meant = chat.decode_request(item.request, chat.peek(item.request, "/v1/chat/completions"))
    body = dialect.encode_request(meant, losses)
    assert not losses
    again = dialect.decode_request(body, dialect.peek(body, dialect.endpoint("m", False).partition("?")[0]))
    assert said_in(again) == said_in(meant)


def said_in(request: Request) -> list[tuple[str, list[str]]]:
    """Who said what, calls and results included, whatever stands beside the words."""

    def words(part: Part) -> str:
        match part:
            case Text():
                return part.text
            case ToolCall():
                return f"{part.id} {part.name} {part.arguments}"
            case ToolResult():
                return f"{part.call_id} {' '.join(map(words, part.parts))}"
            case _:
                return repr(part)

    return [(each.role, list(map(words, each.parts))) for each in normal(request).messages]


def test_a_picture_is_left_out_in_every_dialect_unless_it_is_wanted() -> None:
    bodies: dict[str, object] = {
        "/v1/messages": {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "ciao"}, {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}]}]},
        "/v1/responses": {"model": "m", "input": [{"role": "user", "content": [{"type": "input_text", "text": "ciao"}, {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}]}]},
        "/v1beta/models/m:generateContent": {"contents": [{"role": "user", "parts": [{"text": "ciao"}, {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}]},
        "/v1beta/models/m:generateContent?x": {"contents": [{"role": "user", "parts": [{"text": "ciao"}]}, {"role": "model", "parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}]},
    }  # fmt: skip
    for path, body in bodies.items():
        calls = [exchange(0, path=path.partition("?")[0], request_body=json.dumps(body).encode())]
        tally = Tally()
        assert list(items_of(calls, model="m", sieve=sieve(), tally=tally)) == []
        assert tally.left_out == {MEDIA: (1, "r0")}
        [item] = items_of(calls, model="m", sieve=sieve(keep_media=True), tally=Tally())
        assert b"data:image/png;base64,AAAA" in item.request


def test_a_response_that_goes_on_from_another_is_left_out_and_counted() -> None:
    tally = Tally()
    body = json.dumps({"model": "m", "input": "ciao", "previous_response_id": "resp_1"}).encode()
    assert (
        list(items_of([exchange(0, path="/v1/responses", request_body=body)], model="m", sieve=sieve(), tally=tally))
        == []
    )
    assert tally.left_out == {"the request's previous_response_id stands for words that are not in it": (1, "r0")}


@pytest.mark.parametrize("path", SAID)
@given(data=st.data())
def test_no_body_of_any_dialect_fails_the_intake(path: str, data: st.DataObject) -> None:
    _, request = SAID[path]
    spoiled = msgspec.json.decode(msgspec.json.encode(request))
    place = data.draw(st.sampled_from(sorted(spoiled)))
    spoiled[place] = data.draw(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.text(max_size=5),
            st.lists(
                st.none()
                | st.text(max_size=3)
                | st.dictionaries(
                    st.sampled_from(["role", "type", "parts", "content"]), st.none() | st.text(max_size=3), max_size=3
                ),
                max_size=3,
            ),
            st.just({}),
        )
    )
    body = data.draw(st.sampled_from([json.dumps(spoiled).encode(), data.draw(st.binary(max_size=30))]))
    tally = Tally()
    items = list(items_of([exchange(0, path=path, request_body=body)], model="m", sieve=sieve(), tally=tally))
    assert len(items) + sum(count for count, _ in tally.left_out.values()) == 1


def completion(model: str) -> object:
    return {"model": model, "choices": [{"message": {"role": "assistant", "content": "yes"}, "finish_reason": "stop"}]}


def bring(shelf: MemoryEvidence | None, files: dict[str, list[object]], *, keep_answers: bool = True) -> Bringing:
    held = {name: b"".join(json.dumps(line).encode() + b"\n" for line in lines) for name, lines in files.items()}
    bringing = Bringing(
        wish=Wish(name="m", incumbent="openai/gpt-4o", keep_answers=keep_answers),
        sieve=sieve(),
        shelf=shelf,
        is_incumbent=lambda model: model == "gpt-4o",
        priced=lambda draw: draw,
    )
    bringing.read(held, lambda name: io.BytesIO(held[name]))
    return bringing


PAIRS: list[object] = [
    {"request": asked("one"), "response": completion("gpt-4o")},
    {"request": asked("one"), "response": completion("gpt-4o")},
    {"request": asked("two"), "response": completion("gpt-5")},
    {"request": asked("I am x@b.org"), "response": completion("gpt-4o")},
    {"odd": 1},
]


def test_an_import_counts_everything_that_it_read() -> None:
    shelf = MemoryEvidence()
    brought = bring(shelf, {"a.jsonl": PAIRS})
    tally = brought.tally
    assert (tally.read, tally.kept, tally.duplicates) == (5, 3, 1)
    assert tally.left_out == {"of no format that is known": (1, "a.jsonl:5")}
    assert tally.read == tally.kept + tally.duplicates + sum(count for count, _ in tally.left_out.values())
    dry = bring(None, {"a.jsonl": PAIRS})
    assert (dry.tally, dry.answers.kept) == (tally, 2)


def test_an_answer_counts_only_as_the_incumbents_own_to_the_very_request() -> None:
    shelf = MemoryEvidence()
    brought = bring(shelf, {"a.jsonl": PAIRS})
    item = make_item(json.dumps(asked("one")).encode())
    assert shelf.draw(DrawKey(item.id, "openai/gpt-4o")) == Draw(
        said=Said(text="yes", finish="stop"), answered="gpt-4o"
    )
    assert brought.answers.kept == 1
    assert {reason: count for reason, (count, _) in brought.answers.left_out.items()} == {
        ANOTHER: 1,
        REDACTED: 1,
        THERE: 1,
    }


def test_without_the_users_word_no_answer_is_kept() -> None:
    shelf = MemoryEvidence()
    bring(shelf, {"a.jsonl": PAIRS}, keep_answers=False)
    assert [shelf.draw(DrawKey(item.id, "openai/gpt-4o")) for item in shelf.items("m")] == [None] * 3


@pytest.mark.parametrize("order", [("in", "out"), ("out", "in")])
def test_a_batchs_files_are_joined_whatever_their_order(order: tuple[str, str]) -> None:
    lines = {
        "in": [{"custom_id": "q1", "url": "/v1/chat/completions", "body": asked("one")}],
        "out": [
            {"custom_id": "q1", "response": {"status_code": 200, "body": completion("gpt-4o")}},
            {"custom_id": "q9", "response": {"status_code": 200, "body": completion("gpt-4o")}},
        ],
    }
    brought = bring(MemoryEvidence(), {name: lines[name] for name in order})  # type: ignore[misc]
    assert (brought.tally.kept, brought.answers.kept) == (1, 1)
    assert brought.tally.left_out == {NO_REQUEST: (1, "out:2")}
