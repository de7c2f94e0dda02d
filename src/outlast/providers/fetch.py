"""Fetches a URL that a user typed: the one place that does, and it reaches nothing but the public Internet.

Each hop's name is resolved once, every address that it has is checked, and the connection is made to a checked
address, so that a name that answers differently a moment later leads nowhere. Size, time, redirects and what a
compressed answer may unpack to are bounded. It knows HTTP GET; it does not know what is fetched. No proxy is used.
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from outlast import __version__
from outlast.errors import SettingsInvalid, UpstreamBroken, UpstreamError, UpstreamTimeout, UpstreamUnreachable
from outlast.providers.address import refusal
from outlast.providers.bounded import PIECE, Gzip, Room, TimedSocket, left

REDIRECTS = (301, 302, 303, 307, 308)
PORTS = {"http": 80, "https": 443}
LONGEST_URL = 4_096

Address = tuple[int, tuple[str, int] | tuple[str, int, int, int]]
"""A family and what its sockets connect to."""
Resolve = Callable[[str, int], Sequence[Address]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a fetch may cost."""

    bytes: int = 50_000_000
    """Of the body, on the wire and unpacked."""
    seconds: float = 60.0
    """From the first name to the last byte."""
    redirects: int = 5
    allow_private: bool = False
    """The operator says that the address may be this machine's or this network's."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came, and where from."""

    body: bytes
    url: str
    """The last hop's, fit to be shown."""


def shown(url: str) -> str:
    """The URL without what may be secret: user, password, query and fragment."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "the URL"
    name = f"[{host}]" if ":" in host else host
    where = f"{parts.scheme}://{name}{f':{port}' if port else ''}{parts.path}"
    return "".join(sign if sign.isprintable() and sign != " " else "?" for sign in where)


def resolved(host: str, port: int) -> Sequence[Address]:
    """Every address of a name, as the system knows them; also of the odd spellings that it accepts for IPv4."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [(family, (str(address[0]), int(address[1]), *address[2:])) for family, _, _, _, address in found]


def fetch(
    url: str, bounds: Bounds | None = None, *, resolve: Resolve = resolved, trust: ssl.SSLContext | None = None
) -> Fetched:
    """GET a document.

    Raises:
        SettingsInvalid: the URL cannot be meant, or leads where it may not.
        UpstreamUnreachable: no connection, or a name or certificate that does not hold.
        UpstreamTimeout: the time is up.
        UpstreamBroken: an answer other than 200, too large, or no HTTP.
    """
    limit = bounds or Bounds()
    deadline = time.monotonic() + limit.seconds
    here = _parsed(url)
    for _ in range(limit.redirects + 1):
        hop = _Hop(here, limit, deadline, resolve, trust)
        try:
            answer = hop.get()
        except UpstreamError:
            raise
        except TimeoutError as exc:
            raise UpstreamTimeout(f"{hop.name} took longer than {limit.seconds:g} s") from exc
        except ssl.SSLCertVerificationError as exc:
            raise UpstreamUnreachable(f"{hop.name}: its certificate does not hold: {exc.verify_message}") from exc
        except (HTTPException, ValueError) as exc:
            raise UpstreamBroken(f"{hop.name} does not answer in HTTP: {type(exc).__name__}") from exc
        except OSError as exc:
            raise UpstreamUnreachable(f"{hop.name} cannot be reached: {exc.strerror or exc}") from exc
        if isinstance(answer, bytes):
            return Fetched(answer, hop.name)
        here = _redirected(here, answer)
    raise UpstreamBroken(f"{shown(url)} redirects more than {limit.redirects} times")


def _parsed(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as exc:
        raise SettingsInvalid(f"{shown(url)} is no URL: {exc}") from exc
    if parts.scheme not in PORTS:
        raise SettingsInvalid(f"{shown(url)}: only http and https are fetched")
    if not host or port == 0 or len(url) > LONGEST_URL or any(ord(sign) < 33 or ord(sign) == 127 for sign in url):
        raise SettingsInvalid(f"{shown(url)} has no host, no port or is no URL")
    if parts.username is not None or parts.password is not None:
        raise SettingsInvalid(
            f"{shown(url)}: a user or password in a URL ends up in logs; fetch it yourself and pipe it in"
        )
    return parts


def _redirected(here: SplitResult, location: str) -> SplitResult:
    there = _parsed(urljoin(here.geturl(), location))
    if here.scheme == "https" and there.scheme != "https":
        raise UpstreamBroken(f"{shown(here.geturl())} redirects from https to http")
    return there


@dataclass(frozen=True, slots=True)
class _Hop:
    """One request of a chain of redirects."""

    url: SplitResult
    bounds: Bounds
    deadline: float
    resolve: Resolve
    trust: ssl.SSLContext | None

    @property
    def name(self) -> str:
        return shown(self.url.geturl())

    @property
    def host(self) -> str:
        return self.url.hostname or ""

    def get(self) -> bytes | str:
        """The body, or where a redirect leads."""
        with self._connected() as connection:
            connection.settimeout(left(self.deadline))
            connection.sendall(self._request())
            answer = HTTPResponse(TimedSocket(connection, self.deadline), method="GET")  # type: ignore[arg-type]
            try:
                answer.begin()
                return self._read(answer)
            finally:
                answer.close()

    def _connected(self) -> socket.socket:
        failed: OSError | None = None
        for family, address in self._addresses():
            raw = socket.socket(family, socket.SOCK_STREAM)
            try:
                raw.settimeout(left(self.deadline))
                raw.connect(address)
                return self._secured(raw)
            except OSError as exc:
                raw.close()
                if isinstance(exc, TimeoutError | ssl.SSLError):
                    raise
                failed = exc
        raise failed or UpstreamUnreachable(f"{self.name}: the name has no address")

    def _secured(self, raw: socket.socket) -> socket.socket:
        if self.url.scheme == "http":
            return raw
        return (self.trust or ssl.create_default_context()).wrap_socket(raw, server_hostname=self.host)

    def _addresses(self) -> Sequence[Address]:
        """The checked addresses; one that is refused refuses the name, for it shows where the name may lead."""
        found = _within(self.deadline, lambda: self.resolve(self.host, self.url.port or PORTS[self.url.scheme]))
        if not self.bounds.allow_private:
            for _, address in found:
                if why := refusal(str(address[0])):
                    raise SettingsInvalid(
                        f"{self.name} leads to {address[0]}, which is not public ({why}); "
                        "--allow-private says that it may"
                    )
        return found

    def _request(self) -> bytes:
        host = self.host.encode("idna").decode() if not self.host.isascii() else self.host
        named = f"[{host.partition('%')[0]}]" if ":" in host else host
        port = f":{self.url.port}" if self.url.port else ""
        path = quote(self.url.path or "/", safe="/%:@!$&'()*+,;=~-._")
        query = "?" + quote(self.url.query, safe="/%:@!$&'()*+,;=~-._?") if self.url.query else ""
        return (
            f"GET {path}{query} HTTP/1.1\r\nhost: {named}{port}\r\nuser-agent: outlast/{__version__}\r\n"
            "accept: application/json, */*;q=0.5\r\naccept-encoding: gzip, identity;q=0.5\r\nconnection: close\r\n\r\n"
        ).encode("ascii")

    def _read(self, answer: HTTPResponse) -> bytes | str:
        if answer.status in REDIRECTS and (location := answer.headers.get("location")):
            return location
        if answer.status != 200:
            raise UpstreamBroken(f"{self.name} answered {answer.status}")
        coding = (answer.headers.get("content-encoding") or "identity").strip().lower()
        if coding not in ("identity", "gzip", "x-gzip"):
            raise UpstreamBroken(f"{self.name} sends content-encoding {coding[:40]!r}, which was not asked for")
        room = Room(self.name, self.bounds.bytes)
        unpack = Gzip(room) if coding != "identity" else None
        came = 0
        body: list[bytes] = []
        while piece := answer.read1(PIECE):
            came += len(piece)
            room.check(came)
            body.append(unpack.feed(piece) if unpack else piece)
        if unpack is not None and not unpack.ended:
            raise UpstreamBroken(f"{self.name} ends in the middle of its compressed answer")
        if answer.length:
            raise UpstreamBroken(f"{self.name} ends {answer.length} bytes before it said that it would")
        return b"".join(body)


def _within(deadline: float, work: Callable[[], Sequence[Address]]) -> Sequence[Address]:
    """The result of a call that has no time limit of its own: the system's resolver."""
    results: queue.Queue[Sequence[Address] | Exception] = queue.Queue(1)

    def run() -> None:
        try:
            results.put(work())
        except (OSError, UnicodeError) as exc:
            results.put(exc)

    threading.Thread(target=run, daemon=True, name="resolver").start()
    try:
        result = results.get(timeout=left(deadline))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(result, UnicodeError):
        raise OSError("the name is no host name") from result
    if isinstance(result, Exception):
        raise result
    return result
