"""A stream whose end follows its terminal event a moment later costs no new connection; one that never ends does."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
import uvloop

from outlast.gateway.ports import UpstreamRequest
from outlast.providers.vendor import VendorUpstream
from outlast.settings import ProviderSettings

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
DONE = b"e\r\ndata: [DONE]\n\n\r\n"
END = b"0\r\n\r\n"
ASKED = UpstreamRequest(target="up/m", model="m", path="/chat/completions", body=b"{}", stream=True)


class Late:
    """Answers every request with a stream whose last chunk waits until it is let go."""

    def __init__(self) -> None:
        self.connections = 0
        self.release = asyncio.Event()
        self.ended = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while await reader.readline():
            while (await reader.readline()).strip():
                pass
            await reader.readexactly(2)
            writer.write(HEAD + DONE)
            await self.release.wait()
            writer.write(END)
            await writer.drain()
            self.ended.set()
        writer.close()


async def first_call(upstream: VendorUpstream) -> None:
    answer = await upstream.send(ASKED)
    assert b"[DONE]" in await answer.chunk()
    answer.leave()
    answer.close()


def played(story: Callable[[VendorUpstream, Late], Awaitable[None]]) -> None:
    async def play() -> None:
        late = Late()
        server = await asyncio.start_server(late.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        upstream = VendorUpstream(
            "up", ProviderSettings(kind="openai", base_url=f"http://127.0.0.1:{port}/v1"), environ={}
        )
        async with asyncio.timeout(10):
            await story(upstream, late)
        await upstream.aclose()
        server.close()

    uvloop.run(play())


@pytest.mark.server
def test_the_connection_is_kept_when_the_end_follows() -> None:
    async def story(upstream: VendorUpstream, late: Late) -> None:
        await first_call(upstream)
        late.release.set()
        await late.ended.wait()
        for _ in range(50):  # both ends share this loop: turns of it bring the end to the client
            await asyncio.sleep(0)
        await first_call(upstream)
        assert late.connections == 1

    played(story)


@pytest.mark.server
def test_a_call_in_the_meantime_takes_another_connection() -> None:
    async def story(upstream: VendorUpstream, late: Late) -> None:
        await first_call(upstream)
        await first_call(upstream)
        assert late.connections == 2
        late.release.set()

    played(story)
