"""Bytes of one connection into complete requests, or into the reason why they are none.

llhttp parses; this file gathers what it finds, holds it to the limits, and refuses what two servers could read
in two ways. It knows HTTP/1.x requests. It does no I/O and does not know who answers.
"""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from urllib.parse import unquote

import httptools

from outlast.errors import GatewayBusy, MalformedRequest, OutlastError, RequestTooLarge
from outlast.gateway.call import Call
from outlast.web.burden import Burden
from outlast.web.limits import Limits
from outlast.web.manner import USUAL, Manner

_NAMES_LIMIT = 64  # of one connection: what thousands of them remember must stay small
_VERSIONS = ("1.1", "1.0")
_HOST = re.compile(r"(?:[\w.~%-]*|\[[0-9A-Za-z:.%]+\])(?::[0-9]{0,5})?", re.ASCII)
"""What names a host: no list, no user, no path, because whoever stands before us may have decided by it."""
_SCHEMES = ("http://", "https://")
_HALF_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_METHODS = {
    name.encode(): name for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
}

BARREN = "the chunked body carries trailers or extensions without end"


class Phase(Enum):
    """What a reader is in the middle of."""

    BETWEEN = "between requests"
    HEAD = "a request's head"
    BODY = "a request's body"


# A member of an enumeration costs a call to look up, a name of the module does not.
BETWEEN, HEAD, BODY = Phase


Incoming = tuple[Call, Manner]
"""A complete request, and how its answer has to be given."""


class RequestReader:
    """Feed it what arrives; take from ``ready``; once ``error`` is set it reads no further.

    Requests that were complete before the error are in ``ready`` and shall be answered first.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        id_maker: Callable[[], str],
        monotonic_ns: Callable[[], int],
        burden: Burden | None = None,
    ) -> None:
        """``burden``: what this server's readers hold together; whoever takes from ``ready`` takes it off later."""
        self.ready: deque[Incoming] = deque()
        self.error: OutlastError | None = None
        self.phase = BETWEEN
        self.awaits_continue = False
        """The caller sends its body only after ``100 Continue``."""
        self._limits = limits
        self._burden = burden or Burden(limits.bodies)
        self._id_maker = id_maker
        self._monotonic_ns = monotonic_ns
        self._names: dict[bytes, str] = {}
        self._refusal: OutlastError | None = None
        self._fed = 0  # size of the piece being parsed
        self._head_fed = 0  # size of the earlier pieces that belong to an unfinished head
        self._url = b""
        self._host = ""  # the last one that was found to be well formed
        self._headers: dict[str, str] = {}
        self._repeats = 0
        self._request_headers: dict[str, str] = {}
        self._arrived_ns = 0
        self._manner = USUAL
        self._body: bytes | bytearray = b""  # one run of bytes: a list of tiny chunks would take thirty times as much
        self._body_size = 0
        self._barren = 0  # bytes of a chunked body, since its last byte of content
        self._parser = httptools.HttpRequestParser(self)

    @property
    def path(self) -> str:
        """Of the request that is being read, as far as it has arrived: enough to tell whose client is refused."""
        target = self._url.decode("ascii", errors="replace").partition("?")[0]
        scheme, _, rest = target.partition("://")
        return target if target.startswith("/") or not scheme else "/" + rest.partition("/")[2]

    def feed(self, data: bytes) -> None:
        """Parse one piece as it arrived; nothing is raised, see ``error``."""
        if self.error is not None:
            return
        self._fed = len(data)
        body_size = self._body_size
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._decline_upgrade()
        except httptools.HttpParserError as exc:
            self._fail(self._refusal or MalformedRequest(f"the request is not HTTP/1.1 as we read it: {exc}"))
            return
        if self.phase is HEAD:
            self._measure_head()
        elif self.phase is BODY:
            self._barren = self._barren + len(data) if self._body_size == body_size else 0
            if self._barren > self._limits.head:
                self._fail(RequestTooLarge(BARREN))

    def release(self) -> None:
        """Let go of the parser, for it and this reader hold each other, and of every body that nobody took."""
        self._fail(self.error or MalformedRequest("the connection is closed"))
        self._burden.held -= sum(len(call.body) for call, _ in self.ready)
        self.ready.clear()
        del self._parser

    def _fail(self, error: OutlastError) -> None:
        self.error = error
        self._burden.held -= self._body_size
        self._body, self._body_size = b"", 0

    def _measure_head(self) -> None:
        """An unfinished head may grow to its limit, however small its pieces are."""
        self._head_fed = 0 if self.ready else self._head_fed + self._fed
        if self._head_fed > self._limits.head:
            self._fail(self._head_too_large())

    def _head_too_large(self) -> RequestTooLarge:
        return RequestTooLarge(f"the request line and headers are over {self._limits.head} bytes")

    # What llhttp calls, in the order of a request.

    def on_message_begin(self) -> None:
        """A request's first byte."""
        if len(self.ready) >= self._limits.pipelined:
            ahead = f"more than {self._limits.pipelined} requests were sent ahead of their answers"
            raise self._refusing(RequestTooLarge(f"{ahead}; send the others again once these are answered"))
        self.phase = HEAD
        self._url = b""
        self._headers = {}

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
        self._request_headers = headers
        self.phase = BODY
        self._arrived_ns = self._monotonic_ns()
        if self._head_fed or self._fed > self._limits.head or len(headers) > self._limits.headers or self._repeats:
            self._check_size(headers)
        self._manner = USUAL
        keep_alive = self._parser.should_keep_alive()
        # A connection that may stay open, without a word about it, can only be 1.1's.
        host = headers.get("host")
        if not keep_alive or "connection" in headers or host is None:
            self._manner = self._version_manner(headers, keep_alive=keep_alive)
        if host != self._host and host is not None:
            self._check_host(host)
        if "content-length" in headers:
            if int(headers["content-length"]) > self._limits.body:
                raise self._refusing(self._body_too_large())
        elif "transfer-encoding" in headers:
            self._headers = {}  # for the trailers
            self._check_coding(headers["transfer-encoding"])
        if "expect" in headers:
            self.awaits_continue = self._manner.speaks_1_1 and headers["expect"].lower() == "100-continue"
        if "upgrade" in headers and self._parser.should_upgrade():
            self._refuse_upgrade_with_body(headers)

    def on_body(self, piece: bytes) -> None:
        """A piece of the body; chunk framing is already gone."""
        size, burden, body = len(piece), self._burden, self._body
        if not body:
            self._body = piece
        elif isinstance(body, bytearray):
            body += piece
        else:
            self._body = bytearray(body)
            self._body += piece
        self._body_size += size
        burden.held += size
        if self._body_size > self._limits.body:
            raise self._refusing(self._body_too_large())
        if burden.held > burden.limit:
            burden.refused += 1
            raise self._refusing(GatewayBusy("the bodies of other calls fill its memory; try again in a moment"))

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._headers is not self._request_headers and self._headers:
            self._check_trailers()  # those that came with the rest in one piece
        body = self._body
        path, query = self._url.decode("ascii"), ""
        if not path.startswith("/") or "?" in path or "%" in path or "#" in path:
            path, query = self._split_target(path)
        method = self._parser.get_method()
        if method == b"HEAD":
            self._manner = replace(self._manner, head_only=True)
        call = Call(
            id=self._id_maker(),
            method=_METHODS.get(method) or method.decode("ascii"),
            path=path,
            query=query,
            headers=self._request_headers,
            body=body if isinstance(body, bytes) else bytes(body),
            arrived_ns=self._arrived_ns,
        )
        self.ready.append((call, self._manner))
        self._body = b""
        self._body_size = self._head_fed = self._barren = 0
        self.awaits_continue = False
        self.phase = BETWEEN

    # What a head is held to.

    def _refusing(self, error: OutlastError) -> OutlastError:
        """To be raised: it stops llhttp where it is, and ``feed`` finds the reason."""
        self._refusal = error
        return error

    def _check_trailers(self) -> None:
        if sum(len(name) + len(value) for name, value in self._headers.items()) > self._limits.head:
            raise self._refusing(RequestTooLarge(BARREN))

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
            raise self._refusing(MalformedRequest("the request has more than one Host header"))
        self._headers[key] += ", " + value.strip().decode("latin-1")

    def _check_size(self, headers: dict[str, str]) -> None:
        repeats, self._repeats = self._repeats, 0
        if len(headers) + repeats > self._limits.headers:
            raise self._refusing(RequestTooLarge(f"the request has more than {self._limits.headers} headers"))
        if len(self._url) + sum(len(name) + len(value) + 4 for name, value in headers.items()) > self._limits.head:
            raise self._refusing(self._head_too_large())

    def _version_manner(self, headers: dict[str, str], *, keep_alive: bool) -> Manner:
        version = self._parser.get_http_version()
        if version not in _VERSIONS:
            raise self._refusing(MalformedRequest(f"HTTP/{version} is not spoken here; use HTTP/1.1"))
        if version == "1.1" and "host" not in headers:
            raise self._refusing(MalformedRequest("the request has no Host header"))
        return Manner(speaks_1_1=version == "1.1", keep_alive=keep_alive)

    def _check_host(self, host: str) -> None:
        """Nothing here is decided by it; what names no host is refused all the same, as the standard demands."""
        if not _HOST.fullmatch(host):
            raise self._refusing(MalformedRequest(f"Host {host[:_SHOWN]!r} names no host"))
        self._host = host

    def _check_coding(self, coding: str) -> None:
        """Only plain chunked, only in 1.1: anything else another server may delimit differently."""
        if coding.lower() != "chunked" or not self._manner.speaks_1_1:
            raise self._refusing(
                MalformedRequest(f"Transfer-Encoding {coding!r} is not accepted here; send chunked, in HTTP/1.1")
            )

    def _refuse_upgrade_with_body(self, headers: dict[str, str]) -> None:
        """No body is read by llhttp after an offer to upgrade, so there must be none to mistake for a request."""
        if "transfer-encoding" in headers or headers.get("content-length", "0") != "0":
            raise self._refusing(MalformedRequest("a request with a body cannot ask for an upgrade here"))

    def _decline_upgrade(self) -> None:
        """The request is complete and gets its answer; what follows it, in whichever protocol, is not read."""
        if self.ready:
            call, manner = self.ready.pop()
            self.ready.append((call, replace(manner, keep_alive=False)))
        self._fail(MalformedRequest("no other protocol is spoken here"))

    def _split_target(self, target: str) -> tuple[str, str]:
        """Path, percent-decoded, and query of any form of target; scheme and authority are dropped."""
        path, _, query = target.partition("#")[0].partition("?")
        if not path.startswith("/") and "://" in path:
            authority, _, path = self._after_scheme(path).partition("/")
            self._check_host(authority)
            path = "/" + path
        if _HALF_ESCAPE.search(path):
            raise self._refusing(MalformedRequest("the path has a % that begins no escape; write %25"))
        try:
            return unquote(path, errors="strict"), query
        except UnicodeDecodeError:
            raise self._refusing(MalformedRequest("the path is not UTF-8")) from None

    def _after_scheme(self, target: str) -> str:
        """An absolute target without its scheme."""
        for scheme in _SCHEMES:
            if target[: len(scheme)].lower() == scheme:
                return target[len(scheme) :]
        raise self._refusing(MalformedRequest(f"the target {target[:_SHOWN]!r} is of a scheme that is not spoken here"))


_REMEMBERED_NAME = 64
_SHOWN = 100  # characters of a caller's text that an error repeats
