"""Who comes in: a visit's cookie, the session that it may stand for, and when nobody is let in.

It knows cookies and who is whom by them. It does not know passwords (``web.pages.login``).
"""

import secrets
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outlast.chat.accounts import Accounts
from outlast.web.pages.show import Show
from outlast.web.pages.visit import ALONE, Person, Visit, set_visit

COOKIE: Final = "outlast"
_MONTH: Final = 30 * 86_400
"""Seconds: as long as a login lasts (``chat.accounts.SESSION_NS``)."""
_VISIT: Final = "v-"
"""What the cookie of somebody begins with who has not logged in."""
_WITHOUT_VISIT: Final = "/static/"
_PROXIES: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
"""What proxies write into a call."""


class Entrance:
    """Says of each call whose visit it is; ASGI middleware."""

    def __init__(self, pages: ASGIApp, *, show: Show, accounts: Accounts, reachable: Callable[[], bool]) -> None:
        """``reachable``: others than this machine can call, so that somebody has to log in."""
        self._pages = pages
        self._show = show
        self._accounts = accounts
        self._reachable = reachable

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Recognise the visit, or begin one."""
        request = Request(scope)
        secure = request.headers.get("x-forwarded-proto") == "https"
        known = request.cookies.get(cookie_name(secure=secure), "")
        if request.url.path.startswith(_WITHOUT_VISIT):
            set_visit(request, Visit(person=None, secret=known, secure=secure))
            await self._pages(scope, receive, send)
        elif not known and _comes_from_elsewhere(request):
            set_visit(request, Visit(person=None, secret="", secure=secure))
            await self._show.page(request, "arriving.html", address=request.url.path)(scope, receive, send)
        else:
            await self._enter(request, known, secure=secure)(scope, receive, send)

    def _enter(self, request: Request, known: str, *, secure: bool) -> ASGIApp:
        async def entered(scope: Scope, receive: Receive, send: Send) -> None:
            person = None if known.startswith(_VISIT) else await self._logged_in(known)
            begun = person is None and not known.startswith(_VISIT)
            secret = new_visit() if begun else known
            closed = False
            if person is None and not await self._accounts.any():
                closed = self._reachable() or _through_a_proxy(request)
                person = None if closed else ALONE
            set_visit(request, Visit(person=person, secret=secret, secure=secure))
            pages = self._show.page(request, "closed.html", status=403) if closed else self._pages
            await pages(scope, receive, _with_cookie(send, cookie(secret, secure=secure)) if begun else send)

        return entered

    async def _logged_in(self, token: str) -> Person | None:
        session = await self._accounts.session(token) if token else None
        if session is None:
            return None
        account = session.account
        return Person(name=account.name, role=account.role, plan=account.plan)


def new_visit() -> str:
    """The secret of a visit that nobody has logged in for."""
    return _VISIT + secrets.token_urlsafe(32)


def cookie_name(*, secure: bool) -> str:
    """The prefix makes browsers refuse it from anybody but this host over TLS."""
    return f"__Host-{COOKIE}" if secure else COOKIE


def cookie(secret: str, *, secure: bool) -> str:
    """The header that makes a browser bring the secret with every call of our own pages, and no other's."""
    made: SimpleCookie = SimpleCookie()
    name = cookie_name(secure=secure)
    made[name] = secret
    told = made[name]
    told["path"], told["httponly"], told["samesite"] = "/", True, "Strict"
    if not secret.startswith(_VISIT):
        told["max-age"] = _MONTH
    if secure:
        told["secure"] = True
    return told.OutputString()


def _through_a_proxy(request: HTTPConnection) -> bool:
    """Whether somebody else stands between: then a call from this machine may be anybody's."""
    return any(name in request.headers for name in _PROXIES)


def _comes_from_elsewhere(request: HTTPConnection) -> bool:
    """Whether a link on a foreign page led here: then a strict cookie stays at home, though there may be one.

    To begin a visit now would take the place of the session. A page of ours that leads here once more brings it.
    """
    return request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}


def _with_cookie(send: Send, header: str) -> Send:
    async def remembered(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("set-cookie", header)
        await send(message)

    return remembered
