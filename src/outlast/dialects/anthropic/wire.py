"""Answers and events of Anthropic's messages: the members that are read, in any shape that providers send.

It knows names and types. It does not know what they mean to anybody. Blocks stay as bytes (``blocks_in`` reads them).
"""

from typing import TypeVar

import msgspec

from outlast.dialects.anthropic.members import UNREADABLE
from outlast.dialects.sse import data_of

NONE = msgspec.Raw(b"")
_T = TypeVar("_T", bound=msgspec.Struct)


class WireMessage(msgspec.Struct, gc=False):
    """A ``message``, whole or as a stream begins with it."""

    type: str | None = None
    id: str | None = None
    model: str | None = None
    content: list[msgspec.Raw] | None = None
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: msgspec.Raw = NONE
    container: msgspec.Raw = NONE
    context_management: msgspec.Raw = NONE
    usage: msgspec.Raw = NONE
    error: msgspec.Raw = NONE


class WireDelta(msgspec.Struct, gc=False):
    """What an event adds: to a block, or to the message."""

    type: str | None = None
    text: str | None = None
    thinking: str | None = None
    signature: str | None = None
    partial_json: str | None = None
    citation: msgspec.Raw = NONE
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: msgspec.Raw = NONE
    container: msgspec.Raw = NONE


class WireEvent(msgspec.Struct, gc=False):
    """One event of a stream."""

    type: str | None = None
    index: int = 0
    delta: WireDelta | None = None
    content_block: msgspec.Raw = NONE
    message: msgspec.Raw = NONE
    context_management: msgspec.Raw = NONE
    usage: msgspec.Raw = NONE
    error: msgspec.Raw = NONE


class WireError(msgspec.Struct, gc=False):
    """The ``error`` of an error body or event."""

    type: str | None = None
    message: str | None = None


MESSAGE = msgspec.json.Decoder(WireMessage)
EVENT = msgspec.json.Decoder(WireEvent)
ERROR = msgspec.json.Decoder(WireError)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read(decoder: msgspec.json.Decoder[_T], raw: bytes | msgspec.Raw) -> _T | None:
    """What can be read; members of odd type are as if not said, and None is for what is no object."""
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError:
        return _lenient(decoder.type, raw)
    except UNREADABLE:
        return None


def said(raw: msgspec.Raw) -> bytes | None:
    """A value that says something: not missing, not null, not empty."""
    value = bytes(raw)
    return None if value in (b"", b"null", b"{}", b"[]", b'""') else value


def payload(event: bytes) -> bytes:
    """The data of one event; quick for events as Anthropic writes them, with an ``event:`` line before it."""
    line = event.find(b"\n") + 1
    if line and event.startswith(b"data:", line) and event.find(b"\n", line) == len(event) - 2 and b"\r" not in event:
        return event[line + 5 : -2] if event.startswith(b"event:") else data_of(event)
    return data_of(event)


def _lenient(kind: type[_T], raw: bytes | msgspec.Raw) -> _T | None:
    try:
        members = _MEMBERS.decode(raw)
    except UNREADABLE:
        return None
    found: dict[str, object] = {}
    for field in msgspec.structs.fields(kind):
        if field.encode_name in members:
            try:
                found[field.name] = msgspec.json.decode(members[field.encode_name], type=field.type)
            except UNREADABLE:
                continue
    return kind(**found)
