"""The bare candidate: httptools parses, uvloop moves bytes, and nothing stands between; server and client alike.

It knows HTTP/1.1 just well enough to be measured. It is no gateway: no limits, no TLS, no retries, no streaming;
``callbacks`` shows the floor, ``tasks`` the cost of one coroutine for each call, which readable code wants.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

import httptools
import uvloop

from server_choice.work import Recorder, model_of

Done = Callable[[int, bytes], None]


class UpstreamConnection(asyncio.Protocol):
    """One kept-alive connection to the upstream, with at most one call on it."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool
        self._parts: list[bytes] = []
        self._done: Done | None = None
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; uvloop's does not inherit from asyncio's."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Feed the parser."""
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """Collect the answer."""
        self._parts.append(body)

    def on_message_complete(self) -> None:
        """Hand the answer on and go back to the pool."""
        done, self._done = self._done, None
        answer = b"".join(self._parts)
        self._parts.clear()
        status = self._parser.get_status_code()
        self._pool.idle.append(self)
        if done is not None:
            done(status, answer)

    def call(self, path: bytes, body: bytes, done: Done) -> None:
        """Send one request; ``done`` is called with its answer."""
        self._done = done
        assert self._transport is not None
        head = b"POST %b HTTP/1.1\r\nhost: %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        self._transport.write(head % (path, self._pool.host, len(body)) + body)


class Pool:
    """Connections to one upstream; the last one used is the first one taken."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc.encode()
        self.idle: list[UpstreamConnection] = []
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)

    def call(self, path: bytes, body: bytes, done: Done) -> None:
        """Call on an idle connection, or on a new one."""
        if self.idle:
            self.idle.pop().call(path, body, done)
        else:
            asyncio.get_running_loop().create_task(self._open(path, body, done))

    async def _open(self, path: bytes, body: bytes, done: Done) -> None:
        host, port = self._address
        _, protocol = await asyncio.get_running_loop().create_connection(lambda: UpstreamConnection(self), host, port)
        protocol.call(path, body, done)


class CallerConnection(asyncio.Protocol):
    """One caller's connection; calls on it are answered one after the other."""

    def __init__(self, pool: Pool, recorder: Recorder, *, tasks: bool) -> None:
        self._pool, self._recorder, self._tasks = pool, recorder, tasks
        self._parts: list[bytes] = []
        self._headers: dict[bytes, bytes] = {}
        self._url = self._model = ""
        self._began = 0
        self._task: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; uvloop's does not inherit from asyncio's."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Feed the parser."""
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        """Start a call."""
        self._began = time.monotonic_ns()
        self._parts.clear()
        self._headers = {}

    def on_url(self, url: bytes) -> None:
        """Keep the path."""
        self._url = url.decode("ascii")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep every header, as a gateway must."""
        self._headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        """Collect the body."""
        self._parts.append(body)

    def on_message_complete(self) -> None:
        """The call is complete: answer it."""
        body = b"".join(self._parts)
        self._model = model_of(body)
        if self._tasks:
            self._task = asyncio.get_running_loop().create_task(self._serve(body))
        else:
            self._pool.call(self._url.encode(), body, self._reply)

    async def _serve(self, body: bytes) -> None:
        future: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self._pool.call(self._url.encode(), body, lambda status, answer: future.set_result((status, answer)))
        self._reply(*await future)

    def _reply(self, status: int, answer: bytes) -> None:
        self._recorder.record(self._model, answer, self._began)
        if self._transport is None or self._transport.is_closing():
            return  # the caller left; uvloop raises on a write to it, and here that would break the upstream's side
        head = b"HTTP/1.1 %d OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        self._transport.write(head % (status, len(answer)) + answer)


async def serve(port: int, upstream: str, journal: str, *, tasks: bool) -> None:
    """Serve until stopped."""
    pool, recorder = Pool(upstream), Recorder(journal)
    server = await asyncio.get_running_loop().create_server(
        lambda: CallerConnection(pool, recorder, tasks=tasks), "127.0.0.1", port, backlog=4096
    )
    await server.serve_forever()


def main() -> None:
    """``bare.py PORT UPSTREAM JOURNAL callbacks|tasks``."""
    port, upstream, journal, mode = sys.argv[1:]
    uvloop.run(serve(int(port), upstream, journal, tasks=mode == "tasks"))


if __name__ == "__main__":
    main()
