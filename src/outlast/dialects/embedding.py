"""Embeddings between OpenAI's endpoint and Google's two verbs, either of which may be asked of the other's provider.

It knows which of them stands in for which. It does not know their bodies (``gemini.embeddings``), nor Vertex's
``:predict``, which is another wire.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import msgspec

from outlast.dialects.answer import Answer
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.dialect import Asked, Dialect, Framing
from outlast.dialects.endpoints import ENDPOINTS
from outlast.dialects.endpoints.relay import Passing
from outlast.dialects.gemini.asked import Action, GeminiRequest, action_path, peek
from outlast.dialects.gemini.embeddings import answer_google, answer_openai, ask_google, ask_openai, wants_base64
from outlast.dialects.gemini.faults import decode_fault, encode_fault
from outlast.dialects.translation import Translation
from outlast.dialects.usage import Count
from outlast.errors import Untranslatable, UpstreamBroken
from outlast.exchange import Usage


class _Counts(msgspec.Struct, rename="camel"):
    prompt_token_count: Count = 0


class _Answered(msgspec.Struct, rename="camel"):
    usage_metadata: _Counts | None = None


_ANSWERED = msgspec.json.Decoder(_Answered)


def _read(body: bytes) -> Answer:
    """Google seldom says what an embedding used."""
    try:
        counts = _ANSWERED.decode(body).usage_metadata
    except (msgspec.ValidationError, UnicodeDecodeError, RecursionError):
        counts = None
    except msgspec.DecodeError as error:
        raise UpstreamBroken(f"the upstream's answer is no JSON object: {error}") from error
    usage = None if counts is None else Usage(input_tokens=counts.prompt_token_count)
    return Answer(usage=usage, finish="stop")


def _untranslatable(*_: object) -> NoReturn:
    raise Untranslatable("embeddings are no conversation")


def _verb(action: Action) -> Dialect:
    no: Any = _untranslatable
    endpoint: Callable[[str, bool], str] = lambda model, _stream: action_path(model, action)  # noqa: E731 - a field's value
    return Dialect(
        name=action,
        conversation=False,
        passes=frozenset(),
        endpoint=endpoint,
        peek=peek,
        read_answer=_read,
        relay=lambda _asked: Passing(),
        decode_request=no,
        encode_request=no,
        decode_reply=no,
        encode_reply=no,
        event_decoder=no,
        event_encoder=no,
        decode_fault=decode_fault,
        encode_fault=encode_fault,
    )


OPENAI: Final = next(each for each in ENDPOINTS if each.name == "embeddings")
ONE: Final = _verb("embedContent")
BATCH: Final = _verb("batchEmbedContents")
GOOGLES: Final = (ONE, BATCH)
CROSSED: Final[Mapping[str, Dialect]] = {OPENAI.name: BATCH, ONE.name: OPENAI, BATCH.name: OPENAI}
"""By the caller's dialect: what stands in for it where the target's vendor does not have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingTranslation(Translation):
    """One request for embeddings, asked in the other shape."""

    asked: Asked
    """As the caller wrote it."""

    def answer(self, body: bytes) -> bytes:
        """The answer in the caller's shape. Raises ``UpstreamBroken``."""
        if isinstance(self.asked, GeminiRequest):
            return answer_google(body, self.asked)
        return answer_openai(body, self.framing.model, packed=wants_base64(self.asked.envelope.body))


def translate_embedding(asked: Asked, *, caller: Dialect, target: Dialect, framing: Framing) -> EmbeddingTranslation:
    """Write a request for embeddings in the other shape. Raises ``MalformedRequest``."""
    losses, model = Losses(), framing.model
    if isinstance(asked, GeminiRequest):
        body = ask_openai(asked, model, losses)
    else:
        body = ask_google(asked.envelope.body, model, losses)
    request = target.peek(body, target.endpoint(model, False))
    return EmbeddingTranslation(
        caller=caller, target=target, request=request, losses=losses, framing=framing, asked=asked
    )
