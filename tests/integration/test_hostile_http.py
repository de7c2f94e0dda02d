"""Requests that are wrong, on purpose or not: each is told so, none harms the next caller."""

import asyncio
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.http_house import Answer, Caller, House, eventually, serve

from outlast.gateway.call import Call
from outlast.gateway.ports import Reply
from outlast.web.limits import Limits

POST = b"POST /echo HTTP/1.1\r\nHost: a\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
HELLO = b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"

MALFORMED = {
    "content-length and transfer-encoding": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "transfer-encoding and content-length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths that differ": POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "two lengths that agree": POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    "a list of lengths": POST + b"Content-Length: 5, 5\r\n\r\nhello",
    "a signed length": POST + b"Content-Length: +5\r\n\r\nhello",
    "a negative length": POST + b"Content-Length: -5\r\n\r\nhello",
    "a hexadecimal length": POST + b"Content-Length: 0x5\r\n\r\nhello",
    "an empty length": POST + b"Content-Length:\r\n\r\n",
    "a length past 64 bits": POST + b"Content-Length: 99999999999999999999999\r\n\r\n",
    "another transfer coding": POST + b"Transfer-Encoding: gzip\r\n\r\n",
    "a coding before chunked": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a coding after chunked": POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "chunked twice": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a disguised chunked": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked with a control character": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "chunked in HTTP/1.0": b"POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk size that is no number": CHUNKED + b"g\r\nhello\r\n0\r\n\r\n",
    "a negative chunk size": CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n",
    "a chunk size with 0x": CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n",
    "a chunk size past 64 bits": CHUNKED + b"fffffffffffffffff\r\n",
    "a chunk longer than its size": CHUNKED + b"4\r\nhello\r\n0\r\n\r\n",
    "a chunk that ends in a bare line feed": CHUNKED + b"5\nhello\r\n0\r\n\r\n",
    "a space after the chunk size": CHUNKED + b"5 \r\nhello\r\n0\r\n\r\n",
    "a length among the trailers": CHUNKED + b"0\r\nContent-Length: 5\r\n\r\n",
    "a folded header": POST + b"X-A: 1\r\n 2\r\n\r\n",
    "a header before the first": b"GET / HTTP/1.1\r\n Host: a\r\n\r\n",
    "bare line feeds": b"GET / HTTP/1.1\nHost: a\n\n",
    "a bare line feed after a header": b"GET / HTTP/1.1\r\nHost: a\n\r\n",
    "a bare carriage return in a header": POST + b"X-A: 1\rX-B: 2\r\n\r\n",
    "a space before the colon": b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "no colon": POST + b"Nothing\r\n\r\n",
    "an empty name": POST + b": 1\r\n\r\n",
    "a name that is no token": POST + b"X(A): 1\r\n\r\n",
    "a name beyond ASCII": POST + b"X-\xc3\xa9: 1\r\n\r\n",
    "a zero byte in a value": POST + b"X-A: 1\x002\r\n\r\n",
    "a control character in a value": POST + b"X-A: 1\x012\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "two hosts that agree": b"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n",
    "an unknown method": b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a method in lower case": b"get / HTTP/1.1\r\nHost: a\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "an old version": b"GET / HTTP/0.9\r\nHost: a\r\n\r\n",
    "a version to come": b"GET / HTTP/2.0\r\nHost: a\r\n\r\n",
    "a version that never was": b"GET / HTTP/1.2\r\nHost: a\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a target without a slash": b"GET hello HTTP/1.1\r\nHost: a\r\n\r\n",
    "a target with a space": b"GET /hel lo HTTP/1.1\r\nHost: a\r\n\r\n",
    "a target with a zero byte": b"GET /hel\x00lo HTTP/1.1\r\nHost: a\r\n\r\n",
    "a target beyond ASCII": b"GET /h\xc3\xa9llo HTTP/1.1\r\nHost: a\r\n\r\n",
    "a path that is not UTF-8": b"GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n",
    "an upgrade with a body": POST + b"Connection: upgrade\r\nUpgrade: x\r\nContent-Length: 5\r\n\r\nhello",
    "JSON without HTTP": b'{"model": "gpt-4o"}\r\n\r\n',
}


def refused(answer: Answer, status: int, code: str) -> None:
    assert answer.status == status
    error = msgspec.json.decode(answer.body)["error"]
    assert error["code"] == code
    assert error["type"] == "invalid_request_error"
    assert error["message"]
    assert answer.headers["x-outlast-request-id"].startswith("req_")
    assert answer.headers["connection"] == "close"


@pytest.mark.fault("a request can be read in two ways")
@pytest.mark.parametrize("request_bytes", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_could_be_read_in_two_ways_is_a_400_and_the_end_of_the_connection(request_bytes: bytes) -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        refused(await caller.ask(request_bytes + HELLO), 400, "malformed_request")
        assert await caller.closed() == b"", "nothing after the error may be answered"
        await house.still_serves()

    serve(scenario)


@pytest.mark.parametrize("request_bytes", MALFORMED.values(), ids=MALFORMED.keys())
def test_it_makes_no_difference_that_it_comes_byte_by_byte_behind_a_good_request(request_bytes: bytes) -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(HELLO)
        for byte in request_bytes:
            await caller.send(bytes([byte]))
        assert (await caller.answer()).body == b"hello"
        refused(await caller.answer(), 400, "malformed_request")
        assert await caller.closed() == b""

    serve(scenario)


@pytest.mark.parametrize(
    "start", [b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"]
)
def test_targets_that_are_no_paths_are_no_routes(start: bytes) -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        answer = await caller.ask(start)
        assert (answer.status, msgspec.json.decode(answer.body)["error"]["code"]) == (404, "unknown_url")

    serve(scenario)


def test_nothing_is_read_as_http_after_connect() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        assert (await caller.ask(b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n" + HELLO)).status == 404
        assert await caller.closed() == b""

    serve(scenario)


def test_an_absolute_target_is_answered_by_its_path() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        assert (await caller.ask(b"GET http://elsewhere.example/hello HTTP/1.1\r\nHost: a\r\n\r\n")).body == b"hello"

    serve(scenario)


LARGE = {
    "a length over the limit": POST + b"Content-Length: 1001\r\n\r\n",
    "a chunked body over the limit": CHUNKED + b"3e9\r\n" + b"x" * 1001,
    "a header over the limit": POST + b"X-A: " + b"x" * 3000 + b"\r\n\r\n",
    "a header without end": POST + b"X-A: " + b"x" * 3000,
    "a target without end": b"GET /" + b"x" * 3000,
    "too many headers": POST + b"".join(b"X-%d: 1\r\n" % n for n in range(30)) + b"\r\n",
    "trailers without end": CHUNKED + b"0\r\nX-A: " + b"x" * 3000,
    "chunk extensions without end": CHUNKED + b"5;" + b"x" * 3000,
}


@pytest.mark.fault("a head or body is too large")
@pytest.mark.parametrize("request_bytes", LARGE.values(), ids=LARGE.keys())
def test_what_is_too_large_is_a_413_at_once(request_bytes: bytes) -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        refused(await caller.ask(request_bytes), 413, "request_too_large")
        await house.still_serves()

    serve(scenario, limits=Limits(body=1000, head=2000, headers=20))


def test_a_caller_who_goes_on_sending_still_gets_to_read_why_it_was_refused() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(POST + b"Content-Length: 60000000\r\n\r\n")
        for _ in range(60):
            await caller.send(bytes(1_000_000))
        refused(await caller.answer(), 413, "request_too_large")

    serve(scenario)


def test_one_who_goes_on_sending_for_too_long_is_cut_off() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        refused(await caller.ask(POST + b"Content-Length: 60000000\r\n\r\n"), 413, "request_too_large")
        assert house.server.open_connections == 1
        house.pass_time(6)
        await eventually(lambda: house.server.open_connections == 0)

    serve(scenario)


SLOW = {
    "a request line": b"GET /hel",
    "a head": POST + b"X-A: 1\r\n",
    "a body with a length": POST + b"Content-Length: 5\r\n\r\nhe",
    "a chunked body": CHUNKED + b"5\r\nhe",
    "nothing after 100 continue": POST + b"Content-Length: 5\r\nExpect: 100-continue\r\n\r\n",
}


@pytest.mark.fault("a request does not come in time")
@pytest.mark.parametrize("part", SLOW.values(), ids=SLOW.keys())
def test_a_request_that_does_not_come_in_time_is_a_408(part: bytes) -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(part)
        await _arrived(house, caller)
        house.pass_time(61)
        answer = await caller.answer()
        refused(await caller.answer() if answer.status == 100 else answer, 408, "request_timeout")
        assert await caller.closed() == b""
        await house.still_serves()

    serve(scenario)


async def _arrived(house: House, caller: Caller) -> None:
    """The server has read what was sent: two callers who come later have been answered."""
    await caller.writer.drain()
    await house.still_serves()
    await house.still_serves()


def test_a_head_that_trickles_has_one_deadline_for_all_its_bytes() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        for byte in b"GET /":
            await caller.send(bytes([byte]))
            await _arrived(house, caller)
            house.pass_time(7)
        refused(await caller.answer(), 408, "request_timeout")

    serve(scenario)


def test_a_body_that_trickles_is_waited_for() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(POST + b"Content-Length: 4\r\n\r\n")
        for byte in b"slow":
            await _arrived(house, caller)
            house.pass_time(59)
            await caller.send(bytes([byte]))
        assert (await caller.answer()).body == b"slow"

    serve(scenario)


def test_empty_lines_do_not_keep_a_connection() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        for _ in range(3):
            await caller.send(b"\r\n")
            await _arrived(house, caller)
            house.pass_time(30)
        assert await caller.closed() == b""

    serve(scenario)


@pytest.mark.parametrize(
    "part", [b"", b"G", POST, POST + b"Content-Length: 50\r\n\r\n{", CHUNKED + b"5\r\nhe", b"\r\n"]
)
@pytest.mark.parametrize("polite", [True, False])
def test_a_caller_who_leaves_in_the_middle_of_a_request_leaves_nothing_behind(part: bytes, polite: object) -> None:
    calls = 0

    async def counted(call: Call, reply: Reply) -> None:
        nonlocal calls
        del call, reply
        calls += 1

    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(part.replace(b"/echo", b"/counted"))
        await eventually(lambda: house.server.open_connections == 1)
        if polite:
            await caller.leave()
        else:
            caller.reset()
        await eventually(lambda: house.server.open_connections == 0)
        assert calls == 0
        await house.still_serves()

    serve(scenario, counted=counted)


def test_good_requests_before_a_bad_one_are_answered_first() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(HELLO + HELLO + b"nonsense\r\n\r\n")
        assert [(await caller.answer()).status for _ in range(2)] == [200, 200]
        refused(await caller.answer(), 400, "malformed_request")

    serve(scenario)


PIECES = st.sampled_from(
    [
        HELLO, POST, CHUNKED, b"GET /hello HTTP/1.0\r\n", b"Host: a\r\n", b"Content-Length: 5\r\n", b"hello",
        b"Content-Length: 2000\r\n", b"Expect: 100-continue\r\n", b"Connection: upgrade\r\nUpgrade: x\r\n", b"\r\n",
        b"Connection: close\r\n", b"\n", b"\r", b"0\r\n\r\n", b"5\r\nhello\r\n",
        b"HEAD /streamed HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /streamed HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x00", b":", b" ", b"X: 1\r\n",
    ]
)  # fmt: skip


async def streamed(call: Call, reply: Reply) -> None:
    del call
    reply.begin(200, ())
    reply.write(b"some")
    await reply.drained()
    reply.end(b"thing")


@pytest.mark.fault("random bytes on the port")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(PIECES, st.binary(max_size=40)), max_size=12), st.booleans())
def test_no_bytes_crash_the_server_hang_it_or_leave_a_task(parts: list[bytes], together: object) -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        try:
            for part in [b"".join(parts)] if together else parts:
                await caller.send(part)
            caller.writer.write_eof()
            raw = await caller.reader.read()
        except ConnectionError:
            raw = b""
        for line in _status_lines(raw):
            assert int(line.split(b" ")[1]) in (100, 200, 400, 404, 405, 413)
        await house.still_serves()

    serve(scenario, streamed=streamed, limits=Limits(body=1000, head=2000, headers=20))


def _status_lines(raw: bytes) -> Iterator[bytes]:
    return (line for line in raw.split(b"\r\n") if line.startswith(b"HTTP/1.1 "))


def test_a_thousand_bad_callers_at_once_leave_the_server_as_it_was() -> None:
    async def bad(house: House, request_bytes: bytes) -> None:
        caller = await house.caller()
        await caller.send(request_bytes)
        caller.reset()

    async def scenario(house: House) -> None:
        requests = [*MALFORMED.values(), *LARGE.values(), *SLOW.values()]
        for start in range(0, 1000, 100):
            await asyncio.gather(*(bad(house, requests[n % len(requests)]) for n in range(start, start + 100)))
        await eventually(lambda: house.server.open_connections == 0)
        await house.still_serves()

    serve(scenario)
