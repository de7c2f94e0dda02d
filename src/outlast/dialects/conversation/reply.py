"""What a model answers, whole, and the events in which it arrives when it is streamed.

It knows contents, ends and counts. It does not know any wire. ``collect`` turns events into the reply that they make.
"""

from typing import Literal

import msgspec

from outlast.dialects.conversation.parts import Citation, Extra, Json, Part, ToolCall
from outlast.exchange import Usage

End = Literal["stop", "length", "tool_calls", "content_filter", "refusal", "pause", "context", "malformed", "other"]
"""stop: the model's own end or a stop sequence. refusal: the model will not. pause: a server's tool needs another turn.
context: the window is full. malformed: the provider could not read a call of the model's."""


class Finish(msgspec.Struct, frozen=True):
    """How one answer ended."""

    end: End
    said: str = ""
    """The provider's own word."""
    stop_sequence: str = ""
    """Which one was met, where the dialect says it."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One of the answers that were asked for."""

    index: int = 0
    parts: tuple[Part, ...] = ()
    finish: Finish | None = None
    logprobs: Json = b""
    """In OpenAI's shape: ``{"content": [...], "refusal": ...}``; empty: none."""
    extra: Extra = {}


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer."""

    id: str = ""
    model: str = ""
    """The upstream's own word."""
    created: int = 0
    """Unix seconds; 0: not said."""
    candidates: tuple[Candidate, ...] = ()
    usage: Usage | None = None
    service_tier: str = ""
    extra: Extra = {}


class Begin(msgspec.Struct, frozen=True, tag=True, kw_only=True, gc=False):
    """The stream has a head."""

    id: str = ""
    model: str = ""
    created: int = 0
    usage: Usage | None = None
    """What is known so far: the prompt."""
    service_tier: str = ""


class PartBegin(msgspec.Struct, frozen=True, tag=True):
    """A part of one answer begins; at most one is open per choice, except tool calls that run in parallel.

    ``part`` is empty but for what is known at once (a call's id and name); a part that comes in one piece (``Native``,
    an image) is whole here.
    """

    part: Part
    index: int
    """Counts the parts of this choice, from 0."""
    choice: int = 0


class Delta(msgspec.Struct, frozen=True, tag=True, gc=False):
    """More of an open part."""

    index: int
    text: str = ""
    """Of words, thinking, a refusal, a call's arguments, or base64 of a sound, by the kind of the part."""
    choice: int = 0
    signature: str = ""
    transcript: str = ""
    citation: Citation | None = None
    logprobs: Json = b""


class PartEnd(msgspec.Struct, frozen=True, tag=True):
    """A part is complete. ``part`` is the whole one where its dialect repeats it, else None."""

    index: int
    choice: int = 0
    part: Part | None = None


class Ended(msgspec.Struct, frozen=True, tag=True):
    """One answer is complete."""

    finish: Finish
    choice: int = 0
    extra: Extra = {}
    """Of the ``Candidate``."""


class Used(msgspec.Struct, frozen=True, tag=True, gc=False):
    """The counts so far; the last one holds."""

    usage: Usage


class Broke(msgspec.Struct, frozen=True, tag=True, gc=False):
    """The upstream said in the stream that it failed."""

    message: str
    kind: str = ""
    """In OpenAI's words for ``error.type``."""
    code: str = ""
    status: int = 0


class Done(msgspec.Struct, frozen=True, tag=True, gc=False):
    """The stream is complete."""


Event = Begin | PartBegin | Delta | PartEnd | Ended | Used | Broke | Done

CALLS = (ToolCall,)
"""Parts of which several may be open at once."""
