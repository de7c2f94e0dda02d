"""What a turn consists of: words, media, calls of tools and their results, thinking.

It knows what can be said in any dialect. It does not know how one writes it. A member that only one dialect has is
kept in ``extra`` under ``dialect:member`` and written back by that dialect alone; others report it as dropped.
"""

from typing import Literal

import msgspec

Json = bytes
"""A JSON text in UTF-8, as it came or in compact form; never decoded between dialects."""
Extra = dict[str, Json]
"""``dialect:member`` to its value."""
MediaKind = Literal["image", "audio", "video", "document"]


class Citation(msgspec.Struct, frozen=True, kw_only=True):
    """Where an answer's words come from."""

    url: str = ""
    title: str = ""
    quoted: str = ""
    """The cited words of the source, where the dialect repeats them."""
    start: int | None = None
    """Of the cited stretch in the answer's text, in characters; None: the whole part."""
    end: int | None = None
    wire: Json = b""
    """As it came, for its own dialect."""
    dialect: str = ""


class Text(msgspec.Struct, frozen=True, tag=True):
    """Words."""

    text: str
    citations: tuple[Citation, ...] = ()
    extra: Extra = {}


class Refusal(msgspec.Struct, frozen=True, tag=True):
    """The provider's own word that the model will not answer."""

    text: str
    extra: Extra = {}


class Media(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """A picture, sound, film or document: exactly one of ``data``, ``url`` and ``file_id`` is there."""

    kind: MediaKind
    mime: str = ""
    """``image/png``; empty where only the address is known."""
    data: str = ""
    """Base64, standard alphabet."""
    url: str = ""
    file_id: str = ""
    """Belongs to the provider that gave it."""
    name: str = ""
    detail: str = ""
    """OpenAI's ``low``, ``high`` or ``auto``."""
    transcript: str = ""
    """What is said in a sound of the model's own."""
    extra: Extra = {}


class Thinking(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """What a model thought before it answered. A signed one is bound to its model and conversation."""

    text: str = ""
    signature: str = ""
    """Opaque; given back unchanged or not at all."""
    redacted: str = ""
    """Encrypted thinking without words."""
    dialect: str = ""
    """Whose signature it is."""
    extra: Extra = {}


class ToolCall(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """The model asks the caller to run a tool."""

    id: str
    name: str
    arguments: str
    """JSON text as the model wrote it; it need not parse."""
    custom: bool = False
    """A custom tool: ``arguments`` is free text."""
    signature: str = ""
    """Gemini's thought signature of this call."""
    extra: Extra = {}


class ToolResult(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """What the tool said, in the user's turn."""

    call_id: str
    name: str = ""
    """Of the tool, where the dialect says it; ``normal`` fills it in from the call."""
    parts: tuple[Text | Media, ...] = ()
    failed: bool = False
    extra: Extra = {}


class Native(msgspec.Struct, frozen=True, tag=True):
    """A block that only one dialect has: a server's own tool, its result, a container. No ``ToolCall``."""

    dialect: str
    what: str
    """Its type, for reports: ``server_tool_use``."""
    wire: Json


Part = Text | Refusal | Media | Thinking | ToolCall | ToolResult | Native
