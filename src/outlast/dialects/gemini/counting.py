"""``countTokens``: how many tokens a request has, asked and answered.

It knows both places of the request: beside each other as Vertex has them, or whole in ``generateContentRequest``.
"""

import msgspec

from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.request import Request
from outlast.dialects.dialect import Asked
from outlast.dialects.gemini.members import Members
from outlast.dialects.gemini.request_in import read_request
from outlast.dialects.gemini.request_out import write_request
from outlast.dialects.gemini.wire import lenient
from outlast.errors import UpstreamBroken

_WHOLE = "generateContentRequest"


class _Counted(msgspec.Struct, rename="camel"):
    total_tokens: int | None = None


def decode_count(body: bytes, asked: Asked) -> Request:
    """The request whose tokens are to be counted. Raises ``MalformedRequest``."""
    members = Members(body)
    whole = members.object(_WHOLE) or members
    return read_request(whole, asked.model)


def encode_count(request: Request, losses: Losses, *, vertex: bool = False) -> bytes:
    """The body that asks for a count; only Vertex takes tools and instructions beside the turns."""
    wire = write_request(request, losses)
    if vertex:
        return msgspec.json.encode(wire)
    return msgspec.json.encode({_WHOLE: {"model": f"models/{request.model.removeprefix('models/')}", **wire}})


def decode_counted(body: bytes) -> int:
    """The count. Raises ``UpstreamBroken`` where there is none."""
    counted = lenient(body, _Counted)
    if counted is None:
        raise UpstreamBroken("the upstream's count of tokens is no JSON object")
    return max(counted.total_tokens or 0, 0)  # Zero is not written.


def encode_counted(tokens: int) -> bytes:
    """The answer to a caller."""
    return msgspec.json.encode({"totalTokens": tokens})
