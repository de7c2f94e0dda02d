"""The normal form of a conversation: two requests that mean the same have the same one.

It knows what dialects may write in several ways: turns cut in two, results of tools in any order of a turn, words in
several pieces, names that the call already says. It does not know any wire.
"""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from outlast.dialects.conversation.parts import Json, Media, Part, Text, ToolCall, ToolResult
from outlast.dialects.conversation.reply import Candidate, Reply
from outlast.dialects.conversation.request import Message, Request

PartT = TypeVar("PartT", Part, Text | Media)


def normal(request: Request) -> Request:
    """Adjacent turns of one speaker are one; results of tools come first and carry the tool's name."""
    names: dict[str, str] = {}
    merged: list[Message] = []
    parts: list[Part] = []
    for message in request.messages:
        turn = _turn(message, names)
        if merged and _joins(merged[-1], turn):
            parts += turn.parts
        elif turn.parts:
            _whole(merged, parts, names)
            merged.append(turn)
            parts = [*turn.parts]
    _whole(merged, parts, names)
    return msgspec.structs.replace(request, messages=tuple(merged))


def normal_reply(reply: Reply) -> Reply:
    """Adjacent words of one answer are one, and arguments of tools are in compact form."""
    candidates = tuple(
        msgspec.structs.replace(each, parts=_words(tuple(map(_canonical, each.parts)))) for each in reply.candidates
    )
    return msgspec.structs.replace(reply, candidates=candidates)


def words_of(candidate: Candidate) -> str:
    """Everything that an answer says in words, its parts joined without separator."""
    return "".join(part.text for part in candidate.parts if isinstance(part, Text))


def canonical(text: str | Json) -> str:
    """A JSON text with keys in order and no blanks; what is no JSON stays as it is."""
    try:
        return msgspec.json.encode(msgspec.json.decode(text), order="sorted").decode()
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return text if isinstance(text, str) else text.decode(errors="replace")


def _whole(merged: list[Message], parts: list[Part], names: dict[str, str]) -> None:
    """The last turn with everything that its speaker said in a row."""
    if merged and len(parts) > len(merged[-1].parts):
        merged[-1] = _turn(msgspec.structs.replace(merged[-1], parts=tuple(parts)), names)


def _joins(before: Message, after: Message) -> bool:
    return (before.role, before.name) == (after.role, after.name) and not (before.extra or after.extra)


def _turn(message: Message, names: dict[str, str]) -> Message:
    for part in message.parts:
        if isinstance(part, ToolCall):
            names[part.id] = part.name
    parts = tuple(_named(_canonical(part), names) for part in message.parts)
    results = tuple(part for part in parts if isinstance(part, ToolResult))
    others = _words(tuple(part for part in parts if not isinstance(part, ToolResult)))
    return msgspec.structs.replace(message, parts=(*results, *others))


def _named(part: Part, names: dict[str, str]) -> Part:
    if isinstance(part, ToolResult) and not part.name:
        return msgspec.structs.replace(part, name=names.get(part.call_id, ""))
    return part


def _canonical(part: Part) -> Part:
    if isinstance(part, ToolCall) and not part.custom:
        return msgspec.structs.replace(part, arguments=canonical(part.arguments or "{}"))
    if isinstance(part, ToolResult):
        return msgspec.structs.replace(part, parts=_words(part.parts))
    return part


def _words(parts: Sequence[PartT]) -> tuple[PartT, ...]:
    """Adjacent words as one part; empty ones go. Cited words stay apart, or their places would move."""
    kept: list[PartT] = []
    for part in parts:
        if isinstance(part, Text) and not (part.text or part.citations or part.extra):
            continue
        before = kept[-1] if kept else None
        if isinstance(part, Text) and isinstance(before, Text) and _plain(part) and _plain(before):
            kept[-1] = msgspec.structs.replace(before, text=before.text + part.text)
        else:
            kept.append(part)
    return tuple(kept)


def _plain(part: Text) -> bool:
    return not (part.citations or part.extra)
