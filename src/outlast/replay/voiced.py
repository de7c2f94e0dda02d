"""Recorded requests as a model with a persona is asked them: with its text in them, as calls on the path have it.

It knows which requests carry which text. What was recorded is what its caller sent, without it. It does not know
settings. A request with a persona is another request: it has an id of its own, so that plans and answers tell them
apart.
"""

import hashlib

import msgspec

from outlast.checks.draw import Item
from outlast.dialects.registry import DIALECTS
from outlast.dialects.voice import spoken_as
from outlast.errors import MalformedRequest
from outlast.replay.ports import Evidence

_CHAT = DIALECTS["chat"]


def items_as_asked(evidence: Evidence, model: str, voice: str) -> tuple[Item, ...]:
    """The requests kept under a name, as its model is asked them now; copies with the text are kept as well."""
    kept = tuple(evidence.items(model))
    if not voice:
        return tuple(item for item in kept if not item.voice)
    made = tuple(voiced(item, voice) for item in kept if not item.voice)
    evidence.add_items(model, made, source="persona")
    return made


def voiced(item: Item, voice: str) -> Item:
    """The same request with a persona's text; what cannot be read is left as it is, and refused where it is asked."""
    try:
        request = spoken_as(_CHAT.peek(item.request, ""), _CHAT, voice, "").envelope.body
    except MalformedRequest:
        return item
    own = hashlib.sha256(request).hexdigest()[:24]
    return msgspec.structs.replace(item, id=own, request=request, voice=digest_of(voice))


def digest_of(voice: str) -> str:
    """By which one persona's text is told from another."""
    return hashlib.sha256(voice.encode("utf-8", "surrogatepass")).hexdigest()
