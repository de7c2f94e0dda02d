"""A request that passes through to Anthropic, without what other vendors left in the turns of its conversation.

It knows that a conversation may have been answered by another vendor before, whose thinking and signatures a client
gives back (``foreign``), and that Anthropic would refuse the call for them. It does not know who is asked.
"""

import msgspec

from outlast.dialects.anthropic.foreign import MARK, MEMBER
from outlast.dialects.anthropic.request_in import decode_request
from outlast.dialects.anthropic.request_out import encode_request
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.dialect import Asked
from outlast.errors import MalformedRequest

_MARKS = (f'"{MARK}'.encode(), f'"{MEMBER}"'.encode())
_TOP = msgspec.json.Decoder(dict[str, msgspec.Raw])


def without_foreign(body: bytes, asked: Asked) -> dict[str, bytes | None]:
    """The members that have to change; none where nothing foreign is there, or where the turns cannot be read."""
    if b"outlast" not in body or not any(mark in body for mark in _MARKS):
        return {}
    try:
        written = _TOP.decode(encode_request(decode_request(body, asked), Losses()))
    except MalformedRequest:
        return {}
    return {name: bytes(written[name]) for name in ("system", "messages") if name in written}
