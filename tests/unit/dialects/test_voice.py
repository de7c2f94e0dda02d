"""A persona's text in each dialect's own place: before the caller's words, and every other byte as it came."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.dialects.registry import DIALECTS
from outlast.dialects.voice import spoken_as

TEXT = 'How to talk: "plainly".'
GEMINI = "/v1beta/models/gemini-3-flash:generateContent"
USER = {"role": "user", "content": "Hi"}


def spoken(dialect: str, document: object) -> bytes:
    path = GEMINI if dialect == "gemini" else ""
    request = DIALECTS[dialect].peek(json.dumps(document).encode(), path)
    return spoken_as(request, DIALECTS[dialect], TEXT, path).envelope.body


@pytest.mark.parametrize(
    ("dialect", "before", "after"),
    [
        ("chat", {"messages": [USER]}, {"messages": [{"role": "system", "content": TEXT}, USER]}),
        (
            "chat",
            {"messages": [{"role": "developer", "content": "Be brief."}]},
            {"messages": [{"role": "developer", "content": TEXT}, {"role": "developer", "content": "Be brief."}]},
        ),
        ("responses", {"input": "Hi"}, {"input": "Hi", "instructions": TEXT}),
        ("responses", {"instructions": 'Say "x".'}, {"instructions": f'{TEXT}\n\nSay "x".'}),
        ("anthropic", {"messages": [USER]}, {"messages": [USER], "system": TEXT}),
        ("anthropic", {"messages": [USER], "system": "Be."}, {"messages": [USER], "system": f"{TEXT}\n\nBe."}),
        (
            "anthropic",
            {"messages": [USER], "system": [{"type": "text", "text": "Be."}]},
            {"messages": [USER], "system": [{"type": "text", "text": TEXT}, {"type": "text", "text": "Be."}]},
        ),
        ("gemini", {"contents": []}, {"contents": [], "systemInstruction": {"parts": [{"text": TEXT}]}}),
        (
            "gemini",
            {"contents": [], "system_instruction": {"role": "system", "parts": [{"text": "Be."}]}},
            {"contents": [], "system_instruction": {"role": "system", "parts": [{"text": TEXT}, {"text": "Be."}]}},
        ),
    ],
)
def test_it_stands_before_the_callers_own_words(
    dialect: str, before: dict[str, object], after: dict[str, object]
) -> None:
    model = {} if dialect == "gemini" else {"model": "m"}
    assert json.loads(spoken(dialect, {**model, **before})) == {**model, **after}


@pytest.mark.parametrize(
    ("dialect", "document"),
    [
        ("completions", {"model": "m", "prompt": "Hi"}),
        ("chat", {"model": "m", "messages": []}),
        ("responses", {"model": "m", "input": "Hi", "instructions": ["odd"]}),
        ("anthropic", {"model": "m", "messages": [USER], "system": 3}),
        ("gemini", {"contents": [], "systemInstruction": "odd"}),
    ],
)
def test_where_there_is_no_place_nothing_changes(dialect: str, document: object) -> None:
    assert spoken(dialect, document) == json.dumps(document).encode()


@given(st.dictionaries(st.sampled_from(["tools", "response_format", "temperature", "x"]), st.integers() | st.text()))
def test_tools_and_forms_pass_byte_for_byte(more: dict[str, object]) -> None:
    document = {"model": "m", "messages": [USER], **more}
    plain, said = json.dumps(document), spoken("chat", document).decode()
    head = json.dumps(document)[: plain.index("[") + 1]
    assert said.startswith(head)
    assert said.endswith(plain[len(head) :])
