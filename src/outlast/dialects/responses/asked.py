"""The Responses API: what the gateway must know of a request.

It knows the members that decide routing, metering and state. Everything else of the body is left as it came, and
unread (``request_in`` reads it where the request is translated).
"""

from collections.abc import Mapping

import msgspec

from outlast.dialects.dialect import NO_CHANGES
from outlast.dialects.envelope import Envelope
from outlast.dialects.responses.wire import FOREIGN, UNREADABLE, Members, wrong

_TEXT = msgspec.json.Decoder(str)
_LONGEST_NAME = 512
"""Characters of a model's name or of a response's id."""
_BEGINS_INPUT = b'"['
_OURS = (b'"%b' % FOREIGN.encode(), b'"x_outlast"')
"""What a body has in it when its caller gives back what only this gateway can read."""
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])
_MEMBERS = msgspec.json.Decoder(Members)


class ResponsesRequest(msgspec.Struct, frozen=True, gc=False):
    """A request whose decisive members have the right types."""

    envelope: Envelope
    model: str
    stream: bool
    store: bool
    """The answer is to be kept, so that it can be fetched and continued."""
    background: bool
    """The caller does not wait for the answer."""
    previous: str
    """The response that this one goes on from; empty: none."""

    def for_upstream(self, model: str, changes: Mapping[str, bytes | None] = NO_CHANGES) -> bytes:
        """The body for a target that calls the model ``model``; the same bytes when nothing differs.

        What another provider's answer had in it for itself alone (wrapped thoughts, signatures of calls) is left out.
        """
        edits = dict(changes)
        given = edits.get("input", self.envelope.fields.get("input"))
        if given is not None and any(mark in self.envelope.body for mark in _OURS):
            edits["input"] = _without_ours(bytes(given))
        if model != self.model:
            edits["model"] = msgspec.json.encode(model)
        return self.envelope.edit(edits) if edits else self.envelope.body


def peek(body: bytes, path: str = "") -> ResponsesRequest:  # noqa: ARG001 - every dialect's signature; here the body says it all
    """Read what routing needs, and check the whole body's grammar.

    Raises:
        MalformedRequest: the body cannot be read, or a decisive member is missing or of the wrong type (``param``).
    """
    envelope = Envelope.parse(body)
    given = envelope.text("input")
    if given is not None and given[0] not in _BEGINS_INPUT:
        raise wrong(given, "input", "a string or an array of items")
    return ResponsesRequest(
        envelope,
        _name(envelope, "model", "the name of a model"),
        _flag(envelope, "stream", default=False),
        _flag(envelope, "store", default=True),
        _flag(envelope, "background", default=False),
        _name(envelope, "previous_response_id", "the id of a response", needed=False),
    )


def _name(envelope: Envelope, member: str, wanted: str, *, needed: bool = True) -> str:
    value = envelope.text(member)
    if value is None and not needed:
        return ""
    try:
        name = _TEXT.decode(value) if value is not None else ""
    except UNREADABLE:
        raise wrong(value, member, "a string") from None
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise wrong(envelope.fields.get(member), member, wanted)
    return name


def _flag(envelope: Envelope, member: str, *, default: bool) -> bool:
    value = envelope.text(member)
    if value is None:
        return default
    if value not in (b"true", b"false"):
        raise wrong(value, member, "true or false")
    return value == b"true"


def _without_ours(given: bytes) -> bytes:
    try:
        items = [_cleaned(item) for item in _ITEMS.decode(given)]
    except UNREADABLE:
        return given  # a text, or what its provider has to judge
    return msgspec.json.encode([item for item in items if item is not None])


def _cleaned(item: msgspec.Raw) -> msgspec.Raw | None:
    """The item as a provider may see it; None where it is another provider's thought."""
    if not any(mark in bytes(item) for mark in _OURS):
        return item
    fields = _MEMBERS.decode(item)
    if bytes(fields.get("encrypted_content", b"")).startswith(_OURS[0]):
        return None
    if "x_outlast" not in fields:
        return item
    del fields["x_outlast"]
    return msgspec.Raw(msgspec.json.encode(fields))
