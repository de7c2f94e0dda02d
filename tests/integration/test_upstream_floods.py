"""Upstreams that send without measure, behind a real gateway: memory stays bounded, and the caller hears why."""

import asyncio
import gzip
import json
from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.integration.gateway_process import CHAT, HELLO, Caller, Gateway, calling, plain, running, until
from tests.integration.scales import MB, Scales

from outlast.testing.upstream import Handler, Received, UpstreamServer, hang, in_thread, raw

pytestmark = [pytest.mark.server, pytest.mark.slow]

GIGABYTE = 1_000_000_000
LONG = 100 * MB
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
EVENTS = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
CHUNKED = b"transfer-encoding: chunked\r\n\r\n"
EVENT = b'data: {"model":"m","choices":[{"index":0,"delta":{"content":"%b"}}]}\n\n' % (b"word " * 13_000)
GOOD = plain(200, {"model": "good", "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 1}})


def endless(head: bytes, piece: bytes, size: int = GIGABYTE) -> Handler:
    """A head, then a piece again and again until so many bytes were sent."""

    async def handle(_received: Received, writer: asyncio.StreamWriter) -> bool:
        writer.write(head)
        for _ in range(size // len(piece)):
            writer.write(piece)
            await writer.drain()
        return False

    return handle


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def bomb() -> bytes:
    return gzip.compress(b'{"choices":[]}' + b" " * 50 * MB)


def late(seconds: float, answer: bytes) -> Handler:
    """An answer after so many seconds."""

    async def handle(_received: Received, writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(seconds)
        writer.write(answer)
        return True

    return handle


BOMB = bomb()
FLOODS: dict[str, Handler] = {
    "a plain answer of 1 GB": endless(HEAD + b"content-length: 1000000000\r\n\r\n", bytes(MB)),
    "a plain answer of 1 GB in chunks": endless(HEAD + CHUNKED, chunk(bytes(MB))),
    "a plain answer in chunks of two bytes": endless(HEAD + CHUNKED, chunk(b"ab") * 50_000, 200 * MB),
    "an event of 1 GB": endless(EVENTS + CHUNKED, chunk(b"data: " + b"x" * MB)),
    "a head of 1 MB": endless(b"HTTP/1.1 200 OK\r\n", b"x-a: b\r\n" * 1000, MB),
    "one header of 1 MB": endless(b"HTTP/1.1 200 OK\r\nx-a: ", b"b" * 1000, MB),
    "a status line of 1 MB": endless(b"HTTP/1.1 200 ", b"b" * 1000, MB),
    "interim answers without end": endless(b"", b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" * 1000, 100 * MB),
    "trailers without end": endless(HEAD + CHUNKED + chunk(b"{}") + b"0\r\n", b"x-a: b\r\n" * 1000, 100 * MB),
    "chunk extensions without end": endless(HEAD + CHUNKED + b"2;", b"x" * 10_000, 100 * MB),
    "a compressed bomb": raw(HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(BOMB) + BOMB),
    "a compressed stream": raw(EVENTS + b"content-encoding: gzip\r\n" + CHUNKED + chunk(BOMB)),
    "a length and chunks": raw(HEAD + b"content-length: 2\r\n" + CHUNKED + chunk(b"{}") + b"0\r\n\r\n"),
}  # fmt: skip
HANDLERS = FLOODS | {
    "good": raw(GOOD, stays=True),
    "long": endless(EVENTS + CHUNKED, chunk(EVENT), LONG),
    "early hints": raw(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" * 3 + GOOD, stays=True),
    "late": late(0.6, GOOD.replace(b'"good"', b'"late"')),
    "thinking": hang(),
}  # fmt: skip


async def by_model(received: Received, writer: asyncio.StreamWriter) -> bool:
    return await HANDLERS[json.loads(received.body)["model"]](received, writer)


@pytest.fixture(scope="module")
def provider() -> Iterator[UpstreamServer]:
    with in_thread(by_model) as server:
        yield server


@pytest.fixture(scope="module")
def gateway(provider: UpstreamServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    table = f'kind = "openai"\nbase_url = "{provider.base_url}"\nretries = 0\n'
    hasty = f"[providers.hasty]\n{table}first_byte_timeout = 0.2\n"
    with running(tmp_path_factory.mktemp("floods"), f"[providers.up]\n{table}{hasty}") as started:
        assert started.chat("up/good").status == 200
        yield started


@pytest.mark.fault("an upstream sends 1 GB")
@pytest.mark.fault("an upstream sends a head of 1 MB")
@pytest.mark.fault("an upstream sends interim answers without end")
@pytest.mark.fault("an upstream compresses a bomb")
@pytest.mark.fault("an upstream sends a length and chunks")
@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_is_a_clear_502_and_takes_bounded_memory(gateway: Gateway, flood: str) -> None:
    scales = Scales.of(gateway)
    before = scales.forget_peak()
    answer = gateway.chat(f"up/{flood}", stream="event" in flood or "stream" in flood)
    if answer.status == 200:  # a stream had begun
        last = answer.body.rstrip().rpartition(b"\n\n")[2]
        code = json.loads(last.removeprefix(b"data: "))["error"]["code"]
    else:
        assert answer.status == 502
        code = answer.error["code"]
    assert code == "upstream_broken"
    assert scales.peak - before < 200 * MB
    assert gateway.chat("up/good").status == 200


def streamed(caller: Caller, model: str) -> None:
    caller.connection.request("POST", CHAT, json.dumps({"model": model, "messages": HELLO, "stream": True}))


@pytest.mark.fault("a stream without end")
def test_a_stream_without_end_passes_through_in_bounded_memory(gateway: Gateway) -> None:
    scales = Scales.of(gateway)
    before = scales.forget_peak()
    seen = 0
    with calling(gateway.address) as caller:
        streamed(caller, "up/long")
        with closing(caller.connection.getresponse()) as response:
            while piece := response.read(MB):
                seen += len(piece)
    assert seen > 0.99 * LONG
    assert scales.peak - before < 40 * MB


def test_early_hints_of_an_upstream_are_read_over(gateway: Gateway) -> None:
    answer = gateway.chat("up/early hints")
    assert (answer.status, answer.document["model"]) == (200, "good")


@pytest.mark.fault("an upstream answers after the deadline")
def test_an_answer_after_the_deadline_is_nobodys(gateway: Gateway, provider: UpstreamServer) -> None:
    lost = provider.lost
    late_answer = gateway.chat("hasty/late")
    assert (late_answer.status, late_answer.error["code"]) == (504, "upstream_timeout")
    until(lambda: provider.lost > lost)
    for _ in range(20):
        answer = gateway.chat("hasty/good")
        assert (answer.status, answer.document["model"]) == (200, "good")


def test_a_good_answer_of_fifty_megabytes_and_a_request_of_fifty_take_a_few_times_their_size(gateway: Gateway) -> None:
    scales = Scales.of(gateway)
    before = scales.forget_peak()
    answer = gateway.chat("up/good", user="x" * (50 * MB - 200))
    assert answer.status == 200
    assert scales.peak - before < 4 * 50 * MB
