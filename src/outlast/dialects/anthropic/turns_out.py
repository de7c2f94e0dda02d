"""The turns of a conversation as Anthropic wants them.

It knows: adjacent turns of one speaker are one, a tool's results come first, empty words are left out. Anthropic's
system stands at the top; from Claude Opus 4.8 on it may also speak after a turn of the user's. For models before, a
later turn of the system moves to the top, which is noted.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from outlast.dialects.anthropic.blocks_out import (
    call_block,
    media_block,
    result_block,
    text_block,
    thinking_block,
)
from outlast.dialects.anthropic.members import NAME
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import (
    Extra,
    Media,
    Native,
    Part,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from outlast.dialects.conversation.request import Message, Request

_VERSION = re.compile(r"claude-[a-z]+-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)")
_SYSTEM_TURNS_SINCE = (4, 8)
_SYSTEM = frozenset({"system", "developer"})


@dataclass(slots=True)
class Turn:
    """One turn on the wire."""

    role: str
    blocks: list[object] = field(default_factory=list)
    extra: Extra = field(default_factory=dict)


def turns(request: Request, losses: Losses) -> tuple[list[object], list[Turn]]:
    """The blocks of the system at the top, and the turns after it."""
    first = next((i for i, each in enumerate(request.messages) if each.role not in _SYSTEM), len(request.messages))
    leading, later = request.messages[:first], list(request.messages[first:])
    if takes_system_turns(request.model):
        later = _placed(later)
    elif any(each.role in _SYSTEM for each in later):
        losses.drop("messages.system", "its place: it stands at the top")
        leading = (*leading, *(each for each in later if each.role in _SYSTEM))
        later = [each for each in later if each.role not in _SYSTEM]
    for name in (name for each in leading for name in each.extra):
        losses.drop(f"messages.{name.partition(':')[2]}", "the system at the top is words only")
    system = [block for each in leading for block in _system_blocks(each, losses)]
    return system, _merged(later, losses)


def takes_system_turns(model: str) -> bool:
    """Whether the system may speak after the user."""
    version = _VERSION.search(model)
    return version is not None and (int(version[1]), int(version[2] or 0)) >= _SYSTEM_TURNS_SINCE


def _placed(messages: Sequence[Message]) -> list[Message]:
    """Turns of the system directly after a turn of the user's: one that stands before it goes behind it."""
    placed: list[Message] = []
    waiting: list[Message] = []
    for message in messages:
        if message.role in _SYSTEM:
            waiting.append(message)
            continue
        if message.role == "assistant" and placed and placed[-1].role == "user":
            placed += waiting
            waiting.clear()
        placed.append(message)
    return placed + waiting


def _merged(messages: Iterable[Message], losses: Losses) -> list[Turn]:
    merged: list[Turn] = []
    for message in messages:
        blocks = _system_blocks(message, losses) if message.role in _SYSTEM else _blocks(message, losses)
        role = "system" if message.role in _SYSTEM else message.role
        if message.name:
            losses.drop("messages.name")
        losses.drop_extra(message.extra, NAME, "messages")
        if merged and merged[-1].role == role and not (merged[-1].extra or message.extra):
            merged[-1].blocks += blocks
        elif blocks:
            merged.append(Turn(role, blocks, message.extra))
    for turn in merged:
        if turn.role == "user":
            turn.blocks.sort(key=_results_first)
    return merged


def _results_first(block: object) -> bool:
    return not (isinstance(block, dict) and block.get("type") == "tool_result")


def _system_blocks(message: Message, losses: Losses) -> list[object]:
    """Words, and what only this dialect says in a turn of the system."""
    blocks: list[object] = []
    for part in message.parts:
        if isinstance(part, Text | Native):
            blocks += _block(part, losses)
        else:
            losses.drop("messages.system.content", "the system says words only")
    return blocks


def _blocks(message: Message, losses: Losses) -> list[object]:
    return [block for part in message.parts for block in _block(part, losses)]


def _block(part: Part, losses: Losses) -> list[object]:
    """None or one block for a part."""
    block: object | None = None
    match part:
        case Text() | Refusal():
            block = _words(part, losses)
        case Thinking():
            block = thinking_block(part)
            if block is None:
                losses.drop("messages.thinking", "not signed by Anthropic")
        case ToolCall():
            block = _call(part, losses)
        case ToolResult():
            block = result_block(part, losses)
        case Media():
            losses.drop_extra(part.extra, NAME, "messages")
            block = media_block(part, losses)
        case Native(dialect=dialect) if dialect == NAME:
            block = msgspec.Raw(part.wire)
        case Native():
            losses.drop(f"messages.{part.what}", "a block of another vendor's")
    return [] if block is None else [block]


def _words(part: Text | Refusal, losses: Losses) -> object | None:
    """Anthropic refuses empty words."""
    if isinstance(part, Refusal):
        losses.drop("messages.refusal", "written as text")
    losses.drop_extra(part.extra, NAME, "messages")
    if not part.text:
        return None
    return text_block(part, losses, "messages") if isinstance(part, Text) else {"type": "text", "text": part.text}


def _call(part: ToolCall, losses: Losses) -> object:
    losses.drop_extra(part.extra, NAME, "messages.tool_calls")
    if part.signature:
        losses.drop("messages.tool_calls.signature", "of another vendor")
    return call_block(part, losses, "messages")
