"""What went wrong, as a page: what a person can do about it, and nothing of our insides.

It knows statuses and a sentence for each. It does not know what was tried.
"""

from collections.abc import Awaitable, Callable, Mapping
from math import ceil
from typing import Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from outlast.errors import CallerError, LedgerUnavailable, LimitReached, ObjectNotFound
from outlast.web.pages.show import Show

_CHAT: Final = ("/chat", "Go to the chat")
_WAYS: Final = {401: ("/login", "Log in")}
"""Where a page leads on to, and in which words."""
Fault = Callable[[Request, Exception], Awaitable[Response]]
_TITLES: Final = {
    400: "This cannot be read",
    401: "Please log in",
    403: "This is not for you",
    404: "There is no such page",
    405: "This cannot be done here",
    413: "This is too large",
    429: "Too many tries",
    500: "Something went wrong here",
    503: "The record cannot be read",
}
_WORDS: Final = {
    400: "What was sent could not be understood. Go back, reload the page and try again.",
    401: "Nobody is logged in here, or the login has ended. Log in at /login, then do it again; nothing was done.",
    403: "You may not see or do this.",
    404: "It does not exist, or it is somebody else's.",
    405: "The address is right, but not for this.",
    413: "Send less at once.",
    429: "Wait a little and try again.",
    500: "This is our fault, not yours. The log of the gateway says what it was.",
    503: "Nothing is lost. Try again in a moment; the log of the gateway says more.",
}


def handlers(show: Show) -> Mapping[int | type[Exception], Fault]:
    """For the application: every error becomes a page, or for a script a document with the same words."""

    def answer(request: Request, status: int, words: str, headers: Mapping[str, str] | None = None) -> Response:
        title = _TITLES.get(status, _TITLES[500])
        words = words or _WORDS.get(status, _WORDS[500])
        if not _wants_page(request):
            return JSONResponse({"error": {"title": title, "message": words}}, status, headers=headers)
        return show.page(
            request,
            "fault.html",
            status=status,
            headers=headers,
            title=title,
            words=words,
            way=_WAYS.get(status, _CHAT),
        )

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - for the type checker: it is registered for these
        if error.status_code == 401 and request.method == "GET" and _wants_page(request):
            return RedirectResponse(f"/login?{urlencode({'next': _own_address(request)})}", 303)
        said = "" if error.detail == HTTPException(error.status_code).detail else error.detail
        return answer(request, error.status_code, said, error.headers)

    async def missing(request: Request, error: Exception) -> Response:
        del error
        return answer(request, 404, "")

    async def caller(request: Request, error: Exception) -> Response:
        return answer(request, 400, str(error))

    async def later(request: Request, error: Exception) -> Response:
        assert isinstance(error, LimitReached)  # noqa: S101 - for the type checker: it is registered for these
        return answer(request, 429, str(error), {"retry-after": str(ceil(error.retry_after_s))})

    async def unreadable(request: Request, error: Exception) -> Response:
        del error
        return answer(request, 503, "")

    async def defect(request: Request, error: Exception) -> Response:
        del error
        return answer(request, 500, "")

    return {
        HTTPException: refused,
        ObjectNotFound: missing,
        LimitReached: later,
        CallerError: caller,
        LedgerUnavailable: unreadable,
        Exception: defect,
    }


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "text/html")


def _own_address(request: Request) -> str:
    """The page that was asked for, to come back to after the login."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path
