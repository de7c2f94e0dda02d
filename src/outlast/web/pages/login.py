"""Login, logout and one's own password.

It knows these forms. It does not know how passwords are kept or how many wrong ones are too many (``chat.accounts``).
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from outlast.chat.accounts import SHORTEST_PASSWORD, Accounts
from outlast.errors import LimitReached, LoginRefused, SettingsInvalid
from outlast.web.pages.entrance import cookie, new_visit
from outlast.web.pages.forms import form_of, text_of
from outlast.web.pages.show import Show
from outlast.web.pages.visit import person_of, visit_of

HOME = "/chat"


class LoginPages:
    """``/login``, ``/logout`` and ``/account``."""

    def __init__(self, show: Show, accounts: Accounts) -> None:
        self._show = show
        self._accounts = accounts

    @property
    def routes(self) -> list[BaseRoute]:
        """Where they are found."""
        return [
            Route("/login", self.ask),
            Route("/login", self.login, methods=["POST"]),
            Route("/logout", self.logout, methods=["POST"]),
            Route("/account", self.account),
            Route("/account", self.change, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        """The form; whoever has nothing to log in to goes on."""
        wanted = onward(request.query_params.get("next", ""))
        if visit_of(request).person is not None:
            return RedirectResponse(wanted, 303)
        return self._form(request, wanted)

    async def login(self, request: Request) -> Response:
        """Name and password: a new session under a new secret, whatever the browser came with."""
        form = await form_of(request)
        name, wanted = text_of(form, "name").strip(), onward(text_of(form, "next"))
        try:
            token, _ = await self._accounts.login(name, text_of(form, "password"), address=address_of(request))
        except LoginRefused:
            wrong = "Name and password do not belong together."
            return self._form(request, wanted, name=name, wrong=wrong, status=401)
        except LimitReached as error:
            return self._form(request, wanted, name=name, wrong=_too_many(error), status=429)
        await self._end(request)
        return _with_secret(RedirectResponse(wanted, 303), request, token)

    async def logout(self, request: Request) -> Response:
        """End the session, here and in the store."""
        await form_of(request)
        await self._end(request)
        answer = _with_secret(RedirectResponse("/login", 303), request, new_visit())
        answer.headers["clear-site-data"] = '"cache"'
        return answer

    async def account(self, request: Request) -> Response:
        """Who one is here, and the form for another password."""
        return self._own(request)

    async def change(self, request: Request) -> Response:
        """Another password: whoever knows the one of now; every session ends and this browser begins a new one."""
        person, form = person_of(request), await form_of(request)
        if not person.name:
            raise HTTPException(404)
        fresh, address = text_of(form, "fresh"), address_of(request)
        if fresh != text_of(form, "again"):
            return self._own(request, wrong="The new password was typed in two ways.", status=400)
        try:
            token, _ = await self._accounts.login(person.name, text_of(form, "password"), address=address)
            await self._accounts.logout(token)
            await self._accounts.give_password(person.name, fresh)
            token, _ = await self._accounts.login(person.name, fresh, address=address)
        except LoginRefused:
            return self._own(request, wrong="The current password is not this one.", status=403)
        except LimitReached as error:
            return self._own(request, wrong=_too_many(error), status=429)
        except SettingsInvalid as error:
            return self._own(request, wrong=f"{str(error).capitalize()}.", status=400)
        return _with_secret(RedirectResponse("/account?changed", 303), request, token)

    async def _end(self, request: Request) -> None:
        visit = visit_of(request)
        if visit.person is not None and visit.person.name:
            await self._accounts.logout(visit.secret)

    def _form(self, request: Request, wanted: str, *, name: str = "", wrong: str = "", status: int = 200) -> Response:
        return self._show.page(request, "login.html", status=status, wanted=wanted, name=name, wrong=wrong)

    def _own(self, request: Request, *, wrong: str = "", status: int = 200) -> Response:
        if not person_of(request).name:
            raise HTTPException(404, "Nobody has an account here, so nobody needs a password.")
        changed = "changed" in request.query_params and not wrong
        return self._show.page(
            request, "account.html", status=status, wrong=wrong, changed=changed, shortest=SHORTEST_PASSWORD
        )


def onward(wanted: str) -> str:
    """Where somebody goes after the login: a page of ours, whatever was asked for."""
    parts = urlsplit(wanted)
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if ours and not parts.scheme and not parts.netloc else HOME


def address_of(request: Request) -> str:
    """Whose password tries are counted: the caller's address, or the one that a proxy on this machine says."""
    peer = request.client.host if request.client is not None else ""
    told = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return told if told and _is_loopback(peer) else peer


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _too_many(error: LimitReached) -> str:
    return f"{str(error)[:1].upper()}{str(error)[1:]}. The right one is not looked at before that either."


def _with_secret(answer: Response, request: Request, secret: str) -> Response:
    answer.headers.append("set-cookie", cookie(secret, secure=visit_of(request).secure))
    return answer
