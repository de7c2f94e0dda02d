"""A simulated upstream that streams: uvloop and httptools, one process, events at a steady pace.

It knows the shape that a caller asks for in the text of the last message (``events=20 gap_ms=5``). Each event
carries the instant at which it was written (CLOCK_MONOTONIC, one for the machine), so that whoever reads it on
this machine knows how long it was under way. It does not know the proxies in between.
"""

import asyncio
import re
import sys
import time
from typing import cast

import httptools
import uvloop

from bench import sample

HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
)
EVENT = (
    b'data: {"id":"chatcmpl-bench0000000000000000000","object":"chat.completion.chunk","created":1783375760,'
    b'"model":"' + sample.MODEL.encode() + b'","service_tier":"default","system_fingerprint":"fp_f38e8ce955",'
)
TOKEN = EVENT + b'"choices":[{"index":0,"delta":{"content":" t=%d;"},"logprobs":null,"finish_reason":null}]}\n\n'
STOP = EVENT + b'"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}\n\n'
USAGE = EVENT + b'"choices":[],"usage":{"prompt_tokens":41,"completion_tokens":%d,"total_tokens":%d}}\n\n'
SHAPE = re.compile(rb"events=(\d+) gap_ms=(\d+)")


class StreamingConnection(asyncio.Protocol):
    """One connection of a proxy; streams on it follow each other."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._body = b""
        self._left = self._events = 0
        self._gap = 0.0
        self._usage = False
        self._timer: asyncio.Handle | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop streaming to nobody."""
        del exc
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Feed the parser."""
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        """A new request."""
        self._body = b""

    def on_body(self, body: bytes) -> None:
        """Collect the request."""
        self._body += body

    def on_message_complete(self) -> None:
        """Answer with a stream of the shape asked for, its first event at once."""
        shape = SHAPE.search(self._body)
        self._events, gap_ms = (int(shape[1]), int(shape[2])) if shape else (20, 0)
        self._gap = gap_ms / 1000
        self._left = self._events
        self._usage = b"include_usage" in self._body
        self._write(HEAD)
        self._next()

    def _next(self) -> None:
        if self._left:
            self._left -= 1
            self._event(TOKEN % time.monotonic_ns())
            self._timer = (
                self._loop.call_later(self._gap, self._next) if self._gap else self._loop.call_soon(self._next)
            )
            return
        self._event(STOP)
        if self._usage:
            self._event(USAGE % (self._events, 41 + self._events))
        self._event(b"data: [DONE]\n\n", last=b"0\r\n\r\n")

    def _event(self, data: bytes, last: bytes = b"") -> None:
        self._write(b"%x\r\n%b\r\n%b" % (len(data), data, last))

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)


async def serve(port: int) -> None:
    """Serve until stopped."""
    server = await asyncio.get_running_loop().create_server(StreamingConnection, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
