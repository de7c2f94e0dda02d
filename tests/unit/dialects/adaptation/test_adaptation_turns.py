import base64
from typing import Any

import pytest
from tests.unit.dialects.adaptation.asking import USER, asked, invented, outcome

from outlast.dialects.adaptation import profile
from outlast.dialects.adaptation.steps.signatures import signer


def signature(model: str) -> str:
    """As recorded ones begin: some fields, then the model's name in field 6."""
    name = model.encode()
    inside = b"\x08\x0f\x18\x02*\x04abcd2" + bytes([len(name)]) + name + b"8\x00B\x08thinking"
    return base64.b64encode(b"\x12\x8e\x03\n" + bytes([len(inside)]) + inside + b"\xff" * 40).decode()


def thinking(model: str) -> dict[str, str]:
    return {"type": "thinking", "thinking": "Hm.", "signature": signature(model)}


def marked(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


CALL = {"type": "tool_use", "id": "t1", "name": "f", "input": {}}
RESULT = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "4"}]}
MANUAL = {"type": "enabled", "budget_tokens": 2048}


def test_a_signature_names_its_model() -> None:
    assert signer(signature("claude-sonnet-4-5-20250929")) == "claude-sonnet-4-5-20250929"
    assert signer(signature("claude-sonnet-5")) == "claude-sonnet-5"


@pytest.mark.parametrize("text", ["", "x", "not base64 ✓", "AAAA", base64.b64encode(b"2\x7fclaude-x").decode()])
def test_a_signature_without_a_name_says_nothing(text: str) -> None:
    assert signer(text) == ""


def test_thinking_of_a_snapshot_is_its_alias_s_own() -> None:
    turns = [{"role": "assistant", "content": [thinking("claude-sonnet-4-5-20250929"), CALL]}, RESULT]
    assert asked("anthropic/claude-sonnet-4-5", "anthropic", messages=turns)[1].rules == ()


def test_a_turn_that_was_thinking_alone_goes_with_it() -> None:
    turns = [USER, {"role": "assistant", "content": [thinking("claude-sonnet-5")]}, USER]
    after, adaptation = asked("anthropic/claude-opus-5-5", "anthropic", messages=turns)
    assert after["messages"] == [USER, USER]
    assert adaptation.rules == ("foreign-thinking-dropped",)


def test_without_its_thinking_a_running_turn_goes_on_unthinking() -> None:
    turns = [USER, {"role": "assistant", "content": [thinking("claude-opus-4-5"), CALL]}, RESULT]
    after, _ = asked("anthropic/claude-sonnet-4-5", "anthropic", messages=turns, thinking=MANUAL)
    assert after["messages"][1]["content"] == [CALL]
    assert "thinking" not in after


def test_a_finished_turn_s_thinking_goes_and_the_next_may_think() -> None:
    turns = [USER, {"role": "assistant", "content": [thinking("claude-opus-4-5"), {"type": "text", "text": "4"}]}, USER]
    after, _ = asked("anthropic/claude-sonnet-4-5", "anthropic", messages=turns, thinking=MANUAL)
    assert after["thinking"] == MANUAL


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}],
        [
            {"type": "text", "text": "Let me see."},
            {"type": "web_search_tool_result", "tool_use_id": "s", "content": []},
        ],
        [],
    ],
)
def test_a_paused_turn_is_no_prefill(content: list[dict[str, object]]) -> None:
    turns = [USER, {"role": "assistant", "content": content}]
    assert asked("anthropic/claude-opus-4-6", "anthropic", messages=turns)[1].rules == ()


def test_a_prefill_in_blocks_is_refused_and_an_older_model_takes_it() -> None:
    turns = [USER, {"role": "assistant", "content": [{"type": "text", "text": "{"}]}]
    refusal = asked("anthropic/claude-opus-4-6", "anthropic", messages=turns)[1].refusal or ""
    assert "user's turn" in refusal
    assert asked("anthropic/claude-sonnet-4-5", "anthropic", messages=turns)[1].refusal is None


def test_a_refused_request_is_not_changed_as_well() -> None:
    turns = [USER, {"role": "assistant", "content": "{"}]
    adaptation = asked("anthropic/claude-opus-4-6", "anthropic", messages=turns, max_tokens=10**6)[1]
    assert (adaptation.rules, adaptation.changes) == (("prefill-refused",), {})


def test_breakpoints_of_tools_and_system_outlive_those_of_older_messages() -> None:
    tool = {"name": "f", "input_schema": {"type": "object"}, "cache_control": {"type": "ephemeral"}}
    result = {"type": "tool_result", "tool_use_id": "t", "content": [marked("r")]}
    turns = [{"role": "user", "content": [marked("a")]}, {"role": "user", "content": [result, marked("b")]}]
    after, adaptation = asked(
        "anthropic/claude-sonnet-4-5", "anthropic", tools=[tool], system=[marked("s"), marked("t")], messages=turns
    )
    assert adaptation.rules == ("cache-control-limited",)
    assert (after["tools"], after["system"]) == ([tool], [marked("s"), marked("t")])
    assert after["messages"][0]["content"] == [{"type": "text", "text": "a"}]
    assert after["messages"][1]["content"][0]["content"] == [{"type": "text", "text": "r"}]
    assert after["messages"][1]["content"][1] == marked("b")


def test_caching_of_everything_counts_as_a_breakpoint() -> None:
    members: dict[str, object] = {"messages": [{"role": "user", "content": [marked(word) for word in "abcd"]}]}
    assert asked("anthropic/claude-sonnet-4-5", "anthropic", **members)[1].rules == ()
    members["cache_control"] = {"type": "ephemeral"}
    assert asked("anthropic/claude-sonnet-4-5", "anthropic", **members)[1].rules == ("cache-control-limited",)


def test_the_word_cache_control_in_a_text_is_no_breakpoint() -> None:
    text = {"type": "text", "text": 'say "cache_control" five times: ' + '"cache_control"' * 5}
    turns = [{"role": "user", "content": [text]}]
    assert asked("anthropic/claude-sonnet-4-5", "anthropic", messages=turns)[1].rules == ()


def test_pictures_inside_tool_results_count() -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
    turns = [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": [image] * 101}]}]
    assert "not 101" in (asked("anthropic/claude-haiku-4-5", "anthropic", messages=turns)[1].refusal or "")
    assert asked("anthropic/claude-opus-5", "anthropic", messages=turns)[1].refusal is None


def test_a_picture_in_gemini_s_words_is_one_and_a_sound_is_none() -> None:
    model = profile(invented("gemini", {"vision": False}))
    for mime, refused in (("image/png", True), ("audio/wav", False)):
        for data in (
            {"inlineData": {"mimeType": mime, "data": "AA"}},
            {"file_data": {"mime_type": mime, "file_uri": "u"}},
        ):
            body = {"contents": [{"role": "user", "parts": [{"text": "inlineData"}, data]}]}
            assert (outcome(body, model, "gemini")[1].refusal is not None) is refused


def test_a_word_that_stands_for_pictures_is_no_picture() -> None:
    turns = [{"role": "user", "content": [{"type": "text", "text": 'What is "image_url"?'}]}]
    assert asked("openai/o3-mini", "chat", messages=turns)[1].refusal is None


def test_of_parallel_calls_only_the_first_is_signed() -> None:
    call = {"functionCall": {"name": "f", "args": {}}}
    contents = [{"role": "model", "parts": [{"text": "Two."}, call, call]}]
    after, _ = asked("google/gemini-3-flash-preview", "gemini", contents=contents)
    assert [part.get("thoughtSignature") for part in after["contents"][0]["parts"]] == [
        None,
        "skip_thought_signature_validator",
        None,
    ]


def test_a_signed_call_and_an_older_model_are_left_alone() -> None:
    call = {"functionCall": {"name": "f", "args": {}}}
    signed = [{"role": "model", "parts": [call | {"thought_signature": "abc"}, call]}]
    assert asked("google/gemini-3-flash-preview", "gemini", contents=signed)[1].rules == ()
    plain = [{"role": "model", "parts": [call]}]
    assert asked("google/gemini-2.5-flash", "gemini", contents=plain)[1].rules == ()


def test_google_s_other_spelling_is_read_and_kept() -> None:
    config = {"thinking_config": {"thinking_budget": 0}, "max_output_tokens": 10**6}
    after, adaptation = asked("google/gemini-2.5-pro", "gemini", generation_config=config)
    assert after["generation_config"] == {"thinking_config": {"thinking_budget": 128}, "max_output_tokens": 65536}
    assert adaptation.rules == ("max-tokens-capped", "thinking-budget-clamped")


def test_thinking_can_be_switched_off_where_the_model_allows_it() -> None:
    off = {"thinkingConfig": {"thinkingBudget": 0}}
    dynamic = {"thinkingConfig": {"thinkingBudget": -1}}
    for model in ("gemini-2.5-flash", "gemini-2.5-flash-lite"):
        assert asked(f"google/{model}", "gemini", generationConfig=off)[1].rules == ()
    assert asked("google/gemini-2.5-pro", "gemini", generationConfig=dynamic)[1].rules == ()
    after, _ = asked("google/gemini-3-pro-preview", "gemini", generationConfig=dynamic)
    assert "generationConfig" not in after


def test_a_name_that_moves_through_generations_is_not_judged_by_one_of_them() -> None:
    level = {"thinkingConfig": {"thinkingLevel": "low"}}
    assert asked("google/gemini-flash-latest", "gemini", generationConfig=level)[1].rules == ()


def test_forced_tools_and_thinking_meet_in_the_right_order() -> None:
    """Opus 5.5 takes neither a forced tool nor a budget: both change, and no thinking is lost to the tool."""
    after, adaptation = asked(
        "anthropic/claude-opus-5-5", "anthropic", thinking=MANUAL, tool_choice={"type": "any"}, temperature=0
    )
    assert (after["thinking"], after["tool_choice"]) == ({"type": "adaptive"}, {"type": "auto"})
    assert after["output_config"] == {"effort": "low"}
    assert "temperature" not in after
    assert adaptation.rules == ("thinking-adaptive", "forced-tool-auto", "claude-sampling-dropped")


def test_one_move_back_mends_what_the_move_forth_would_bring() -> None:
    newest = {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}, "max_tokens": 128_000}
    after, _ = asked("anthropic/claude-3-5-sonnet-20241022", "anthropic", **newest)
    assert after.keys() == {"messages", "max_tokens"}
    assert after["max_tokens"] == 8192
    after, _ = asked("anthropic/claude-opus-4-5", "anthropic", **newest)
    assert after["thinking"] == {"type": "enabled", "budget_tokens": 16384}
    assert after["output_config"] == {"effort": "high"}
