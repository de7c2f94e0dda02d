"""One object of a request, read member by member: what is not taken is left over, so nothing is lost in silence.

It knows types and where a member stands, to name it in an error. It does not know what any member means.
"""

from collections.abc import Callable, Mapping
from typing import NoReturn, TypeVar

import msgspec

from outlast.dialects.conversation.parts import Extra
from outlast.errors import MalformedRequest

T = TypeVar("T")
DIALECT_NAME = "chat"
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)
_FLAG = msgspec.json.Decoder(bool)
_WHOLE = msgspec.json.Decoder(int)
_NUMBER = msgspec.json.Decoder(float)
_SHOWN = 60
"""Bytes of a wrong value that its error repeats."""


def wrong(path: str, wanted: str, value: bytes | msgspec.Raw | None = None) -> NoReturn:
    """Refuse a member. Raises ``MalformedRequest``."""
    if value is None:
        raise MalformedRequest(f"the request has no {path!r}: it must be {wanted}", param=path)
    shown = bytes(memoryview(value)[:_SHOWN]).decode(errors="replace")
    raise MalformedRequest(f"{path!r} must be {wanted}, not {shown}", param=path)


def is_null(raw: msgspec.Raw) -> bool:
    """Whether a value is null."""
    return len(raw) == len(b"null") and bytes(raw) == b"null"


def is_string(raw: msgspec.Raw) -> bool:
    """Whether a value is a string."""
    return bytes(memoryview(raw)[:1]) == b'"'


class Members:
    """An object. Every reader takes its member out; null is as if not said."""

    __slots__ = ("_left", "path")

    def __init__(self, fields: Mapping[str, msgspec.Raw], path: str = "") -> None:
        self._left = dict(fields)
        self.path = path
        """Of the object, in the caller's words: ``messages[2]``; empty for the request itself."""

    @classmethod
    def of(cls, raw: bytes | msgspec.Raw, path: str) -> "Members":
        """Slice an object. Raises ``MalformedRequest`` when it is none."""
        try:
            return cls(_OBJECT.decode(raw), path)
        except UNREADABLE:
            wrong(path, "an object", raw)

    def place(self, name: str) -> str:
        """A member's path."""
        return f"{self.path}.{name}" if self.path else name

    def raw(self, name: str) -> msgspec.Raw | None:
        """A value as it came."""
        raw = self._left.pop(name, None)
        return None if raw is None or is_null(raw) else raw

    def text(self, name: str, default: str = "") -> str:
        """A string."""
        found = self._take(name, _TEXT.decode, "a string")
        return default if found is None else found

    def needed(self, name: str) -> str:
        """A string that must be there."""
        found = self._take(name, _TEXT.decode, "a string")
        return wrong(self.place(name), "a string") if found is None else found

    def flag(self, name: str) -> bool | None:
        """True, false or not said."""
        return self._take(name, _FLAG.decode, "true or false")

    def whole(self, name: str) -> int | None:
        """A whole number."""
        return self._take(name, _WHOLE.decode, "a whole number")

    def number(self, name: str) -> float | None:
        """A number."""
        return self._take(name, _NUMBER.decode, "a number")

    def items(self, name: str) -> list[msgspec.Raw]:
        """The values of an array; none where it is not said."""
        return self._take(name, _LIST.decode, "an array") or []

    def inner(self, name: str) -> "Members | None":
        """An object inside."""
        raw = self.raw(name)
        return None if raw is None else Members.of(raw, self.place(name))

    def inner_needed(self, name: str) -> "Members":
        """An object inside that must be there."""
        return self.inner(name) or wrong(self.place(name), "an object")

    def rest(self, prefix: str = "") -> Extra:
        """What nobody took, as members that only this dialect has."""
        return {f"{DIALECT_NAME}:{prefix}{name}": bytes(raw) for name, raw in self._left.items() if not is_null(raw)}

    def _take(self, name: str, read: Callable[[msgspec.Raw], T], wanted: str) -> T | None:
        raw = self.raw(name)
        if raw is None:
            return None
        try:
            return read(raw)
        except UNREADABLE:
            wrong(self.place(name), wanted, raw)


_INSIDE = ("function.", "custom.", "image_url.", "video_url.", "document_url.", "input_audio.", "file.")
"""Objects inside a part or tool whose own members are kept under the outer one's ``extra``."""


def own(extra: Extra, prefix: str = "") -> dict[str, msgspec.Raw]:
    """This dialect's members among ``extra``, to be written back: into the outer object, or the inner ``prefix``."""
    head = f"{DIALECT_NAME}:"
    found = {key.removeprefix(head): msgspec.Raw(value) for key, value in extra.items() if key.startswith(head)}
    if not prefix:
        return {name: value for name, value in found.items() if not name.startswith(_INSIDE)}
    return {name.removeprefix(prefix): value for name, value in found.items() if name.startswith(prefix)}
