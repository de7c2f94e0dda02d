"""Turns written as items of a request: content parts, and what an assistant said and called before.

It knows which form each part has in ``input``. It does not know the items of an answer, which carry ids and states
(``output``).
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

import msgspec

from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Citation, Media, Native, Part, Refusal, Text, Thinking, ToolCall
from outlast.dialects.responses.wire import NAME, Wire, data_url, own, raw, said

_SOUNDS = {"audio/mpeg": "mp3", "audio/mp3": "mp3", "audio/wav": "wav", "audio/x-wav": "wav", "audio/wave": "wav"}
_OWN_MESSAGE = ("id", "phase", "status")
"""Members of a message that stand with the first part of it."""


def content_parts(parts: Sequence[Part], losses: Losses) -> list[Wire | msgspec.Raw]:
    """The content of a user's turn or of a tool's result."""
    written = (content_part(part, losses) for part in parts)
    return [each for each in written if each is not None]


def content_part(part: Part, losses: Losses) -> Wire | msgspec.Raw | None:
    """One part of what a user says; None where this dialect cannot say it."""
    match part:
        case Text():
            losses.drop_extra(part.extra, NAME, "messages")
            if part.citations:
                losses.drop("messages.citations")
            return {"type": "input_text", "text": part.text, **own(part.extra)}
        case Media(kind="image"):
            losses.drop_extra(part.extra, NAME, "messages.image")
            return _image(part)
        case Media(kind="document"):
            losses.drop_extra(part.extra, NAME, "messages.document")
            return _file(part)
        case Media(kind="audio") if part.data:
            losses.drop_extra(part.extra, NAME, "messages.audio")
            if part.name:
                losses.drop("messages.filename")
            form = _SOUNDS.get(part.mime, part.mime.removeprefix("audio/")) or "wav"
            return {"type": "input_audio", "input_audio": {"data": part.data, "format": form}, **own(part.extra)}
        case Media():
            losses.drop(f"messages.{part.kind}")
        case Native(dialect=dialect) if dialect == NAME:
            return raw(part.wire)
        case Native():
            losses.drop(f"messages.{part.what}")
        case _:
            losses.drop(f"messages.{type(part).__name__.lower()}", "not in this turn")
    return None


def _image(part: Media) -> Wire:
    wire: Wire = {"type": "input_image"}
    if part.file_id:
        wire["file_id"] = part.file_id
    else:
        wire["image_url"] = data_url(part.mime or "image/png", part.data) if part.data else part.url
    if part.detail:
        wire["detail"] = part.detail
    return wire | own(part.extra, but=("type",))


def _file(part: Media) -> Wire:
    wire: Wire = {"type": "input_file"}
    if part.file_id:
        wire["file_id"] = part.file_id
    elif part.data:
        wire["file_data"] = data_url(part.mime, part.data)
    else:
        wire["file_url"] = part.url
    if part.name:
        wire["filename"] = part.name
    return wire | own(part.extra)


def past_items(parts: Sequence[Part], losses: Losses) -> Iterator[Wire | msgspec.Raw]:
    """The items of an assistant's turn: its words as messages, everything else as an item of its own."""
    for wordy, group in groupby(parts, key=lambda part: isinstance(part, Text | Refusal)):
        if wordy:
            yield from _messages([part for part in group if isinstance(part, Text | Refusal)], losses)
            continue
        for part in group:
            item = _past_item(part, losses)
            if item is not None:
                yield item


def _messages(parts: list[Text | Refusal], losses: Losses) -> Iterator[Wire]:
    """Adjacent words are one message; a part that carries a message's own members begins one."""
    groups: list[list[Text | Refusal]] = []
    for part in parts:
        if not groups or any(f"{NAME}:{name}" in part.extra for name in _OWN_MESSAGE):
            groups.append([])
        groups[-1].append(part)
    for group in groups:
        yield _message(group, losses)


def _message(parts: list[Text | Refusal], losses: Losses) -> Wire:
    head = {name: value for name, value in own(parts[0].extra).items() if name in _OWN_MESSAGE}
    content = [spoken(part, losses) for part in parts]
    plain = len(parts) == 1 and isinstance(parts[0], Text) and not parts[0].citations and not head
    if "id" in head:
        head.setdefault("status", "completed")
    return {"type": "message", "role": "assistant", "content": content[0]["text"] if plain else content, **head}


def spoken(part: Text | Refusal, losses: Losses) -> Wire:
    """A part of an assistant's message."""
    losses.drop_extra(part.extra, NAME, "messages")
    rest = own(part.extra, but=_OWN_MESSAGE)
    if isinstance(part, Refusal):
        return {"type": "refusal", "refusal": part.text, **rest}
    return {"type": "output_text", "text": part.text, "annotations": annotations(part, losses), **rest}


def annotations(part: Text, losses: Losses) -> list[Wire | msgspec.Raw]:
    """Where the words come from; a source without an address cannot be said here."""
    written = (annotation(citation, len(part.text), losses) for citation in part.citations)
    return [each for each in written if each is not None]


def annotation(citation: Citation, end: int, losses: Losses) -> Wire | msgspec.Raw | None:
    """One source; ``end`` is how far it reaches where it does not say so itself."""
    if citation.dialect == NAME and citation.wire:
        return raw(citation.wire)
    if not citation.url:
        losses.drop("citations", "a source without an address")
        return None
    return {
        "type": "url_citation",
        "url": citation.url,
        "title": citation.title,
        "start_index": citation.start or 0,
        "end_index": end if citation.end is None else citation.end,
    }


def _past_item(part: Part, losses: Losses) -> Wire | msgspec.Raw | None:
    match part:
        case ToolCall():
            losses.drop_extra(part.extra, NAME, "messages.tool_calls")
            if part.signature:
                losses.drop("messages.tool_calls.signature", "of another provider's model")
            return call_item(part)
        case Thinking():
            return _past_thought(part, losses)
        case Native() if part.dialect == NAME:
            return raw(part.wire)
        case Media(kind="image") if said(part.extra, "type") == "image_generation_call":
            return picture_item(part)
        case Native():
            losses.drop(f"messages.{part.what}")
        case Media():
            losses.drop(f"messages.{part.kind}", "what a model made itself")
        case _:
            losses.drop(f"messages.{type(part).__name__.lower()}", "not in this turn")
    return None


def _past_thought(part: Thinking, losses: Losses) -> Wire | None:
    if part.dialect != NAME:
        losses.drop("messages.thinking", "thoughts of another provider's model")
        return None
    return thought_item(part)


def thought_item(part: Thinking) -> Wire:
    """A thought of this dialect's own, with its signature."""
    wire: Wire = {"type": "reasoning", "summary": [{"type": "summary_text", "text": part.text}] if part.text else []}
    if part.signature:
        wire["encrypted_content"] = part.signature
    return wire | own(part.extra)


def call_item(part: ToolCall) -> Wire:
    """A call of a tool."""
    wire: Wire = {"type": "custom_tool_call" if part.custom else "function_call", "call_id": part.id}
    wire |= {"name": part.name, ("input" if part.custom else "arguments"): part.arguments}
    return wire | own(part.extra)


def picture_item(part: Media) -> Wire:
    """A picture that the model made by the provider's own tool."""
    return {
        "type": "image_generation_call",
        "status": "completed",
        "result": part.data,
        **own(part.extra, but=("type",)),
    }
