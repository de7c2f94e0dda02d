import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.dialects.adaptation.asking import target

from outlast.catalog.models import Model
from outlast.dialects.adaptation import profile
from outlast.dialects.moving import Moved, Tally, move, sent_of, target_dialect
from outlast.errors import CallerError, MalformedRequest

USER = {"role": "user", "content": "Hello"}


def moved(ref: str, body: dict[str, Any], path: str = "") -> Moved:
    model = target(ref)
    return move(sent_of(json.dumps(body).encode(), path), model, profile(model))


@pytest.mark.parametrize(
    ("path", "members", "dialect"),
    [
        ("https://api.openai.com/v1/chat/completions", {}, "chat"),
        ("/v1/completions", {}, "completions"),
        ("/v1/responses", {}, "responses"),
        ("https://api.anthropic.com/v1/messages?beta=true", {"messages": []}, "anthropic"),
        ("/v1/messages/count_tokens", {"messages": []}, "anthropic"),
        ("/v1beta/models/gemini-3-flash-preview:streamGenerateContent?alt=sse", {}, "gemini"),
        ("/v1/embeddings", {}, "embeddings"),
        ("", {"prompt": "Hello"}, "completions"),
        ("", {"contents": []}, "gemini"),
        ("", {"messages": [USER]}, "chat"),
        ("", {"messages": [USER], "system": "Be brief."}, "anthropic"),
        ("", {"input": "Hello"}, "responses"),
        ("", {"input": "Hello", "dimensions": 3}, "embeddings"),
    ],
)
def test_a_request_s_dialect_is_told_by_its_path_else_by_its_members(
    path: str, members: dict[str, object], dialect: str
) -> None:
    assert sent_of(json.dumps(members).encode(), path).dialect == dialect


def test_messages_that_went_to_anthropic_s_model_are_anthropic_s() -> None:
    assert sent_of(b'{"messages":[]}', maker="anthropic").dialect == "anthropic"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"file":"x"}', b"\xff"])
def test_what_is_no_request_is_told_so(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        sent_of(body)


@pytest.mark.parametrize(
    ("ref", "caller", "asked_in"),
    [
        ("openai/gpt-4o", "chat", "chat"),
        ("openai/gpt-4o", "responses", "responses"),
        ("openai/gpt-4o", "anthropic", "chat"),
        ("openai/gpt-4o", "completions", "chat"),
        ("openai/gpt-5-pro", "chat", "responses"),
        ("openai/gpt-audio-1.5", "responses", "chat"),
        ("anthropic/claude-opus-5-5", "chat", "anthropic"),
        ("google/gemini-3.8-flash", "anthropic", "gemini"),
        ("openai/text-embedding-3-small", "embeddings", "embeddings"),
    ],
)
def test_a_model_is_asked_in_its_maker_s_dialect(ref: str, caller: str, asked_in: str) -> None:
    assert target_dialect(target(ref), caller) == asked_in


def test_inside_a_dialect_only_rules_act() -> None:
    body = {"model": "m", "messages": [USER], "max_tokens": 5, "logit_bias": {"1": 1}}
    found = moved("openai/gpt-5.1-chat-latest", body)
    assert found.adaptation.rules == ("max-tokens-renamed", "logit-bias-dropped")
    assert found.dropped == {}


def test_across_dialects_losses_are_named_and_rules_act_on_what_was_written() -> None:
    body = {"model": "m", "messages": [USER], "max_tokens": 5, "temperature": 0.2, "logit_bias": {"1": 1}}
    found = moved("anthropic/claude-opus-5-5", body)
    assert (found.dialect, found.breaks) == ("anthropic", True)
    assert "logit_bias" in found.dropped
    assert found.adaptation.rules == ("claude-sampling-dropped",)


def test_a_plain_request_breaks_nowhere() -> None:
    for ref in (
        "openai/gpt-6.2-sol",
        "anthropic/claude-opus-5-5",
        "google/gemini-3.8-flash",
        "groq/openai/gpt-oss-20b",
    ):
        assert not moved(ref, {"model": "m", "messages": [USER], "stream": True}).breaks, ref


def test_a_prompt_of_old_is_moved_as_a_conversation() -> None:
    found = moved("openai/gpt-5.1-chat-latest", {"model": "m", "prompt": "Once", "max_tokens": 9, "temperature": 0.3})
    assert found.dialect == "chat"
    assert found.adaptation.rules == ("sampling-dropped",)


def test_what_is_too_long_breaks() -> None:
    small = Model(provider="openai", id="m", name="", kind="chat", context_window=100)
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "word " * 1000}]}).encode()
    found = move(sent_of(body), small, profile(small))
    assert found.breaks
    tally = Tally()
    tally.add("chat", found)
    assert [(row.what, row.done) for row in tally.rows()] == [("cannot-fit", "refused")]


def test_refusals_stand_first_and_each_thing_is_counted_once_a_request() -> None:
    tally = Tally()
    model = target("openai/gpt-6-astra")
    tools = [{"type": "function", "function": {"name": "f"}}]
    for more in ({"temperature": 0.2, "top_p": 0.3}, {"temperature": 0.2}, {"tools": tools}, {}):
        body = json.dumps({"model": "m", "messages": [USER]} | more).encode()
        tally.add("chat", move(sent_of(body), model, profile(model)))
    assert (tally.requests, tally.breaking) == (4, 3)
    found = [(row.what, row.done, row.requests) for row in tally.rows()]
    assert found == [("tools-refused", "refused", 1), ("sampling-dropped", "changed", 2)]
    assert "Responses API" in tally.rows()[0].why


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["role", "content", "type"]), inner),
    max_leaves=8,
)


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(["messages", "contents", "input", "model", "tools", "system"]), JSON),
    st.sampled_from(["openai/gpt-5", "anthropic/claude-opus-5-5", "google/gemini-3.8-flash"]),
)
def test_any_object_is_moved_or_refused_as_a_caller_s_fault(body: dict[str, object], ref: str) -> None:
    try:
        found = moved(ref, body)
    except CallerError:
        return
    assert isinstance(found.breaks, bool)
