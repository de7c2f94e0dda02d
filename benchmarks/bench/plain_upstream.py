"""A simulated upstream with one fixed JSON answer: uvloop and httptools, for machines without nginx.

It knows how to answer. It does not know what is asked.
"""

import asyncio
import sys
from typing import cast

import httptools
import uvloop

from bench import sample

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
    len(sample.ANSWER),
    sample.ANSWER,
)


class PlainConnection(asyncio.Protocol):
    """One connection of a proxy; calls on it follow each other."""

    def __init__(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Feed the parser."""
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Answer."""
        if self._transport is not None:
            self._transport.write(ANSWER)


async def serve(port: int) -> None:
    """Serve until stopped."""
    server = await asyncio.get_running_loop().create_server(PlainConnection, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
