"""A load of mixed calls over many connections: plain, streamed, refused, wrong, and left in the middle.

It knows how each kind is sent and when it counts as right. It does not know what is measured beside its times.
"""

import asyncio
import contextlib
import random
import time
from array import array
from dataclasses import dataclass, field

from bench.gateways import Entrance
from bench.sample import stream_shape

KINDS = ("plain", "streamed", "unknown", "malformed", "left")
WEIGHTS = (70, 20, 3, 3, 4)
_SPAN = 1_000_000
"""Latencies kept for one sample."""


@dataclass(slots=True)
class Tally:
    """What came of the calls since the last look."""

    calls: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    wrong: int = 0
    """Answers that were not what the kind of call has to get."""
    first_wrong: str = ""
    microseconds: "array[int]" = field(default_factory=lambda: array("q"))
    """Of plain calls, from the first byte sent to the last received."""


class Load:
    """So many connections, each one call after the other, until so many were made."""

    def __init__(self, plain: Entrance, streamed: Entrance, *, seed: int) -> None:
        self._port = plain.port
        self._random = random.Random(seed)  # noqa: S311 - which call comes next is no secret
        unknown = Entrance(port=plain.port, model="no-such-model", headers=plain.headers)
        shaped = streamed.body(stream=True, messages=stream_shape(20, 0), stream_options={"include_usage": True})
        self._bytes = {
            "plain": plain.raw(plain.body()),
            "streamed": streamed.raw(shaped),
            "unknown": unknown.raw(unknown.body()),
            "malformed": plain.raw(b'{"model": "bench", "messages": [}'),
            "left": streamed.raw(streamed.body(stream=True, messages=stream_shape(200, 1))),
        }
        self.tally = Tally()
        self.made = 0
        self._wanted = 0

    async def run(self, calls: int, connections: int) -> None:
        """Make ``calls`` more calls."""
        self._wanted = self.made + calls
        async with asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(self._connection())

    async def _connection(self) -> None:
        reader: asyncio.StreamReader | None = None
        writer: asyncio.StreamWriter | None = None
        while self.made < self._wanted:
            self.made += 1
            kind = self._random.choices(KINDS, WEIGHTS)[0]
            if reader is None or writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
            try:
                goes_on = await self._call(kind, reader, writer)
            except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
                self._is_wrong(f"{kind}: {error!r}")
                goes_on = False
            if not goes_on:
                writer.transport.abort()
                reader = writer = None
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _call(self, kind: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One call; whether the connection may be used again."""
        self.tally.calls[kind] += 1
        since = time.monotonic_ns()
        writer.write(self._bytes[kind])
        if kind == "left":
            await reader.read(64)
            return False
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        body = await _body(head.lower(), reader)
        right = {
            "plain": status == 200 and b'"usage"' in body,
            "streamed": status == 200 and body.endswith(b"data: [DONE]\n\n"),
            "unknown": status == 404,
            "malformed": status == 400,
        }[kind]
        if not right:
            self._is_wrong(f"{kind}: {status} {body[:200]!r}")
        if kind == "plain" and len(self.tally.microseconds) < _SPAN:
            self.tally.microseconds.append((time.monotonic_ns() - since) // 1000)
        return b"connection: close" not in head.lower()

    def _is_wrong(self, what: str) -> None:
        self.tally.wrong += 1
        self.tally.first_wrong = self.tally.first_wrong or what


async def _body(head: bytes, reader: asyncio.StreamReader) -> bytes:
    if b"transfer-encoding: chunked" in head:
        # Chunks are not taken apart: a loader that costs as much as the gateway would measure itself.
        return (await reader.readuntil(b"\r\n0\r\n\r\n")).removesuffix(b"\r\n0\r\n\r\n")
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    return await reader.readexactly(length)
