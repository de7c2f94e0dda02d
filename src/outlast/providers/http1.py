"""How a connection to a provider is made: its origin, TLS, and the proxy that the environment names.

It knows addresses and handshakes, and which failure means what. It does not know what is sent afterwards
(``connection``) nor when a connection is wanted (``pool``).
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from outlast.errors import SettingsInvalid, UpstreamTimeout, UpstreamUnreachable
from outlast.gateway.ports import Patience
from outlast.providers.connection import Connection
from outlast.providers.pool import Pool
from outlast.providers.proxy import Proxy, find_proxy, tunnel

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a provider listens, out of its ``base_url``; ``path`` is the part that every request begins with."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The ``Host`` header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


def parse_origin(base_url: str, *, where: str) -> Origin:
    """Take a ``base_url`` apart; ``where`` names the setting in errors, which never repeat the value.

    Raises:
        SettingsInvalid: it is no http(s) URL, or carries what does not belong there.
    """
    try:
        url = urlsplit(base_url)
        port = url.port
    except ValueError as error:
        raise SettingsInvalid(f"{where} is no URL: {error}") from error
    _check(url, where)
    scheme, host = url.scheme, (url.hostname or "").encode("idna" if not (url.hostname or "").isascii() else "ascii")
    return Origin(scheme, host.decode("ascii"), port or _DEFAULT_PORTS[scheme], url.path.rstrip("/"))


def _check(url: SplitResult, where: str) -> None:
    if url.scheme not in _DEFAULT_PORTS or not url.hostname:
        raise SettingsInvalid(f"{where} must begin with http:// or https:// and name a host")
    if url.username is not None or url.password is not None:
        raise SettingsInvalid(f"{where} must hold no user or password: say api_key or headers")
    if url.query or url.fragment:
        raise SettingsInvalid(f"{where} must hold no query or fragment: say query = {{ name = value }}")
    if not url.path.isascii() or any(mark <= " " for mark in url.path):
        raise SettingsInvalid(f"{where} has a path that is not percent-encoded ASCII")


class Dialler:
    """Opens connections to one origin; a ``pool.Dial``."""

    def __init__(self, origin: Origin, *, label: str, proxy: Proxy | None) -> None:
        self._origin = origin
        self._label = label
        self._proxy = proxy
        self._tls: ssl.SSLContext | None = None

    async def __call__(self, pool: Pool, loop: asyncio.AbstractEventLoop, patience: Patience) -> Connection:
        """Connect, through the proxy and with TLS where they are wanted."""
        try:
            async with asyncio.timeout(patience.connect):
                return await self._connect(lambda: Connection(pool, loop, patience, label=self._label), loop)
        except TimeoutError:
            wait = f"{patience.connect:g} s"
            raise UpstreamTimeout(f"{self._label} took no connection within {wait}") from None
        except ssl.SSLError as error:
            raise UpstreamUnreachable(f"no TLS with {self._label}: {_distrust(error)}") from error
        except OSError as error:
            raise UpstreamUnreachable(f"no connection to {self._label}: {_why(error)}") from error

    async def _connect(self, make: Callable[[], Connection], loop: asyncio.AbstractEventLoop) -> Connection:
        origin, proxy = self._origin, self._proxy
        context = self._context() if origin.scheme == "https" else None
        if proxy is not None:
            return await tunnel(proxy, origin.host, origin.port, tls=context, make=make)
        name = origin.host if context is not None else None
        _, connection = await loop.create_connection(make, origin.host, origin.port, ssl=context, server_hostname=name)
        return connection

    def _context(self) -> ssl.SSLContext:
        """The system's roots, read once: loading them takes tens of milliseconds."""
        if self._tls is None:
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])
        return self._tls


def _distrust(error: ssl.SSLError) -> str:
    """What is wrong with the certificate (its dates, its name, who signed it), or with the handshake."""
    if isinstance(error, ssl.SSLCertVerificationError) and error.verify_message:
        return error.verify_message
    return error.reason or "handshake failed"


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__


def open_pool(
    origin: Origin, patience: Patience, *, max_connections: int, label: str, environ: Mapping[str, str]
) -> Pool:
    """A pool for one origin; nothing is dialled before the first call."""
    proxy = find_proxy(origin.scheme, f"{origin.host}:{origin.port}", environ)
    return Pool(Dialler(origin, label=label, proxy=proxy), patience, max_connections=max_connections, label=label)
