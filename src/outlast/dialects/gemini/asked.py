"""What the gateway must know of a Gemini call before it reads it: the action and the model, which stand in the path.

It knows paths of AI Studio and Vertex, and the top level of a body. It does not read turns (``request_in``).
"""

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import parse_qs, quote, unquote

import msgspec

from outlast.dialects.dialect import NO_CHANGES
from outlast.dialects.envelope import Envelope
from outlast.dialects.gemini.foreign import without_hidden
from outlast.errors import MalformedRequest

Action = Literal["generateContent", "streamGenerateContent", "countTokens", "batchEmbedContents", "embedContent"]
_NEEDS: dict[str, str] = {
    "generateContent": "contents",
    "streamGenerateContent": "contents",
    "countTokens": "contents",
    "batchEmbedContents": "requests",
    "embedContent": "content",
}
_PATH = re.compile(
    r"/v1(?:beta1?|alpha)?/(?:projects/[^/]+/locations/[^/]+/)?(?:publishers/(?P<publisher>[^/]+)/)?"
    r"(?:models|tunedModels|endpoints)/(?P<model>.+):(?P<action>[A-Za-z]+)"
)
_LONGEST_MODEL = 512
_WHOLE = ("generateContentRequest", "generate_content_request")
"""``countTokens`` of AI Studio may have a whole request inside; both spellings are read there."""


class GeminiRequest(msgspec.Struct, frozen=True, gc=False):
    """A request whose path and top level can be read."""

    envelope: Envelope
    model: str
    action: Action

    @property
    def stream(self) -> bool:
        """Events are wanted."""
        return self.action == "streamGenerateContent"

    def for_upstream(self, model: str, changes: Mapping[str, bytes | None] = NO_CHANGES) -> bytes:
        """The body for a target that calls the model ``model``; the same bytes when nothing differs.

        The model stands in the path; only embeddings and ``countTokens`` repeat it in the body. Where a caller
        wrote one there, it is never another than the path's: the path is what he was let in for.
        """
        edits = dict(changes)
        fields = self.envelope.fields
        if not _NEEDS[self.action].startswith("contents"):
            return without_hidden(_renamed(self.envelope.edit(edits) if edits else self.envelope.body, model))
        if "model" in fields:
            edits["model"] = None
        for name in _WHOLE:
            if name in fields:
                edits[name] = _named(Envelope.parse(bytes(fields[name])), model)
        return without_hidden(self.envelope.edit(edits) if edits else self.envelope.body)


def peek(body: bytes, path: str) -> GeminiRequest:
    """Read what routing needs, and check the whole body's grammar.

    ``path`` may have its query behind a ``?``; only then is a stream without ``alt=sse`` told from one with it.

    Raises:
        MalformedRequest: the path names no model or action, the body cannot be read, or it has no contents (``param``).
    """
    model, action = split_path(path)
    envelope = Envelope.parse(body)
    needed = _NEEDS[action]
    if action == "countTokens" and any(name in envelope.fields for name in _WHOLE):
        return GeminiRequest(envelope, model, action)
    value = envelope.text(needed)
    if value is None:
        raise MalformedRequest(f"the request has no {needed!r}", param=needed)
    if value[:1] not in (b"[", b"{"):
        shown = value[:60].decode(errors="replace")
        raise MalformedRequest(f"{needed!r} must be an array of objects, not {shown}", param=needed)
    return GeminiRequest(envelope, model, action)


def split_path(path: str) -> tuple[str, Action]:
    """The model and the action that a path names; ``publishers/openai/models/x`` is ``openai/x``."""
    plain, asks, query = path.partition("?")
    found = _PATH.fullmatch(unquote(plain))
    if found is None:
        raise MalformedRequest(
            f"{plain[:100]!r} is no path of the kind /v1beta/models/MODEL:generateContent", param="model"
        )
    model, action, publisher = found["model"], found["action"], found["publisher"] or "google"
    model = model if publisher == "google" else f"{publisher}/{model}"
    if len(model) > _LONGEST_MODEL or not model.isprintable():
        raise MalformedRequest("the path must name a model before its colon", param="model")
    match action:
        case "streamGenerateContent":
            said = parse_qs(query)
            if asks and "sse" not in (*said.get("alt", ()), *said.get("$alt", ())):
                raise MalformedRequest(
                    "streams are sent as server-sent events alone: add alt=sse to the query", param="alt"
                )
            return model, action
        case "generateContent" | "countTokens" | "batchEmbedContents" | "embedContent":
            return model, action
        case _:
            raise MalformedRequest(f"the action {action[:60]!r} is not known here", param="model")


def endpoint(model: str, stream: bool) -> str:  # noqa: FBT001  the interface of all dialects
    """The path below the vendor's base URL."""
    return action_path(model, "streamGenerateContent") + "?alt=sse" if stream else action_path(model, "generateContent")


def action_path(model: str, action: Action) -> str:
    """The path of any action on a model."""
    return f"/v1beta/models/{quote(model.removeprefix('models/'), safe='')}:{action}"


def _named(envelope: Envelope, model: str) -> bytes:
    wanted = msgspec.json.encode(f"models/{model.removeprefix('models/')}")
    return envelope.body if envelope.text("model") == wanted else envelope.edit({"model": wanted})


def _renamed(body: bytes, model: str) -> bytes:
    """Embeddings repeat the model at the top, and in each of a batch's requests."""
    envelope = Envelope.parse(body)
    if "requests" not in envelope.fields:
        return _named(envelope, model) if "model" in envelope.fields else body
    try:
        each = msgspec.json.decode(envelope.fields["requests"], type=list[msgspec.Raw])
    except msgspec.MsgspecError:
        raise MalformedRequest("'requests' must be an array of objects", param="requests") from None
    named = [_named(Envelope.parse(bytes(one)), model) for one in each]
    if named == [bytes(one) for one in each]:
        return body
    return envelope.edit({"requests": b"[%b]" % b",".join(named)})
