"""Anthropic's messages: what the gateway must know of a request, and no more.

It knows the members that decide routing. Everything else of the body is left as it came, and unread. The bodies of
``/v1/messages/count_tokens`` are the same, with fewer members.
"""

from collections.abc import Mapping

import msgspec

from outlast.dialects.anthropic.cleaned import without_foreign
from outlast.dialects.dialect import NO_CHANGES
from outlast.dialects.envelope import Envelope
from outlast.errors import MalformedRequest

ENDPOINT = "/v1/messages"
COUNT_ENDPOINT = "/v1/messages/count_tokens"
PASSES = frozenset({"anthropic-version", "anthropic-beta"})
_TEXT = msgspec.json.Decoder(str)
_ARRAY = ord("[")
_LONGEST_MODEL = 512
"""Characters of a model's name; the longest of the catalogue has under 100."""
_FLAGS = {b"true": True, b"false": False, b"null": False}


class MessagesRequest(msgspec.Struct, frozen=True, gc=False):
    """A request whose decisive members have the right types."""

    envelope: Envelope
    model: str
    stream: bool

    def for_upstream(self, model: str, changes: Mapping[str, bytes | None] = NO_CHANGES) -> bytes:
        """The body for a target that calls the model ``model``; the same bytes when nothing differs.

        What other vendors left in turns that they answered is taken out.
        """
        edits = without_foreign(self.envelope.body, self) | dict(changes)
        if model != self.model:
            edits["model"] = msgspec.json.encode(model)
        return self.envelope.edit(edits) if edits else self.envelope.body


def peek(body: bytes, path: str = ENDPOINT) -> MessagesRequest:  # noqa: ARG001  the interface of every dialect; here the body says it all
    """Read what routing needs, and check the whole body's grammar.

    Raises:
        MalformedRequest: the body cannot be read, or a decisive member is missing or of the wrong type (``param``).
    """
    envelope = Envelope.parse(body)
    messages = envelope.fields.get("messages")
    if messages is None or memoryview(messages)[0] != _ARRAY:
        raise _wrong(envelope, "messages", "an array of messages")
    stream = _FLAGS.get(bytes(envelope.fields.get("stream", b"null")))
    if stream is None:
        raise _wrong(envelope, "stream", "true or false")
    return MessagesRequest(envelope, _model(envelope), stream)


def endpoint(model: str, stream: bool) -> str:  # noqa: ARG001, FBT001  the interface of every dialect; here the body says it all
    """The path below the vendor's base URL."""
    return ENDPOINT


def _model(envelope: Envelope) -> str:
    raw = envelope.fields.get("model")
    try:
        model = _TEXT.decode(raw) if raw is not None else ""
    except msgspec.MsgspecError:
        model = ""
    if not model or len(model) > _LONGEST_MODEL or not model.isprintable():
        raise _wrong(envelope, "model", "the name of a model")
    return model


def _wrong(envelope: Envelope, name: str, wanted: str) -> MalformedRequest:
    if name not in envelope.fields:
        return MalformedRequest(f"the request has no {name!r}: it must be {wanted}", param=name)
    value = bytes(memoryview(envelope.fields[name])[:60]).decode(errors="replace")
    return MalformedRequest(f"{name!r} must be {wanted}, not {value}", param=name)
