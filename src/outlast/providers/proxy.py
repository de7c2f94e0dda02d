"""The way through an HTTP proxy: which one the environment names, and ``CONNECT`` through it.

It knows ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` in either case. It does not know pools
or answers. Plain http goes through ``CONNECT`` too, so that what is sent is the same with and without a proxy.
"""

import asyncio
import base64
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import unquote, urlsplit

from outlast.errors import SettingsInvalid, UpstreamUnreachable
from outlast.providers.connection import Connection

_MAX_HEAD = 16 * 1024
_ESTABLISHED = b" 200"


@dataclass(frozen=True, slots=True)
class Proxy:
    """One HTTP proxy; its credentials are never shown."""

    host: str
    port: int
    authorization: str = field(default="", repr=False)


def find_proxy(scheme: str, authority: str, environ: Mapping[str, str]) -> Proxy | None:
    """The proxy for one origin, or None: none is named, or ``NO_PROXY`` covers the origin.

    Raises:
        SettingsInvalid: the variable names a proxy of another kind than HTTP.
    """
    url = _variable(environ, f"{scheme}_proxy") or _variable(environ, "all_proxy")
    if not url or _excepted(authority, _variable(environ, "no_proxy")):
        return None
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme != "http" or not parts.hostname:
        raise SettingsInvalid(f"{scheme.upper()}_PROXY must be an http:// address")
    login = ""
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        login = "Basic " + base64.b64encode(pair.encode()).decode("ascii")
    return Proxy(parts.hostname, parts.port or 80, login)


def _excepted(authority: str, rules: str) -> bool:
    """``*``, a host, a domain with all below it, each with or without a port; as curl reads ``NO_PROXY``."""
    host = authority.rpartition(":")[0]
    for rule in rules.lower().replace(",", " ").split():
        if rule == "*":
            return True
        domain = rule.lstrip(".")
        if any(name == domain or name.endswith(f".{domain}") for name in (host, authority)):
            return True
    return False


def _variable(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.upper()) or ""


class _Tunnel(asyncio.Protocol):
    """Waits for the proxy's answer to ``CONNECT``."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.answered: asyncio.Future[bytes] = loop.create_future()
        self._head = b""

    def data_received(self, data: bytes) -> None:
        self._head += data
        if self.answered.done():
            return
        if b"\r\n\r\n" in self._head:
            self.answered.set_result(self._head)
        elif len(self._head) > _MAX_HEAD:
            self.answered.set_result(b"")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if not self.answered.done():
            self.answered.set_result(b"")


async def tunnel(
    proxy: Proxy, host: str, port: int, *, tls: ssl.SSLContext | None, make: Callable[[], Connection]
) -> Connection:
    """Ask the proxy for a way to the origin, then speak TLS through it where ``tls`` is given."""
    loop = asyncio.get_running_loop()
    transport, waiting = await loop.create_connection(lambda: _Tunnel(loop), proxy.host, proxy.port)
    connection = None
    try:
        transport.write(_connect(proxy, f"[{host}]:{port}" if ":" in host else f"{host}:{port}"))
        _check(proxy, await waiting.answered)
        connection = await _hand_over(transport, make(), tls, host)
    finally:
        if connection is None:
            transport.abort()
    return connection


def _check(proxy: Proxy, answer: bytes) -> None:
    status, _, _ = answer.partition(b"\r\n")
    if not status.startswith(b"HTTP/1.") or status[8:12] != _ESTABLISHED or not answer.endswith(b"\r\n\r\n"):
        shown = status[9:12].decode("latin-1") or "nothing"
        raise UpstreamUnreachable(f"the proxy {proxy.host}:{proxy.port} refused the way: it answered {shown}")


async def _hand_over(
    transport: asyncio.Transport, connection: Connection, tls: ssl.SSLContext | None, host: str
) -> Connection:
    if tls is None:
        transport.set_protocol(connection)
        connection.connection_made(transport)
    else:
        secure = await asyncio.get_running_loop().start_tls(transport, connection, tls, server_hostname=host)
        connection.connection_made(cast("asyncio.BaseTransport", secure))
    return connection


def _connect(proxy: Proxy, authority: str) -> bytes:
    login = f"proxy-authorization: {proxy.authorization}\r\n" if proxy.authorization else ""
    return f"CONNECT {authority} HTTP/1.1\r\nhost: {authority}\r\n{login}\r\n".encode("latin-1")
