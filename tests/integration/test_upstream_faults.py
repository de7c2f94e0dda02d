"""Real sockets: whatever an upstream does, a call ends in an answer or in an ``UpstreamError``, soon."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

import pytest
import uvloop
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from outlast.errors import SettingsInvalid, UpstreamBroken, UpstreamError, UpstreamTimeout, UpstreamUnreachable
from outlast.gateway.ports import UpstreamRequest
from outlast.providers.http_answer import HttpAnswer
from outlast.providers.vendor import VendorUpstream
from outlast.settings import ProviderSettings
from outlast.testing.upstream import Handler, UpstreamServer, hang, in_turn, raw, reset, trickle

KEY = "sk-very-secret"
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
SMALL = 100
T = TypeVar("T")


def settings_for(base_url: str, **changes: object) -> ProviderSettings:
    given = {"connect_timeout": 0.5, "first_byte_timeout": 0.3, "idle_timeout": 0.2, "max_connections": 10} | changes
    return ProviderSettings(kind="openai", base_url=base_url, api_key=KEY, query={"hidden": "yes"}, **given)  # type: ignore[arg-type]


def asked(*, stream: bool = False, body: bytes = b"{}") -> UpstreamRequest:
    return UpstreamRequest(target="up/m", model="m", path="/chat/completions", body=body, stream=stream)


def played(
    handler: Handler,
    use: Callable[[VendorUpstream, UpstreamServer], Coroutine[None, None, T]],
    *,
    run: Callable[[Coroutine[None, None, T]], T] = uvloop.run,
    **changes: object,
) -> T:
    """Run one conversation with a misbehaving server; the whole of it is bounded."""

    async def conversation() -> T:
        async with asyncio.timeout(20), UpstreamServer(handler) as server:
            upstream = VendorUpstream("up", settings_for(server.base_url, **changes), environ={})
            try:
                return await use(upstream, server)
            finally:
                await upstream.aclose()

    return run(conversation())


async def whole(upstream: VendorUpstream, _server: UpstreamServer) -> tuple[int, bytes]:
    answer = await upstream.send(asked())
    return answer.status, await answer.read()


async def streamed(upstream: VendorUpstream, _server: UpstreamServer) -> bytes:
    answer = await upstream.send(asked(stream=True))
    return await drain(answer)


async def drain(answer: HttpAnswer) -> bytes:
    pieces = []
    while piece := await answer.chunk():
        pieces.append(piece)
    return b"".join(pieces)


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not met():  # noqa: ASYNC110 - what is awaited happens in the other party
            await asyncio.sleep(0.005)


BROKEN = {
    "garbage": raw(b"\x00\x01 this is not HTTP\r\n\r\n"),
    "an empty close": raw(),
    "a close within the head": raw(b"HTTP/1.1 200 OK\r\ncontent-le"),
    "a body shorter than announced": raw(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort"),
    "a large body shorter than announced": raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\nshort"),
    "a negative length": raw(b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nshort"),
    "two lengths": raw(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nshort"),
    "a length and chunks": raw(CHUNKED[:-2] + b"content-length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
    "an unknown transfer coding": raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nxx"),
    "a coding on top of chunks": raw(CHUNKED.replace(b"chunked", b"gzip, chunked") + b"2\r\nok\r\n0\r\n\r\n"),
    "a bad chunk size": raw(CHUNKED + b"zz\r\nok\r\n0\r\n\r\n"),
    "an endless chunk size": raw(CHUNKED + b"f" * 40 + b"\r\nok"),
    "a close between chunks": raw(CHUNKED + b"2\r\nok\r\n"),
    "a close within a chunk": raw(CHUNKED + b"20\r\nok"),
    "a head over 64 KiB": raw(b"HTTP/1.1 200 OK\r\n" + b"x-a: b\r\n" * 10_000 + b"content-length: 2\r\n\r\nok"),
    "one header without end": hang(b"HTTP/1.1 200 OK\r\nx-a: " + b"b" * 500_000),
    "interim answers without end": raw(*[b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\n" * 1000] * 10),
    "trailers without end": hang(CHUNKED + b"2\r\nok\r\n0\r\nx-t: ", *[b"b" * 100_000] * 5),
    "an upgrade nobody asked for": raw(b"HTTP/1.1 101 S\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n\x00"),
    "a compressed answer": raw(
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n\x1f\x8b", stays=True
    ),
    "a status of 000": raw(b"HTTP/1.1 000 No\r\ncontent-length: 0\r\n\r\n"),
    "a status of 999": raw(b"HTTP/1.1 999 No\r\ncontent-length: 0\r\n\r\n"),
    "a reset instead of an answer": reset(),
    "a reset within the head": reset(b"HTTP/1.1 200"),
    "a reset within the body": reset(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\nab"),
    "a reset of a body without length": reset(b"HTTP/1.1 200 OK\r\n\r\nab"),
}  # fmt: skip

SILENT = {
    "no answer": hang(),
    "half a head": hang(b"HTTP/1.1 200 OK\r\ncont"),
    "a head without its small body": hang(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"),
    "a head without its large body": hang(b"HTTP/1.1 200 OK\r\ncontent-length: 500000\r\n\r\n"),
    "half a stream": hang(CHUNKED + b"2\r\nok\r\n"),
    "a head that trickles": trickle(b"HTTP/1.1 200 OK\r\n" + b"x-a: b\r\n" * 100 + b"\r\n", 0.02),
    "a small body that trickles": trickle(b"HTTP/1.1 200 OK\r\ncontent-length: 200\r\n\r\n" + b"x" * 200, 0.02),
    "a plain answer that trickles": raw(CHUNKED, *[b"1\r\nx\r\n"] * 200, pause=0.02),
}


@pytest.mark.server
@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_answer_is_a_broken_upstream(fault: str) -> None:
    with pytest.raises(UpstreamBroken) as caught:
        played(BROKEN[fault], whole)
    assert_clear(caught.value)


@pytest.mark.server
@pytest.mark.parametrize("fault", SILENT)
def test_silence_is_a_timeout(fault: str) -> None:
    with pytest.raises(UpstreamTimeout) as caught:
        played(SILENT[fault], whole)
    assert_clear(caught.value)


ANSWERS = {
    "chunks": CHUNKED + b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nx-t: 1\r\n\r\n",
    "a length": b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nhello world",
}


@pytest.mark.server
@pytest.mark.fault("an upstream closes between any two bytes")
@pytest.mark.parametrize("framing", ANSWERS)
@pytest.mark.parametrize("rude", [False, True], ids=["closed", "reset"])
def test_an_answer_cut_at_any_byte_is_a_broken_upstream_and_never_a_shorter_answer(framing: str, *, rude: bool) -> None:
    whole_answer = ANSWERS[framing]

    async def use(upstream: VendorUpstream, _server: UpstreamServer) -> list[object]:
        seen: list[object] = []
        for _ in range(len(whole_answer) + 1):
            try:
                answer = await upstream.send(asked(stream=True))
                seen.append(await drain(answer))
            except UpstreamError as error:
                seen.append(type(error))
        return seen

    ends = [whole_answer[:cut] for cut in range(len(whole_answer) + 1)]
    handlers = [reset(part) if rude and part else raw(part) for part in ends[:-1]]
    seen = played(in_turn(*handlers, raw(whole_answer, stays=True)), use)
    assert seen == [UpstreamBroken] * len(whole_answer) + [b"hello world"]


@pytest.mark.server
@pytest.mark.parametrize("fault", ["garbage", "a close between chunks", "a reset within the body"])
def test_the_standard_event_loop_sees_the_same_faults(fault: str) -> None:
    with pytest.raises(UpstreamBroken):
        played(BROKEN[fault], whole, run=asyncio.run)


def assert_clear(error: UpstreamError) -> None:
    assert error.target == "up/m"
    assert "up (http://127.0.0.1:" in str(error)
    assert KEY not in str(error)
    assert "hidden" not in str(error)


WHOLE = {
    "plain": (raw(OK), b"ok"),
    "byte by byte": (trickle(OK, 0.0), b"ok"),
    "interim answers first": (raw(b"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\nlink: x\r\n\r\n" + OK), b"ok"),
    "until the connection closes": (raw(b"HTTP/1.1 200 OK\r\n\r\nab", b"cd"), b"abcd"),
    "HTTP/1.0": (raw(b"HTTP/1.0 200 OK\r\n\r\nab"), b"ab"),
    "chunks with extensions and trailers": (raw(CHUNKED + b"2;a=b\r\nok\r\n0\r\nx-late: 1\r\n\r\n"), b"ok"),
    "no content": (raw(b"HTTP/1.1 204 No Content\r\n\r\n", stays=True), b""),
    "not modified, with a length": (raw(b"HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n", stays=True), b""),
    "an error, compressed": (
        raw(b"HTTP/1.1 400 No\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n\x1f\x8b"), b"\x1f\x8b"
    ),
    "coded as itself": (raw(b"HTTP/1.1 200 OK\r\ncontent-encoding: Identity\r\ncontent-length: 2\r\n\r\nok"), b"ok"),
    "bytes after the answer": (raw(OK + b"HTTP/1.1 500 Smuggled\r\ncontent-length: 0\r\n\r\n", stays=True), b"ok"),
}  # fmt: skip


@pytest.mark.server
@pytest.mark.parametrize("manner", WHOLE)
def test_every_way_to_frame_a_body_is_read(manner: str) -> None:
    handler, body = WHOLE[manner]
    assert played(handler, whole)[1] == body


@pytest.mark.fault("an upstream redirects")
@pytest.mark.server
def test_a_redirect_is_followed_by_nobody_and_its_remedy_is_told() -> None:
    moved = raw(b"HTTP/1.1 308 Moved\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n", stays=True)

    async def use(upstream: VendorUpstream, server: UpstreamServer) -> int:
        with pytest.raises(UpstreamBroken, match=r"redirect \(308\); base_url"):
            await upstream.send(asked())
        return len(server.received)

    assert played(moved, use) == 1


@pytest.mark.server
def test_a_connection_is_used_again() -> None:
    async def use(upstream: VendorUpstream, server: UpstreamServer) -> int:
        for _ in range(5):
            await whole(upstream, server)
        return server.connections

    assert played(raw(OK, stays=True), use) == 1


@pytest.mark.fault("an upstream sends more than its answer")
@pytest.mark.server
@pytest.mark.parametrize(
    "answer",
    [
        OK + b"surplus",
        OK + OK,
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
    ],
)
def test_a_connection_that_may_hold_foreign_bytes_is_not_used_again(answer: bytes) -> None:
    async def use(upstream: VendorUpstream, server: UpstreamServer) -> tuple[list[tuple[int, bytes]], int]:
        return [await whole(upstream, server) for _ in range(2)], server.connections

    assert played(raw(answer, stays=True), use) == ([(200, b"ok"), (200, b"ok")], 2)


@pytest.mark.fault("an upstream speaks unasked")
@pytest.mark.server
def test_bytes_that_come_unasked_close_an_idle_connection() -> None:
    async def later(_received: object, writer: asyncio.StreamWriter) -> bool:
        writer.write(OK)
        await asyncio.sleep(0.02)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil")
        return True

    async def use(upstream: VendorUpstream, server: UpstreamServer) -> bytes:
        await whole(upstream, server)
        await until(lambda: server.lost + server.connections > 0 and not upstream.open_connections)
        return (await whole(upstream, server))[1]

    assert played(later, use) == b"ok"


@pytest.mark.fault("a kept connection died")
@pytest.mark.server
def test_a_call_on_a_stale_connection_is_sent_again_once_on_a_new_one() -> None:
    async def use(upstream: VendorUpstream, server: UpstreamServer) -> tuple[tuple[int, bytes], int, int]:
        await whole(upstream, server)
        again = await whole(upstream, server)
        return again, len(server.received), server.connections

    handler = in_turn(raw(OK, stays=True), raw(), raw(OK, stays=True))
    assert played(handler, use) == ((200, b"ok"), 3, 2)


@pytest.mark.server
def test_a_call_that_was_answered_in_part_is_never_sent_again() -> None:
    async def use(upstream: VendorUpstream, server: UpstreamServer) -> int:
        await whole(upstream, server)
        with pytest.raises(UpstreamBroken):
            await whole(upstream, server)
        return len(server.received)

    assert played(in_turn(raw(OK, stays=True), raw(b"HTTP"), raw(OK)), use) == 2


@pytest.mark.server
def test_a_call_on_a_new_connection_is_never_sent_again() -> None:
    async def use(upstream: VendorUpstream, server: UpstreamServer) -> int:
        with pytest.raises(UpstreamBroken):
            await whole(upstream, server)
        return len(server.received)

    assert played(raw(), use) == 1


@pytest.mark.server
def test_closing_an_answer_cancels_it_at_the_upstream() -> None:
    async def use(upstream: VendorUpstream, server: UpstreamServer) -> tuple[bytes, int]:
        answer = await upstream.send(asked(stream=True))
        first = await answer.chunk()
        answer.close()
        answer.close()
        await until(lambda: server.lost == 1)
        with pytest.raises(UpstreamBroken):
            await answer.chunk()
        return first, upstream.open_connections

    assert played(hang(CHUNKED + b"2\r\nok\r\n"), use, idle_timeout=30) == (b"ok", 0)


@pytest.mark.server
def test_a_connection_whose_left_answer_ends_is_used_again() -> None:
    async def use(upstream: VendorUpstream, server: UpstreamServer) -> tuple[bytes, int]:
        answer = await upstream.send(asked(stream=True))
        first = await answer.chunk()
        answer.leave()
        await asyncio.sleep(0.1)  # the end of the answer is on its way
        await whole(upstream, server)
        return first, server.connections

    late_end = raw(CHUNKED + b"2\r\nok\r\n", b"0\r\n\r\n", stays=True, pause=0.03)
    assert played(in_turn(late_end, raw(OK, stays=True)), use) == (b"ok", 1)


@pytest.mark.server
def test_a_connection_whose_left_answer_goes_on_is_given_up() -> None:
    async def use(upstream: VendorUpstream, server: UpstreamServer) -> int:
        answer = await upstream.send(asked(stream=True))
        answer.leave()
        await until(lambda: server.lost == 1)
        return upstream.open_connections

    endless = raw(CHUNKED, *[b"1\r\nx\r\n"] * 500, pause=0.01)
    assert played(endless, use, idle_timeout=30) == 0


@pytest.mark.server
def test_cancelling_a_call_that_waits_for_its_head_cancels_it_at_the_upstream() -> None:
    async def use(upstream: VendorUpstream, server: UpstreamServer) -> int:
        call = asyncio.ensure_future(upstream.send(asked()))
        await until(lambda: len(server.received) == 1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await until(lambda: server.lost == 1)
        return upstream.open_connections

    assert played(hang(), use, first_byte_timeout=30) == 0


@pytest.mark.fault("a caller takes its stream slowly")
@pytest.mark.server
def test_an_upstream_that_answers_faster_than_it_is_read_is_held_back() -> None:
    sent = 0

    async def flood(_received: object, writer: asyncio.StreamWriter) -> bool:
        nonlocal sent
        writer.write(CHUNKED)
        for _ in range(400):
            writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            await writer.drain()
            sent += 0x10000
        writer.write(b"0\r\n\r\n")
        return True

    async def use(upstream: VendorUpstream, _server: UpstreamServer) -> tuple[bool, int]:
        answer = await upstream.send(asked(stream=True))
        before = -1
        async with asyncio.timeout(5):
            while before != sent:  # until nothing moves any more
                before = sent
                await asyncio.sleep(0.3)
        held = 0x20000 < sent < 400 * 0x10000
        return held, len(await drain(answer))

    assert played(flood, use, idle_timeout=0.25) == (True, 400 * 0x10000)


@pytest.mark.server
@pytest.mark.fault("a stream of one byte at a time")
def test_a_stream_may_last_as_long_as_it_speaks() -> None:
    slow = raw(CHUNKED, *[b"1\r\nx\r\n"] * 20, b"0\r\n\r\n", pause=0.05)
    assert played(slow, streamed) == b"x" * 20


@pytest.mark.server
def test_no_more_connections_than_allowed_and_everybody_gets_a_turn() -> None:
    async def use(upstream: VendorUpstream, server: UpstreamServer) -> tuple[int, int]:
        answers = await asyncio.gather(*(whole(upstream, server) for _ in range(20)))
        return len(answers), server.connections

    assert played(raw(OK, stays=True), use, max_connections=2, connect_timeout=5.0) == (20, 2)


@pytest.mark.fault("every connection to an upstream is busy")
@pytest.mark.server
def test_waiting_for_a_connection_ends_in_a_timeout() -> None:
    async def use(upstream: VendorUpstream, server: UpstreamServer) -> str:
        first = asyncio.ensure_future(upstream.send(asked()))
        await until(lambda: len(server.received) == 1)
        with pytest.raises(UpstreamTimeout, match="stayed busy") as caught:
            await upstream.send(asked())
        first.cancel()
        return caught.value.target

    assert played(hang(), use, max_connections=1, connect_timeout=0.1, first_byte_timeout=30) == "up/m"


@pytest.mark.server
def test_a_turn_given_to_a_call_that_was_cancelled_goes_to_the_next() -> None:
    async def use(upstream: VendorUpstream, server: UpstreamServer) -> tuple[int, bytes]:
        first = asyncio.ensure_future(upstream.send(asked()))
        await until(lambda: len(server.received) == 1)
        second, third = (asyncio.ensure_future(whole(upstream, server)) for _ in range(2))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        first.cancel()
        second.cancel()
        return await third

    assert played(in_turn(hang(), raw(OK)), use, max_connections=1, connect_timeout=5.0) == (200, b"ok")


@pytest.mark.server
def test_large_requests_arrive_whole() -> None:
    async def use(upstream: VendorUpstream, server: UpstreamServer) -> int:
        answer = await upstream.send(asked(body=b"x" * 5_000_000))
        await answer.read()
        return len(server.received[0].body)

    assert played(raw(OK), use, first_byte_timeout=10.0) == 5_000_000


@pytest.mark.server
def test_an_answer_before_the_end_of_the_request_is_passed_on_and_the_connection_given_up() -> None:
    async def conversation() -> tuple[int, int]:
        over = asyncio.Event()
        left = asyncio.Event()

        async def impatient(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n")
            await over.wait()
            writer.transport.abort()
            left.set()

        async with asyncio.timeout(10), await asyncio.start_server(impatient, "127.0.0.1", 0, limit=2**16) as server:
            port = server.sockets[0].getsockname()[1]
            upstream = VendorUpstream("up", settings_for(f"http://127.0.0.1:{port}/v1"), environ={})
            answer = await upstream.send(asked(body=b"x" * 50_000_000))
            connections = upstream.open_connections
            await upstream.aclose()
            over.set()
            await left.wait()
            await asyncio.sleep(0)
        return answer.status, connections

    assert uvloop.run(conversation()) == (413, 0)


@pytest.mark.server
@pytest.mark.parametrize("run", [uvloop.run, asyncio.run])
def test_nobody_listening_is_unreachable(run: Callable[[Awaitable[None]], None]) -> None:
    async def conversation() -> None:
        upstream = VendorUpstream("up", settings_for("http://127.0.0.1:1/v1"), environ={})
        with pytest.raises(UpstreamUnreachable) as caught:
            await upstream.send(asked())
        assert_clear(caught.value)

    run(conversation())


@pytest.mark.fault("DNS fails")
@pytest.mark.server
def test_a_host_without_an_address_is_unreachable() -> None:
    async def conversation() -> None:
        upstream = VendorUpstream("up", settings_for("http://no-such-host.invalid/v1", connect_timeout=5.0), environ={})
        with pytest.raises(UpstreamUnreachable):
            await upstream.send(asked())

    uvloop.run(conversation())


@pytest.mark.server
def test_a_closed_upstream_takes_no_calls() -> None:
    async def use(upstream: VendorUpstream, _server: UpstreamServer) -> None:
        await upstream.aclose()
        with pytest.raises(UpstreamUnreachable):
            await upstream.send(asked())

    played(raw(OK), use)


def test_a_base_url_that_cannot_be_meant_is_refused_without_repeating_it() -> None:
    for wrong in (
        "ftp://x/v1",
        "api.openai.com/v1",
        "https://user:secret@x/v1",
        "https://x/v1?key=secret",
        "http://[x",
    ):
        with pytest.raises(SettingsInvalid) as caught:
            VendorUpstream("up", settings_for(wrong), environ={})
        assert "secret" not in str(caught.value)


HEADS = [
    b"",
    b"HTTP/1.1 200 OK\r\n",
    CHUNKED,
    b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n",
    b"HTTP/1.1 100 C\r\n\r\n",
]


@pytest.mark.server
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(head=st.sampled_from(HEADS), tail=st.binary(max_size=300), stays=st.booleans(), stream=st.booleans())
@example(head=CHUNKED, tail=b"5\r\nab", stays=True, stream=True)
def test_random_bytes_end_in_an_answer_or_an_upstream_error(
    head: bytes, tail: bytes, *, stays: bool, stream: bool
) -> None:
    async def use(upstream: VendorUpstream, _server: UpstreamServer) -> int | UpstreamError:
        try:
            answer = await upstream.send(asked(stream=stream))
            await (drain(answer) if stream else answer.read())
        except UpstreamError as error:
            return error
        return answer.status

    handler = hang(head + tail) if stays else raw(head + tail)
    outcome = played(handler, use, first_byte_timeout=0.1, idle_timeout=0.05)
    assert outcome == 200 if isinstance(outcome, int) else outcome.target == "up/m"
