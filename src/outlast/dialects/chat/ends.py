"""How an answer ended, and what it used: the words of this dialect's providers, both ways.

It knows ``finish_reason`` and ``usage``. It does not know where they stand.
"""

from outlast.dialects.conversation.reply import End, Finish
from outlast.exchange import Usage

_ENDS: dict[str, End] = {
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "tool_calls": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "sensitive": "content_filter",  # z.ai
    "safety": "content_filter",
    "refusal": "refusal",
    "model_length": "context",  # Mistral: the window is full
    "model_context_window_exceeded": "context",  # z.ai
    "malformed_function_call": "malformed",
}
_OWN = frozenset({"stop", "length", "tool_calls", "content_filter", "function_call"})
"""OpenAI's own words: clients check for them."""
_WORDS: dict[End, str] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "content_filter": "content_filter",
    "refusal": "content_filter",
    "pause": "stop",
    "context": "length",
    "malformed": "stop",
    "other": "stop",
}


def read_finish(said: str, met: str | int | None = None, *, calls: bool) -> Finish:
    """An answer's end. One that calls tools ends for that, even where its provider says ``stop`` or nothing."""
    end = _ENDS.get(said.lower(), "other") if said else "stop"
    if calls and end == "stop":
        end = "tool_calls"
    return Finish(end, said, met if isinstance(met, str) else "")


def finish_word(finish: Finish) -> str:
    """``finish_reason``, in a word that OpenAI's clients know."""
    return finish.said if finish.said in _OWN else _WORDS[finish.end]


def end_is_said(finish: Finish) -> bool:
    """Whether ``finish_reason`` and ``stop_reason`` say all of it."""
    return _ENDS.get(finish_word(finish)) == finish.end


def usage_wire(usage: Usage) -> dict[str, object]:
    """``usage`` in OpenAI's words."""
    given: dict[str, object] = {"cached_tokens": usage.cached_tokens, "audio_tokens": usage.audio_input_tokens}
    if usage.cache_write_tokens:
        given["cache_write_tokens"] = usage.cache_write_tokens
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": given,
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": usage.audio_output_tokens,
        },
    }
