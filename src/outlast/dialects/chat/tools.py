"""Tools and the choice among them, both ways; tool calls and the citations of an answer, as members of a message.

It knows functions, custom tools and OpenAI's several ways to choose. It does not know turns.
"""

from collections.abc import Sequence

import msgspec

from outlast.dialects.chat.members import UNREADABLE, Members, is_string, own, wrong
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import ToolCall
from outlast.dialects.conversation.request import NativeTool, Tool, ToolChoice

Wire = dict[str, object]
_STRING = msgspec.json.Decoder(str)
_MODES = {"auto": "auto", "none": "none", "required": "any", "any": "any"}
_WORDS = {"auto": "auto", "none": "none", "any": "required"}


def decode_tool(raw: msgspec.Raw, path: str) -> Tool | NativeTool:
    """One of ``tools``. A type that nobody else has stays as it came."""
    members = Members.of(raw, path)
    kind = members.text("type", "function")  # Mistral's clients leave it out
    if kind == "function":
        return _function(members.inner_needed("function"), members)
    if kind != "custom":
        return NativeTool("chat", kind, bytes(raw))
    inner = members.inner_needed("custom")
    name, description, form = inner.needed("name"), inner.text("description"), inner.raw("format")
    extra = {**members.rest(), **inner.rest("custom.")}
    return Tool(name=name, description=description, parameters=bytes(form or b""), custom=True, extra=extra)


def decode_function(raw: msgspec.Raw, path: str) -> Tool:
    """One of the older ``functions``."""
    return _function(Members.of(raw, path), None)


def _function(inner: Members, members: Members | None) -> Tool:
    name, description, strict = inner.needed("name"), inner.text("description"), inner.flag("strict")
    schema = inner.raw("parameters")
    return Tool(
        name=name,
        description=description,
        parameters=bytes(schema or b""),
        strict=strict,
        extra={**(members.rest() if members else {}), **inner.rest("function.")},
    )


def encode_tool(tool: Tool | NativeTool, losses: Losses) -> Wire | msgspec.Raw | None:
    """One of ``tools``; None, and noted, where another dialect's provider runs it."""
    if isinstance(tool, NativeTool):
        if tool.dialect == "chat":
            return msgspec.Raw(tool.wire)
        losses.drop(f"tools.{tool.what}", "a tool of another provider's own")
        return None
    losses.drop_extra(tool.extra, "chat", "tools")
    kind = "custom" if tool.custom else "function"
    inner: Wire = {"name": tool.name}
    if tool.description:
        inner["description"] = tool.description
    if tool.parameters:
        inner["format" if tool.custom else "parameters"] = msgspec.Raw(tool.parameters)
    if tool.strict is not None and not tool.custom:
        inner["strict"] = tool.strict
    return {"type": kind, kind: {**inner, **own(tool.extra, f"{kind}.")}, **own(tool.extra)}


def decode_choice(raw: msgspec.Raw, path: str = "tool_choice") -> ToolChoice:
    """``tool_choice``, or the older ``function_call``."""
    if is_string(raw):
        mode = _MODES.get(_STRING.decode(raw))
        if mode is None:
            wrong(path, "none, auto, required or a tool", raw)
        return msgspec.convert({"mode": mode}, ToolChoice)
    members = Members.of(raw, path)
    if path == "function_call":
        return ToolChoice(mode="one", names=(members.needed("name"),))
    kind = members.needed("type")
    if kind in ("function", "custom"):
        return ToolChoice(mode="one", names=(members.inner_needed(kind).needed("name"),))
    if kind == "allowed_tools":
        return _allowed(members.inner_needed(kind), raw)
    return ToolChoice(mode="auto", wire=bytes(raw), dialect="chat")


def _allowed(members: Members, raw: msgspec.Raw) -> ToolChoice:
    """The names that may be called. A choice with a tool that has none stays as it came."""
    mode = _MODES.get(members.text("mode", "auto"), "auto")
    names: list[str] = []
    for place, each in enumerate(members.items("tools")):
        tool = Members.of(each, f"{members.place('tools')}[{place}]")
        kind = tool.needed("type")
        if kind not in ("function", "custom"):
            return ToolChoice(mode="auto", wire=bytes(raw), dialect="chat")
        names.append(tool.inner_needed(kind).needed("name"))
    return msgspec.convert({"mode": mode, "names": names}, ToolChoice)


def encode_choice(choice: ToolChoice, tools: Sequence[Tool | NativeTool], losses: Losses) -> str | Wire | msgspec.Raw:
    """``tool_choice``."""
    if choice.wire and choice.dialect == "chat":
        return msgspec.Raw(choice.wire)
    if choice.wire:
        losses.drop("tool_choice", "a tool of another provider's own")
    custom = {tool.name for tool in tools if isinstance(tool, Tool) and tool.custom}
    named = [_named(name, custom=name in custom) for name in choice.names]
    if choice.mode == "one" and named:
        return named[0]
    mode = _WORDS.get(choice.mode, "required")
    if named:
        return {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": named}}
    return mode


def _named(name: str, *, custom: bool) -> Wire:
    kind = "custom" if custom else "function"
    return {"type": kind, kind: {"name": name}}


def decode_call(raw: msgspec.Raw, path: str) -> ToolCall:
    """One of a turn's ``tool_calls``. Its ``index``, which some clients keep from a stream, says nothing here."""
    members = Members.of(raw, path)
    members.raw("index")
    kind = members.text("type", "function")
    custom = kind == "custom"
    inner = members.inner_needed("custom" if custom else "function")
    identity, name = members.text("id"), inner.needed("name")
    arguments = inner.needed("input") if custom else _arguments(inner.raw("arguments"))
    signature, rest = _signature(members)
    extra = {**members.rest(), **rest, **inner.rest("custom." if custom else "function.")}
    return ToolCall(id=identity, name=name, arguments=arguments, custom=custom, signature=signature, extra=extra)


def decode_function_call(members: Members, identity: str) -> ToolCall:
    """The older ``function_call`` of a turn."""
    name = members.needed("name")
    return ToolCall(id=identity, name=name, arguments=_arguments(members.raw("arguments")))


def _arguments(raw: msgspec.Raw | None) -> str:
    """A string as OpenAI wants it; some clients send the object itself."""
    if raw is None:
        return ""
    try:
        return _STRING.decode(raw)
    except UNREADABLE:
        return bytes(raw).decode(errors="replace")


def _signature(members: Members) -> tuple[str, dict[str, bytes]]:
    """Gemini's thought signature, where Google's own chat surface has it; what else stands there."""
    raw = members.raw("extra_content")
    if raw is None:
        return "", {}
    signature = signature_of(raw)
    return signature, {} if signature else {"chat:extra_content": bytes(raw)}


class _Google(msgspec.Struct):
    thought_signature: str = ""


class ExtraContent(msgspec.Struct):
    """``extra_content`` of a call."""

    google: _Google | None = None


_EXTRA_CONTENT = msgspec.json.Decoder(ExtraContent)


def signature_of(raw: bytes | msgspec.Raw | None) -> str:
    """The thought signature in ``extra_content``; empty where there is none."""
    if not raw:
        return ""
    try:
        found = _EXTRA_CONTENT.decode(raw).google
    except UNREADABLE:
        return ""
    return found.thought_signature if found else ""


def encode_call(call: ToolCall) -> Wire:
    """One of ``tool_calls``, with Gemini's signature where it has one."""
    kind, words = ("custom", "input") if call.custom else ("function", "arguments")
    inner = {"name": call.name, words: call.arguments, **own(call.extra, f"{kind}.")}
    signed = {"extra_content": {"google": {"thought_signature": call.signature}}} if call.signature else {}
    return {"id": call.id, "type": kind, kind: inner, **signed, **own(call.extra)}
