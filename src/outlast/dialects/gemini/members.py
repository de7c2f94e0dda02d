"""An object of a request, taken apart member by member; Google takes ``snake_case`` and ``camelCase`` alike.

It knows how JSON of protocol buffers may be written: either case, null for "not said", one value for a list of one,
numbers as texts. It does not know what any member means. What nobody has taken is the rest.
"""

from typing import NoReturn, TypeVar

import msgspec

from outlast.dialects.conversation.parts import Extra
from outlast.errors import MalformedRequest

PREFIX = "gemini:"
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_SHOWN = 60
_T = TypeVar("_T")


class Members:
    """The members of one object. ``path`` names it in errors; empty for the body."""

    def __init__(self, raw: bytes | msgspec.Raw, path: str = "") -> None:
        self.path = path
        self.raw = raw
        try:
            found = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        except _UNREADABLE:
            refuse(path or "body", "an object", raw)
        self._left: dict[str, msgspec.Raw] = {}
        for key, value in found.items():
            name = camel(key)
            if name in self._left:
                raise MalformedRequest(f"{self.at(name)!r} stands twice; name it once", param=self.at(name))
            self._left[name] = value

    def at(self, name: str) -> str:
        """The full name of a member."""
        return f"{self.path}.{name}" if self.path else name

    def take(self, name: str) -> msgspec.Raw | None:
        """A value as it came; None when it is missing or null."""
        raw = self._left.pop(name, None)
        return None if raw is None or bytes(raw) == b"null" else raw

    def text(self, name: str) -> str | None:
        """A string."""
        return self._typed(name, str, "a string")

    def flag(self, name: str) -> bool | None:
        """True or false."""
        return self._typed(name, bool, "true or false")

    def whole(self, name: str) -> int | None:
        """A whole number, also as ``"40"`` or ``40.0``."""
        return self._typed(name, int, "a whole number", strict=False)

    def number(self, name: str) -> float | None:
        """A number, also as a text."""
        return self._typed(name, float, "a number", strict=False)

    def texts(self, name: str) -> tuple[str, ...] | None:
        """A list of strings."""
        return self._typed(name, tuple[str, ...], "an array of strings")

    def object(self, name: str) -> "Members | None":
        """An object of its own."""
        raw = self.take(name)
        return None if raw is None else Members(raw, self.at(name))

    def objects(self, name: str) -> list["Members"]:
        """A list of objects, or one object in place of a list of one."""
        raw = self.take(name)
        if raw is None:
            return []
        path = self.at(name)
        if bytes(raw).startswith(b"{"):
            return [Members(raw, path)]
        try:
            items = msgspec.json.decode(raw, type=list[msgspec.Raw])
        except _UNREADABLE:
            refuse(path, "an array of objects", raw)
        return [Members(item, f"{path}[{index}]") for index, item in enumerate(items)]

    def names(self) -> tuple[str, ...]:
        """What is left."""
        return tuple(self._left)

    def rest(self, place: str = "") -> Extra:
        """What nobody has taken, as extra members; ``place`` is the path below that of the extra's owner."""
        head = f"{PREFIX}{place}." if place else PREFIX
        return {head + name: bytes(raw) for name, raw in self._left.items() if bytes(raw) != b"null"}

    def _typed(self, name: str, kind: type[_T], wanted: str, *, strict: bool = True) -> _T | None:
        raw = self.take(name)
        if raw is None:
            return None
        try:
            return msgspec.json.decode(raw, type=kind, strict=strict)
        except _UNREADABLE:
            refuse(self.at(name), wanted, raw)


def camel(name: str) -> str:
    """``file_uri`` is ``fileUri``; what begins with an underscore keeps it."""
    if "_" not in name:
        return name
    head, *tail = name.lstrip("_").split("_")
    return "_" * (len(name) - len(name.lstrip("_"))) + head + "".join(word[:1].upper() + word[1:] for word in tail)


def refuse(path: str, wanted: str, raw: bytes | msgspec.Raw) -> NoReturn:
    """Say what was wrong with a value, and where."""
    shown = bytes(memoryview(raw)[:_SHOWN]).decode(errors="replace")
    raise MalformedRequest(f"{path!r} must be {wanted}, not {shown}", param=path)
