"""``/v1/messages/count_tokens``: how many tokens a request would be.

It knows the members that such a request has, and its answer. It does not count.
"""

import msgspec

from outlast.dialects.anthropic.members import UNREADABLE
from outlast.dialects.anthropic.request_out import encode_request
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.request import Request
from outlast.dialects.usage import Count
from outlast.errors import UpstreamBroken

_MEMBERS = frozenset(
    {"model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control"}
    | {"context_management", "mcp_servers"}
)


class Counted(msgspec.Struct, frozen=True):
    """The answer."""

    input_tokens: Count


_COUNTED = msgspec.json.Decoder(Counted)
_TOP = msgspec.json.Decoder(dict[str, msgspec.Raw])


def encode_count_request(request: Request, losses: Losses) -> bytes:
    """Write a request to count; what says nothing of its length is left out, in silence."""
    members = _TOP.decode(encode_request(request, losses))
    return msgspec.json.encode({name: value for name, value in members.items() if name in _MEMBERS})


def decode_count(body: bytes) -> int:
    """Read the answer. Raises ``UpstreamBroken`` when it has no count."""
    try:
        return _COUNTED.decode(body).input_tokens
    except UNREADABLE as error:
        raise UpstreamBroken(f"the upstream's answer has no count of tokens: {error}") from error


def encode_count(tokens: int) -> bytes:
    """Write the answer."""
    return msgspec.json.encode(Counted(tokens))
