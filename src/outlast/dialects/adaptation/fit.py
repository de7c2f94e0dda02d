"""Whether a request can fit into a model's context window at all: an estimate, and what is sure of it.

It knows how many bytes of text a body holds. It does not know any tokenizer: both numbers are stated estimates, and
only the lower one may refuse.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import msgspec

from outlast.catalog.models import Model

BYTES_PER_TOKEN = 4
"""What English prose and code come to; the usual estimate."""
MOST_BYTES_PER_TOKEN = 12
"""No natural text comes near it: prose has 4 to 5 bytes a token, indented code 6 to 8, other scripts 2 to 4."""
_MEDIA = frozenset({"data", "file_data", "bytes", "signature", "thoughtSignature", "encrypted_content"})
"""Members whose strings are no text: base64 counts by other rules, and not by its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What can be said without a tokenizer."""

    verdict: Literal["fits", "may not fit", "cannot fit", "unknown"]
    window: int | None
    """The largest number of tokens that the catalogue states for input or both; None: nobody stated one."""
    estimated: int
    """Tokens, at four bytes each; an upper bound where the text was not counted because it is short."""
    least: int
    """Tokens that it has at the very least."""


def fits(body: bytes, model: Model | None) -> Fit:
    """Whether the text of a JSON body fits into the model's input. Pictures, sound and files are not counted."""
    window = None if model is None else max(model.max_input_tokens or 0, model.context_window or 0) or None
    size = len(body)
    if window is None or size <= window * BYTES_PER_TOKEN:
        return _fit("unknown" if window is None else "fits", window, size)
    size = sum(_texts(msgspec.json.decode(body)))
    if size > window * MOST_BYTES_PER_TOKEN:
        return _fit("cannot fit", window, size)
    return _fit("may not fit" if size > window * BYTES_PER_TOKEN else "fits", window, size)


def _fit(verdict: Literal["fits", "may not fit", "cannot fit", "unknown"], window: int | None, size: int) -> Fit:
    least = -(-size // MOST_BYTES_PER_TOKEN) if verdict in ("may not fit", "cannot fit") else 0
    return Fit(verdict=verdict, window=window, estimated=-(-size // BYTES_PER_TOKEN), least=least)


def _texts(value: object) -> Iterator[int]:
    """The bytes of each string and name that a model reads."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield 0 if item.startswith("data:") else len(item.encode(errors="replace"))
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            waiting.extend(inner for name, inner in item.items() if not (name in _MEDIA and isinstance(inner, str)))
