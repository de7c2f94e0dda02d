"""OpenAI's older completions: what the gateway must know of a request.

It knows ``prompt``; everything else is as in chat (``chat.asked``).
"""

from outlast.dialects.chat.asked import ChatRequest, read_asked
from outlast.dialects.chat.members import wrong
from outlast.dialects.dialect import Asked
from outlast.dialects.envelope import Envelope


def peek(body: bytes, _path: str) -> Asked:
    """Read what routing needs, and check the whole body's grammar.

    Raises:
        MalformedRequest: the body cannot be read, or a decisive member is missing or of the wrong type (``param``).
    """
    return read(body)


def read(body: bytes) -> ChatRequest:
    """The same, as what it is."""
    envelope = Envelope.parse(body)
    prompt = envelope.fields.get("prompt")
    if prompt is None or bytes(memoryview(prompt)[:1]) not in (b'"', b"["):
        wrong("prompt", "a string or an array", prompt)
    return read_asked(envelope)
