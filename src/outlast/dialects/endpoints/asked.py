"""Which model a call to an endpoint is for, in a JSON body or in a form with files.

It knows where the model's name stands and how it is replaced; every other byte goes on as it came. It does not know
what else is asked.
"""

import re
from collections.abc import Mapping

import msgspec

from outlast.dialects.dialect import NO_CHANGES, Asked
from outlast.dialects.envelope import Envelope
from outlast.errors import MalformedRequest

_TEXT = msgspec.json.Decoder(str)
_LONGEST_MODEL = 512
_LONGEST_BOUNDARY = 70  # RFC 2046, 5.1.1
_NOTHING = Envelope(b"{}", {}, 0)
_NAMES_MODEL = re.compile(
    rb'\r\ncontent-disposition:[^\r\n]*;\s*name="?model"?\s*(?:;[^\r\n]*)?(?=\r\n)', re.IGNORECASE
)
_TRUE = (b"true", b"1", b"True")
_NAMES_STREAM = re.compile(rb'\r\ncontent-disposition:[^\r\n]*;\s*name="?stream"?\s*(?=\r\n)', re.IGNORECASE)


class JsonAsked(msgspec.Struct, frozen=True):
    """A JSON body with a ``model``."""

    envelope: Envelope
    model: str
    stream: bool

    def for_upstream(self, model: str, changes: Mapping[str, bytes | None] = NO_CHANGES) -> bytes:
        """The body with another model's name; the same bytes when nothing differs."""
        edits = dict(changes)
        if model != self.model:
            edits["model"] = msgspec.json.encode(model)
        return self.envelope.edit(edits) if edits else self.envelope.body


class FormAsked(msgspec.Struct, frozen=True):
    """A form (``multipart/form-data``) with a field ``model``."""

    body: bytes
    start: int
    """Of the model's name in the body."""
    model: str
    stream: bool
    envelope: Envelope = _NOTHING
    """A form has no JSON to adapt or to estimate from."""

    def for_upstream(self, model: str, changes: Mapping[str, bytes | None] = NO_CHANGES) -> bytes:  # noqa: ARG002  the protocol's; rules edit JSON
        """The form with another model's name; the same bytes when nothing differs."""
        if model == self.model:
            return self.body
        end = self.start + len(self.model.encode())
        return self.body[: self.start] + model.encode() + self.body[end:]


def peek_json(body: bytes, path: str) -> Asked:  # noqa: ARG001  the shape of ``Dialect.peek``
    """Read the model of a JSON body.

    Raises:
        MalformedRequest: no JSON object, or no model's name in it.
    """
    envelope = Envelope.parse(body)
    raw = envelope.fields.get("model")
    try:
        model = _TEXT.decode(raw) if raw is not None else ""
    except msgspec.ValidationError:
        model = ""
    return JsonAsked(envelope, _checked(model), envelope.text("stream") == b"true")


def peek_form(body: bytes, path: str) -> Asked:
    """Read the model of a form; a JSON body is taken too, where an endpoint has both.

    Raises:
        MalformedRequest: neither, or no model's name in it.
    """
    if body.lstrip(b" \t\r\n").startswith(b"{"):
        return peek_json(body, path)
    line, newline, _ = body[: _LONGEST_BOUNDARY + 4].partition(b"\r\n")
    if not (newline and line.startswith(b"--") and len(line) > 2):
        raise MalformedRequest("the body is neither a form (multipart/form-data) nor a JSON object")
    start, value = _field(body, line, _NAMES_MODEL)
    try:
        model = value.decode()
    except UnicodeDecodeError:
        model = ""
    return FormAsked(body, start, _checked(model), _field(body, line, _NAMES_STREAM)[1] in _TRUE)


def _field(body: bytes, boundary: bytes, name: re.Pattern[bytes]) -> tuple[int, bytes]:
    """Where a field's value starts, and the value; (0, nothing) where it is missing.

    Only heads of parts are looked at: what stands inside a file may look like one, but not behind the boundary.
    """
    place, divider = 0, b"\r\n" + boundary
    while place != -1:
        head_start = place + len(boundary) + (0 if place == 0 else 2)
        head_end = body.find(b"\r\n\r\n", head_start)
        if head_end == -1:
            break
        following = body.find(divider, head_end)
        if name.search(body, head_start, head_end + 2) is not None and following != -1:
            return head_end + 4, body[head_end + 4 : following]
        place = following
    return 0, b""


def _checked(model: str) -> str:
    if not model or len(model) > _LONGEST_MODEL or not model.isprintable():
        raise MalformedRequest("the request has no 'model': it must be the name of a model", param="model")
    return model
