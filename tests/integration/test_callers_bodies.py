"""The bodies of all callers together have a bound: past it the next one is told so, and those within it are served."""

import asyncio

import msgspec
import pytest
from tests.integration.http_house import Answer, Caller, House, eventually, serve

from outlast.gateway.call import Call
from outlast.gateway.ports import Reply
from outlast.web.limits import Limits

BOUND = Limits(body=1000, bodies=2500)


def head(length: int, path: str = "/echo") -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n".encode()


def is_busy(answer: Answer) -> None:
    assert answer.status == 503
    error = msgspec.json.decode(answer.body)["error"]
    assert (error["code"], error["type"]) == ("gateway_busy", "server_error")
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["connection"] == "close"


async def half_sent(house: House, size: int) -> Caller:
    held = house.server.burden.held
    caller = await house.caller()
    await caller.send(head(1000) + bytes(size))
    await eventually(lambda: house.server.burden.held == held + size)
    return caller


@pytest.mark.fault("bodies without number")
def test_past_the_bound_of_all_bodies_a_request_is_a_503_and_smaller_ones_are_served() -> None:
    async def scenario(house: House) -> None:
        waiting = [await half_sent(house, 900) for _ in range(2)]
        late = await house.caller()
        is_busy(await late.ask(head(1000) + bytes(1000)))
        assert house.server.burden.held == 1800, "what was refused is not held"
        small = await house.caller()
        assert (await small.ask(head(5) + b"small")).body == b"small"
        for caller in waiting:
            assert len((await caller.ask(bytes(100))).body) == 1000
        await eventually(lambda: house.server.burden.held == 0)
        again = await house.caller()
        assert len((await again.ask(head(1000) + bytes(1000))).body) == 1000

    serve(scenario, limits=BOUND)


def test_what_is_announced_and_not_sent_takes_no_room() -> None:
    async def scenario(house: House) -> None:
        for _ in range(20):
            await half_sent(house, 0)
        caller = await house.caller()
        assert len((await caller.ask(head(1000) + bytes(1000))).body) == 1000

    serve(scenario, limits=BOUND)


def test_the_body_of_a_running_call_counts_until_it_is_answered() -> None:
    let_go = asyncio.Event()

    async def held(call: Call, reply: Reply) -> None:
        await let_go.wait()
        reply.whole(200, (), call.body)

    async def scenario(house: House) -> None:
        runs = [await house.caller() for _ in range(2)]
        for caller in runs:
            await caller.send(head(1000, "/held") + bytes(1000))
        await eventually(lambda: house.server.burden.held == 2000)
        late = await house.caller()
        is_busy(await late.ask(head(1000) + bytes(1000)))
        let_go.set()
        assert [len((await caller.answer()).body) for caller in runs] == [1000, 1000]
        await eventually(lambda: house.server.burden.held == 0)

    serve(scenario, limits=BOUND, held=held)


async def stuck(call: Call, reply: Reply) -> None:
    del call, reply
    await asyncio.Event().wait()


LEFT = {
    "a running call": head(1000, "/stuck") + bytes(1000),
    "half a body": head(1000) + bytes(700),
    "calls that wait behind a running one": (head(5, "/stuck") + b"12345") * 20,
}


@pytest.mark.parametrize("sent", LEFT.values(), ids=LEFT.keys())
@pytest.mark.parametrize("polite", [True, False])
def test_bodies_of_callers_who_leave_are_let_go(sent: bytes, polite: object) -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        await caller.send(sent)
        await eventually(lambda: house.server.burden.held > 0)
        if polite:
            await caller.leave()
        else:
            caller.reset()
        await eventually(lambda: house.server.burden.held == 0)

    serve(scenario, limits=BOUND, stuck=stuck)


def test_the_operator_reads_how_many_were_refused(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(house: House) -> None:
        for size in (900, 900):
            await half_sent(house, size)
        for _ in range(3):
            is_busy(await (await house.caller()).ask(head(1000) + bytes(1000)))
        house.pass_time(1)
        house.pass_time(1)

    serve(scenario, limits=BOUND)
    [line] = [record.getMessage() for record in caplog.records if record.name == "outlast.web"]
    assert line == "refused 3 requests: bodies in flight hold 1800 of 2500 bytes; see [server] max_bodies_bytes"


def test_a_refused_body_is_let_go() -> None:
    async def scenario(house: House) -> None:
        for wrong in (
            b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + bytes(1000) + b"zz",
            b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5dc\r\n" + bytes(1500),
        ):
            caller = await house.caller()
            assert (await caller.ask(wrong)).status in (400, 413)
            assert house.server.burden.held == 0

    serve(scenario, limits=BOUND)
