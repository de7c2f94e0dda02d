"""A whole response read into the canonical reply.

It knows the members of the response object and how its end is said. An odd item is kept whole; only what is no
response at all is an error.
"""

from typing import Any

import msgspec

from outlast.dialects.conversation.parts import Json, Part, Text, ToolCall
from outlast.dialects.conversation.reply import Candidate, End, Finish, Reply
from outlast.dialects.responses.facts import Response, read_response
from outlast.dialects.responses.items_in import contents, lenient_part
from outlast.dialects.responses.wire import NAME, UNREADABLE, Members
from outlast.dialects.usage import usage_of
from outlast.errors import MalformedRequest, UpstreamBroken

_MEMBERS = msgspec.json.Decoder(Members)
_ENDS: dict[str, End] = {"max_output_tokens": "length", "max_tokens": "length", "content_filter": "content_filter"}
_COMPLETE = ("completed", "complete", "")


def decode_reply(body: bytes) -> Reply:
    """The canonical reply.

    Raises:
        UpstreamBroken: no JSON object, or the upstream's word that it failed.
    """
    response = read_response(body)
    if response.status == "failed":
        raise UpstreamBroken(f"the upstream failed: {failure_of(response)}")
    parts, logprobs = parts_of(response.output)
    return Reply(
        id=response.id or "",
        model=response.model or "",
        created=int(response.created_at or 0),
        candidates=(Candidate(parts=parts, finish=finish_of(response, parts), logprobs=logprobs),),
        usage=usage_of(response.usage),
        service_tier=response.service_tier or "",
    )


def failure_of(response: Response) -> str:
    """What a failed response says of itself."""
    error = response.error
    return (error and (error.message or error.code)) or "it does not say why"


def finish_of(response: Response, parts: tuple[Part, ...]) -> Finish:
    """How a response ended."""
    status, ended = response.status or "", response.ended
    if status in _COMPLETE:
        return Finish("tool_calls" if any(isinstance(part, ToolCall) for part in parts) else "stop", status)
    return Finish(_ENDS.get(ended, "other"), ended)


def parts_of(output: msgspec.Raw) -> tuple[tuple[Part, ...], Json]:
    """The parts of an answer, and the log-probabilities of its words."""
    try:
        items = msgspec.json.decode(output, type=list[msgspec.Raw]) if len(output) else []
    except UNREADABLE:
        items = []
    parts: list[Part] = []
    logprobs: list[Any] = []
    for item in items:
        parts += item_parts(item, logprobs)
    return tuple(parts), joint(logprobs)


def item_parts(item: msgspec.Raw, logprobs: list[Any]) -> list[Part]:
    """The parts that one item of an answer is; log-probabilities are added to the list."""
    try:
        fields = _MEMBERS.decode(item)
        kind = msgspec.json.decode(fields.pop("type", b'""'), type=str)
    except UNREADABLE:
        return []
    if kind != "message":
        return [lenient_part(kind, fields, item)]
    try:
        parts = contents(fields.get("content"), "content")
    except MalformedRequest:
        return [lenient_part("unreadable message", fields, item)]
    head = {f"{NAME}:{name}": bytes(fields[name]) for name in ("id", "phase") if name in fields}
    return [plain_words(part, head if place == 0 else {}, logprobs) for place, part in enumerate(parts)]


def plain_words(part: Part, head: dict[str, bytes], logprobs: list[Any]) -> Part:
    """Words without their log-probabilities, which stand elsewhere, and with what their message says of itself."""
    key = f"{NAME}:logprobs"
    if not isinstance(part, Text):
        return part
    found = part.extra.get(key)
    if found:
        try:
            logprobs += msgspec.json.decode(found, type=list[msgspec.Raw])
        except UNREADABLE:
            found = None
    extra = {**head, **{name: value for name, value in part.extra.items() if name != key}}
    return msgspec.structs.replace(part, extra=extra)


def joint(logprobs: list[Any]) -> Json:
    """Log-probabilities in the canonical shape."""
    return msgspec.json.encode({"content": logprobs}) if logprobs else b""
