"""What a caller asks of a model, in any dialect: turns, tools, and how the answer should be.

It knows meanings. It does not know which of them a model or a dialect can take. None or an empty value is always
"not said", so that a provider's own default stays its own.
"""

from typing import Literal

import msgspec

from outlast.dialects.conversation.parts import Extra, Json, Part

Role = Literal["system", "developer", "user", "assistant"]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class Message(msgspec.Struct, frozen=True):
    """One turn. Tool results stand in a user's turn, first."""

    role: Role
    parts: tuple[Part, ...]
    name: str = ""
    """Which of several users or assistants."""
    extra: Extra = {}


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A function that the caller runs."""

    name: str
    description: str = ""
    parameters: Json = b""
    """JSON Schema; empty: none given."""
    strict: bool | None = None
    custom: bool = False
    """A custom tool of OpenAI's: it takes free text, and ``parameters`` is its format."""
    extra: Extra = {}


class NativeTool(msgspec.Struct, frozen=True):
    """A tool that the provider runs, or one of a type that only one dialect has."""

    dialect: str
    what: str
    wire: Json


class ToolChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Whether and which tools may be called."""

    mode: Literal["auto", "none", "any", "one"]
    """``any``: some tool must be called; ``one``: the first of ``names``."""
    names: tuple[str, ...] = ()
    """With ``auto`` or ``any``: only these may be."""
    wire: Json = b""
    """A choice that only ``dialect`` can say (a server's tool)."""
    dialect: str = ""


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """The form an answer must have."""

    kind: Literal["text", "json", "schema"]
    schema: Json = b""
    name: str = ""
    description: str = ""
    strict: bool | None = None


class Reasoning(msgspec.Struct, frozen=True, kw_only=True):
    """How much a model may think, as the caller said it."""

    effort: str = ""
    """One of ``Effort``, or a word that nobody knows yet."""
    budget: int | None = None
    """Tokens; -1: as the model sees fit; 0: none."""
    adaptive: bool = False
    """Anthropic's ``adaptive``: the model decides."""
    off: bool = False
    """Said to be off, in words of its own dialect."""
    shown: bool | None = None
    """Thoughts or a summary of them are wanted in the answer."""
    summary: str = ""
    """OpenAI's ``auto``, ``concise`` or ``detailed``."""


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """How a spoken answer should sound."""

    voice: Json = b""
    """A name or an object, as JSON."""
    format: str = ""


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """How tokens are drawn and when to stop."""

    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    n: int | None = None
    """How many answers."""
    logprobs: bool | None = None
    top_logprobs: int | None = None


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A whole request."""

    model: str
    messages: tuple[Message, ...]
    stream: bool = False
    include_usage: bool = True
    """In a stream: OpenAI's chat callers must ask for it, others always get it."""
    sampling: Sampling = Sampling()
    tools: tuple[Tool | NativeTool, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    format: Format | None = None
    reasoning: Reasoning | None = None
    verbosity: str = ""
    modalities: tuple[str, ...] = ()
    """Of the answer: ``text``, ``audio``, ``image``; empty: not said."""
    voice: Voice | None = None
    user: str = ""
    """The caller's name for whoever is behind the request."""
    service_tier: str = ""
    extra: Extra = {}
    """Every other member of the request, as ``dialect:member``."""
