"""Who comes in: a visit's cookie, made for whoever has none.

It knows cookies. It does not know passwords (``web.pages.login``).
"""

import secrets
from http.cookies import SimpleCookie
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outlast.web.pages.visit import ALONE, Visit, set_visit

COOKIE: Final = "outlast"
_SECRET_BYTES: Final = 32
_SECRET_LENGTH: Final = len(secrets.token_urlsafe(_SECRET_BYTES))


class Entrance:
    """Says of each call whose visit it is; ASGI middleware."""

    def __init__(self, pages: ASGIApp) -> None:
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Recognise the visit, or begin one."""
        connection = HTTPConnection(scope)
        secure = connection.headers.get("x-forwarded-proto") == "https"
        name = cookie_name(secure=secure)
        known = connection.cookies.get(name, "")
        fresh = len(known) != _SECRET_LENGTH
        secret = secrets.token_urlsafe(_SECRET_BYTES) if fresh else known
        set_visit(connection, Visit(person=ALONE, secret=secret, secure=secure))

        async def remembered(message: Message) -> None:
            if message["type"] == "http.response.start" and not connection.url.path.startswith("/static/"):
                MutableHeaders(scope=message).append("set-cookie", cookie(secret, secure=secure))
            await send(message)

        await self._pages(scope, receive, remembered if fresh else send)


def cookie_name(*, secure: bool) -> str:
    """The prefix makes browsers refuse it from anybody but this host over TLS."""
    return f"__Host-{COOKIE}" if secure else COOKIE


def cookie(secret: str, *, secure: bool) -> str:
    """The header that makes a browser bring the secret with every call of our own pages, and no other's."""
    made: SimpleCookie = SimpleCookie()
    name = cookie_name(secure=secure)
    made[name] = secret
    made[name].update({"path": "/", "httponly": True, "samesite": "Strict"})
    if secure:
        made[name]["secure"] = True
    return made[name].OutputString()
