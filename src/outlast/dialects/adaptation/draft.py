"""A request on its way to a target: members read and changed by place, and the rules that did it.

It knows JSON objects inside objects, as bytes. It does not know any rule. What is not changed stays as it came.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from outlast.dialects.adaptation.rule import Rule
from outlast.dialects.envelope import Envelope

Place = tuple[str, ...]
"""Names from the top of the body down: ``("reasoning", "effort")``."""


class Adaptation(msgspec.Struct, frozen=True):
    """The changes to a request's top level, the ids of the rules that acted, and a refusal if one did."""

    changes: Mapping[str, bytes | None]
    rules: tuple[str, ...]
    refusal: str | None = None
    """Why this target cannot be asked; there are then no changes, and one rule."""


class Draft:
    """A request with the changes so far."""

    __slots__ = ("_envelope", "_objects", "_read", "came", "changes", "refusal", "rules")

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._read: dict[str, bytes | None] = {}
        self._objects: dict[bytes, Envelope] = {}
        self.came = envelope.fields
        """The members that the request came with."""
        self.changes: dict[str, bytes | None] = {}
        self.rules: list[str] = []
        self.refusal: str | None = None

    def value(self, member: str, *inside: str) -> bytes | None:
        """A member's JSON as it would go upstream now; None when missing, null or below what is no object.

        Raises:
            MalformedRequest: an object on the way names a member twice.
        """
        read = self._read
        if member in read:
            value = read[member]
        else:
            read[member] = value = self._envelope.text(member)
        for name in inside:
            if value is None or not value.startswith(b"{"):
                return None
            known = self._objects.get(value)
            if known is None:
                self._objects[value] = known = Envelope.parse(value)
            value = known.text(name)
        return value

    def change(self, place: Place, value: bytes | None, rule: Rule) -> None:
        """Set a member, or remove it (None); an object that has nothing left goes with it."""
        member = place[0]
        new = value if len(place) == 1 else changed(self.value(member), place[1:], value)
        self.changes[member] = self._read[member] = new
        self.note(rule)

    def refuse(self, rule: Rule, message: str) -> None:
        """This target cannot be asked; no further rule acts."""
        self.refusal = message
        self.rules.append(rule.id)

    def note(self, rule: Rule) -> None:
        """Say that a rule acted."""
        if rule.id not in self.rules:
            self.rules.append(rule.id)


Step = Callable[[Draft], None]


class Watch(NamedTuple):
    """Something that can break at one model."""

    members: tuple[str, ...]
    """A request with none of these at its top level has nothing to do with it."""
    step: Step


def changed(value: bytes | None, place: Place, new: bytes | None) -> bytes | None:
    """An object's JSON with the member at ``place`` set or removed; None when nothing is left of it."""
    name, deeper = place[0], place[1:]
    if value is None or not value.startswith(b"{"):
        if new is None:
            return value
        inner = new if not deeper else changed(None, deeper, new)
        return b"{%b:%b}" % (msgspec.json.encode(name), inner or b"{}")
    envelope = Envelope.parse(value)
    inside = changed(envelope.text(name), deeper, new) if deeper else new
    edited = envelope.edit({name: inside})
    return None if inside is None and set(envelope.fields) <= {name} else edited


def edit_items(array: bytes, edit: Callable[[bytes], bytes | None]) -> bytes:
    """An array's JSON with items replaced, or left out (None); what is no array stays. Equal when nothing differs."""
    before = items(array)
    after = [edit(item) for item in before]
    if None in after:
        return b"[%b]" % b",".join(item for item in after if item is not None)
    pieces, position = list[bytes](), 0
    for item, new in zip(before, after, strict=True):
        start = array.index(item, position)
        pieces += (array[position:start], new or b"")
        position = start + len(item)
    return b"".join((*pieces, array[position:]))


def items(array: bytes | None) -> list[bytes]:
    """The items of an array's JSON; none of what is no array."""
    if array is None or not array.startswith(b"["):
        return []
    return [bytes(raw) for raw in msgspec.json.decode(array, type=list[msgspec.Raw])]


def last_item(array: bytes | None) -> bytes | None:
    """The last item of an array's JSON; the others are not copied."""
    if array is None or not array.startswith(b"["):
        return None
    found = msgspec.json.decode(array, type=list[msgspec.Raw])
    return bytes(found[-1]) if found else None


def integer(value: bytes | None) -> int | None:
    """A JSON integer; None for anything else."""
    return int(value) if value is not None and value.removeprefix(b"-").isdigit() and len(value) < 20 else None


def number(value: bytes | None) -> float | None:
    """A JSON number; None for anything else."""
    if value is None or value[:1] not in b"-0123456789":
        return None
    try:
        return float(value)
    except ValueError:
        return None


def text(value: bytes | None) -> str | None:
    """A JSON string; None for anything else."""
    return msgspec.json.decode(value, type=str) if value is not None and value.startswith(b'"') else None


def quoted(value: str) -> bytes:
    """A JSON string."""
    return msgspec.json.encode(value)
