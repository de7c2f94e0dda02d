"""A request of Anthropic's as a conversation.

It knows members of the top level and turns. Blocks are read by ``blocks_in``, thinking and forms of answers by
``wishes_in``. What has no place in a conversation is kept for this dialect.
"""

import msgspec

from outlast.dialects.anthropic.blocks_in import read_block, read_blocks
from outlast.dialects.anthropic.members import NAME, PREFIX, Members, refuse
from outlast.dialects.anthropic.wishes_in import read_choice, read_wishes
from outlast.dialects.conversation.parts import Extra, Part
from outlast.dialects.conversation.request import Message, NativeTool, Request, Role, Sampling, Tool
from outlast.dialects.dialect import Asked

_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant", "system": "system"}
_TIERS = {"standard_only": "default"}


def decode_request(body: bytes, asked: Asked) -> Request:
    """Read a request, or one to count tokens.

    Raises:
        MalformedRequest: a member cannot be read; ``param`` names it.
    """
    top = Members(body)
    for read_before in ("model", "stream"):
        top.take(read_before)
    messages = (*_system(top), *_messages(top))
    wishes = read_wishes(top)
    choice, parallel = read_choice(top.object("tool_choice"))
    user, metadata = _metadata(top)
    tier = top.text("service_tier") or ""
    return Request(
        model=asked.model,
        messages=messages,
        stream=asked.stream,
        sampling=_sampling(top),
        tools=tuple(_tool(raw, f"tools.{index}") for index, raw in enumerate(top.items("tools"))),
        tool_choice=choice,
        parallel_tool_calls=parallel,
        format=wishes.format,
        reasoning=wishes.reasoning,
        user=user,
        service_tier=_TIERS.get(tier, tier),
        extra=wishes.extra | metadata | top.rest(),
    )


def _system(top: Members) -> tuple[Message, ...]:
    raw = top.take("system")
    parts = read_blocks(raw, "system") if raw is not None else ()
    return (Message("system", parts),) if parts else ()


def _messages(top: Members) -> tuple[Message, ...]:
    return tuple(_message(raw, f"messages.{index}") for index, raw in enumerate(top.items("messages")))


def _message(raw: msgspec.Raw, path: str) -> Message:
    message = Members(raw, path)
    said = message.needed("role")
    role = _ROLES.get(said)
    if role is None:
        refuse(message.at("role"), "'user', 'assistant' or 'system'", msgspec.json.encode(said))
    return Message(role, _content(message), extra=message.rest())


def _content(message: Members) -> tuple[Part, ...]:
    raw = message.take("content")
    if raw is None:
        refuse(message.at("content"), "a string or an array of blocks", b"null")
    if raw.startswith(b"{"):
        return (read_block(raw, message.at("content")),)
    return read_blocks(raw, message.at("content"))


def _sampling(top: Members) -> Sampling:
    return Sampling(
        max_tokens=top.whole("max_tokens"),
        temperature=top.number("temperature"),
        top_p=top.number("top_p"),
        top_k=top.whole("top_k"),
        stop=top.texts("stop_sequences"),
    )


def _tool(raw: msgspec.Raw, path: str) -> Tool | NativeTool:
    tool = Members(raw, path)
    kind = tool.text("type") or "custom"
    if kind != "custom":
        return NativeTool(NAME, kind, tool.raw)
    return Tool(
        name=tool.needed("name"),
        description=tool.text("description") or "",
        parameters=tool.take("input_schema") or b"",
        strict=tool.flag("strict"),
        extra=tool.rest(),
    )


def _metadata(top: Members) -> tuple[str, Extra]:
    metadata = top.object("metadata")
    if metadata is None:
        return "", {}
    user, left = metadata.text("user_id") or "", metadata.left()
    return user, {f"{PREFIX}metadata": left} if left is not None else {}
