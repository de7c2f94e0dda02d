"""A SIMULATED careless model: it breaks the form of its answers at a rate that its profile orders.

It knows two faults: JSON that ends too early, and a tool's argument that nobody asked for. Which answers are broken is
decided by a hash of the model's name and the prompt, so that the same call has the same answer. Talk has no form to
break.
"""

import hashlib
from typing import Final

import msgspec

from outlast.providers.script.request import ChatRequest, Json
from outlast.providers.script.skills import Said, ToolCall

_WHOLE: Final = 1 << 64
WRONG: Final = "simulated mistake"
"""What stands in a tool's argument that is wrong."""


def spoilt(said: Said, request: ChatRequest, prompt: str, rate: float) -> Said:
    """The answer, broken where chance says so and it has a form."""
    if not _breaks(request.model, prompt, rate):
        return said
    if said.calls:
        return Said(calls=(ToolCall(said.calls[0].name, _mistaken(said.calls[0].arguments)), *said.calls[1:]))
    wanted = request.response_format
    if wanted is None or wanted.type not in ("json_object", "json_schema"):
        return said
    return Said(said.text[:-1])


def _breaks(model: str, prompt: str, rate: float) -> bool:
    digest = hashlib.sha256(f"{model}\0{prompt}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") < rate * _WHOLE


def _mistaken(arguments: str) -> str:
    """The first argument exchanged; where there is none, one more."""
    value: Json = msgspec.json.decode(arguments)
    if not isinstance(value, dict):
        return WRONG
    first = next(iter(value), "mistake")
    return msgspec.json.encode({**value, first: WRONG}).decode()
