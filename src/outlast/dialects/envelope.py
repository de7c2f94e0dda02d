"""The top level of a JSON object, without a full parse: which members it has, and where each value stands.

It knows JSON's grammar and bytes. It does not know what any member means (``chat.asked`` does). Names are unique
at the top level; deeper down they are the upstream's business, and those bytes pass as they came.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import NamedTuple, NoReturn

import msgspec

from outlast.errors import MalformedRequest

_GOT = re.compile(r"got `(\w+)`")
_DECODER = msgspec.json.Decoder(dict[str, msgspec.Raw])
_KEY = re.compile(rb'[ \t\n\r]*("[^"\\]*+(?:\\.[^"\\]*+)*+")[ \t\n\r]*:[ \t\n\r]*', re.DOTALL)
_AFTER_VALUE = re.compile(rb"[ \t\n\r]*([,}])")
_OPENING = re.compile(rb"[ \t\n\r]*\{")
_SLICE = 1 << 20
"""UTF-8 is checked in pieces of this size: decoded whole, a body of 50 MB could take 200 MB."""
_COMPACT_MEMBER = len('"":,')
"""Bytes of a member beside its name and value when nothing is written between them."""


class Member(NamedTuple):
    """Where one member stands in the body."""

    start: int
    """Of the name's opening quote."""
    value: int
    end: int
    """Just past the value."""


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """A request body that is one JSON object, with each top-level value still as it came."""

    body: bytes
    fields: dict[str, msgspec.Raw]
    gap: int | None
    """Blanks after each colon and comma, none elsewhere (0, or the 1 of Python's ``json``): positions then follow
    from lengths. None: the body has to be walked."""

    @classmethod
    def parse(cls, body: bytes) -> "Envelope":
        """Check the whole body and slice its top level.

        Raises:
            MalformedRequest: no UTF-8, no JSON, no object, nested too deeply, or a name that stands twice.
        """
        if not body.isascii():
            _check_utf8(body)
        try:
            fields = _DECODER.decode(body)
        except (msgspec.MsgspecError, RecursionError) as error:
            _refuse(body, error)
        length = sum(map(len, chain(fields, fields.values()))) + _COMPACT_MEMBER * len(fields) + 1
        # No body with these members is shorter: equality leaves no room for a name that stands twice.
        if length == len(body):
            return cls(body, fields, 0)
        if length + 2 * len(fields) - 1 == len(body) and _spaced(fields) == body:
            return cls(body, fields, 1)
        for _ in _walk(body, fields):
            pass
        return cls(body, fields, None)

    def text(self, name: str) -> bytes | None:
        """The bytes of a value; None when the member is missing or null."""
        raw = self.fields.get(name)
        if raw is None:
            return None
        value = bytes(raw)
        return None if value == b"null" else value

    def edit(self, changes: Mapping[str, bytes | None]) -> bytes:
        """The body with values replaced, members removed (None) or appended; every other byte as it was.

        The changed values are JSON texts. The same bytes come back when nothing differs.
        """
        fields, gap = self.fields, self.gap
        if gap is None or not fields or None in changes.values():
            changed = {name: value for name, value in changes.items() if value is not None or name in fields}
            return self._rebuild(changed) if changed else self.body
        return self._splice(changes, gap)

    def _splice(self, changes: Mapping[str, bytes | None], gap: int) -> bytes:
        """Values replaced in place and members appended, by lengths alone: the request path's own case."""
        body, fields = self.body, self.fields
        left, pieces, position, start = len(changes), list[bytes](), 0, 1
        for name, raw in fields.items():
            value = start + len(name) + 3 + gap
            end = value + len(raw)
            new = changes.get(name)
            if new is not None:
                pieces += (body[position:value], new)
                position = end
                left -= 1
                if not left:
                    pieces.append(body[end:])
                    return b"".join(pieces)
            start = end + 1 + gap
        pieces.append(body[position:-1])
        for name, new in changes.items():
            if name not in fields and new is not None:
                pieces += (b", " if gap else b",", msgspec.json.encode(name), b": " if gap else b":", new)
        pieces.append(b"}")
        return b"".join(pieces)

    def _rebuild(self, changes: Mapping[str, bytes | None]) -> bytes:
        body, pieces, head, previous = self.body, list[bytes](), b"", 0
        separator = b","
        for name, member in _walk(body, self.fields) if self.gap is None else _count(self.fields, self.gap):
            if previous:
                separator = body[previous : member.start]
            else:
                head = body[: member.start]
            previous = member.end
            if name not in changes:
                pieces += (separator, body[member.start : member.end])
                continue
            value = changes[name]
            if value is not None:
                pieces += (separator, body[member.start : member.value], value)
        for name, value in changes.items():
            if name not in self.fields and value is not None:
                pieces += (separator, msgspec.json.encode(name), b":", value)
        if not self.fields:
            head, previous = body[: body.index(b"{") + 1], body.index(b"}")
        return b"".join((head, *pieces[1:], body[previous:]))


def _count(fields: Mapping[str, msgspec.Raw], gap: int) -> Iterator[tuple[str, Member]]:
    """Every member of a body written with ``gap``, in order."""
    start = 1
    for name, raw in fields.items():
        value = start + len(name) + 3 + gap
        end = value + len(raw)
        yield name, Member(start, value, end)
        start = end + 1 + gap


def _spaced(fields: Mapping[str, msgspec.Raw]) -> bytes:
    """The only body that has these members, each once, with one blank after every colon and comma."""
    return b"{%b}" % b", ".join([b'"%b": %b' % (name.encode(), bytes(raw)) for name, raw in fields.items()])


def _walk(body: bytes, fields: Mapping[str, msgspec.Raw]) -> Iterator[tuple[str, Member]]:
    """Every member of a body known to be valid, in order; stops at a name that stands twice.

    ``fields`` holds the last value of each name, so a value that differs from it belongs to a name that comes again.
    """
    opening = _OPENING.match(body)
    position = opening.end() if opening else 0
    seen = set[str]()
    while (key := _KEY.match(body, position)) is not None:
        quoted = key[1]
        name = msgspec.json.decode(quoted, type=str) if b"\\" in quoted else quoted[1:-1].decode()
        value = bytes(fields[name])
        end = key.end() + len(value)
        after = _AFTER_VALUE.match(body, end)
        if name in seen or after is None or not body.startswith(value, key.end()):
            raise MalformedRequest(f"the request body names {name[:100]!r} twice; name it once", param=name[:100])
        seen.add(name)
        yield name, Member(key.start(1), key.end(), end)
        position = after.end()


def _check_utf8(body: bytes) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(body), _SLICE):
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(body[start : start + _SLICE], final=start + _SLICE >= len(body))
        except UnicodeDecodeError as error:
            raise MalformedRequest(
                f"the request body is not valid UTF-8: byte {start - held + error.start} cannot be read"
            ) from error


def _refuse(body: bytes, error: Exception) -> NoReturn:
    if not body.strip():
        raise MalformedRequest("the request body is empty; send a JSON object") from error
    if isinstance(error, RecursionError):
        raise MalformedRequest("the request body is nested too deeply") from error
    found = _GOT.search(str(error)) if isinstance(error, msgspec.ValidationError) else None
    if found:
        raise MalformedRequest(f"the request body must be a JSON object, not {found[1]}") from error
    what = str(error).removeprefix("JSON is malformed: ")
    if what == "Input data was truncated":
        what = "it ends too early, or holds half of a surrogate pair"
    raise MalformedRequest(f"the request body is not valid JSON: {what}") from error
