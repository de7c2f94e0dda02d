"""A server on loopback in the test's own loop, with clocks that the test moves and callers that speak raw bytes."""

import asyncio
import itertools
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import uvloop

from outlast.gateway.call import Call, Handler
from outlast.gateway.ports import Clock, Reply
from outlast.web.limits import SECOND_NS, Limits
from outlast.web.router import Router
from outlast.web.server import Server

PATIENCE = 20.0  # seconds that a whole scenario may take before it counts as hung


@dataclass
class HandClock:
    """Time that moves when it is told to."""

    now_ns: int = SECOND_NS
    unix_ns: int = 1_771_286_400 * SECOND_NS

    def clock(self) -> Clock:
        return Clock(unix_ns=lambda: self.unix_ns, monotonic_ns=lambda: self.now_ns)


@dataclass(frozen=True)
class Answer:
    """One answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Caller:
    """One connection, without any HTTP of its own beyond reading answers."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self) -> tuple[int, dict[str, str]]:
        head = await self.reader.readuntil(b"\r\n\r\n")
        start, *lines = head[:-4].decode("ascii").split("\r\n")
        version, status, *_ = start.split(" ")
        assert version == "HTTP/1.1"
        pairs = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
        assert len({name for name, _ in pairs}) == len(pairs), "a header stands twice"
        return int(status), dict(pairs)

    async def answer(self, *, head_only: bool = False) -> Answer:
        status, headers = await self.head()
        if head_only or status in (100, 204, 304):
            return Answer(status, headers, b"")
        if "content-length" in headers:
            return Answer(status, headers, await self.reader.readexactly(int(headers["content-length"])))
        if headers.get("transfer-encoding") == "chunked":
            return Answer(status, headers, b"".join([chunk async for chunk in self.chunks()]))
        return Answer(status, headers, await self.reader.read())

    async def chunks(self) -> AsyncIterator[bytes]:
        while True:
            size = int(await self.reader.readuntil(b"\r\n"), 16)
            chunk = await self.reader.readexactly(size)
            assert await self.reader.readexactly(2) == b"\r\n"
            if not size:
                return
            yield chunk

    async def ask(self, request: bytes, *, head_only: bool = False) -> Answer:
        await self.send(request)
        return await self.answer(head_only=head_only)

    async def closed(self) -> bytes:
        """What still comes until the server closes; a reset counts as closed."""
        try:
            return await self.reader.read()
        except ConnectionError:
            return b""

    def reset(self) -> None:
        """Leave at once, with a reset."""
        carrier = self.writer.get_extra_info("socket")
        carrier.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def leave(self) -> None:
        """Leave politely."""
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except ConnectionError:
            return


@dataclass
class House:
    """A running server and what a scenario needs of it."""

    server: Server
    time: HandClock
    tls: ssl.SSLContext | None = None
    """What callers trust; None: they speak in clear."""
    address: tuple[str, int] = ("", 0)
    _callers: list[Caller] = field(default_factory=list)

    async def caller(self) -> Caller:
        caller = Caller(*await asyncio.open_connection(*self.address, ssl=self.tls))
        self._callers.append(caller)
        return caller

    async def close(self) -> None:
        """Everybody leaves, then the server stops."""
        for caller in self._callers:
            caller.writer.transport.abort()
            await caller.leave()
        await self.server.aclose()

    def pass_time(self, seconds: float) -> None:
        """Move the clock on, as the server's own sweep would find it."""
        self.time.now_ns += int(seconds * SECOND_NS)
        self.server.sweep()

    async def still_serves(self) -> None:
        """A new caller is answered: nothing that went before has harmed the server."""
        caller = await self.caller()
        answer = await caller.ask(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (answer.status, answer.body) == (200, b"hello")
        await caller.leave()


async def eventually(true: Callable[[], bool]) -> None:
    """Give the loop its turns until something has come about; the scenario's patience is the deadline."""
    while not true():  # noqa: ASYNC110 - the state is the server's, and the server offers no event for tests
        await asyncio.sleep(0)


async def hello(call: Call, reply: Reply) -> None:
    del call
    reply.whole(200, (("content-type", "text/plain"),), b"hello")


async def echo(call: Call, reply: Reply) -> None:
    reply.whole(200, (("x-method", call.method), ("x-path", call.path)), call.body)


def serve(
    scenario: Callable[[House], Awaitable[None]],
    *,
    limits: Limits | None = None,
    routes: Mapping[str, Handler] | None = None,
    tls: tuple[ssl.SSLContext, ssl.SSLContext] | None = None,
    **handlers: Handler,
) -> None:
    """Run a scenario against a server with ``/hello``, ``/echo`` and the handlers given, by name or by path.

    ``tls`` is the server's context and its callers'.

    When it is over, no task of the server's may be left.
    """

    router = _router({**(routes or {}), **{f"/{name}": handler for name, handler in handlers.items()}})

    async def main() -> None:
        time = HandClock()
        numbers = itertools.count(1)
        server = Server(
            router.find,
            id_maker=lambda: f"req_{next(numbers)}",
            clock=time.clock(),
            limits=limits,
            tls=tls[0] if tls else None,
        )
        house = House(server, time, tls=tls[1] if tls else None)
        house.address = await server.start("127.0.0.1", 0)
        try:
            async with asyncio.timeout(PATIENCE):
                await scenario(house)
        finally:
            await house.close()
        async with asyncio.timeout(PATIENCE):
            await eventually(lambda: not server.open_connections)
            await eventually(lambda: asyncio.all_tasks() == {asyncio.current_task()})
        assert server.burden.held == 0, "a body was let go and is still counted"

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


def _router(routes: Mapping[str, Handler]) -> Router:
    router = Router()
    for path, handler in {"/hello": hello, "/echo": echo, **routes}.items():
        for method in ("GET", "POST"):
            router.add(method, path, handler)
    return router
