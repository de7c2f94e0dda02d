"""Computation beside the event loop: bounded, stopped when nobody wants it, passed on as it comes."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from tests.unit.omni.tiny import tiny_session

from outlast.errors import ContextFull, UpstreamBroken, UpstreamTimeout
from outlast.gateway.ports import Patience
from outlast.omni.engine import Opening
from outlast.providers.local.work import JSON, Head, Job, Pool, Stop, Stopped

QUIET = Patience(first_byte=60, idle=60)


@asynccontextmanager
async def pool(threads: int = 1, waiting: int = 0) -> AsyncIterator[Pool]:
    made = Pool(threads=threads, waiting=waiting)
    try:
        yield made
    finally:
        made.close()


def saying(*pieces: bytes) -> Job:
    def job(stop: Stop) -> Iterator[Head | bytes]:
        del stop
        yield Head(200, JSON)
        yield from pieces

    return job


def test_pieces_come_while_more_is_computed() -> None:
    go_on = threading.Event()

    def job(stop: Stop) -> Iterator[Head | bytes]:
        del stop
        yield Head(200, JSON)
        yield b"one"
        assert go_on.wait(60)
        yield b"two"

    async def story() -> None:
        async with pool() as made:
            answer = await made.run(job, target="local/x", patience=QUIET)
            assert (answer.status, await answer.chunk()) == (200, b"one")
            go_on.set()
            assert await answer.read() == b"two"

    asyncio.run(story())


def test_one_more_than_may_wait_is_told_to_come_back_and_later_answered() -> None:
    go_on = threading.Event()

    def job(stop: Stop) -> Iterator[Head | bytes]:
        del stop
        yield Head(200, JSON)
        assert go_on.wait(60)

    async def story() -> None:
        async with pool(1, 1) as made:
            first = await made.run(job, target="local/x", patience=QUIET)
            second = asyncio.create_task(made.run(saying(b"2"), target="local/x", patience=QUIET))
            await asyncio.sleep(0)
            third = await made.run(saying(b"3"), target="local/x", patience=QUIET)
            assert (third.status, dict(third.headers)["retry-after"]) == (503, "1")
            assert b"overloaded" in await third.read()
            go_on.set()
            assert await first.read() == b""
            assert await (await second).read() == b"2"

    asyncio.run(story())


@pytest.mark.parametrize("how", ["close", "cancel", "patience"])
def test_what_nobody_wants_is_stopped(how: str) -> None:
    begun, ended = threading.Event(), threading.Event()

    def job(stop: Stop) -> Iterator[Head | bytes]:
        if how == "close":
            yield Head(200, JSON)
        begun.set()
        try:
            while True:
                stop.check()
        finally:
            ended.set()

    async def story() -> None:
        async with pool() as made:
            patience = Patience(first_byte=0.01, idle=60) if how == "patience" else QUIET
            running = asyncio.create_task(made.run(job, target="local/x", patience=patience))
            await asyncio.to_thread(begun.wait, 60)
            if how == "close":
                (await running).close()
            elif how == "cancel":
                running.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await running
            else:
                with pytest.raises(UpstreamTimeout, match=r"0\.01"):
                    await running
            assert await asyncio.to_thread(ended.wait, 60)

    asyncio.run(story())


def test_an_error_before_the_head_is_a_status_and_after_it_a_broken_answer() -> None:
    def early(stop: Stop) -> Iterator[Head | bytes]:
        del stop
        yield from ()
        raise ContextFull("full")

    def late(stop: Stop) -> Iterator[Head | bytes]:
        yield from saying(b"one")(stop)
        raise ValueError("odd")

    async def story() -> None:
        async with pool(1, 1) as made:
            refused = await made.run(early, target="local/x", patience=QUIET)
            assert refused.status == 400
            assert b"context_length_exceeded" in await refused.read()
            broken = await made.run(late, target="local/x", patience=QUIET)
            with pytest.raises(UpstreamBroken, match="odd"):
                await broken.read()

    asyncio.run(story())


def test_a_defect_reaches_whoever_asked() -> None:
    def job(stop: Stop) -> Iterator[Head | bytes]:
        del stop
        yield from ()
        raise ZeroDivisionError

    async def story() -> None:
        async with pool() as made:
            with pytest.raises(ZeroDivisionError):
                await made.run(job, target="local/x", patience=QUIET)

    asyncio.run(story())


def test_a_session_is_left_before_its_answer_or_in_the_middle_of_it() -> None:
    session, early, late = tiny_session(Opening(longest_answer=24, aloud=True)), Stop(), Stop()
    session.push_text("a")
    early.ask()
    with pytest.raises(Stopped):
        next(early.events(session))
    events = late.events(session)
    next(events)
    late.ask()
    with pytest.raises(Stopped):
        next(events)


def test_whoever_leaves_while_waiting_leaves_the_place_to_others() -> None:
    go_on = threading.Event()

    def job(stop: Stop) -> Iterator[Head | bytes]:
        del stop
        yield Head(200, JSON)
        assert go_on.wait(60)

    async def story() -> None:
        async with pool(1, 1) as made:
            first = await made.run(job, target="local/x", patience=QUIET)
            second = asyncio.create_task(made.run(saying(b"2"), target="local/x", patience=QUIET))
            await asyncio.sleep(0)
            second.cancel()
            await asyncio.wait([second])
            await asyncio.sleep(0)
            third = asyncio.create_task(made.run(saying(b"3"), target="local/x", patience=QUIET))
            go_on.set()
            assert (await (await third).read(), await first.read()) == (b"3", b"")

    asyncio.run(story())


def test_a_job_that_gives_nothing_ends_its_call_at_once() -> None:
    def job(stop: Stop) -> Iterator[Head | bytes]:
        del stop
        yield from ()

    async def story() -> None:
        async with pool() as made:
            with pytest.raises(UpstreamBroken):
                await made.run(job, target="local/x", patience=QUIET)

    asyncio.run(story())
