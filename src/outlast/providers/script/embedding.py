"""A SIMULATED embedding model: texts with the same words lie close, whatever they mean.

It knows OpenAI's embeddings request and answer. It does not know whether the model lives (``life``).
"""

import base64
import hashlib
import math
import re
from array import array
from typing import Final, Literal

import msgspec

from outlast.providers.script.refusal import Refusal

DIMENSIONS: Final = 64
_WORD: Final = re.compile(r"\w+")


class EmbeddingRequest(msgspec.Struct, frozen=True):
    """The request."""

    model: str
    input: str | tuple[str, ...]
    encoding_format: Literal["float", "base64"] = "float"
    """``base64``, of floats of four bytes, is what OpenAI's clients ask for by themselves."""

    @property
    def texts(self) -> tuple[str, ...]:
        """One or several."""
        return (self.input,) if isinstance(self.input, str) else self.input


_DECODER: Final = msgspec.json.Decoder(EmbeddingRequest)


def read_embedding(body: bytes) -> EmbeddingRequest | Refusal:
    """The request, or what a real provider says to a body that is none."""
    try:
        request = _DECODER.decode(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        if "$.encoding_format" in str(error):
            return Refusal(400, "Invalid value for 'encoding_format'.", param="encoding_format")
        return Refusal(400, "Missing or invalid parameter: 'input'.", param="input")
    if not request.texts or not all(request.texts):
        return Refusal(400, "'input' cannot be an empty string.", param="input")
    return request


def embeddings(request: EmbeddingRequest, model: str) -> bytes:
    """The answer's body."""
    data = [
        {"object": "embedding", "index": index, "embedding": _written(_vector(text), request.encoding_format)}
        for index, text in enumerate(request.texts)
    ]
    tokens = sum(max(1, len(_WORD.findall(text))) for text in request.texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return msgspec.json.encode({"object": "list", "data": data, "model": model, "usage": usage})


def _written(vector: list[float], form: str) -> list[float] | str:
    return base64.b64encode(array("f", vector).tobytes()).decode() if form == "base64" else vector


def _vector(text: str) -> list[float]:
    """How often words fall into each of the dimensions, of length 1."""
    counts = [0.0] * DIMENSIONS
    for word in _WORD.findall(text.lower()) or [text]:
        counts[hashlib.sha256(word.encode("utf-8", "replace")).digest()[0] % DIMENSIONS] += 1
    length = math.sqrt(sum(count * count for count in counts))
    return [round(count / length, 6) for count in counts]
