"""The HTTP server: listens, sweeps its connections for those that take too long, and stops with grace.

It knows sockets and when calls have to end. It does not know what is served: a router says that.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Callable, Sequence

from outlast.gateway.ports import Clock
from outlast.web.acceptor import Acceptor
from outlast.web.burden import Burden
from outlast.web.connection import Connection, HandlerFor
from outlast.web.heads import HeadWriter
from outlast.web.limits import SECOND_NS, Limits
from outlast.web.listeners import bound_address, open_listeners
from outlast.web.reader import RequestReader

LOG = logging.getLogger("outlast.web")
SWEEP_SECONDS = 1.0


class Server:
    """HTTP/1.1 on one port.

    ``tls`` is a server-side ``ssl.SSLContext``: with one, the port speaks HTTPS and nothing else.
    """

    def __init__(
        self,
        handler_for: HandlerFor,
        *,
        id_maker: Callable[[], str],
        clock: Clock,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.handler_for = handler_for
        self.limits = limits or Limits()
        self.burden = Burden(self.limits.bodies)
        self.heads = HeadWriter()
        self.now_ns = 0
        self._id_maker = id_maker
        self._clock = clock
        self._tls = tls
        self._connections: set[Connection] = set()
        self._acceptor: Acceptor | None = None
        self._sweeper: asyncio.TimerHandle | None = None
        self._draining = False
        self._over: asyncio.Event = asyncio.Event()

    @property
    def open_connections(self) -> int:
        """How many callers are connected."""
        return len(self._connections)

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listen; returns the address that was bound (``port`` 0 lets the system choose).

        Raises:
            OSError: the address is taken or is not ours.
        """
        listeners = open_listeners(host, port)
        self.listen(listeners)
        return bound_address(listeners)

    def listen(self, listeners: Sequence[socket.socket], *, shared: bool = False) -> None:
        """Accept on sockets that listen already, which are this server's to close; ``shared``: others accept too."""
        self.loop = asyncio.get_running_loop()
        self.sweep()
        self._acceptor = Acceptor(
            lambda: Connection(self), loop=self.loop, has_room=self._has_room, shared=shared, tls=self._tls
        )
        self._acceptor.open(listeners)
        self._schedule()

    @property
    def full(self) -> bool:
        """Whether new callers wait, because there is no room for them in this process."""
        return self._acceptor is not None and self._acceptor.full

    @property
    def calls(self) -> set[asyncio.Task[None]]:
        """The calls that run now."""
        return {connection.task for connection in self._connections if connection.task is not None}

    async def drain(self, grace: float) -> None:
        """Accept nobody new, let running calls end within ``grace`` seconds, then cancel them."""
        if self._acceptor is not None:
            self._acceptor.close()
        for connection in tuple(self._connections):
            connection.retire()
        self._draining = True
        if self._connections and grace > 0:
            with contextlib.suppress(TimeoutError):  # those who are left are cut below
                await asyncio.wait_for(self._over.wait(), grace)
        await self._cut()
        if self._sweeper is not None:
            self._sweeper.cancel()

    def hurry(self) -> None:
        """Let a drain wait no longer."""
        self._over.set()

    async def aclose(self) -> None:
        """Stop now."""
        await self.drain(0)

    async def _cut(self) -> None:
        tasks = [connection.task for connection in self._connections if connection.task is not None]
        for connection in tuple(self._connections):
            connection.cut()
        if tasks:
            await asyncio.wait(tasks)

    def sweep(self) -> None:
        """Move the coarse clock on, and end what has waited too long."""
        self.now_ns = now = self._clock.monotonic_ns()
        self.heads.refresh(self._clock.unix_ns() // SECOND_NS)
        for connection in [each for each in self._connections if each.deadline_ns <= now]:
            connection.expire()
        burden = self.burden
        if burden.refused:
            held = "refused %d requests: bodies in flight hold %d of %d bytes; see [server] max_bodies_bytes"
            LOG.warning(held, burden.refused, burden.held, burden.limit)
            burden.refused = 0

    def _schedule(self) -> None:
        self._sweeper = self.loop.call_later(SWEEP_SECONDS, self._sweep_again)

    def _sweep_again(self) -> None:
        self.sweep()
        self._schedule()

    def _has_room(self, joining: int) -> bool:
        return self.limits.places is None or len(self._connections) + joining < self.limits.places

    # What connections ask of their server.

    def reader(self) -> RequestReader:
        """A reader with this server's limits."""
        monotonic_ns = self._clock.monotonic_ns
        return RequestReader(self.limits, id_maker=self._id_maker, monotonic_ns=monotonic_ns, burden=self.burden)

    def request_id(self) -> str:
        """An id for an answer to what never became a call."""
        return self._id_maker()

    def admit(self, connection: Connection) -> bool:
        """Count a connection in, unless there are too many, or it was being accepted when the server stopped."""
        if self._draining:
            return False
        if self.limits.connections is not None and len(self._connections) >= self.limits.connections:
            return False
        self._connections.add(connection)
        return True

    def forget(self, connection: Connection) -> None:
        """Count a connection out."""
        self._connections.discard(connection)
        if self._draining and not self._connections:
            self._over.set()
