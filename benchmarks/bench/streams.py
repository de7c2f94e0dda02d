"""The load of streamed calls: open-loop for latency, closed-loop for throughput, held open for memory.

It knows raw HTTP and the instants inside the events of ``sse_upstream``. It does not know which proxy it calls.
Run as a process of its own (``python -m bench.streams``), it reads one ``Order`` and prints one ``Seen``.
"""

import asyncio
import contextlib
import gc
import re
import resource
import sys
import time
from typing import cast

import httptools
import msgspec
import uvloop

WRITTEN = re.compile(rb"t=(\d+);")


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to do. ``rate`` starts so many streams a second, whatever becomes of them; 0 keeps ``streams`` open."""

    port: int
    request: bytes
    seconds: float
    rate: float = 0.0
    streams: int = 0
    patience: float = 10.0
    """Seconds after the end in which open streams may still finish."""


class Seen(msgspec.Struct, kw_only=True):
    """What became of it. Times are microseconds, one entry for each stream or event."""

    started: int = 0
    finished: int = 0
    refused: int = 0
    broken: int = 0
    """Connections lost, or streams that ended without ``[DONE]``."""
    unfinished: int = 0
    events: int = 0
    seconds: float = 0.0
    first_us: list[float] = msgspec.field(default_factory=list)
    """From the request's write to the first event's arrival."""
    transit_us: list[float] = msgspec.field(default_factory=list)
    """From the upstream's write of an event to its arrival here."""
    stretch_us: list[float] = msgspec.field(default_factory=list)
    """By how much the gap to the event before differs from the gap as it was written."""


class StreamConnection(asyncio.Protocol):
    """One connection that carries one stream after the other."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._began = self._last_transit = 0.0
        self._done = self._closing = False
        self.busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """A stream that was under way is broken."""
        del exc
        if self.busy:
            self.busy = False
            self._load.over(self, ok=False)

    def data_received(self, data: bytes) -> None:
        """Feed the parser."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()

    def start(self, request: bytes) -> None:
        """Ask for one stream."""
        assert self._transport is not None
        self.busy, self._done, self._rest, self._last_transit = True, False, b"", 0.0
        self._began = time.monotonic_ns()
        self._transport.write(request)

    def on_body(self, body: bytes) -> None:
        """Note each event's arrival; an event may arrive in pieces."""
        now = time.monotonic_ns()
        text = self._rest + body
        end = 0
        for found in WRITTEN.finditer(text):
            self._note(now, int(found[1]))
            end = found.end()
        self._done = self._done or b"[DONE]" in text
        self._rest = text[max(end, len(text) - 64) :]

    def _note(self, now: float, written: int) -> None:
        seen, transit = self._load.seen, (now - written) / 1000
        seen.events += 1
        if self._last_transit:
            seen.stretch_us.append(transit - self._last_transit)
        else:
            seen.first_us.append((now - self._began) / 1000)
        seen.transit_us.append(transit)
        self._last_transit = transit

    def on_message_complete(self) -> None:
        """The stream is over: count it, and free the connection."""
        status = self._parser.get_status_code()
        self._closing = not self._parser.should_keep_alive()
        self.busy = False
        if status >= 400:
            self._load.seen.refused += 1
        self._load.over(self, ok=self._done or status >= 400)
        if self._closing:
            self.close()

    @property
    def usable(self) -> bool:
        """Whether another stream may follow on this connection."""
        return not self._closing and self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        """Leave."""
        if self._transport is not None:
            self._transport.close()


class Load:
    """The streams of one order."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self.seen = Seen()
        self._idle: list[StreamConnection] = []
        self._opening: set[asyncio.Task[None]] = set()
        self._open: set[StreamConnection] = set()
        self._stopping = False
        self._changed = asyncio.Event()

    async def run(self) -> Seen:
        """Carry the order out."""
        began = time.monotonic()
        end = began + self._order.seconds
        if self._order.rate:
            await self._paced(began, end)
        else:
            for _ in range(self._order.streams):
                self._start()
            await asyncio.sleep(end - time.monotonic())
        self._stopping = True
        self.seen.seconds = time.monotonic() - began
        events = self.seen.events
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._empty(), max(0.0, end + self._order.patience - time.monotonic()))
        self.seen.unfinished = len(self._open) + len(self._opening)
        if not self._order.rate:
            self.seen.events = events
        for connection in [*self._open, *self._idle]:
            connection.busy = False
            connection.close()
        return self.seen

    async def _empty(self) -> None:
        while self._open or self._opening:
            self._changed.clear()
            await self._changed.wait()

    async def _paced(self, began: float, end: float) -> None:
        for index in range(round(self._order.rate * self._order.seconds)):
            await asyncio.sleep(max(0.0, began + index / self._order.rate - time.monotonic()))
            self._start()
        await asyncio.sleep(max(0.0, end - time.monotonic()))

    def _start(self) -> None:
        self.seen.started += 1
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                self._open.add(connection)
                connection.start(self._order.request)
                return
        task = asyncio.get_running_loop().create_task(self._connect())
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(lambda: StreamConnection(self), "127.0.0.1", self._order.port)
        except OSError:
            self.seen.broken += 1
            self._changed.set()
            return
        self._open.add(connection)
        connection.start(self._order.request)

    def over(self, connection: StreamConnection, *, ok: bool) -> None:
        """A stream ended; under a closed loop the next one begins."""
        self._open.discard(connection)
        self._changed.set()
        self.seen.finished += ok
        self.seen.broken += not ok
        if connection.usable:
            self._idle.append(connection)
        if not self._stopping and not self._order.rate:
            asyncio.get_running_loop().call_soon(self._start)


def raise_file_limit() -> None:
    """As many sockets as the machine allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main() -> None:
    """One order from stdin, one result to stdout. Collections are off: a pause here would be the proxy's delay."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    raise_file_limit()
    gc.disable()
    seen = uvloop.run(Load(order).run())
    sys.stdout.buffer.write(msgspec.json.encode(seen))


if __name__ == "__main__":
    main()
