"""What a response, whole or at the end of its stream, says of itself: model, usage, how it ended, first words.

It knows the shape of the response object, and reads only those members. An odd shape never fails a call: what can be
read is read, the rest is as if not said.
"""

import msgspec

from outlast.dialects.answer import TEXT_LIMIT, Answer
from outlast.dialects.responses.wire import UNREADABLE
from outlast.dialects.usage import WireUsage, lenient_usage, usage_of
from outlast.errors import UpstreamBroken


class Content(msgspec.Struct, gc=False):
    """A piece of a message."""

    text: str | None = None
    refusal: str | None = None


class Item(msgspec.Struct, gc=False):
    """One item of the output; only messages have words."""

    type: str = ""
    content: list[Content] | None = None


class Details(msgspec.Struct, gc=False):
    """Why a response is incomplete."""

    reason: str | None = None


class Failure(msgspec.Struct, gc=False):
    """Why a response failed."""

    message: str | None = None
    code: str | None = None


class Response(msgspec.Struct, gc=False):
    """A response object."""

    id: str | None = None
    model: str | None = None
    status: str | None = None
    created_at: float | None = None
    usage: WireUsage | None = None
    incomplete_details: Details | None = None
    error: Failure | None = None
    service_tier: str | None = None
    output: msgspec.Raw = msgspec.Raw()

    @property
    def ended(self) -> str:
        """How it ended, in the provider's words: why it is incomplete, or its status."""
        return (self.incomplete_details and self.incomplete_details.reason) or self.status or ""


_RESPONSE = msgspec.json.Decoder(Response)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ITEMS = msgspec.json.Decoder(list[Item])


def read_answer(body: bytes) -> Answer:
    """What the record needs of a plain 200.

    Raises:
        UpstreamBroken: the body is no JSON object.
    """
    return answer_of(read_response(body))


def read_response(body: bytes | msgspec.Raw) -> Response:
    """Decode what is needed, in any shape. Raises ``UpstreamBroken`` when it is no JSON object."""
    try:
        return _RESPONSE.decode(body)
    except msgspec.ValidationError:
        pass
    except UNREADABLE as error:
        raise UpstreamBroken(f"the upstream's answer is no JSON object: {error}") from error
    try:
        return _lenient(_MEMBERS.decode(body))
    except UNREADABLE as error:
        raise UpstreamBroken(f"the upstream's answer is no JSON object: {error}") from error


def answer_of(response: Response) -> Answer:
    """The facts of a response."""
    text = words_of(response.output) or (response.error and response.error.message) or ""
    return Answer(response.model or "", usage_of(response.usage), response.ended, text[:TEXT_LIMIT])


def words_of(output: msgspec.Raw) -> str:
    """What the messages of an output say; empty where it cannot be read."""
    try:
        items = _ITEMS.decode(output) if len(output) else []
    except UNREADABLE:
        return ""
    contents = [content for item in items if item.type == "message" for content in item.content or ()]
    return "".join(content.text or content.refusal or "" for content in contents)


def _lenient(fields: dict[str, msgspec.Raw]) -> Response:
    response = Response(output=fields.get("output", msgspec.Raw()))
    for name, kind in (
        ("id", str), ("model", str), ("status", str), ("created_at", float), ("service_tier", str),
        ("incomplete_details", Details), ("error", Failure),
    ):  # fmt: skip
        if name in fields:
            setattr(response, name, _part(fields[name], kind))
    if "usage" in fields:
        response.usage = lenient_usage(fields["usage"])
    return response


def _part(raw: msgspec.Raw, kind: type) -> object:
    try:
        return msgspec.json.decode(raw, type=kind)
    except UNREADABLE:
        return None
