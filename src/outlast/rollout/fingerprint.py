"""Which conversation a request belongs to, where the caller does not say.

It knows requests in the canonical form. It does not know dialects, nor what is done with the name. Two conversations of
one key that begin with the same words are taken for one: they get the same model and count as one.
"""

import hashlib

import msgspec

from outlast.dialects.conversation.parts import Media, Part, Text
from outlast.dialects.conversation.request import Message, Request

HEADER = "x-outlast-conversation"
_ABOVE = ("system", "developer")


def fingerprint(request: Request, key: str) -> str:
    """SHA-256 of what the first turn was told, the first user's message and the key's name.

    Later turns do not change it, nor do marks for caches, which move from turn to turn.
    """
    before: list[list[str]] = []
    first: list[list[str]] = []
    for message in request.messages:
        if message.role == "user":
            first = _words(message)
            break
        if message.role in _ABOVE:
            before.append(["told", *(word for part in _words(message) for word in part)])
    told = msgspec.json.encode([before, first, key.encode(errors="surrogatepass").hex()])
    return hashlib.sha256(told).hexdigest()


def began(request: Request) -> bool:
    """Whether somebody has answered in it already; examples written as answers look the same."""
    return any(message.role == "assistant" for message in request.messages)


def _words(message: Message) -> list[list[str]]:
    return [_word(part) for part in message.parts]


def _word(part: Part) -> list[str]:
    """What is said, without what a dialect adds to it."""
    match part:
        case Text():
            return ["text", _sound(part.text)]
        case Media():
            return ["media", part.kind, *map(_sound, (part.data, part.url, part.file_id))]
        case _:
            return [type(part).__name__]


def _sound(text: str) -> str:
    """Half a surrogate pair cannot be written as UTF-8; its escape can."""
    return text.encode(errors="backslashreplace").decode()
