"""One POST to a URL that the operator gave, to the public Internet unless they say otherwise.

It knows sockets, TLS and the first line of an answer, of which no more is read. Names are resolved once, every address
that a name has is checked, and the connection is made to a checked one. Redirects are not followed and no proxy is
used. It does not know what is posted.
"""

import contextlib
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from outlast import __version__
from outlast.delivery.outcome import Outcome

SECONDS: Final = 15.0
"""From the name to the answer's first line."""
LONGEST_LINE: Final = 4_096
PORTS: Final = {"http": 80, "https": 443}
AGAIN: Final = frozenset({408, 409, 425, 429})
"""Refusals that may be others later; 5xx beside."""

Address = tuple[int, tuple[str, int] | tuple[str, int, int, int]]
Resolve = Callable[[str, int], Sequence[Address]]
Refusal = Callable[[str], str]
"""Why an address may not be called; empty where it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """Posts; one for all messages."""

    resolve: Resolve
    refusal: Refusal
    trust: ssl.SSLContext | None = None
    seconds: float = SECONDS

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Send the body once and say what came of it. The URL is never repeated: it may be a secret."""
        try:
            parts = _parsed(url)
        except ValueError as error:
            return Outcome("refused", f"the URL cannot be meant: {error}")
        deadline = time.monotonic() + self.seconds
        sending = False
        try:
            with self._connected(parts, deadline) as connection:
                sending = True
                connection.settimeout(_left(deadline))
                connection.sendall(_head(parts, len(body), headers) + body)
                return _judged(_first_line(connection, deadline))
        except _Private as error:
            return Outcome("refused", str(error))
        except TimeoutError:
            said = f"no answer within {self.seconds:g} s"
        except ssl.SSLCertVerificationError as error:
            said = f"its certificate does not hold: {error.verify_message}"
        except OSError as error:
            said = f"the connection failed: {error.strerror or type(error).__name__}"
        return Outcome("unknown" if sending else "failed", said)

    @contextlib.contextmanager
    def _connected(self, parts: SplitResult, deadline: float) -> Iterator[socket.socket]:
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        found = _within(deadline, lambda: self.resolve(host, port))
        for _, address in found:
            if why := self.refusal(str(address[0])):
                raise _Private(f"{host} leads to {address[0]}, which is not public ({why}); `private = true` allows it")
        with _first_that_answers(found, deadline) as raw:
            if parts.scheme == "http":
                yield raw
                return
            with (self.trust or ssl.create_default_context()).wrap_socket(raw, server_hostname=host) as secured:
                yield secured


class _Private(Exception):
    """The name leads where it may not."""


def _parsed(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.port == 0:
        raise ValueError("it is no http or https address of a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("it holds a user or password")
    if any(not 32 < ord(sign) < 127 for sign in url):
        raise ValueError("it holds a sign that no URL has")
    return parts


def _head(parts: SplitResult, length: int, headers: Mapping[str, str]) -> bytes:
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?") if parts.query else ""
    own = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (
        f"POST {path}{query} HTTP/1.1\r\nhost: {host}{port}\r\nuser-agent: outlast/{__version__}\r\n"
        f"content-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n{own}\r\n"
    ).encode("ascii")


def _first_that_answers(found: Sequence[Address], deadline: float) -> socket.socket:
    failed: OSError = OSError("the name has no address")
    for family, address in found:
        raw = socket.socket(family, socket.SOCK_STREAM)
        try:
            raw.settimeout(_left(deadline))
            raw.connect(address)
        except OSError as error:
            raw.close()
            if isinstance(error, TimeoutError):
                raise
            failed = error
        else:
            return raw
    raise failed


def _first_line(connection: socket.socket, deadline: float) -> bytes:
    came = b""
    while b"\n" not in came and len(came) < LONGEST_LINE:
        connection.settimeout(_left(deadline))
        piece = connection.recv(LONGEST_LINE - len(came))
        if not piece:
            break
        came += piece
    return came.partition(b"\n")[0].rstrip(b"\r")


def _judged(line: bytes) -> Outcome:
    parts = line.split(b" ", 2)
    if len(parts) < 2 or not parts[0].startswith(b"HTTP/1.") or len(parts[1]) != 3 or not parts[1].isdigit():
        return Outcome("unknown", "it does not answer in HTTP")
    status = int(parts[1])
    if 200 <= status < 300:
        return Outcome("sent", str(status))
    if status >= 500 or status in AGAIN:
        return Outcome("failed", f"it answered {status}")
    moved = ", and redirects are not followed" if 300 <= status < 400 else ""
    return Outcome("refused", f"it answered {status}{moved}")


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _within(deadline: float, work: Callable[[], Sequence[Address]]) -> Sequence[Address]:
    """The result of the system's resolver, which has no time limit of its own."""
    results: queue.Queue[Sequence[Address] | Exception] = queue.Queue(1)

    def run() -> None:
        try:
            results.put(work())
        except (OSError, UnicodeError) as error:
            results.put(error)

    threading.Thread(target=run, daemon=True, name="resolver").start()
    try:
        result = results.get(timeout=_left(deadline))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(result, Exception):
        raise OSError(f"the name cannot be resolved: {result}") from result
    return result
