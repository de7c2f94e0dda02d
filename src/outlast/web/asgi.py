"""Our calls as an ASGI application's requests: the pages of the web are one, the gateway's own path is not.

It knows the two shapes and how an answer's pieces wait for a slow caller. It does not know what is asked or answered.
A caller who leaves cancels the application, as it cancels any handler.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final
from urllib.parse import quote

from outlast.gateway.call import Call
from outlast.gateway.ports import Headers, Reply
from outlast.web.reply import HttpReply

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An ASGI application, as the standard has it: its messages are mappings with any values."""

_ASGI: Final = {"version": "3.0", "spec_version": "2.4"}  # from 2.4 a streamed answer needs no second task to watch


class Asgi:
    """``gateway.call.Handler`` over an ASGI application."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, call: Call, reply: Reply) -> None:
        """Run the application for one call; what it raises is a defect of it, unless it has said all there was."""
        exchange = _Exchange(call, reply)
        try:
            peer = reply.peer if isinstance(reply, HttpReply) else ""
            await self._application(scope_of(call, peer), exchange.receive, exchange.send)
        except Exception:
            if not exchange.enough:
                raise


def scope_of(call: Call, peer: str = "") -> Scope:
    """The request without its body, whose length is told however it came; ``peer`` is an address."""
    return {
        "type": "http",
        "asgi": _ASGI,
        "http_version": "1.1",
        "method": call.method,
        "scheme": "http",
        "path": call.path,
        "raw_path": quote(call.path).encode("ascii"),
        "query_string": call.query.encode("latin-1", "replace"),
        "root_path": "",
        "headers": [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in {**call.headers, "content-length": str(len(call.body))}.items()
        ],
        "client": (peer, 0) if peer else None,
        "server": None,
        "state": {"call_id": call.id},
    }


class _Enough(OSError):
    """Nobody reads the rest: the answer to HEAD has no body, however long it would have become."""


class _Exchange:
    """One request on its way in, one answer on its way out."""

    def __init__(self, call: Call, reply: Reply) -> None:
        self._body: bytes | None = call.body
        self._reply = reply
        self._only_head = call.method == "HEAD"
        self._head: tuple[int, Headers] | None = None
        self._begun = False
        self.enough = False
        """Whether the answer was cut short because no more of it is wanted."""

    async def receive(self) -> Message:
        """The body, whole; then nothing, until the call is over and this is cancelled with it."""
        if self._body is None:
            await asyncio.get_running_loop().create_future()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        """The head waits for the first piece: an answer of one piece is sent whole, and says its length."""
        if message["type"] == "http.response.start":
            self._head = (message["status"], _headers(message.get("headers", ())))
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        if not self._begun:
            if self._head is None:
                raise RuntimeError("the application sent a body before a head")
            if not more:
                self._reply.whole(*self._head, body)
                return
            self._reply.begin(*self._head)
            self._begun = True
            if self._only_head:
                self._reply.end()
                self.enough = True
                raise _Enough
        if more:
            self._reply.write(body)
            await self._reply.drained()
        else:
            self._reply.end(body)


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> Headers:
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in pairs)
