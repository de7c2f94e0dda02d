"""What the record needs of an endpoint's answer: the model and the counts, where it says any.

It knows OpenAI's ``usage`` in its several spellings. Anything else says nothing: sounds, plain text, files.
"""

import msgspec

from outlast.dialects.answer import Answer
from outlast.dialects.usage import lenient_usage, usage_of

_NOTHING = Answer()


class _Wire(msgspec.Struct):
    model: str | None = None
    usage: msgspec.Raw = msgspec.Raw()


_DECODER = msgspec.json.Decoder(_Wire)


def read_counts(body: bytes) -> Answer:
    """The facts of a JSON answer; of any other, none."""
    try:
        wire = _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _NOTHING
    return Answer(wire.model or "", usage_of(lenient_usage(wire.usage)) if len(wire.usage) else None, "stop")


def say_nothing(body: bytes) -> Answer:  # noqa: ARG001  the shape of ``Dialect.read_answer``
    """A sound tells nothing of itself."""
    return _NOTHING
