"""Parts of other dialects, hidden in a thought signature so that a Gemini client gives them back unchanged.

A thought signature is opaque bytes that every client returns with the turn it came in: the one place where another
vendor's signed thinking or a server's own block survives the way through a Gemini client. Google itself must never see
one: it would refuse the call.
"""

import base64
import binascii
import re

import msgspec

from outlast.dialects.conversation.parts import Native, Thinking

_MARK = b"outlast-part"
"""Its length is a multiple of three, so that its Base64 is the same whatever follows."""
_HEAD = base64.b64encode(_MARK).decode()
_QUOTED = re.compile(rb'"' + _HEAD.encode() + rb'[A-Za-z0-9+/=_-]*"')

PLACEHOLDER = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="
"""``skip_thought_signature_validator``: what Google documents for calls that another model made."""

PLACEHOLDERS = (PLACEHOLDER, "skip_thought_signature_validator")
"""Both ways in which it is written."""

_DECODER = msgspec.json.Decoder(Thinking | Native)


def hide(part: Thinking | Native) -> str:
    """A thought signature that holds the part."""
    return base64.b64encode(_MARK + msgspec.json.encode(part)).decode()


def reveal(signature: str) -> Thinking | Native | None:
    """The part that a signature holds; None for any other signature."""
    if not signature.startswith(_HEAD):
        return None
    try:
        data = base64.b64decode(signature.translate({ord("-"): "+", ord("_"): "/"}))
        part = _DECODER.decode(data.removeprefix(_MARK)) if data.startswith(_MARK) else None
        for value in (part.wire,) if isinstance(part, Native) else part.extra.values() if part is not None else ():
            # A client may have written it himself, and it will stand in a body as it is.
            msgspec.json.decode(value)
    except (binascii.Error, msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError):
        return None
    return part


def without_hidden(body: bytes) -> bytes:
    """A body for Google: the placeholder stands where a signature hides a foreign part."""
    if _HEAD.encode() not in body:
        return body
    return _QUOTED.sub(b'"' + PLACEHOLDER.encode() + b'"', body)
