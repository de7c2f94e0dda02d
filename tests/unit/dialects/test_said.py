"""What an answer says is the same from a whole completion and from its stream, however providers number calls."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.dialects.said import Collector, Said, ToolCall, read_said


def whole(**message: object) -> bytes:
    return json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()


def streamed(*deltas: object, finish: str | None = None) -> Said:
    collector = Collector()
    for delta in deltas:
        collector.event(b"data: " + json.dumps({"choices": [{"index": 0, "delta": delta}]}).encode() + b"\n\n")
    if finish:
        collector.event(
            b"data: " + json.dumps({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}).encode()
        )
    collector.event(b"data: [DONE]\n\n")
    return collector.said


def call(name: str | None = None, arguments: str | None = None, **more: object) -> dict[str, object]:
    return {"tool_calls": [{**more, "function": {"name": name, "arguments": arguments}}]}


@given(st.text(max_size=60), st.lists(st.integers(0, 60), max_size=6))
def test_a_text_in_pieces_is_the_text(text: str, cuts: list[int]) -> None:
    text = text.encode("utf-8", "ignore").decode()
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [{"content": text[start:end]} for start, end in pairwise(places)]
    assert streamed(*pieces, finish="stop") == read_said(whole(content=text)) == Said(text=text, finish="stop")


def test_parts_and_refusals_are_read_beside_each_other() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "refusal", "refusal": "no"}, {"type": "text", "text": "b"}]
    assert read_said(whole(content=parts)) == Said(text="ab", refusal="no", finish="stop")
    assert read_said(whole(content=None, refusal="no")) == Said(refusal="no", finish="stop")


NUMBERED = (
    call("f", "{", index=0, id="c1"), call(None, "}", index=0),
    call("g", "[", index=1, id="c2"), call(None, "]", index=1),
)  # fmt: skip
ALL_ZERO = (call("f", "{}", index=0, id="c1"), call("g", "[]", index=0, id="c2"))
UNNUMBERED = (call("f", "{}", id="c1"), call("g", "[", id="c2"), call(None, "]"))


@pytest.mark.parametrize("deltas", [NUMBERED, ALL_ZERO, UNNUMBERED], ids=["numbered", "all zero", "by id alone"])
def test_calls_are_told_apart_however_a_provider_numbers_them(deltas: tuple[object, ...]) -> None:
    assert streamed(*deltas).tool_calls == (ToolCall("f", "{}"), ToolCall("g", "[]"))


def test_arguments_as_an_object_and_the_old_function_call_are_calls() -> None:
    made = whole(tool_calls=[{"id": "c", "function": {"name": "f", "arguments": {"a": 1}}}])
    assert read_said(made).tool_calls == (ToolCall("f", '{"a": 1}'),)
    old = [{"function_call": {"name": "f", "arguments": "{"}}, {"function_call": {"arguments": "}"}}]
    assert streamed(*old).tool_calls == (ToolCall("f", "{}"),)


def test_only_the_first_choice_counts_and_a_finish_without_words_is_kept() -> None:
    body = {
        "choices": [
            {"index": 1, "message": {"content": "second"}},
            {"index": 0, "message": {"content": "first"}, "finish_reason": "length"},
        ]
    }
    assert read_said(json.dumps(body).encode()) == Said(text="first", finish="length")
    assert streamed({"content": "a"}, finish="content_filter").finish == "content_filter"


@pytest.mark.parametrize(
    ("delta", "told"),
    [({"content": "a"}, True), ({"refusal": "no"}, True), (call("f"), True), ({"role": "assistant"}, False),
     ({"content": ""}, False), ({}, False)],
)  # fmt: skip
def test_a_piece_tells_whether_it_said_anything(delta: object, *, told: bool) -> None:
    assert Collector().piece(json.dumps({"choices": [{"delta": delta}]}).encode()) is told


@given(st.binary(max_size=200))
def test_any_bytes_say_something_or_nothing(data: bytes) -> None:
    assert isinstance(read_said(data), Said)
    assert Collector().event(data) in (True, False)


@pytest.mark.parametrize(
    "odd", [b"", b"[]", b"null", b'{"choices": null}', b'{"choices": [{"index": 0}]}', b"[" * 100_000]
)
def test_what_is_no_completion_says_nothing(odd: bytes) -> None:
    assert read_said(odd) == Said()
