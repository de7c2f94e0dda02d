"""The pages, connected: what each of them reads, and on which paths the server hands calls to them.

It knows which class stands behind each protocol of ``web.pages``. It does not know what a page shows. The application
is made at the first visit, beside the calls that run: a gateway that shows nobody a page loads none of it.
"""

import asyncio
from collections.abc import Callable

from outlast.errors import NoSuchRoute
from outlast.gateway.call import Call, Handler
from outlast.gateway.ports import Reply
from outlast.web.answers import answer_error
from outlast.web.router import Router
from outlast.wiring.generation import Generation, Held
from outlast.wiring.talking import Room

PATHS = ("/", "/chat", "/horizon", "/feedback", "/login", "/logout", "/account", "/rehearsal")
FOLDERS = ("/chat/", "/models/", "/static/", "/account/")


class Pages:
    """``gateway.call.Handler`` of every page."""

    def __init__(self, held: Held, current: Callable[[], Generation], room: Room) -> None:
        self._held = held
        self._current = current
        self._room = room
        self._made: Handler | None = None
        self._making = asyncio.Lock()

    def serve_on(self, router: Router) -> None:
        """Take the calls of the pages' paths, and those of browsers that have lost their way."""
        router.lost = self
        for path in (*PATHS, *FOLDERS):
            for method in ("GET", "POST"):
                router.add(method, path, self, for_people=True)

    async def __call__(self, call: Call, reply: Reply) -> None:
        """Let the application answer."""
        if not self._current().settings.chat.enabled:
            answer_error(
                reply, call, NoSuchRoute("this gateway shows no pages: [chat] enabled = false in outlast.toml")
            )
            return
        await (self._made or await self._application())(call, reply)

    async def _application(self) -> Handler:
        async with self._making:
            if self._made is None:
                self._made = await asyncio.to_thread(self._make)
        return self._made

    def _make(self) -> Handler:
        from outlast.wiring.page_parts import make_pages  # noqa: PLC0415 - loaded at the first visit, see above

        return make_pages(self._held, self._current, self._room)
