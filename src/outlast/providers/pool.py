"""The connections to one origin: which are free, who waits for one, and a slow tick that ends silence.

It knows counts, fairness and deadlines. It does not know HTTP (``connection``) nor how a connection is made
(``dial`` does, and is given).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from outlast.errors import UpstreamError, UpstreamTimeout, UpstreamUnreachable
from outlast.gateway.ports import Patience
from outlast.providers.connection import Connection
from outlast.providers.http_answer import HttpAnswer

Dial = Callable[["Pool", asyncio.AbstractEventLoop, Patience], Awaitable[Connection]]
"""Opens one connection for a pool, with this patience. Raises an ``UpstreamError``."""

_SLOWEST_TICK = 0.25
_TICKS_PER_WAIT = 5
"""A deadline is noticed late by at most this part of the shortest of them."""


class Pool:
    """Keeps connections alive between calls and never has more than ``max_connections``."""

    def __init__(self, dial: Dial, patience: Patience, *, max_connections: int, label: str) -> None:
        self._dial = dial
        self._patience = patience
        self._max = max_connections
        self._label = label
        self._idle: list[Connection] = []
        self._open: set[Connection] = set()
        self._places = 0
        """Reserved for whoever is dialling or has been told to."""
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._closed = False
        self._timer: asyncio.TimerHandle | None = None
        self._tick_seconds = _SLOWEST_TICK
        self._tick_for(patience)

    @property
    def connections(self) -> int:
        """How many are open, busy or not."""
        return len(self._open)

    def _tick_for(self, patience: Patience) -> None:
        """Look often enough for these deadlines too."""
        shortest = min(patience.first_byte, patience.idle)
        self._tick_seconds = min(self._tick_seconds, shortest / _TICKS_PER_WAIT)

    async def exchange(
        self, head: bytes, body: bytes, *, streamed: bool, target: str, patience: Patience | None = None
    ) -> HttpAnswer:
        """Send one request and wait for its answer's head; ``patience`` is this request's own, else the pool's.

        A connection that had been idle and dies without a byte was closed by the peer before it saw the
        request; only then is the request sent a second time, on a new connection.
        """
        if patience is None:
            patience = self._patience
        else:
            self._tick_for(patience)
        connection = self._reuse() or await self._obtain(target, patience)
        again = False
        while True:
            answer = connection.ask(head, body, streamed=streamed, target=target, patience=patience)
            try:
                await answer.arrival()
            except asyncio.CancelledError:
                answer.close()
                raise
            if answer.failure is None:
                return answer
            if again or not answer.stale:
                raise answer.failure
            again = True
            connection = await self._renew(target, patience)

    def _reuse(self) -> Connection | None:
        idle = self._idle
        while idle:
            connection = idle.pop()
            if connection.open:
                return connection
        return None

    async def _renew(self, target: str, patience: Patience) -> Connection:
        """A new connection, unless all places are taken: idle ones may have died of the same cause."""
        while (connection := self._reuse()) is not None:
            connection.close()
        return await self._obtain(target, patience)

    async def _obtain(self, target: str, patience: Patience) -> Connection:
        """Dial, or wait for a turn; first come, first served."""
        try:
            while len(self._open) + self._places >= self._max:
                connection = await self._turn(patience)
                if connection is None:
                    return await self._open_one(patience)
                if connection.open:
                    return connection
            self._places += 1
            return await self._open_one(patience)
        except UpstreamError as error:
            error.target = target
            raise

    async def _open_one(self, patience: Patience) -> Connection:
        """Dial on a place that is reserved."""
        try:
            if self._closed:
                raise UpstreamUnreachable(f"{self._label} is closed")
            return await self._dial(self, asyncio.get_running_loop(), patience)
        finally:
            self._places -= 1
            self._offer_place()

    async def _turn(self, patience: Patience) -> Connection | None:
        """The next connection to become free; None: a place to dial is reserved."""
        waiter: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(patience.connect):
                return await waiter
        except TimeoutError:
            self._pass_on(waiter)
            busy = f"all {self._max} connections to {self._label} stayed busy"
            raise UpstreamTimeout(f"{busy} for {patience.connect:g} s") from None
        except asyncio.CancelledError:
            self._pass_on(waiter)
            raise

    def _pass_on(self, waiter: "asyncio.Future[Connection | None]") -> None:
        """A waiter that gives up hands on the turn that it was given in the same moment."""
        if not waiter.done() or waiter.cancelled():
            return
        connection = waiter.result()
        if connection is None:
            self._places -= 1
            self._offer_place()
        elif connection.open:
            self.free(connection)

    def _first_waiting(self) -> "asyncio.Future[Connection | None] | None":
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                return waiter
        return None

    def _offer_place(self) -> None:
        if len(self._open) + self._places < self._max and (waiter := self._first_waiting()) is not None:
            self._places += 1
            waiter.set_result(None)

    # What connections tell.

    def joined(self, connection: Connection) -> None:
        """A connection is open."""
        if self._closed:
            connection.close()
            return
        self._open.add(connection)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._tick_seconds, self._tick)

    def free(self, connection: Connection) -> None:
        """A connection may be used again."""
        if self._waiting and (waiter := self._first_waiting()) is not None:
            waiter.set_result(connection)
        else:
            self._idle.append(connection)

    def left(self, connection: Connection) -> None:
        """A connection is gone; whoever waits may dial."""
        self._open.discard(connection)
        if self._waiting:
            self._offer_place()

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in [one for one in self._open if one.deadline <= now]:
            connection.expire()
        self._idle = [one for one in self._idle if one.open]
        self._timer = loop.call_later(self._tick_seconds, self._tick) if self._open else None

    async def aclose(self) -> None:
        """Close every connection; answers in progress fail."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for connection in tuple(self._open):
            connection.close()
        self._idle.clear()
        await asyncio.sleep(0)  # transports close on the loop's next turn
