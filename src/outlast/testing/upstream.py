"""A small HTTP server on loopback that plays a provider: from any ``Upstream``, or as badly as a test wants.

It knows enough HTTP/1.1 to read a request and to write an answer, right or wrong. It does not know what is
answered. ``python -m outlast.testing.upstream --port N`` serves the simulated models of the catalogue.
"""

import argparse
import asyncio
import contextlib
import datetime as dt
import random
import socket
import ssl
import struct
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from outlast.catalog.store import open_catalog
from outlast.errors import UpstreamError
from outlast.gateway.ports import Upstream, UpstreamAnswer, UpstreamRequest
from outlast.providers.script.life import Stage
from outlast.providers.script.profile import Profiles, load_profiles
from outlast.providers.scripted import ScriptedUpstream

LOOPBACK = "127.0.0.1"
_HEAD_LIMIT = 1024 * 1024
_RESET = struct.pack("ii", 1, 0)
"""Linger for no time: closing then resets."""


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    """Names lower case."""
    body: bytes


Handler = Callable[[Received, asyncio.StreamWriter], Awaitable[bool]]
"""Answers one request; says whether the connection stays open for another."""


class UpstreamServer:
    """Listens on a free port of loopback for as long as its ``async with`` block lasts."""

    def __init__(self, handler: Handler, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self._handler = handler
        self._port = port
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.received: list[Received] = []
        self.connections = 0
        self.lost = 0
        """Callers that left before their answer's end."""

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def base_url(self) -> str:
        """What ``base_url`` of a provider is set to."""
        return f"{'https' if self._tls else 'http'}://{LOOPBACK}:{self._port}/v1"

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(
            self._connected, LOOPBACK, self._port, ssl=self._tls, limit=_HEAD_LIMIT, backlog=1024
        )
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop, whatever is still being answered."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self.connections += 1
        # A peer that is gone, or the server's own end, ends a connection: neither is a failure of this server.
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._serve(reader, writer)
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stays = True
        while stays:
            received = await _read(reader)
            self.received.append(received)
            answering = asyncio.ensure_future(self._handler(received, writer))
            leaving = asyncio.ensure_future(_left(reader))
            try:
                await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
                if not answering.done() or isinstance(answering.exception(), ConnectionError):
                    self.lost += 1
                    return
                stays = answering.result()
            finally:
                await _stop(answering, leaving)


async def _stop(*tasks: "asyncio.Future[object] | asyncio.Future[bool] | asyncio.Future[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _left(reader: asyncio.StreamReader) -> None:
    """Returns when the caller is gone; a caller that pipelines is not: its next request waits in the buffer."""
    while not reader.at_eof():
        await asyncio.sleep(0.01)
        if reader.exception() is not None:
            return


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *fields = head[:-4].split("\r\n")
    method, path, _ = line.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, path, headers, body)


# Good manners.


def playing(upstream: Upstream, *, base: str = "/v1") -> Handler:
    """Answer as ``upstream`` does: whole answers with their length, streams in chunks; its failures break the line."""

    async def handle(received: Received, writer: asyncio.StreamWriter) -> bool:
        path = received.path.partition("?")[0].removeprefix(base)
        stream = b'"stream":true' in received.body.replace(b" ", b"")
        request = UpstreamRequest(target="", model="", path=path, body=received.body, stream=stream)
        try:
            answer = await upstream.send(request)
            with contextlib.closing(answer):
                return await _write_answer(answer, writer)
        except UpstreamError:
            writer.transport.abort()
            return False

    return handle


async def _write_answer(answer: UpstreamAnswer, writer: asyncio.StreamWriter) -> bool:
    headers = dict(answer.headers)
    lines = [f"HTTP/1.1 {answer.status} Simulated", *(f"{name}: {value}" for name, value in headers.items())]
    if "event-stream" not in headers.get("content-type", ""):
        body = await answer.read()
        writer.write("\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode("latin-1") + body)
        await writer.drain()
        return True
    writer.write("\r\n".join([*lines, "transfer-encoding: chunked", "", ""]).encode("latin-1"))
    while piece := await answer.chunk():
        writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    return True


def in_turn(*handlers: Handler) -> Handler:
    """Each request is answered by the next of them; the last one stays."""
    waiting = list(handlers)

    async def handle(received: Received, writer: asyncio.StreamWriter) -> bool:
        handler = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return await handler(received, writer)

    return handle


# Bad manners: each says what goes over the wire and what happens then.


def raw(*pieces: bytes, stays: bool = False, pause: float = 0.0) -> Handler:
    """Exactly these bytes, with ``pause`` seconds after each; then the connection is closed, or ``stays``."""

    async def handle(_received: Received, writer: asyncio.StreamWriter) -> bool:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            if pause or len(pieces) > 1:
                await asyncio.sleep(pause)
        return stays

    return handle


def hang(*pieces: bytes) -> Handler:
    """These bytes, then silence on an open connection."""

    async def handle(_received: Received, writer: asyncio.StreamWriter) -> bool:
        for piece in pieces:
            writer.write(piece)
        await asyncio.Event().wait()
        return False

    return handle


def reset(*pieces: bytes) -> Handler:
    """These bytes, then a TCP reset."""

    async def handle(_received: Received, writer: asyncio.StreamWriter) -> bool:
        for piece in pieces:
            writer.write(piece)
        if pieces:
            await asyncio.sleep(0.02)  # a reset overtakes what is still unread
        writer.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        writer.transport.abort()
        return False

    return handle


def trickle(data: bytes, pause: float) -> Handler:
    """One byte at a time."""
    return raw(*(bytes([byte]) for byte in data), pause=pause)


@contextlib.contextmanager
def in_thread(handler: Handler, *, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[UpstreamServer]:
    """The server in a thread with a loop of its own, for tests that are not asynchronous themselves."""
    loop = asyncio.new_event_loop()
    server = UpstreamServer(handler, port=port, tls=tls)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def simulated(provider: str, day: dt.date, profiles: Profiles) -> ScriptedUpstream:
    """The simulated models of one provider of the package's catalogue, on one day."""
    stage = Stage(open_catalog(), provider, "api", lambda: day)
    rng = random.Random(4)  # noqa: S311 - ids of simulated answers
    return ScriptedUpstream(stage, profiles, unix_seconds=time.time, rng=rng)


async def _serve_forever(arguments: argparse.Namespace) -> None:
    profiles = load_profiles(arguments.profiles) if arguments.profiles else Profiles()
    upstream = simulated(arguments.provider, arguments.today, profiles)
    async with UpstreamServer(playing(upstream), port=arguments.port) as server:
        print(f"simulated upstream on {server.base_url}", flush=True)  # noqa: T201 - a command's output
        await asyncio.Event().wait()


def main(argv: Sequence[str] | None = None) -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description="Serve simulated models over HTTP on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--provider", default="openai")
    parser.add_argument("--today", type=dt.date.fromisoformat, default=dt.datetime.now(dt.UTC).date())
    parser.add_argument("--profiles", type=Path)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve_forever(parser.parse_args(argv)))


if __name__ == "__main__":
    main()
