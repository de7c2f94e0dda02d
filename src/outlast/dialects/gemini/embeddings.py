"""Embeddings: Google's ``batchEmbedContents`` and ``embedContent`` beside OpenAI's ``/embeddings``, both ways.

It knows both shapes. It does not know conversations. Texts alone are embedded: token ids and media have no place in the
other shape.
"""

import base64
from array import array

import msgspec

from outlast.dialects.conversation.losses import Losses
from outlast.dialects.gemini.asked import GeminiRequest
from outlast.dialects.gemini.members import Members, refuse
from outlast.errors import MalformedRequest, UpstreamBroken

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_MOST = 2**53


class _Vector(msgspec.Struct):
    values: list[float] = []


class _Counts(msgspec.Struct, rename="camel"):
    prompt_token_count: int = 0


class _Embedded(msgspec.Struct, rename="camel"):
    embeddings: list[_Vector] | None = None
    embedding: _Vector | None = None
    usage_metadata: _Counts | None = None


class _Numbered(msgspec.Struct):
    embedding: list[float] | str
    index: int = 0


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0


class _OpenAi(msgspec.Struct):
    data: list[_Numbered]
    usage: _Usage | None = None


class _Asked(msgspec.Struct):
    """OpenAI's request; what else it has is noted."""

    input: str | list[str]
    dimensions: int | None = None


def ask_google(body: bytes, model: str, losses: Losses) -> bytes:
    """A ``batchEmbedContents`` body for OpenAI's. Raises ``MalformedRequest`` where ``input`` is no text."""
    try:
        asked = msgspec.json.decode(body, type=_Asked)
        others = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except _UNREADABLE as error:
        raise MalformedRequest(
            f"'input' must be a text or a list of texts; Google embeds no token ids: {error}", param="input"
        ) from error
    for name in others:
        if name not in ("model", "input", "dimensions", "encoding_format"):
            losses.drop(name)
    texts = [asked.input] if isinstance(asked.input, str) else asked.input
    size = {} if asked.dimensions is None else {"outputDimensionality": asked.dimensions}
    named = f"models/{model.removeprefix('models/')}"
    return msgspec.json.encode(
        {"requests": [{"model": named, "content": {"parts": [{"text": text}]}, **size} for text in texts]}
    )


def wants_base64(body: bytes) -> bool:
    """Whether OpenAI's caller wants packed numbers; its Python client does unless told otherwise."""
    try:
        raw = msgspec.json.decode(body, type=dict[str, msgspec.Raw]).get("encoding_format")
    except _UNREADABLE:
        return False
    return raw is not None and bytes(raw) == b'"base64"'


def answer_openai(body: bytes, model: str, *, packed: bool) -> bytes:
    """OpenAI's answer for Google's. Raises ``UpstreamBroken`` where there are no embeddings."""
    try:
        found = msgspec.json.decode(body, type=_Embedded)
    except _UNREADABLE as error:
        raise UpstreamBroken(f"the upstream's embeddings cannot be read: {error}") from error
    vectors = found.embeddings if found.embeddings is not None else [found.embedding] if found.embedding else None
    if vectors is None:
        raise UpstreamBroken("the upstream's answer has no embeddings")
    tokens = found.usage_metadata.prompt_token_count if found.usage_metadata is not None else 0
    return msgspec.json.encode(
        {
            "object": "list",
            "data": [
                {"object": "embedding", "index": index, "embedding": _pack(each.values) if packed else each.values}
                for index, each in enumerate(vectors)
            ],
            "model": model,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }
    )


def ask_openai(asked: GeminiRequest, model: str, losses: Losses) -> bytes:
    """OpenAI's body for ``batchEmbedContents`` or ``embedContent``. Raises ``MalformedRequest``."""
    members = Members(asked.envelope.body)
    single = asked.action == "embedContent"
    each = [members] if single else members.objects("requests")
    if not each:
        raise MalformedRequest("'requests' must have at least one request", param="requests")
    read = [_one(request, losses) for request in each]
    sizes = {size for _, size in read}
    if len(sizes) > 1:
        raise MalformedRequest("all requests must ask for the same 'outputDimensionality'", param="requests")
    texts = [text for text, _ in read]
    size = sizes.pop()
    wire: dict[str, object] = {"model": model, "input": texts[0] if single else texts, "encoding_format": "float"}
    return msgspec.json.encode(wire if size is None else {**wire, "dimensions": size})


def answer_google(body: bytes, asked: GeminiRequest) -> bytes:
    """Google's answer for OpenAI's. Raises ``UpstreamBroken`` where there are no embeddings."""
    try:
        found = msgspec.json.decode(body, type=_OpenAi)
        vectors = [{"values": _unpack(each.embedding)} for each in sorted(found.data, key=lambda each: each.index)]
    except (*_UNREADABLE, ValueError) as error:
        raise UpstreamBroken(f"the upstream's embeddings cannot be read: {error}") from error
    tokens = found.usage.prompt_tokens if found.usage is not None else 0
    usage = {"usageMetadata": {"promptTokenCount": tokens}} if 0 < tokens <= _MOST else {}
    if asked.action != "embedContent":
        return msgspec.json.encode({"embeddings": vectors, **usage})
    if not vectors:
        raise UpstreamBroken("the upstream's answer has no embedding")
    return msgspec.json.encode({"embedding": vectors[0], **usage})


def _one(request: Members, losses: Losses) -> tuple[str, int | None]:
    request.take("model")
    content = request.object("content")
    size = request.whole("outputDimensionality")
    losses.drop_extra(request.rest(), "", "requests")
    if content is None:
        raise MalformedRequest(f"{request.at('content')!r} is missing", param=request.at("content"))
    texts: list[str] = []
    for part in content.objects("parts"):
        text = part.text("text")
        if text is None:
            refuse(part.path, "a text; media cannot be embedded there", part.raw)
        texts.append(text)
    return "".join(texts), size


def _pack(values: list[float]) -> str:
    return base64.b64encode(array("f", values).tobytes()).decode()


def _unpack(embedding: list[float] | str) -> list[float]:
    if not isinstance(embedding, str):
        return embedding
    numbers = array("f")
    numbers.frombytes(base64.b64decode(embedding, validate=True))
    return numbers.tolist()
