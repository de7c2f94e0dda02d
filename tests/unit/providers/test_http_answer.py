"""One answer between the connection that fills it and the call that reads it."""

import asyncio

import pytest

from outlast.errors import UpstreamBroken
from outlast.providers.http_answer import MAX_BODY, READ_AHEAD, HttpAnswer


class Tap:
    """A connection's side of an answer: what it was asked to do."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def hold(self) -> None:
        self.asked.append("hold")

    def resume(self) -> None:
        self.asked.append("resume")

    def abandon(self) -> None:
        self.asked.append("abandon")

    def linger(self) -> None:
        self.asked.append("linger")


def test_what_is_not_read_is_held_back_until_it_is() -> None:
    async def story() -> list[str]:
        tap = Tap()
        answer = HttpAnswer(tap, asyncio.get_running_loop(), "up/m")
        answer.begin(200, ())
        answer.feed(b"x" * READ_AHEAD)
        answer.feed(b"x")
        answer.feed(b"x")
        assert tap.asked == ["hold"]
        assert len(await answer.chunk()) == READ_AHEAD + 2
        return tap.asked

    assert asyncio.run(story()) == ["hold", "resume"]


def test_reading_whole_takes_more_than_is_read_ahead() -> None:
    async def story() -> tuple[int, list[str]]:
        tap = Tap()
        answer = HttpAnswer(tap, asyncio.get_running_loop(), "up/m")
        answer.begin(200, ())
        answer.feed(b"x" * (READ_AHEAD + 1))
        reading = asyncio.ensure_future(answer.read())
        await asyncio.sleep(0)
        answer.feed(b"x" * READ_AHEAD)
        answer.finish()
        return len(await reading), tap.asked

    assert asyncio.run(story()) == (2 * READ_AHEAD + 1, ["hold", "resume"])


def test_a_body_past_the_limit_is_given_up() -> None:
    async def story() -> list[str]:
        tap = Tap()
        answer = HttpAnswer(tap, asyncio.get_running_loop(), "up/m")
        answer.begin(200, ())
        reading = asyncio.ensure_future(answer.read())
        await asyncio.sleep(0)
        piece = bytes(1024 * 1024)
        for _ in range(MAX_BODY // len(piece) + 1):
            answer.feed(piece)
        with pytest.raises(UpstreamBroken, match="more than"):
            await reading
        return tap.asked

    assert asyncio.run(story()) == ["hold", "abandon"]


def test_what_arrived_before_a_failure_is_still_given() -> None:
    async def story() -> bytes:
        answer = HttpAnswer(Tap(), asyncio.get_running_loop(), "up/m")
        answer.begin(200, ())
        answer.feed(b"first")
        answer.fail(UpstreamBroken("broke"))
        first = await answer.chunk()
        with pytest.raises(UpstreamBroken, match="broke"):
            await answer.chunk()
        with pytest.raises(UpstreamBroken, match="broke"):
            await answer.read()
        return first

    assert asyncio.run(story()) == b"first"


def test_a_failure_after_the_end_is_none() -> None:
    async def story() -> bytes:
        answer = HttpAnswer(Tap(), asyncio.get_running_loop(), "up/m")
        answer.begin(200, ())
        answer.feed(b"all")
        answer.finish()
        answer.fail(UpstreamBroken("too late"))
        answer.close()
        return await answer.read()

    assert asyncio.run(story()) == b"all"


def test_an_answer_that_was_left_drops_what_comes_and_may_end() -> None:
    async def story() -> list[str]:
        tap = Tap()
        answer = HttpAnswer(tap, asyncio.get_running_loop(), "up/m")
        answer.begin(200, ())
        answer.leave()
        answer.feed(b"x" * (READ_AHEAD + 1))
        answer.close()
        answer.finish()
        assert await answer.chunk() == b""
        return tap.asked

    assert asyncio.run(story()) == ["linger"]
