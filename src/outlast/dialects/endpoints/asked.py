"""Which model a call to an endpoint is for, in a JSON body or in a form with files.

It knows where the model's name stands and how it is replaced; every other byte goes on as it came. It does not know
what else is asked.
"""

from collections.abc import Mapping

import msgspec

from outlast.dialects.dialect import NO_CHANGES, Asked
from outlast.dialects.endpoints.form import Field, boundary_of, content_type, fields
from outlast.dialects.envelope import Envelope
from outlast.errors import MalformedRequest

_TEXT = msgspec.json.Decoder(str)
_LONGEST_MODEL = 512
_NOTHING = Envelope(b"{}", {}, 0)
_TRUE = (b"true", b"1", b"True")
_STATE = ("previous_response_id", "conversation")
_DECISIVE = ("model", "stream")


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
    content_type: str
    """Of the body as it goes on: with the boundary by which the fields were found here."""
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


def peek_stateless(body: bytes, path: str) -> Asked:
    """The same, of an endpoint that would read what its provider keeps: all callers share that account.

    Raises:
        MalformedRequest: as ``peek_json``, or it names a response or conversation by its id.
    """
    asked = peek_json(body, path)
    for name in _STATE:
        if asked.envelope.text(name) is not None:
            raise MalformedRequest(f"{name!r} is not taken here: send the items themselves as 'input'", param=name)
    return asked


def peek_form(body: bytes, path: str) -> Asked:
    """Read the model of a form; a JSON body is taken too, where an endpoint has both.

    Raises:
        MalformedRequest: neither, or no model's name in it.
    """
    if body.lstrip(b" \t\r\n").startswith(b"{"):
        return peek_json(body, path)
    boundary = boundary_of(body)
    found: dict[str, Field] = {}
    for field in fields(body, boundary):
        if field.name in _DECISIVE and field.name in found:
            raise MalformedRequest(f"the form has two fields {field.name!r}; send one", param=field.name)
        found[field.name] = field
    start, value = _value(body, found.get("model"))
    try:
        model = value.decode()
    except UnicodeDecodeError:
        model = ""
    return FormAsked(
        body, start, _checked(model), _value(body, found.get("stream"))[1] in _TRUE, content_type(boundary)
    )


def _value(body: bytes, field: Field | None) -> tuple[int, bytes]:
    """Where a field's value starts, and the value; (0, nothing) where it is missing."""
    return (0, b"") if field is None else (field.start, body[field.start : field.end])


def _checked(model: str) -> str:
    if not model or len(model) > _LONGEST_MODEL or not model.isprintable():
        raise MalformedRequest("the request has no 'model': it must be the name of a model", param="model")
    return model
