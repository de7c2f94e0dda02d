"""Bytes of one connection into complete requests, or into the reason why they are none.

llhttp parses; this file gathers what it finds, holds it to the limits, and refuses what two servers could read
in two ways. It knows HTTP/1.x requests. It does no I/O and does not know who answers.
"""

from collections import deque
from collections.abc import Callable
from enum import Enum
from urllib.parse import unquote_to_bytes

import httptools

from outlast.errors import CallerError, MalformedRequest, RequestTooLarge
from outlast.gateway.call import Call
from outlast.web.limits import Limits

_NAMES_LIMIT = 1024
_VERSIONS = ("1.1", "1.0")
_METHODS = {
    name.encode(): name for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
}


class Phase(Enum):
    """What a reader is in the middle of."""

    BETWEEN = "between requests"
    HEAD = "a request's head"
    BODY = "a request's body"


class Incoming:
    """A complete request, and what its answer has to respect."""

    __slots__ = ("call", "keep_alive", "speaks_1_1")

    def __init__(self, call: Call, *, keep_alive: bool, speaks_1_1: bool) -> None:
        self.call = call
        self.keep_alive = keep_alive
        self.speaks_1_1 = speaks_1_1


class RequestReader:
    """Feed it what arrives; take from ``ready``; once ``error`` is set it reads no further.

    Requests that were complete before the error are in ``ready`` and shall be answered first.
    """

    def __init__(self, limits: Limits, *, id_maker: Callable[[], str], monotonic_ns: Callable[[], int]) -> None:
        self.ready: deque[Incoming] = deque()
        self.error: CallerError | None = None
        self.phase = Phase.BETWEEN
        self.awaits_continue = False
        """The caller sends its body only after ``100 Continue``."""
        self._limits = limits
        self._id_maker = id_maker
        self._monotonic_ns = monotonic_ns
        self._names: dict[bytes, str] = {}
        self._refusal: CallerError | None = None
        self._fed = 0  # size of the piece being parsed
        self._head_fed = 0  # size of the earlier pieces that belong to an unfinished head
        self._url = b""
        self._headers: dict[str, str] = {}
        self._repeats = 0
        self._request_headers: dict[str, str] = {}
        self._arrived_ns = 0
        self._keep_alive = True
        self._speaks_1_1 = True
        self._body: list[bytes] = []
        self._body_size = 0
        self._barren = 0  # bytes of a chunked body, since its last byte of content
        self._parser = httptools.HttpRequestParser(self)

    def feed(self, data: bytes) -> None:
        """Parse one piece as it arrived; nothing is raised, see ``error``."""
        if self.error is not None:
            return
        self._fed = len(data)
        body_size = self._body_size
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # the request itself is complete; what follows it in another protocol is not read
        except httptools.HttpParserError as exc:
            self.error = self._refusal or MalformedRequest(f"the request is not HTTP/1.1 as we read it: {exc}")
            return
        if self.phase is Phase.HEAD:
            self._measure_head()
        elif self.phase is Phase.BODY:
            self._barren = self._barren + len(data) if self._body_size == body_size else 0
            if self._barren > self._limits.head:
                self.error = RequestTooLarge("the chunked body carries trailers or extensions without end")

    def release(self) -> None:
        """Let go of the parser: it and this reader hold each other."""
        self.error = self.error or MalformedRequest("the connection is closed")
        del self._parser

    def _measure_head(self) -> None:
        """An unfinished head may grow to its limit, however small its pieces are."""
        self._head_fed = 0 if self.ready else self._head_fed + self._fed
        if self._head_fed > self._limits.head:
            self.error = self._head_too_large()

    def _head_too_large(self) -> RequestTooLarge:
        return RequestTooLarge(f"the request line and headers are over {self._limits.head} bytes")

    # What llhttp calls, in the order of a request.

    def on_message_begin(self) -> None:
        """A request's first byte."""
        self.phase = Phase.HEAD
        self._url = b""
        self._headers = {}
        self._repeats = 0

    def on_url(self, piece: bytes) -> None:
        """The target, or a piece of it."""
        self._url += piece

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; after the body, one trailer, which nobody reads."""
        key = self._names.get(name)
        if key is None:
            key = self._learn(name)
        headers = self._headers
        if key in headers:
            self._repeat(key, value)
        else:
            headers[key] = value.strip().decode("latin-1")

    def on_headers_complete(self) -> None:
        """The head is whole: what is decided before the body arrives."""
        headers = self._headers
        self._request_headers, self._headers = headers, {}
        self.phase = Phase.BODY
        self._arrived_ns = self._monotonic_ns()
        self._body_size = 0
        if self._head_fed or self._fed > self._limits.head or len(headers) > self._limits.headers or self._repeats:
            self._check_size(headers)
        self._keep_alive = self._parser.should_keep_alive()
        self._speaks_1_1 = True
        # An answer that may stay open, without a word about it, can only be 1.1's.
        if not self._keep_alive or "connection" in headers or "host" not in headers:
            self._check_version(headers)
        if "content-length" in headers:
            if int(headers["content-length"]) > self._limits.body:
                self._refuse(self._body_too_large())
        elif "transfer-encoding" in headers:
            self._check_coding(headers["transfer-encoding"])
        if "expect" in headers:
            self.awaits_continue = self._speaks_1_1 and headers["expect"].lower() == "100-continue"
        if "upgrade" in headers and self._parser.should_upgrade():
            self._stay_in_http(headers)

    def on_body(self, piece: bytes) -> None:
        """A piece of the body; chunk framing is already gone."""
        self._body.append(piece)
        self._body_size += len(piece)
        if self._body_size > self._limits.body:
            self._refuse(self._body_too_large())

    def on_message_complete(self) -> None:
        """The request is whole."""
        body = self._body
        url = self._url
        path, query = (url.decode("ascii"), "") if _is_plain(url) else self._split_target(url)
        method = self._parser.get_method()
        call = Call(
            id=self._id_maker(),
            method=_METHODS.get(method) or method.decode("ascii"),
            path=path,
            query=query,
            headers=self._request_headers,
            body=b"" if not body else body[0] if len(body) == 1 else b"".join(body),
            arrived_ns=self._arrived_ns,
        )
        self.ready.append(Incoming(call, keep_alive=self._keep_alive, speaks_1_1=self._speaks_1_1))
        if body:
            self._body = []
        self._body_size = self._head_fed = self._barren = 0
        self.awaits_continue = False
        self.phase = Phase.BETWEEN

    # What a head is held to.

    def _refuse(self, error: CallerError) -> None:
        """Stop llhttp where it is; ``feed`` finds the reason."""
        self._refusal = error
        raise error

    def _body_too_large(self) -> RequestTooLarge:
        return RequestTooLarge(f"the body is over {self._limits.body} bytes, the limit of this server")

    def _learn(self, name: bytes) -> str:
        """A header's name in lower case; remembered, because names repeat from call to call."""
        key = name.decode("ascii").lower()
        if len(self._names) < _NAMES_LIMIT and len(name) <= _REMEMBERED_NAME:
            self._names[name] = key
        return key

    def _repeat(self, key: str, value: bytes) -> None:
        """A header that came before: joined, unless two of it can be read in two ways."""
        self._repeats += 1
        if key == "host":
            self._refuse(MalformedRequest("the request has more than one Host header"))
        self._headers[key] += ", " + value.strip().decode("latin-1")

    def _check_size(self, headers: dict[str, str]) -> None:
        if len(headers) + self._repeats > self._limits.headers:
            self._refuse(RequestTooLarge(f"the request has more than {self._limits.headers} headers"))
        if len(self._url) + sum(len(name) + len(value) + 4 for name, value in headers.items()) > self._limits.head:
            self._refuse(self._head_too_large())

    def _check_version(self, headers: dict[str, str]) -> None:
        version = self._parser.get_http_version()
        if version not in _VERSIONS:
            self._refuse(MalformedRequest(f"HTTP/{version} is not spoken here; use HTTP/1.1"))
        self._speaks_1_1 = version == "1.1"
        if self._speaks_1_1 and "host" not in headers:
            self._refuse(MalformedRequest("the request has no Host header"))

    def _check_coding(self, coding: str) -> None:
        """Only plain chunked, only in 1.1: anything else another server may delimit differently."""
        if coding.lower() != "chunked" or not self._speaks_1_1:
            self._refuse(MalformedRequest(f"Transfer-Encoding {coding!r} is not accepted here; send chunked, in HTTP/1.1"))

    def _stay_in_http(self, headers: dict[str, str]) -> None:
        """An offer to upgrade is declined by answering; llhttp reads no body after one, so there must be none."""
        if "transfer-encoding" in headers or headers.get("content-length", "0") != "0":
            self._refuse(MalformedRequest("a request with a body cannot ask for an upgrade here"))
        self._keep_alive = False

    def _split_target(self, url: bytes) -> tuple[str, str]:
        """Path, percent-decoded, and query of any form of target; scheme and authority are dropped."""
        if b"://" in url and not url.startswith(b"/"):
            _, slash, rest = url.partition(b"://")[2].partition(b"/")
            url = slash + rest or b"/"
        target = url.partition(b"#")[0]
        path, _, query = target.partition(b"?")
        try:
            decoded = unquote_to_bytes(path).decode()
        except UnicodeDecodeError:
            self._refuse(MalformedRequest("the path is not UTF-8"))
            raise  # not reached
        return decoded, query.decode("ascii")


_REMEMBERED_NAME = 64


def _is_plain(url: bytes) -> bool:
    """A path and nothing else, nothing encoded: what nearly every call has."""
    return url.startswith(b"/") and b"%" not in url and b"?" not in url and b"#" not in url
