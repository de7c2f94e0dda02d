"""The rules that hold for every page before anybody looks at what was asked.

A page is asked for under a name of ours, by a form of ours, in a size that we take, and goes out with headers that
let nothing foreign run, frame it or read it. This file does not know any page.
"""

import ipaddress
from collections.abc import Callable, Collection
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outlast.settings.words import MEGABYTE

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(self)",
    # Not no-referrer: under that a browser says of our own forms that they come from nowhere (Origin: null).
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-dns-prefetch-control": "off",  # the name of a host in a link can carry a message
    "x-frame-options": "DENY",
}
UPLOADS: Final = 32 * MEGABYTE
"""Of one form with its files."""
_SAFE: Final = frozenset({"GET", "HEAD"})


class Guard:
    """Stands before the pages as ASGI middleware."""

    def __init__(self, pages: ASGIApp, *, hosts: Callable[[], Collection[str]]) -> None:
        self._pages = pages
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or let the pages answer."""

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")  # a page is one person's
            await send(message)

        headers = Headers(scope=scope)
        refused = self._refused(scope["method"], headers)
        await (refused or self._pages)(scope, receive, sealed)

    def _refused(self, method: str, headers: Headers) -> PlainTextResponse | None:
        host = headers.get("host", "")
        if not is_ours(host, self._hosts()):
            return PlainTextResponse(
                f"{host[:100]!r} is no name of this gateway's. Use its address, or let its operator name it in"
                ' outlast.toml: [server] hosts = ["..."]\n',
                421,
            )
        if method in _SAFE:
            return None
        if not from_here(headers):
            return PlainTextResponse(
                "This form was sent by a page that is not of this gateway. Nothing was done.\n", 403
            )
        if int(headers.get("content-length", "0")) > UPLOADS:
            return PlainTextResponse(f"This is more than {UPLOADS // MEGABYTE} MB, the limit of a form here.\n", 413)
        return None


def is_ours(host: str, named: Collection[str]) -> bool:
    """Whether a page may be asked for under this name, port left out.

    A foreign name that was made to lead here (DNS rebinding) would let its page read ours. An address cannot be
    made to lead elsewhere, so every one will do.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost") or name in named:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def from_here(headers: Headers) -> bool:
    """Whether what would change something was sent by a page of ours, as far as the browser says where it was.

    Browsers of today say it in a word that no page can forge, whatever a proxy makes of names; others name the origin.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host")
