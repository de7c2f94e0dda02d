"""Google's answers as they are read: candidates, parts and counts, typed, and what to do when one has an odd shape.

It knows the members that mean something to us. It does not know what they mean (``reply_in`` does). A member of the
wrong type is as if not said; only what is no JSON object at all is an error.
"""

import types
from collections.abc import Iterator
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec

from outlast.errors import UpstreamBroken

StructT = TypeVar("StructT", bound=msgspec.Struct)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class FunctionCall(msgspec.Struct, gc=False):
    """The model asks for a tool."""

    id: str | None = None
    name: str | None = None
    args: msgspec.Raw = msgspec.Raw()


class Blob(msgspec.Struct, gc=False, rename="camel"):
    """Media in place (``data``) or by address (``file_uri``)."""

    mime_type: str | None = None
    data: str | None = None
    file_uri: str | None = None
    display_name: str | None = None


class Part(msgspec.Struct, rename="camel"):
    """One piece of a content, by the member that is there; none of these means a block of Google's own."""

    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    function_call: FunctionCall | None = None
    inline_data: Blob | None = None
    file_data: Blob | None = None


class Content(msgspec.Struct):
    """A turn."""

    parts: list[msgspec.Raw] | None = None


class Segment(msgspec.Struct, gc=False, rename="camel"):
    """A stretch of the answer's text, in bytes of UTF-8."""

    start_index: int | None = None
    end_index: int | None = None
    text: str | None = None


class Support(msgspec.Struct, rename="camel"):
    """Which sources a stretch rests on."""

    segment: Segment | None = None
    grounding_chunk_indices: list[int] | None = None


class Source(msgspec.Struct, gc=False):
    """A source of any kind: ``web``, ``retrievedContext``, ``maps``."""

    uri: str | None = None
    title: str | None = None
    text: str | None = None


class Grounding(msgspec.Struct, rename="camel"):
    """What an answer rests on."""

    grounding_chunks: list[msgspec.Raw] | None = None
    grounding_supports: list[Support] | None = None


class Recited(msgspec.Struct, gc=False, rename="camel"):
    """A passage that stands elsewhere, too."""

    start_index: int | None = None
    end_index: int | None = None
    uri: str | None = None
    title: str | None = None


class CitationMetadata(msgspec.Struct):
    """Passages of the answer that stand elsewhere, too."""

    citations: list[msgspec.Raw] | None = None


class Token(msgspec.Struct, gc=False, rename="camel"):
    """One token and how likely it was."""

    token: str | None = None
    log_probability: float | None = None


class TopTokens(msgspec.Struct):
    """What else could have stood there."""

    candidates: list[Token] | None = None


class LogprobsResult(msgspec.Struct, rename="camel"):
    """How likely each token was."""

    chosen_candidates: list[Token] | None = None
    top_candidates: list[TopTokens] | None = None


class Candidate(msgspec.Struct, rename="camel"):
    """One of the answers, or one piece of it in a stream."""

    index: int | None = None
    content: Content | None = None
    finish_reason: str | None = None
    finish_message: msgspec.Raw = msgspec.Raw()
    grounding_metadata: msgspec.Raw = msgspec.Raw()
    citation_metadata: msgspec.Raw = msgspec.Raw()
    url_context_metadata: msgspec.Raw = msgspec.Raw()
    safety_ratings: msgspec.Raw = msgspec.Raw()
    avg_logprobs: msgspec.Raw = msgspec.Raw()
    token_count: msgspec.Raw = msgspec.Raw()
    logprobs_result: LogprobsResult | None = None


class ModalityCount(msgspec.Struct, gc=False, rename="camel"):
    """Tokens of one kind."""

    modality: str | None = None
    token_count: int | None = None


class UsageMetadata(msgspec.Struct, rename="camel"):
    """Google's counts; what was cached is contained in the prompt, thoughts and tools stand beside."""

    prompt_token_count: int | None = None
    candidates_token_count: int | None = None
    thoughts_token_count: int | None = None
    cached_content_token_count: int | None = None
    tool_use_prompt_token_count: int | None = None
    total_token_count: int | None = None
    prompt_tokens_details: list[ModalityCount] | None = None
    candidates_tokens_details: list[ModalityCount] | None = None
    service_tier: str | None = None


class PromptFeedback(msgspec.Struct, rename="camel"):
    """Why there is no answer."""

    block_reason: str | None = None
    block_reason_message: str | None = None


class Response(msgspec.Struct, rename="camel"):
    """A ``GenerateContentResponse``: a whole answer, or one event of a stream."""

    candidates: list[Candidate] | None = None
    prompt_feedback: msgspec.Raw = msgspec.Raw()
    usage_metadata: UsageMetadata | None = None
    model_version: str | None = None
    response_id: str | None = None
    create_time: str | None = None
    error: msgspec.Raw = msgspec.Raw()


_RESPONSE = msgspec.json.Decoder(Response)
_PART = msgspec.json.Decoder(Part)


def read_response(body: bytes) -> Response:
    """An answer or an event, in any shape. Raises ``UpstreamBroken`` when it is no JSON object."""
    try:
        return _RESPONSE.decode(body)
    except _UNREADABLE as error:
        found = lenient(body, Response)
        if found is None:
            raise UpstreamBroken(f"the upstream's answer is no JSON object: {error}") from error
        return found


def parts_of(candidate: Candidate) -> Iterator[tuple[Part, msgspec.Raw]]:
    """Each part of an answer, read and as it came; what is no object is passed over."""
    for raw in (candidate.content.parts if candidate.content is not None else None) or ():
        try:
            yield _PART.decode(raw), raw
        except _UNREADABLE:
            part = lenient(raw, Part)
            if part is not None:
                yield part, raw


def said(raw: msgspec.Raw) -> bytes:
    """A value as it came; empty when it is missing or null."""
    value = bytes(raw)
    return b"" if value == b"null" else value


def lenient(raw: bytes | msgspec.Raw, kind: type[StructT]) -> StructT | None:
    """What can be read of an object; members of the wrong type are left out, None when it is no object."""
    if not len(raw):
        return None
    found = _lenient(raw, kind)
    return found if isinstance(found, kind) else None


def _lenient(raw: bytes | msgspec.Raw, kind: Any) -> object:
    try:
        return msgspec.json.decode(raw, type=kind)
    except _UNREADABLE:
        pass
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(each for each in get_args(kind) if each is not type(None))
    try:
        if get_origin(kind) is list:
            found = (_lenient(item, *get_args(kind)) for item in msgspec.json.decode(raw, type=list[msgspec.Raw]))
            return [item for item in found if item is not None]
        if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
            return None
        members = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except _UNREADABLE:
        return None
    fields = [field for field in msgspec.structs.fields(kind) if field.encode_name in members]
    values = {field.name: _lenient(members[field.encode_name], field.type) for field in fields}
    return kind(**{name: value for name, value in values.items() if value is not None})
