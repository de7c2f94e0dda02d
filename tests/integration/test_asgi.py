"""The bridge to the pages, through real sockets: bodies, streams, back-pressure, HEAD, and callers who leave."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from tests.integration.http_house import House, eventually, serve

from outlast.gateway.call import Handler
from outlast.web.asgi import Asgi

PIECE = bytes(64 * 1024)
ENDLESS_PIECES = 10_000
"""More than any buffer between the two takes."""


class Pages:
    """An application with a page of each kind."""

    def __init__(self) -> None:
        self.written = 0
        self.ended = ""
        self.routes: dict[str, Handler] = {
            "/pages/": Asgi(
                Starlette(
                    routes=[
                        Route("/pages/echo", self.echo, methods=["POST"]),
                        Route("/pages/words", self.words),
                        Route("/pages/endless", self.endless),
                        Route("/pages/patient", self.patient),
                        Route("/pages/defect", self.defect),
                    ]
                )
            )
        }

    async def echo(self, request: Request) -> Response:
        told = {"x-query": request.url.query, "x-length": request.headers["content-length"]}
        return PlainTextResponse(await request.body(), headers=told)

    async def words(self, request: Request) -> Response:
        del request

        async def pieces() -> AsyncIterator[str]:
            for piece in ("one ", "two ", "three"):
                yield piece

        return StreamingResponse(pieces())

    async def endless(self, request: Request) -> Response:
        del request

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(ENDLESS_PIECES):
                self.written += 1
                yield PIECE

        return StreamingResponse(pieces())

    async def patient(self, request: Request) -> Response:
        del request
        self.ended = "waits"
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            self.ended = "cancelled"
            raise
        return Response()

    async def defect(self, request: Request) -> Response:
        raise ValueError(request.url.path)


def get(path: str, method: str = "GET") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode()


def test_a_body_arrives_whole_however_it_came_and_its_length_is_known() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        head = b"POST /pages/echo?a=%20b HTTP/1.1\r\nHost: a\r\n"
        for request in (
            head + b"Content-Length: 6\r\n\r\nhello!",
            head + b"Transfer-Encoding: chunked\r\n\r\n6\r\nhello!\r\n0\r\n\r\n",
        ):
            answer = await caller.ask(request)
            assert (answer.body, answer.headers["x-length"], answer.headers["x-query"]) == (b"hello!", "6", "a=%20b")
            assert answer.headers["content-length"] == "6"

    serve(scenario, routes=Pages().routes)


def test_a_stream_comes_in_pieces_and_the_connection_serves_on() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        answer = await caller.ask(get("/pages/words"))
        assert (answer.body, answer.headers["transfer-encoding"]) == (b"one two three", "chunked")
        assert (await caller.ask(get("/hello"))).body == b"hello"

    serve(scenario, routes=Pages().routes)


def test_a_head_is_answered_without_a_body_and_no_stream_is_made_for_it() -> None:
    pages = Pages()

    async def scenario(house: House) -> None:
        caller = await house.caller()
        for path in ("/pages/words", "/pages/endless"):
            assert (await caller.ask(get(path, "HEAD"), head_only=True)).status == 200
        assert (await caller.ask(get("/hello"))).body == b"hello"

    serve(scenario, routes=pages.routes)
    assert pages.written == 1


def test_a_caller_who_does_not_read_holds_the_page_up() -> None:
    pages = Pages()

    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(get("/pages/endless"))
        await caller.head()
        before = -1
        while before != pages.written:
            before = pages.written
            for _ in range(200):
                await asyncio.sleep(0)
        assert pages.written < ENDLESS_PIECES

    serve(scenario, routes=pages.routes)


def test_a_caller_who_leaves_cancels_the_page() -> None:
    pages = Pages()

    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(get("/pages/patient"))
        await eventually(lambda: pages.ended == "waits")
        caller.reset()
        await eventually(lambda: pages.ended == "cancelled")
        await house.still_serves()

    serve(scenario, routes=pages.routes)


def test_a_defect_of_a_page_is_answered_and_logged_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        answer = await caller.ask(get("/pages/defect"))
        assert (answer.status, b"ValueError" in answer.body) == (500, False)
        await house.still_serves()

    with caplog.at_level(logging.ERROR, "outlast.web"):
        serve(scenario, routes=Pages().routes)
    assert "ended with ValueError" in caplog.text
