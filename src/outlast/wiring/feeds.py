"""The feeds of a running gateway, made when they are asked for, and at most once in a while.

It knows how long a document holds. It does not know what is in one (``wiring.feed_documents``, loaded with the first
visit) nor HTTP (``web.feeds``). The work is a thread's, so that no call waits for it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from outlast.keys.key import Key
from outlast.web.feeds import PREFIX, FeedRoutes
from outlast.web.router import Router
from outlast.wiring.generation import Generation, Held

AFRESH_NS: Final = 60 * 10**9
"""A document is as old as this at most."""
REMEMBERED: Final = 64
"""Documents, by name and by what their reader may call."""
Asked = tuple[str, tuple[str, ...] | None]


@dataclass(slots=True)
class GatewayFeeds:
    """``web.feeds.Feeds`` of one process."""

    held: Held
    current: Callable[[], Generation]
    _made: OrderedDict[Asked, tuple[int, Generation, bytes]] = field(default_factory=OrderedDict)

    def serve_on(self, router: Router) -> None:
        """Take the calls of everything below ``PREFIX``."""
        routes = FeedRoutes(self, lambda: self.current().callers, lambda: self.held.clock.unix_ns() // 10**9)
        router.add("GET", PREFIX, routes)

    async def __call__(self, name: str, key: Key | None) -> bytes | None:
        """One document; of a key, what it may call. Raises as ``web.feeds.Feeds``."""
        generation, now = self.current(), self.held.clock.monotonic_ns()
        asked = (name, None if key is None else key.models)
        kept = self._made.get(asked)
        if kept is not None and kept[1] is generation and now - kept[0] < AFRESH_NS:
            return kept[2]
        document = await asyncio.to_thread(self._document, name, key, generation)
        if document is not None:
            self._made[asked] = (now, generation, document)
            self._made.move_to_end(asked)
            if len(self._made) > REMEMBERED:
                self._made.popitem(last=False)
        return document

    def _document(self, name: str, key: Key | None, generation: Generation) -> bytes | None:
        from outlast.wiring.feed_documents import document_of  # noqa: PLC0415 - templates are loaded when wanted

        return document_of(name, key, self.held, generation)
