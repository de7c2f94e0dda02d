"""Every page of this gateway put together as one handler.

It knows the parts. It does not know when it is wanted (``wiring.pages``).
"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from outlast.gateway.call import Handler
from outlast.settings import Settings
from outlast.web.asgi import Asgi
from outlast.web.pages.app import Site, make_app
from outlast.web.pages.assets import packaged
from outlast.web.pages.show import Show


def make_pages(settings: Callable[[], Settings]) -> Handler:
    """The pages as they are served."""
    assets = packaged()
    show = Show(assets)

    async def chat(request: Request) -> Response:
        return show.page(request, "soon.html")

    return Asgi(make_app(Site(show=show, assets=assets, hosts=lambda: settings().server.hosts), [Route("/chat", chat)]))
