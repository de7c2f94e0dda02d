"""An object of a request taken apart member by member, and what is left of it as extra members.

It knows JSON: null is "not said". It does not know what any member means. Values that nobody decodes stay as they came.
"""

from typing import NoReturn, TypeVar

import msgspec

from outlast.dialects.conversation.parts import Extra
from outlast.errors import MalformedRequest

NAME = "anthropic"
PREFIX = f"{NAME}:"
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding of bytes may raise that nobody has looked into yet."""
_SHOWN = 60
_T = TypeVar("_T")
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


class Members:
    """The members of one object. ``path`` names it in errors, as Anthropic does (``messages.0.content.1``)."""

    __slots__ = ("_left", "path", "raw")

    def __init__(self, raw: bytes | msgspec.Raw, path: str = "") -> None:
        self.path = path
        self.raw = bytes(raw)
        try:
            self._left = _OBJECT.decode(raw)
        except UNREADABLE:
            refuse(path or "body", "an object", raw)

    def at(self, name: str) -> str:
        """The full name of a member."""
        return f"{self.path}.{name}" if self.path else name

    def take(self, name: str) -> bytes | None:
        """A value as it came; None when it is missing or null."""
        raw = self._left.pop(name, None)
        value = b"null" if raw is None else bytes(raw)
        return None if value == b"null" else value

    def text(self, name: str) -> str | None:
        """A string."""
        return self._typed(name, str, "a string")

    def needed(self, name: str) -> str:
        """A string that must be there."""
        text = self.text(name)
        if text is None:
            raise MalformedRequest(f"{self.at(name)!r} is required: a string", param=self.at(name))
        return text

    def flag(self, name: str) -> bool | None:
        """True or false."""
        return self._typed(name, bool, "true or false")

    def whole(self, name: str) -> int | None:
        """A whole number."""
        return self._typed(name, int, "a whole number")

    def number(self, name: str) -> float | None:
        """A number."""
        return self._typed(name, float, "a number")

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings; empty when it is missing."""
        return self._typed(name, tuple[str, ...], "an array of strings") or ()

    def object(self, name: str) -> "Members | None":
        """An object of its own."""
        raw = self.take(name)
        return None if raw is None else Members(raw, self.at(name))

    def items(self, name: str) -> list[msgspec.Raw]:
        """A list of anything; empty when it is missing."""
        raw = self.take(name)
        return [] if raw is None else items(raw, self.at(name))

    def rest(self) -> Extra:
        """What nobody has taken, as extra members."""
        return {PREFIX + name: bytes(raw) for name, raw in self._left.items() if bytes(raw) != b"null"}

    def left(self) -> bytes | None:
        """What nobody has taken, as one object; None when that is nothing."""
        left = {name: raw for name, raw in self._left.items() if bytes(raw) != b"null"}
        return msgspec.json.encode(left) if left else None

    def _typed(self, name: str, kind: type[_T], wanted: str) -> _T | None:
        raw = self.take(name)
        if raw is None:
            return None
        try:
            return msgspec.json.decode(raw, type=kind)
        except UNREADABLE:
            refuse(self.at(name), wanted, raw)


def items(raw: bytes, path: str) -> list[msgspec.Raw]:
    """The items of a list."""
    try:
        return _LIST.decode(raw)
    except UNREADABLE:
        refuse(path, "an array", raw)


def refuse(path: str, wanted: str, raw: bytes | msgspec.Raw) -> NoReturn:
    """Say what was wrong with a value, and where."""
    shown = bytes(memoryview(raw)[:_SHOWN]).decode(errors="replace")
    raise MalformedRequest(f"{path!r} must be {wanted}, not {shown}", param=path)
