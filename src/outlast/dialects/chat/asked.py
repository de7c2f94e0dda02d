"""OpenAI's chat completions: what the gateway must know of a request, and what it reads in a plain answer.

It knows the members that decide routing and metering. Everything else of both bodies is left as it came, and
unread. It does not know streams (``chat.relay``) nor what models refuse (``adaptation``).
"""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from outlast.dialects.chat.facts import Answer, read_completion
from outlast.dialects.envelope import Envelope
from outlast.errors import MalformedRequest

_TEXT = msgspec.json.Decoder(str)
_NO_CHANGES: Mapping[str, bytes | None] = MappingProxyType({})
_ONLY_USAGE = b'{"include_usage":true}'
_ARRAY = ord("[")
_LONGEST_MODEL = 512
"""Characters of a model's name; the longest of the catalogue has under 100."""

__all__ = ["Answer", "ChatRequest", "named_model", "peek", "read_answer", "read_asked"]


class ChatRequest(msgspec.Struct, frozen=True, gc=False):
    """A request whose decisive members have the right types."""

    envelope: Envelope
    model: str
    stream: bool
    include_usage: bool
    """The caller asked for usage in a stream."""

    def for_upstream(self, model: str, changes: Mapping[str, bytes | None] = _NO_CHANGES) -> bytes:
        """The body for a target that calls the model ``model``; the same bytes when nothing differs.

        Only the model id, ``changes`` and, in a stream, ``stream_options.include_usage`` differ from what came.
        """
        edits = dict(changes)
        if model != self.model:
            edits["model"] = msgspec.json.encode(model)
        if self.stream and not self.include_usage:
            edits["stream_options"] = self._options_with_usage()
        return self.envelope.edit(edits) if edits else self.envelope.body

    def _options_with_usage(self) -> bytes:
        options = self.envelope.text("stream_options")
        if options is None:
            return _ONLY_USAGE
        return Envelope.parse(options).edit({"include_usage": b"true"})


def peek(body: bytes) -> ChatRequest:
    """Read what routing needs, and check the whole body's grammar.

    Raises:
        MalformedRequest: the body cannot be read, or a decisive member is missing or of the wrong type (``param``).
    """
    envelope = Envelope.parse(body)
    fields = envelope.fields
    messages = fields.get("messages")
    if messages is None or memoryview(messages)[0] != _ARRAY:
        raise _wrong(envelope, "messages", "an array of messages")
    return read_asked(envelope)


def read_asked(envelope: Envelope) -> ChatRequest:
    """The members that chat and the older completions share. Raises ``MalformedRequest``."""
    stream = "stream" in envelope.fields and _flag(envelope, "stream")
    return ChatRequest(envelope, _model(envelope), stream, _asks_usage(envelope))


def named_model(body: bytes) -> str:
    """The model that a request names although ``peek`` refuses it; empty where that cannot be read either."""
    try:
        return _model(Envelope.parse(body))
    except MalformedRequest:
        return ""


def read_answer(body: bytes) -> Answer:
    """What the record needs of a plain 200.

    Raises:
        UpstreamBroken: the body is no JSON object.
    """
    return read_completion(body)


def _model(envelope: Envelope) -> str:
    raw = envelope.fields.get("model")
    try:
        model = _TEXT.decode(raw) if raw is not None else ""
    except msgspec.ValidationError:
        raise _wrong(envelope, "model", "a string") from None
    if not model or len(model) > _LONGEST_MODEL or not model.isprintable():
        raise _wrong(envelope, "model", "the name of a model")
    return model


def _flag(envelope: Envelope, name: str, *, inside: str = "") -> bool:
    value = bytes(envelope.fields[name])
    if value not in (b"true", b"false", b"null"):
        raise _wrong(envelope, name, "true or false", inside=inside)
    return value == b"true"


def _asks_usage(envelope: Envelope) -> bool:
    if "stream_options" not in envelope.fields:
        return False
    options = envelope.text("stream_options")
    if options is None:
        return False
    if not options.startswith(b"{"):
        raise _wrong(envelope, "stream_options", "an object")
    inner = Envelope.parse(options)
    return "include_usage" in inner.fields and _flag(inner, "include_usage", inside="stream_options.")


def _wrong(envelope: Envelope, name: str, wanted: str, *, inside: str = "") -> MalformedRequest:
    param = inside + name
    if name not in envelope.fields:
        return MalformedRequest(f"the request has no {param!r}: it must be {wanted}", param=param)
    value = bytes(memoryview(envelope.fields[name])[:60]).decode(errors="replace")
    return MalformedRequest(f"{param!r} must be {wanted}, not {value}", param=param)
