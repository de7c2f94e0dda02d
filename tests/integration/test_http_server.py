"""The server through real sockets: framing, order, patience, and who is told what when something fails."""

import asyncio
import logging
import shutil
import ssl
import subprocess
from collections.abc import Callable

import msgspec
import pytest
from tests.integration.http_house import House, eventually, serve

from outlast.gateway.call import Call
from outlast.gateway.ports import Reply
from outlast.web.limits import Limits

HELLO = b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
MEGABYTE = bytes(1024 * 1024)


def get(path: str, version: str = "1.1", headers: str = "") -> bytes:
    return f"GET {path} HTTP/{version}\r\nHost: a\r\n{headers}\r\n".encode()


async def counting(call: Call, reply: Reply) -> None:
    """A streamed answer of three pieces, an empty one among them."""
    del call
    reply.begin(200, (("content-type", "text/event-stream"),))
    for piece in (b"one ", b"", b"two "):
        reply.write(piece)
        await reply.drained()
    reply.end(b"three")


async def bodyless(call: Call, reply: Reply) -> None:
    del call
    reply.whole(204, (), b"")


async def breaking(call: Call, reply: Reply) -> None:
    del call
    reply.begin(200, ())
    reply.write(b"some of it")
    reply.abort()


async def settled(level: Callable[[], int]) -> int:
    """What ``level`` comes to rest at, once the machine's own buffers are full and nothing moves any more."""
    before = -1
    while level() != before:
        before = level()
        for _ in range(100):
            await asyncio.sleep(0)
    return before


class Stuck:
    """A handler that waits until it is let go, and remembers how it ended."""

    def __init__(self) -> None:
        self.entered = 0
        self.cancelled = 0
        self.let_go = asyncio.Event()

    async def __call__(self, call: Call, reply: Reply) -> None:
        self.entered += 1
        try:
            await self.let_go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        reply.whole(200, (), call.path.encode())


def test_one_connection_serves_many_calls_each_with_its_own_id() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        answers = [await caller.ask(HELLO) for _ in range(3)]
        assert [answer.body for answer in answers] == [b"hello"] * 3
        assert [answer.headers["x-outlast-request-id"] for answer in answers] == ["req_1", "req_2", "req_3"]
        for answer in answers:
            assert "connection" not in answer.headers
            assert answer.headers["server"] == "outlast"
            assert answer.headers["date"] == "Tue, 17 Feb 2026 00:00:00 GMT"

    serve(scenario)


def test_pipelined_calls_are_answered_in_order_one_at_a_time() -> None:
    stuck = Stuck()

    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(get("/stuck") + HELLO + get("/echo"))
        await eventually(lambda: stuck.entered == 1)
        await caller.send(HELLO)
        stuck.let_go.set()
        bodies = [(await caller.answer()).body for _ in range(4)]
        assert bodies == [b"/stuck", b"hello", b"", b"hello"]

    serve(scenario, stuck=stuck)


@pytest.mark.fault("requests ahead without number")
def test_of_requests_sent_ahead_without_number_some_are_answered_and_the_rest_is_told_so() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(get("/hello") * 5000)
        for _ in range(100):
            assert (await caller.answer()).body == b"hello"
        refused = await caller.answer()
        assert (refused.status, refused.headers["connection"]) == (413, "close")
        assert b"ahead of their answers" in refused.body
        assert await caller.closed() == b""

    serve(scenario)


def test_what_is_sent_ahead_of_a_running_call_is_read_up_to_a_limit_and_answered_later() -> None:
    stuck = Stuck()
    post = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%b" % (len(MEGABYTE), MEGABYTE)

    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(get("/stuck"))
        await eventually(lambda: stuck.entered == 1)
        sending = asyncio.ensure_future(caller.send(post * 40))
        await settled(caller.writer.transport.get_write_buffer_size)
        sent_all = sending.done()
        assert not sent_all
        stuck.let_go.set()
        assert (await caller.answer()).body == b"/stuck"
        for _ in range(40):
            assert (await caller.answer()).body == MEGABYTE
        await sending

    serve(scenario, stuck=stuck, limits=Limits(read_ahead=1000))


@pytest.mark.parametrize(
    ("request_bytes", "kept"),
    [
        (get("/hello"), True),
        (get("/hello", headers="Connection: close\r\n"), False),
        (get("/hello", "1.0"), False),
        (get("/hello", "1.0", "Connection: keep-alive\r\n"), True),
        (get("/hello", headers="Connection: Upgrade\r\nUpgrade: h2c\r\n"), False),
    ],
)
def test_the_connection_stays_open_when_the_caller_wants_it(request_bytes: bytes, kept: object) -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        answer = await caller.ask(request_bytes)
        assert answer.body == b"hello"
        if kept:
            assert answer.headers.get("connection", "keep-alive") == "keep-alive"
            assert (await caller.ask(request_bytes)).status == 200
        else:
            assert answer.headers["connection"] == "close"
            assert await caller.closed() == b""

    serve(scenario)


@pytest.mark.parametrize("path", ["/hello", "/counting", "/bodyless", "/nowhere"])
def test_head_is_answered_as_get_without_the_body(path: str) -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        got = await caller.ask(get(path))
        headed = await caller.ask(b"HEAD" + get(path)[3:], head_only=True)
        named = ("content-length", "transfer-encoding", "content-type")
        if path != "/nowhere":
            assert [headed.headers.get(name) for name in named] == [got.headers.get(name) for name in named]
        assert headed.status == got.status
        assert (await caller.ask(HELLO)).body == b"hello"

    serve(scenario, counting=counting, bodyless=bodyless)


def test_a_streamed_answer_is_chunked_and_leaves_the_connection_open() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        answer = await caller.ask(get("/counting"))
        assert answer.body == b"one two three"
        assert answer.headers["transfer-encoding"] == "chunked"
        assert (await caller.ask(HELLO)).body == b"hello"

    serve(scenario, counting=counting)


def test_a_streamed_answer_to_http_1_0_ends_with_the_connection() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        answer = await caller.ask(get("/counting", "1.0", "Connection: keep-alive\r\n"))
        assert answer.body == b"one two three"
        assert "transfer-encoding" not in answer.headers
        assert answer.headers["connection"] == "close"

    serve(scenario, counting=counting)


def test_an_answer_without_content_has_no_length() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        answer = await caller.ask(get("/bodyless"))
        assert (answer.status, answer.headers.get("content-length")) == (204, None)
        assert (await caller.ask(HELLO)).body == b"hello"

    serve(scenario, bodyless=bodyless)


def test_an_aborted_stream_is_visibly_broken() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(get("/breaking"))
        await caller.head()
        assert await caller.closed() == b"a\r\nsome of it\r\n"
        await house.still_serves()

    serve(scenario, breaking=breaking)


def test_an_aborted_stream_to_http_1_0_is_reset_not_ended() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(get("/breaking", "1.0"))
        with pytest.raises(ConnectionResetError):
            await caller.reader.read()
        await house.still_serves()

    serve(scenario, breaking=breaking)


def test_an_abort_before_any_answer_closes_without_one() -> None:
    async def refusing(call: Call, reply: Reply) -> None:
        del call
        reply.abort()

    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(get("/refusing"))
        assert await caller.closed() == b""

    serve(scenario, refusing=refusing)


def test_100_continue_is_said_before_the_body_and_only_then() -> None:
    start = b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"

    async def scenario(house: House) -> None:
        caller = await house.caller()
        assert (await caller.ask(start)).status == 100
        assert (await caller.ask(b"hello")).body == b"hello"
        assert (await caller.ask(start + b"hello")).status == 200

    serve(scenario)


def test_100_continue_waits_for_the_answers_before_it() -> None:
    stuck = Stuck()
    start = b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"

    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(get("/stuck") + start)
        await eventually(lambda: stuck.entered == 1)
        stuck.let_go.set()
        assert (await caller.answer()).body == b"/stuck"
        assert (await caller.answer()).status == 100
        assert (await caller.ask(b"hello")).body == b"hello"

    serve(scenario, stuck=stuck)


def test_a_caller_who_leaves_cancels_its_call() -> None:
    stuck = Stuck()

    async def scenario(house: House) -> None:
        for number, leave in enumerate(("close", "reset", "close with more sent ahead"), 1):
            caller = await house.caller()
            await caller.send(get("/stuck") + (HELLO if "ahead" in leave else b""))
            await eventually(lambda n=number: stuck.entered == n)  # type: ignore[misc]
            if leave == "reset":
                caller.reset()
            else:
                await caller.leave()
            await eventually(lambda n=number: stuck.cancelled == n)  # type: ignore[misc]
        await house.still_serves()

    serve(scenario, stuck=stuck)


def test_a_caller_who_leaves_after_its_answer_cancels_nothing() -> None:
    after = Stuck()

    async def late(call: Call, reply: Reply) -> None:
        reply.whole(200, (), b"done")
        await after(call, Ignored())

    async def scenario(house: House) -> None:
        caller = await house.caller()
        assert (await caller.ask(get("/late"))).body == b"done"
        await caller.leave()
        await eventually(lambda: not house.server.open_connections)
        after.let_go.set()
        await eventually(lambda: len(asyncio.all_tasks()) == 1)
        assert (after.entered, after.cancelled) == (1, 0)

    serve(scenario, late=late)


class Ignored:
    """A reply that nobody reads."""

    def whole(self, status: int, headers: object, body: bytes) -> None: ...
    def begin(self, status: int, headers: object) -> None: ...
    def write(self, chunk: bytes) -> None: ...
    async def drained(self) -> None: ...
    def end(self, chunk: bytes = b"") -> None: ...
    def abort(self) -> None: ...


@pytest.mark.fault("a defect of ours in a call")
def test_a_handler_that_fails_is_a_500_with_its_id_and_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def failing(call: Call, reply: Reply) -> None:
        del reply
        raise ValueError(f"cannot read {call.body!r}")

    async def scenario(house: House) -> None:
        caller = await house.caller()
        answer = await caller.ask(b"POST /failing HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nsecret")
        assert answer.status == 500
        assert msgspec.json.decode(answer.body)["error"]["type"] == "server_error"
        assert answer.headers["x-outlast-request-id"] == "req_1"
        assert await caller.closed() == b""
        await house.still_serves()

    with caplog.at_level(logging.ERROR, "outlast.web"):
        serve(scenario, failing=failing)
    (record,) = caplog.records
    assert "req_1" in record.getMessage()
    assert "ValueError" in record.getMessage()
    assert "secret" not in caplog.text


async def silent(call: Call, reply: Reply) -> None:
    """Forgets to answer."""
    del call, reply


async def cut_short(call: Call, reply: Reply) -> None:
    del call
    reply.begin(200, ())
    reply.write(b"x")


async def self_cancelled(call: Call, reply: Reply) -> None:
    del call, reply
    raise asyncio.CancelledError


async def twice(call: Call, reply: Reply) -> None:
    del call
    reply.whole(200, (), b"once")
    reply.whole(200, (), b"twice")


@pytest.mark.parametrize(
    ("handler", "answer"),
    [
        (silent, b"HTTP/1.1 500 "),
        (self_cancelled, b"HTTP/1.1 500 "),
        (cut_short, b"1\r\nx\r\n"),
        (twice, b"\r\n\r\nonce"),
    ],
)
def test_a_handler_with_a_defect_never_leaves_a_caller_waiting(handler: object, answer: bytes) -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(get("/handler", headers="Connection: close\r\n"))
        raw = await caller.closed()
        assert raw.endswith(answer) or raw.startswith(answer)
        await house.still_serves()

    serve(scenario, handler=handler)  # type: ignore[arg-type]


def test_a_slow_caller_holds_its_writer_and_nobody_else() -> None:
    written = 0

    async def pouring(call: Call, reply: Reply) -> None:
        nonlocal written
        del call
        reply.begin(200, ())
        for _ in range(64):
            reply.write(MEGABYTE)
            written += 1
            await reply.drained()
        reply.end()

    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(get("/pouring"))
        await eventually(lambda: written > 0)
        await house.still_serves()
        held = written
        assert held < 64
        assert len((await caller.answer()).body) == 64 * len(MEGABYTE)

    serve(scenario, pouring=pouring)


@pytest.mark.fault("a caller takes nothing of its answer")
def test_a_caller_who_takes_nothing_is_cut_off_and_one_who_takes_little_is_not() -> None:
    cancelled = 0

    async def pouring(call: Call, reply: Reply) -> None:
        nonlocal cancelled
        del call
        reply.begin(200, ())
        try:
            while True:
                reply.write(MEGABYTE)
                await reply.drained()
        except asyncio.CancelledError:
            cancelled += 1
            raise

    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(get("/pouring"))
        await caller.head()
        (connection,) = house.server._connections
        before = await settled(lambda: connection.unsent)
        while connection.unsent == before:
            await caller.reader.readexactly(10_000)
        house.pass_time(61)
        took_little = connection.closing
        assert not took_little
        while not connection.closing:  # what was freed above is filled first
            await settled(lambda: connection.unsent)
            house.pass_time(61)
        await eventually(lambda: cancelled == 1)
        await house.still_serves()

    serve(scenario, pouring=pouring)


def test_answers_that_a_pipelining_caller_does_not_take_are_not_made() -> None:
    made = 0

    async def large(call: Call, reply: Reply) -> None:
        nonlocal made
        del call
        made += 1
        reply.whole(200, (), MEGABYTE)

    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(get("/large") * 100)
        await eventually(lambda: made > 0)
        assert await settled(lambda: made) < 100
        await house.still_serves()
        for _ in range(100):
            assert len((await caller.answer()).body) == len(MEGABYTE)

    serve(scenario, large=large)


def test_an_idle_connection_is_closed_after_its_time() -> None:
    async def scenario(house: House) -> None:
        fresh, used = await house.caller(), await house.caller()
        await used.ask(HELLO)
        await eventually(lambda: house.server.open_connections == 2)
        house.pass_time(74)
        assert (await used.ask(HELLO)).status == 200
        house.pass_time(2)
        assert await fresh.closed() == b""
        assert (await used.ask(HELLO)).status == 200
        house.pass_time(76)
        assert await used.closed() == b""

    serve(scenario)


def test_a_running_call_has_no_deadline_of_the_server_s() -> None:
    stuck = Stuck()

    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(get("/stuck"))
        await eventually(lambda: stuck.entered == 1)
        house.pass_time(100_000)
        stuck.let_go.set()
        assert (await caller.answer()).status == 200

    serve(scenario, stuck=stuck)


def test_draining_lets_calls_end_closes_the_idle_and_accepts_nobody() -> None:
    stuck = Stuck()

    async def scenario(house: House) -> None:
        idle, busy = await house.caller(), await house.caller()
        await idle.ask(HELLO)
        await busy.send(get("/stuck"))
        await eventually(lambda: stuck.entered == 1)
        draining = asyncio.ensure_future(house.server.drain(10))
        assert await idle.closed() == b""
        with pytest.raises(ConnectionRefusedError):
            await house.caller()
        stuck.let_go.set()
        answer = await busy.answer()
        assert (answer.body, answer.headers["connection"]) == (b"/stuck", "close")
        await draining
        assert house.server.open_connections == 0

    serve(scenario, stuck=stuck)


def test_draining_without_grace_cancels_what_runs() -> None:
    stuck = Stuck()

    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(get("/stuck"))
        await eventually(lambda: stuck.entered == 1)
        await house.server.drain(0)
        assert stuck.cancelled == 1
        assert await caller.closed() == b""

    serve(scenario, stuck=stuck)


@pytest.mark.fault("more connections than allowed")
def test_connections_past_the_limit_are_closed_and_those_within_are_served() -> None:
    async def scenario(house: House) -> None:
        first = await house.caller()
        assert (await first.ask(HELLO)).status == 200
        second = await house.caller()
        assert await second.closed() == b""
        assert (await first.ask(HELLO)).status == 200
        await first.leave()
        await eventually(lambda: house.server.open_connections == 0)
        await house.still_serves()

    serve(scenario, limits=Limits(connections=1))


def test_a_model_name_cannot_break_out_of_a_header() -> None:
    async def naming(call: Call, reply: Reply) -> None:
        reply.whole(200, (("x-outlast-requested-model", call.body.decode()),), b"")

    name = "gpt\r\nset-cookie: a=b\r\n\r\nmodèle".encode()

    async def scenario(house: House) -> None:
        caller = await house.caller()
        answer = await caller.ask(
            b"POST /naming HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%b" % (len(name), name)
        )
        assert answer.headers["x-outlast-requested-model"] == "gpt%0D%0Aset-cookie: a=b%0D%0A%0D%0Amod%C3%A8le"
        assert "set-cookie" not in answer.headers
        assert (await caller.ask(HELLO)).body == b"hello"

    serve(scenario, naming=naming)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and its callers' contexts, with a certificate made for this run."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, so TLS is not tested")
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=outlast", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate, key)
    return serving, ssl.create_default_context(cafile=str(certificate))


def test_with_a_tls_context_the_port_speaks_https(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        assert (await caller.ask(HELLO)).body == b"hello"
        assert (await caller.ask(get("/counting"))).body == b"one two three"
        post = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%b" % (len(MEGABYTE), MEGABYTE)
        assert (await caller.ask(post)).body == MEGABYTE
        refused = await caller.ask(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60000000\r\n\r\n")
        assert refused.status == 413
        house.pass_time(6)
        assert await caller.closed() == b""
        await house.still_serves()

    serve(scenario, counting=counting, tls=tls)


def test_an_aborted_stream_over_tls_is_visibly_broken(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(get("/breaking"))
        await caller.head()
        assert await caller.closed() == b"a\r\nsome of it\r\n"

    serve(scenario, breaking=breaking, tls=tls)
