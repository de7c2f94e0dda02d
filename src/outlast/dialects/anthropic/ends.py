"""How an answer ended, in Anthropic's words and in ours.

It knows the stop reasons and what else stands beside them. It does not know why an answer ended.
"""

from collections.abc import Mapping

import msgspec

from outlast.dialects.anthropic.members import PREFIX
from outlast.dialects.anthropic.wire import said
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Extra
from outlast.dialects.conversation.reply import End, Finish

_ENDS: Mapping[str, End] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "tool_use": "tool_calls",
    "pause_turn": "pause",
    "refusal": "refusal",
    "model_context_window_exceeded": "context",
}
_REASONS: Mapping[End, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "pause": "pause_turn",
    "refusal": "refusal",
    "content_filter": "refusal",
    "context": "model_context_window_exceeded",
    "malformed": "end_turn",
    "other": "end_turn",
}


def finish_of(reason: str | None, sequence: str | None) -> Finish | None:
    """The end that a message tells; None while it tells none."""
    if not reason:
        return None
    return Finish(_ENDS.get(reason, "other"), reason, sequence or "")


def reason_of(finish: Finish | None, losses: Losses) -> tuple[str | None, str | None]:
    """``stop_reason`` and ``stop_sequence``; an end without a word of its own is noted."""
    if finish is None:
        return None, None
    if _ENDS.get(finish.said) == finish.end:
        return finish.said, finish.stop_sequence or None
    if finish.stop_sequence and finish.end == "stop":
        return "stop_sequence", finish.stop_sequence
    reason = _REASONS[finish.end]
    if _ENDS[reason] != finish.end:
        losses.drop("finish_reason", f"said as {reason}")
    return reason, None


def beside(**members: msgspec.Raw) -> Extra:
    """Members of an answer that no other dialect has, where they say something."""
    values = ((name, said(raw)) for name, raw in members.items())
    return {PREFIX + name: value for name, value in values if value is not None}
