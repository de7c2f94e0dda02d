"""Parts of a conversation as Google's ``Part``, for requests and answers alike.

It knows one part at a time and notes what cannot be said. It does not know turns (``request_out``) nor events.
"""

import msgspec

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
from outlast.dialects.gemini.foreign import hide
from outlast.dialects.gemini.members import PREFIX
from outlast.dialects.gemini.parts_in import SIGNATURE
from outlast.dialects.gemini.words import NAME, is_own_file, mime_of

Wire = dict[str, object]
"""An object about to be written; JSON that is not ours stands in it as ``Raw``."""
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def write_part(part: Part, losses: Losses, *, answer: bool = False) -> Wire | msgspec.Raw | None:
    """One part; None when Google has no word for it. ``answer``: it goes to a client, who gives it back."""
    wire: Wire | msgspec.Raw | None
    match part:
        case Text() | Refusal():
            if isinstance(part, Refusal):
                losses.drop("messages.refusal", "written as text")
            elif part.citations and not answer:
                losses.drop("messages.citations")
            wire = _with_extra({"text": part.text}, part.extra, losses)
        case Media():
            wire = _media(part, losses)
        case Thinking():
            wire = _thinking(part, losses, answer=answer)
        case ToolCall():
            wire = _call(part, losses)
        case ToolResult():
            wire = _result(part, losses)
        case Native():
            wire = _native(part, losses, answer=answer)
    return wire


_APART = frozenset(
    {
        "generationConfig",
        "generationConfig.thinkingConfig",
        "toolConfig",
        "toolConfig.functionCallingConfig",
        "inlineData",
        "fileData",
        "functionCall",
        "functionResponse",
    }
)


def place(target: Wire, extra: Extra, losses: Losses, where: str = "") -> None:
    """Write Google's own extra members back, each at its path; the others are noted."""
    losses.drop_extra(extra, NAME, where)
    for key, value in extra.items():
        if key.startswith(PREFIX):
            inside, dot, name = key.removeprefix(PREFIX).rpartition(".")
            # A caller may put any name there: only objects that this dialect took apart are put together again.
            path = inside.split(".") if inside in _APART else ()
            name = name if path else inside + dot + name
            inner: object = target
            for step in path:
                inner = inner.setdefault(step, {}) if isinstance(inner, dict) else None
            if isinstance(inner, dict):
                inner[name] = msgspec.Raw(value)


def as_object(text: str) -> msgspec.Raw | None:
    """A JSON object as it came; None for any other text."""
    try:
        data = text.encode()
        _OBJECT.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return msgspec.Raw(data)


def _with_extra(wire: Wire, extra: Extra, losses: Losses) -> Wire:
    if extra:
        place(wire, extra, losses, "messages")
    return wire


def _media(media: Media, losses: Losses, *, in_result: bool = False) -> Wire | None:
    if media.data:
        blob: Wire = {"mimeType": mime_of(media.mime, media.kind), "data": media.data}
        wire: Wire = {"inlineData": blob}
    elif media.url or is_own_file(media.file_id):
        blob = {"fileUri": media.url or media.file_id, **({"mimeType": media.mime} if media.mime else {})}
        wire = {"fileData": blob}
    else:
        losses.drop("messages.file_id", "a file of another provider")
        return None
    if media.name and in_result:
        blob["displayName"] = media.name
    elif media.name:
        losses.drop("messages.filename")  # AI Studio refuses a displayName outside of a function's response.
    if media.detail not in ("", "auto"):
        losses.drop("messages.detail")
    if media.transcript:
        losses.drop("messages.transcript")
    return _with_extra(wire, media.extra, losses)


def _thinking(part: Thinking, losses: Losses, *, answer: bool) -> Wire | None:
    foreign = part.redacted or (part.signature and part.dialect != NAME)
    if foreign and not answer:
        losses.drop("messages.thinking", "signed by another provider")
        return None
    wire: Wire = {"text": part.text, "thought": True}
    if foreign:
        wire["thoughtSignature"] = hide(msgspec.structs.replace(part, text=""))
        return wire
    if part.signature:
        wire["thoughtSignature"] = part.signature
    return _with_extra(wire, part.extra, losses)


def _call(call: ToolCall, losses: Losses) -> Wire:
    args = as_object(call.arguments or "{}")
    if args is None:
        losses.drop("messages.tool_calls.arguments", "no JSON object; written as args.arguments")
    function: Wire = {"id": call.id, "name": call.name, "args": {"arguments": call.arguments} if args is None else args}
    wire: Wire = {"functionCall": function}
    if call.signature:
        wire["thoughtSignature"] = call.signature
    return _with_extra(wire, call.extra, losses)


def _result(result: ToolResult, losses: Losses) -> Wire:
    text = "".join(part.text for part in result.parts if isinstance(part, Text))
    media = [_media(part, losses, in_result=True) for part in result.parts if isinstance(part, Media)]
    for part in result.parts:
        if isinstance(part, Text) and part.extra:
            losses.drop_extra(part.extra, "", "messages.tool_result")
    function: Wire = {"id": result.call_id, "name": result.name, "response": _response(text, failed=result.failed)}
    if any(media):
        function["parts"] = [each for each in media if each]
    return _with_extra({"functionResponse": function}, result.extra, losses)


def _response(text: str, *, failed: bool) -> object:
    """A tool's words in Google's shape, such that reading them gives the same words."""
    said = as_object(text)
    names = _OBJECT.decode(said).keys() if said is not None else ()
    if not text and not failed:
        return {}
    if failed:
        kept = len(names) == 1 and "error" in names and not _is_text(said, "error")
        return said if kept else {"error": text}
    special = len(names) == 1 and (_is_text(said, "output") or "error" in names)
    return {"output": text} if said is None or special or not names else said


def _is_text(said: msgspec.Raw | None, name: str) -> bool:
    value = _OBJECT.decode(said).get(name) if said is not None else None
    return value is not None and bytes(value).startswith(b'"')


def _native(part: Native, losses: Losses, *, answer: bool) -> Wire | msgspec.Raw | None:
    if part.dialect == NAME:
        if as_object(part.wire.decode(errors="replace")) is not None:
            return msgspec.Raw(part.wire)
        losses.drop(f"messages.{part.what}", "no JSON object")
        return None
    if answer:
        return {"text": "", "thoughtSignature": hide(part)}
    losses.drop(f"messages.{part.what}")
    return None


SIGNED = SIGNATURE
"""The extra member of words and media that carry a signature of Google's."""
