"""The pages as one application: what stands around every page, and which page is where.

It knows the order in which a visit is received. It does not know what the pages show; each part brings its own.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from outlast.chat.accounts import Accounts
from outlast.web.pages.assets import Assets
from outlast.web.pages.entrance import Entrance
from outlast.web.pages.faults import handlers
from outlast.web.pages.guard import Guard
from outlast.web.pages.show import Show

_SMALL = 1000  # bytes of an answer that gains nothing by compression


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What all pages stand on."""

    show: Show
    assets: Assets
    accounts: Accounts
    reachable: Callable[[], bool]
    """Whether others than this machine can call, or have to show who they are."""
    hosts: Callable[[], Collection[str]]
    """Names, beside loopback's, under which pages may be asked for."""


def make_app(site: Site, parts: Sequence[BaseRoute]) -> ASGIApp:
    """The application; ``parts`` are the pages' routes.

    The guard stands outside of everything, so that its headers are on whatever goes out, a defect's page too.
    """
    routes = [*parts, Route("/static/{path:path}", site.assets.serve), Route("/", _home)]
    pages = Starlette(routes=routes, exception_handlers=dict(handlers(site.show)))
    pages.router.redirect_slashes = False
    entrance = Entrance(pages, show=site.show, accounts=site.accounts, reachable=site.reachable)
    packed = GZipMiddleware(entrance, minimum_size=_SMALL, compresslevel=5)
    return Guard(packed, hosts=site.hosts)


async def _home(request: Request) -> Response:
    del request
    return RedirectResponse("/chat", 303)
