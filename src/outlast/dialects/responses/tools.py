"""Tools and the choice among them, both ways.

It knows that this dialect writes a function flat, and that its own default for ``strict`` is true where other
dialects' is false. A tool of any other type is the provider's own and stays as it came.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.request import NativeTool, Tool, ToolChoice
from outlast.dialects.responses.wire import NAME, Wire, kept, listed, members, needed, own, raw, take, take_text, wrong

_MODES: dict[str, Literal["auto", "none", "any"]] = {"auto": "auto", "none": "none", "required": "any"}
_WORDS = {mode: word for word, mode in _MODES.items()}


def read_tools(value: bytes | None) -> tuple[Tool | NativeTool, ...]:
    """The tools of a request. Raises ``MalformedRequest``."""
    if value is None:
        return ()
    return tuple(_tool(each, f"tools[{index}]") for index, each in enumerate(listed(value, "tools")))


def _tool(whole: msgspec.Raw, at: str) -> Tool | NativeTool:
    fields, where = members(whole, at), f"{at}."
    kind = needed(fields, "type", where)
    if kind not in ("function", "custom"):
        return NativeTool(NAME, kind, bytes(whole))
    custom = kind == "custom"
    name, description = needed(fields, "name", where), take_text(fields, "description", where)
    form = fields.pop("format" if custom else "parameters", None)
    shape = b"" if form is None or bytes(form) == b"null" else bytes(form)
    strict = None if custom else take(fields, "strict", where, bool)
    return Tool(
        name=name, description=description, parameters=shape, strict=strict, custom=custom, extra=kept(fields)
    )  # fmt: skip


def write_tools(tools: Iterable[Tool | NativeTool], losses: Losses, *, echo: bool = False) -> list[Wire | msgspec.Raw]:
    """The tools for the wire. ``echo``: in an answer, where every member has to be there."""
    written: list[Wire | msgspec.Raw] = []
    for tool in tools:
        if isinstance(tool, Tool):
            written.append(_custom(tool, losses) if tool.custom else _function(tool, losses, echo=echo))
        elif tool.dialect == NAME:
            written.append(raw(tool.wire))
        else:
            losses.drop(f"tools.{tool.what}", "another provider's own tool")
    return written


def _function(tool: Tool, losses: Losses, *, echo: bool) -> Wire:
    losses.drop_extra(tool.extra, NAME, "tools")
    wire: Wire = {"type": "function", "name": tool.name}
    if tool.description or echo:
        wire["description"] = tool.description or None
    wire["parameters"] = raw(tool.parameters) if tool.parameters else None
    # Not said means false in every other dialect, and true in this one.
    wire["strict"] = bool(tool.strict)
    return {**wire, **own(tool.extra)}


def _custom(tool: Tool, losses: Losses) -> Wire:
    losses.drop_extra(tool.extra, NAME, "tools")
    wire: Wire = {"type": "custom", "name": tool.name}
    if tool.description:
        wire["description"] = tool.description
    if tool.parameters:
        wire["format"] = raw(tool.parameters)
    return {**wire, **own(tool.extra)}


def read_choice(value: bytes | None) -> ToolChoice | None:
    """Whether and which tools may be called. Raises ``MalformedRequest``."""
    if value is None:
        return None
    if value.startswith(b'"'):
        word = msgspec.json.decode(value, type=str)
        if word not in _MODES:
            raise wrong(value, "tool_choice", "auto, none, required or an object")
        return ToolChoice(mode=_MODES[word])
    fields = members(value, "tool_choice")
    kind = needed(fields, "type", "tool_choice.")
    if kind in ("function", "custom"):
        return ToolChoice(mode="one", names=(needed(fields, "name", "tool_choice."),))
    if kind == "allowed_tools":
        names = _names(fields.get("tools"))
        mode = take_text(fields, "mode", "tool_choice.") or "auto"
        if names and mode in ("auto", "required"):
            return ToolChoice(mode=_MODES[mode], names=names)
    return ToolChoice(mode="any", wire=value, dialect=NAME)


def _names(tools: msgspec.Raw | None) -> tuple[str, ...]:
    """The names of allowed tools; none where one of them is the provider's own."""
    names: list[str] = []
    for index, tool in enumerate(listed(tools, "tool_choice.tools") if tools is not None else ()):
        fields = members(tool, f"tool_choice.tools[{index}]")
        if take_text(fields, "type", "tool_choice.tools.") not in ("function", "custom"):
            return ()
        names.append(needed(fields, "name", f"tool_choice.tools[{index}]."))
    return tuple(names)


def write_choice(
    choice: ToolChoice, tools: Iterable[Tool | NativeTool], losses: Losses
) -> str | Wire | msgspec.Raw | None:
    """The choice for the wire; None where it cannot be said."""
    custom = {tool.name for tool in tools if isinstance(tool, Tool) and tool.custom}
    if choice.wire:
        if choice.dialect == NAME:
            return raw(choice.wire)
        losses.drop("tool_choice", "another provider's own tool")
        return None
    named = [{"type": "custom" if name in custom else "function", "name": name} for name in choice.names]
    if choice.mode == "one":
        return named[0] if named else "required"
    if named and choice.mode != "none":
        return {"type": "allowed_tools", "mode": _WORDS[choice.mode], "tools": named}
    return _WORDS[choice.mode]
