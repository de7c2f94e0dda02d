"""One call as it came in over HTTP, before anybody looked into its body.

It knows the request line, headers and body. It does not know what they mean.
"""

from typing import Protocol

import msgspec

from outlast.gateway.ports import Reply

GATEWAY_STOPPED = "gateway_stopped"
"""The message of a cancellation that is not the caller's doing; its record says so."""


class Call(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A complete request; the server made its id when the head arrived."""

    id: str
    """``x-outlast-request-id`` of the answer."""
    method: str
    path: str
    """Percent-decoded, without the query."""
    query: str
    headers: dict[str, str]
    """Names lower case; a repeated header is joined with commas."""
    body: bytes
    arrived_ns: int
    """Monotonic clock."""


class Handler(Protocol):
    """What answers a call. Cancelled when the caller leaves; raises only what is a defect of ours."""

    async def __call__(self, call: Call, reply: Reply) -> None:
        """Answer exactly once through ``reply``."""
        ...
