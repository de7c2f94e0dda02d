"""The header lines of an answer, from bytes to what the gateway takes.

It knows which headers belong to one connection only and which frame the message. It does not know statuses,
bodies or sockets.
"""

from collections.abc import Sequence
from typing import NamedTuple

from outlast.gateway.ports import Headers

_HOP_BY_HOP = frozenset(
    {"keep-alive", "proxy-authenticate", "proxy-connection", "te", "trailer", "upgrade", "proxy-authorization"}
)
_SPECIAL = _HOP_BY_HOP | {"connection", "transfer-encoding", "content-length", "content-encoding"}
_PLAIN = frozenset({b"keep-alive", b"close", b"Keep-Alive", b"Close"})
_USUAL = """
age alt-svc cache-control cf-cache-status cf-ray connection content-encoding content-length content-type date etag
keep-alive openai-organization openai-processing-ms openai-project openai-version retry-after server set-cookie
strict-transport-security transfer-encoding vary via x-content-type-options x-request-id x-ratelimit-limit-requests
x-ratelimit-limit-tokens x-ratelimit-remaining-requests x-ratelimit-remaining-tokens x-ratelimit-reset-requests
x-ratelimit-reset-tokens
"""
_LOWER = {spelling.encode("ascii"): name for name in _USUAL.split() for spelling in (name, name.title())}
"""Spares decoding and lowering of the names that nearly every answer has."""


class Head(NamedTuple):
    """What the header lines say."""

    headers: Headers
    length: int
    """``content-length``; -1 where none is given."""
    framed: bool
    """The end of the body is stated; otherwise it is the end of the connection."""
    odd_coding: bool
    """A transfer coding other than ``chunked``, which nobody here can undo."""
    compressed: bool
    """The body is coded, although every request asks for ``identity``."""


def read_head(raw: Sequence[tuple[bytes, bytes]]) -> Head:
    """Lower the names, leave out what is hop by hop, and read the framing (checked by the parser before)."""
    headers: list[tuple[str, str]] = []
    nominated: list[str] = []
    length = -1
    chunked = odd = compressed = False
    for raw_name, raw_value in raw:
        name = _LOWER.get(raw_name) or raw_name.decode("latin-1").lower()
        value = raw_value.decode("latin-1")
        if name not in _SPECIAL:
            headers.append((name, value))
        elif name == "content-length":
            length = int(raw_value)
            headers.append((name, value))
        elif name == "content-encoding":
            compressed = value.strip().lower() not in ("", "identity")
            headers.append((name, value))
        elif name == "connection" and raw_value not in _PLAIN:
            nominated += value.lower().replace(",", " ").split()
        elif name == "transfer-encoding":
            chunked = True
            odd = odd or value.lower().strip() != "chunked"
    if nominated:
        headers = [pair for pair in headers if pair[0] not in nominated or pair[0] == "content-length"]
    return Head(tuple(headers), length, chunked or length >= 0, odd, compressed)
