"""The wire of an answer, whole or in pieces: the members that are read, in the shapes of every provider.

It knows shapes and how to read an odd one member by member. It does not know what a member means.
"""

from typing import Any, get_args

import msgspec

from outlast.dialects.chat.members import UNREADABLE, is_null
from outlast.dialects.chat.reasoning import Detail
from outlast.dialects.usage import WireUsage, lenient_usage

NOTHING = msgspec.Raw()


class FunctionPiece(msgspec.Struct, gc=False):
    """The inner object of a call."""

    name: str | None = None
    arguments: str | None = None
    """Some servers send the object itself; it is read as its text."""
    input: str | None = None


class CallPiece(msgspec.Struct, gc=False):
    """A tool call or a piece of one."""

    index: int | None = None
    id: str | None = None
    type: str | None = None
    function: FunctionPiece | None = None
    custom: FunctionPiece | None = None
    extra_content: msgspec.Raw = NOTHING


class AudioPiece(msgspec.Struct, gc=False):
    """A spoken answer or a piece of one."""

    id: str | None = None
    data: str | None = None
    transcript: str | None = None
    expires_at: int | None = None


class MessagePiece(msgspec.Struct, gc=False):
    """A ``message`` or, in a stream, a ``delta``."""

    content: str | list[msgspec.Raw] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    reasoning_details: list[msgspec.Raw] | None = None
    tool_calls: list[CallPiece] | None = None
    refusal: str | None = None
    function_call: FunctionPiece | None = None
    audio: AudioPiece | None = None
    images: list[msgspec.Raw] | None = None
    annotations: list[msgspec.Raw] | None = None
    executed_tools: msgspec.Raw = NOTHING
    x_outlast: msgspec.Raw = NOTHING


class Logprobs(msgspec.Struct, gc=False, omit_defaults=True):
    """A choice's ``logprobs``."""

    content: list[msgspec.Raw] | None = None
    refusal: list[msgspec.Raw] | None = None


class ChoicePiece(msgspec.Struct, gc=False):
    """One of the answers or a piece of one."""

    index: int = 0
    delta: MessagePiece | None = None
    message: MessagePiece | None = None
    finish_reason: str | None = None
    logprobs: Logprobs | None = None
    stop_reason: str | int | None = None
    """vLLM's: the stop sequence, or a token's number."""
    x_outlast: msgspec.Raw = NOTHING


class Groq(msgspec.Struct, gc=False):
    """Groq's corner, in some of whose streams the usage stands."""

    usage: WireUsage | None = None


class Completion(msgspec.Struct, gc=False):
    """A ``chat.completion`` or ``chat.completion.chunk``."""

    id: str | None = None
    model: str | None = None
    created: int | None = None
    choices: list[ChoicePiece] | None = None
    usage: WireUsage | None = None
    service_tier: str | None = None
    x_groq: Groq | None = None
    error: msgspec.Raw = NOTHING


_COMPLETION = msgspec.json.Decoder(Completion)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])


def read_completion_wire(data: bytes) -> Completion | None:
    """A completion in any shape; None when it is no JSON object."""
    try:
        return _COMPLETION.decode(data)
    except UNREADABLE:
        pass
    try:
        found: Completion = _lenient(Completion, _MEMBERS.decode(data))
    except UNREADABLE:
        return None
    return found


def read_detail(raw: msgspec.Raw) -> Detail:
    """One of ``reasoning_details`` in any shape."""
    try:
        return msgspec.json.decode(raw, type=Detail)
    except UNREADABLE:
        return Detail()


def logprobs_text(found: Logprobs | None) -> bytes:
    """Log-probabilities as JSON; empty where there are none."""
    if found is None or (found.content is None and found.refusal is None):
        return b""
    return msgspec.json.encode(found)


def said(raw: msgspec.Raw) -> bool:
    """Whether a member that is read as it came is there."""
    return len(raw) > 0 and not is_null(raw)


_Struct = Any  # a struct's type, or one of its making: the type system has no word for "the fields of either"


def _lenient(kind: _Struct, fields: dict[str, msgspec.Raw]) -> _Struct:
    """A struct of whatever members can be read; the others are as if not said."""
    made = kind()
    for field in msgspec.structs.fields(kind):
        raw = fields.get(field.encode_name)
        if raw is None:
            continue
        value = _value(field.type, raw)
        if value is None and field.name == "arguments" and said(raw):
            value = bytes(raw).decode(errors="replace")
        if value is not None:
            setattr(made, field.name, value)
    return made


def _value(kind: _Struct, raw: msgspec.Raw) -> object | None:
    if kind is msgspec.Raw:
        return raw
    try:
        value: object = msgspec.json.decode(raw, type=kind)
    except UNREADABLE:
        return _inside(kind, raw)
    return value


def _inside(kind: _Struct, raw: msgspec.Raw) -> object | None:
    """An object or a list of objects of which some part has an odd shape."""
    for option in get_args(kind):
        if option is WireUsage:
            return lenient_usage(raw)
        if isinstance(option, type) and issubclass(option, msgspec.Struct):
            return _object(option, raw)
        inner = get_args(option)
        if inner and isinstance(inner[0], type) and issubclass(inner[0], msgspec.Struct):
            return _list(inner[0], raw)
    return None


def _object(kind: _Struct, raw: msgspec.Raw) -> object | None:
    try:
        made: object = _lenient(kind, _MEMBERS.decode(raw))
    except UNREADABLE:
        return None
    return made


def _list(kind: _Struct, raw: msgspec.Raw) -> list[object] | None:
    try:
        items = _ITEMS.decode(raw)
    except UNREADABLE:
        return None
    return [read for item in items if (read := _object(kind, item)) is not None]
