"""Parts of a request's turns: Google's ``Part`` to words, media, calls, results, thinking and native blocks.

It knows one part at a time, and how calls without ids are told apart. It does not know turns (``request_in``).
"""

from collections import OrderedDict
from dataclasses import dataclass, field

import msgspec

from outlast.dialects.conversation.parts import Media, Native, Part, Text, Thinking, ToolCall, ToolResult
from outlast.dialects.gemini.foreign import PLACEHOLDERS, reveal
from outlast.dialects.gemini.members import PREFIX, Members, refuse
from outlast.dialects.gemini.words import NAME, is_own_file, kind_of
from outlast.errors import MalformedRequest

_NATIVE = ("executableCode", "codeExecutionResult", "toolCall", "toolResponse")
_URL_SAFE = str.maketrans("-_", "+/")
SIGNATURE = PREFIX + "thoughtSignature"
_OBJECT = ord("{")


@dataclass(slots=True)
class CallIds:
    """Ids for calls that came without one: results of the same name belong to them in order."""

    taken: set[str] = field(default_factory=set)
    waiting: dict[str, OrderedDict[str, None]] = field(default_factory=dict)
    """By the tool's name; taken out of any place at the same cost, since callers choose how many there are."""
    count: int = 0

    def of_call(self, given: str | None, name: str) -> str:
        """The id of a call."""
        call_id = given or self._next()
        self.taken.add(call_id)
        self.waiting.setdefault(name, OrderedDict())[call_id] = None
        return call_id

    def of_result(self, given: str | None, name: str) -> str:
        """The id of the call that a result belongs to."""
        waiting = self.waiting.get(name)
        if given:
            if waiting:
                waiting.pop(given, None)
            return given
        return waiting.popitem(last=False)[0] if waiting else self._next()

    def _next(self) -> str:
        while (call_id := f"call_{self.count}") in self.taken:
            self.count += 1
        self.count += 1
        return call_id


def read_part(members: Members, ids: CallIds) -> Part:
    """One part. Raises ``MalformedRequest`` where it holds nothing that can be said."""
    signature = members.text("thoughtSignature") or ""
    if (hidden := reveal(signature)) is not None:
        return _foreign(hidden, members)
    if any(name in members.names() for name in _NATIVE):
        return native(members.raw)
    return _tool_part(members, ids, signature) or media_of(members, signature) or _said_part(members, signature)


def _tool_part(members: Members, ids: CallIds, signature: str) -> ToolCall | ToolResult | None:
    """A call or a result."""
    if (call := members.object("functionCall")) is not None:
        return _call(call, members, ids, signature)
    result = members.object("functionResponse")
    return _result(result, members, ids) if result is not None else None


def _said_part(members: Members, signature: str) -> Part:
    """Words or thoughts."""
    text = members.text("text")
    if members.flag("thought"):
        return Thinking(text=text or "", signature=signature, dialect=NAME, extra=members.rest())
    if text is None and not signature:
        return _unknown(members)
    extra = members.rest()
    if signature:
        extra[SIGNATURE] = msgspec.json.encode(signature)
    return Text(text or "", extra=extra)


def media_of(members: Members, signature: str = "") -> Media | None:
    """``inlineData`` or ``fileData``; None when the part has neither."""
    if (blob := members.object("inlineData")) is not None:
        mime, name = blob.text("mimeType") or "", blob.text("displayName") or ""
        data = (blob.text("data") or "").translate(_URL_SAFE)
        extra = {**members.rest(), **blob.rest("inlineData")}
        media = Media(kind=kind_of(mime), mime=mime, data=data, name=name, extra=extra)
    elif (file := members.object("fileData")) is not None:
        address = file.text("fileUri") or ""
        if not address:
            raise MalformedRequest(f"{file.at('fileUri')!r} must be the address of a file", param=file.at("fileUri"))
        mime, name = file.text("mimeType") or "", file.text("displayName") or ""
        own = is_own_file(address)
        media = Media(
            kind=kind_of(mime, address),
            mime=mime,
            url="" if own else address,
            file_id=address if own else "",
            name=name,
            extra={**members.rest(), **file.rest("fileData")},
        )
    else:
        return None
    if signature:
        media.extra[SIGNATURE] = msgspec.json.encode(signature)
    return media


def native(raw: bytes | msgspec.Raw) -> Native:
    """A part that only Google has, whole."""
    names = [name for name in Members(raw).names() if name not in ("thought", "thoughtSignature")]
    what = next((name for name in names if name in _NATIVE), names[0] if names else "part")
    return Native(NAME, what, bytes(raw))


def _foreign(hidden: Thinking | Native, members: Members) -> Part:
    """A part of another dialect that came back; the words are the client's, who has the right to change them."""
    if isinstance(hidden, Native):
        return hidden
    return msgspec.structs.replace(hidden, text=members.text("text") or "")


def _call(call: Members, members: Members, ids: CallIds, signature: str) -> ToolCall:
    name, args = call.text("name"), call.take("args")
    if not name:
        raise MalformedRequest(f"{call.at('name')!r} must be the name of a function", param=call.at("name"))
    if args is not None and memoryview(args)[0] != _OBJECT:
        refuse(call.at("args"), "an object", args)
    return ToolCall(
        id=ids.of_call(call.text("id"), name),
        name=name,
        arguments="{}" if args is None else bytes(args).decode(),
        signature="" if signature in PLACEHOLDERS else signature,
        extra={**members.rest(), **call.rest("functionCall")},
    )


def _result(result: Members, members: Members, ids: CallIds) -> ToolResult:
    name = result.text("name") or ""
    call_id = ids.of_result(result.text("id"), name)
    text, failed = _answered(result)
    parts: list[Text | Media] = [Text(text)] if text else []
    for part in result.objects("parts"):
        media = media_of(part)
        if media is None:
            refuse(part.path, "an object with inlineData or fileData", part.raw)
        parts.append(media)
    extra = {**members.rest(), **result.rest("functionResponse")}
    return ToolResult(call_id=call_id, name=name, parts=tuple(parts), failed=failed, extra=extra)


def _answered(result: Members) -> tuple[str, bool]:
    """What a tool said, and whether it failed: Google's convention is ``output`` or ``error`` alone."""
    raw = result.take("response")
    if raw is None:
        return "", False
    response = Members(raw, result.at("response"))
    if response.names() == ("output",):
        return _text_or(response, "output", raw), False
    if response.names() == ("error",):
        return _text_or(response, "error", raw), True
    return "" if not response.names() else bytes(raw).decode(), False


def _text_or(response: Members, name: str, raw: msgspec.Raw) -> str:
    value = response.take(name)
    if value is None or not bytes(value).startswith(b'"'):
        return bytes(raw).decode()
    return msgspec.json.decode(value, type=str)


def _unknown(members: Members) -> Part:
    """A kind of part that is newer than this file; an empty one is nobody's."""
    if not any(name not in ("videoMetadata", "partMetadata", "mediaResolution", "thought") for name in members.names()):
        refuse(members.path, "a part with text, inlineData, fileData, functionCall or functionResponse", members.raw)
    return native(members.raw)
