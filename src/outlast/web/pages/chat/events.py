"""An answer as a stream of events: its blocks, finished ones once, and its end.

It knows the events' shape and how a browser goes on after a break: the id of an event is how many blocks it has for
good. It does not know who writes the answer (``chat.talking``).
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from outlast.chat.ports import Person
from outlast.chat.talking import Growth
from outlast.chat.tree import Tree
from outlast.web.pages.chat.acts import foot
from outlast.web.pages.chat.room import Room
from outlast.web.pages.chat.view import spoken
from outlast.web.pages.render.rendering import Grown, Rendering

QUIET_SECONDS: Final = 15.0
"""After so long a comment is sent, so that nobody between here and the browser takes the connection for dead."""
_HEADERS: Final = {"cache-control": "no-store", "x-accel-buffering": "no"}


class Events:
    """The handler of ``/chat/{id}/events/{message}``."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def follow(self, request: Request) -> Response:
        """Follow an answer from the block on that the browser does not have yet."""
        person, params = self._room.person(request), request.path_params
        await self._room.chats.growth(person.name, params["id"], params["message"], 0)  # another's is a 404, no stream
        given = request.headers.get("last-event-id") or request.query_params.get("from", "")
        start = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
        events = self._events(request, person, start)
        return StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)

    async def _events(self, request: Request, person: Person, start: int) -> AsyncIterator[bytes]:
        conversation, message = request.path_params["id"], request.path_params["message"]
        cutter = Cutter(start)
        async with aclosing(paced(self._room.talking.follow(person, conversation, message))) as coming:
            async for growth in coming:
                # A hostile text takes seconds to render: not on the loop, where calls to models pass.
                yield b": quiet\n\n" if growth is None else await asyncio.to_thread(cutter.take, growth)
        tree = Tree(await self._room.chats.messages(person.name, conversation))
        end = {
            "count": cutter.count,
            "foot": foot(self._room, request, tree, message),
            "said": spoken(tree.message(message)),
        }
        yield event("end", end)


class Cutter:
    """One browser's view of one answer: which blocks it has."""

    def __init__(self, start: int) -> None:
        self._rendering = Rendering()
        self._start = start
        self.count = 0
        """Blocks that are finished."""

    def take(self, growth: Growth) -> bytes:
        """The events for some more text."""
        sent = self._sent(self._rendering.feed(growth.text))
        return sent if growth.message.phase == "running" else sent + self._sent(self._rendering.finish())

    def _sent(self, grown: Grown) -> bytes:
        pieces: list[bytes] = []
        for html in grown.finished:
            if self.count >= self._start:
                block = {"index": self.count, "html": html, "final": True}
                pieces.append(event("block", block, number=self.count + 1))
            self.count += 1
        if grown.open and self.count >= self._start:
            pieces.append(event("block", {"index": self.count, "html": grown.open, "final": False}))
        return b"".join(pieces)


def event(name: str, data: object, *, number: int | None = None) -> bytes:
    """One event; JSON has no line breaks of its own."""
    known = b"" if number is None else b"id: %d\n" % number
    return b"%sevent: %s\ndata: %s\n\n" % (known, name.encode(), msgspec.json.encode(data))


async def paced(following: AsyncGenerator[Growth, None]) -> AsyncGenerator[Growth | None, None]:
    """The same, with None wherever nothing has come for a while."""
    async with aclosing(following):
        while True:
            coming = asyncio.ensure_future(anext(following, None))
            try:
                while not (await asyncio.wait((coming,), timeout=QUIET_SECONDS))[0]:
                    yield None
            finally:
                if not coming.done():
                    coming.cancel()
                    await asyncio.wait((coming,))
            growth = coming.result()
            if growth is None:
                return
            yield growth
