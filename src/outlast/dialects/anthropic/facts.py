"""What a message says of itself, whole or as a stream begins with it: model, usage, finish, first words.

It knows the members that the record needs. An odd shape never fails a call: what can be read is read.
"""

import msgspec

from outlast.dialects.anthropic.usage import read_usage, usage_of
from outlast.dialects.anthropic.wire import ERROR, MESSAGE, WireMessage, read, said
from outlast.dialects.chat.facts import TEXT_LIMIT, Answer
from outlast.errors import UpstreamBroken


class _Block(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None


_BLOCK = msgspec.json.Decoder(_Block)


def read_answer(body: bytes) -> Answer:
    """Read a whole answer. Raises ``UpstreamBroken`` when it is no JSON object."""
    message = read_message(body)
    words = first_words(message) if message.content is not None else error_message(message.error)
    return Answer(message.model or "", usage_of(read_usage(message.usage)), message.stop_reason or "", words)


def read_message(body: bytes) -> WireMessage:
    """The members of a whole answer. Raises ``UpstreamBroken`` when it is no JSON object."""
    message = read(MESSAGE, body)
    if message is None:
        raise UpstreamBroken("the upstream's answer is no JSON object")
    return message


def first_words(message: WireMessage) -> str:
    """The first words of the text blocks."""
    words = ""
    for raw in message.content or ():
        block = read(_BLOCK, raw)
        if block is not None and block.type == "text":
            words += block.text or ""
        if len(words) >= TEXT_LIMIT:
            break
    return words[:TEXT_LIMIT]


def error_message(raw: msgspec.Raw) -> str:
    """What an error in place of an answer says; empty when there is none."""
    if said(raw) is None:
        return ""
    error = read(ERROR, raw)
    return ((error.message if error is not None else None) or bytes(raw).decode(errors="replace"))[:TEXT_LIMIT]
