"""What may be asked again is taken, who asked becomes a digest, and everything else is counted with its reason."""
# ruff: noqa: E501 - documents of other tools read best as one row each

import io
import json

import pytest

from outlast.checks.draw import Draw, Said
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
    assert tally.left_out == {"no JSON object": (1, "r5")}


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
