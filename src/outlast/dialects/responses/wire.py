"""The Responses API's JSON as it is read and written here: members still as they came, and the words of its items.

It knows how to take one member out of an object and what to say when it has the wrong type. It does not know what the
members mean.
"""

from typing import Any, TypeVar

import msgspec

from outlast.dialects.conversation.parts import Extra, Json
from outlast.errors import MalformedRequest

NAME = "responses"
Members = dict[str, msgspec.Raw]
Wire = dict[str, Any]
"""One object on its way out; values that pass as they came are ``msgspec.Raw``."""

FOREIGN = "outlast:"
"""How ``encrypted_content`` begins where it holds a thought of another dialect: ``outlast:DIALECT:KIND:OPAQUE``."""

_MEMBERS = msgspec.json.Decoder(Members)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What a part raises that was passed over as it stood until now: nobody has looked into it yet."""
_SHOWN = 60
T = TypeVar("T")


def wrong(raw: bytes | msgspec.Raw | None, where: str, wanted: str) -> MalformedRequest:
    """The error for a member that is missing or of another type than ``wanted``."""
    if raw is None:
        return MalformedRequest(f"the request has no {where!r}: it must be {wanted}", param=where)
    value = bytes(memoryview(raw)[:_SHOWN]).decode(errors="replace")
    return MalformedRequest(f"{where!r} must be {wanted}, not {value}", param=where)


def members(raw: msgspec.Raw | bytes, where: str) -> Members:
    """An object's members. Raises ``MalformedRequest``."""
    try:
        return _MEMBERS.decode(raw)
    except UNREADABLE:
        raise wrong(raw, where, "an object") from None


def listed(raw: msgspec.Raw | bytes, where: str) -> list[msgspec.Raw]:
    """An array's values. Raises ``MalformedRequest``."""
    try:
        return _LIST.decode(raw)
    except UNREADABLE:
        raise wrong(raw, where, "an array") from None


def is_null(raw: msgspec.Raw | None) -> bool:
    """Whether a member is missing or null."""
    return raw is None or bytes(raw) == b"null"


def take(fields: Members, name: str, where: str, kind: type[T]) -> T | None:
    """Take a member out: None where it is missing or null. Raises ``MalformedRequest``."""
    raw = fields.pop(name, None)
    if raw is None or is_null(raw):
        return None
    try:
        return msgspec.json.decode(raw, type=kind)
    except UNREADABLE:
        raise wrong(raw, f"{where}{name}", _WANTED.get(kind, "readable")) from None


def take_text(fields: Members, name: str, where: str) -> str:
    """Take a member out that must be a string where it is there; empty where it is missing or null."""
    return take(fields, name, where, str) or ""


def needed(fields: Members, name: str, where: str) -> str:
    """Take a string out that must be there. Raises ``MalformedRequest``."""
    raw = fields.pop(name, None)
    if raw is not None:
        try:
            return _TEXT.decode(raw)
        except UNREADABLE:
            pass
    raise wrong(raw, f"{where}{name}", "a string")


def kept(fields: Members, *, but: tuple[str, ...] = ()) -> Extra:
    """What is left of an object, for this dialect alone to write back."""
    return {f"{NAME}:{name}": bytes(raw) for name, raw in fields.items() if name not in but}


def own(extra: Extra, *, but: tuple[str, ...] = ()) -> Wire:
    """The members of ``extra`` that are this dialect's, to be written back."""
    return {
        name: msgspec.Raw(value)
        for key, value in extra.items()
        for whose, _, name in (key.partition(":"),)
        if whose == NAME and name not in but
    }


def said(extra: Extra, name: str) -> str:
    """A string of this dialect in ``extra``; empty where there is none."""
    value = extra.get(f"{NAME}:{name}")
    try:
        return _TEXT.decode(value) if value else ""
    except UNREADABLE:
        return ""


def raw(value: Json) -> msgspec.Raw:
    """A JSON text to be written as it is."""
    return msgspec.Raw(value)


def data_url(mime: str, data: str) -> str:
    """Base64 as an address."""
    return f"data:{mime};base64,{data}" if mime else data


def of_data_url(url: str) -> tuple[str, str] | None:
    """Type and base64 of an address that carries its own content; None for any other."""
    if not url.startswith("data:"):
        return None
    head, comma, data = url[5:].partition(",")
    mime, _, how = head.rpartition(";")
    return (mime, data) if comma and how == "base64" else None


_WANTED: dict[Any, str] = {
    str: "a string",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list[str]: "an array of strings",
    list[msgspec.Raw]: "an array",
    Members: "an object",
}
