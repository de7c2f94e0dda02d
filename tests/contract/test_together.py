"""Errands of one event loop at a desk: done together, told one by one, and none is forgotten or done twice."""

import asyncio
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from outlast.errors import LedgerUnavailable
from outlast.ledger.desk import Desk, Shape
from outlast.ledger.together import Together


def grow(connection: sqlite3.Connection, _version: int) -> None:
    connection.execute("CREATE TABLE words (word TEXT PRIMARY KEY)")


SHAPE = Shape(what="words", version=1, grow=grow)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(tmp_path / "words.db", SHAPE)
    opened.start()
    yield opened
    opened.close()


def put(connection: sqlite3.Connection, word: str) -> str:
    connection.execute("INSERT INTO words VALUES (?)", (word,))
    return word


def words(connection: sqlite3.Connection) -> list[str]:
    return [word for (word,) in connection.execute("SELECT word FROM words ORDER BY word")]


async def puts(together: Together, number: int) -> list[str]:
    names = [f"{each:04}" for each in range(number)]
    return list(await asyncio.gather(*(together.ask(partial(put, word=name), writes=True) for name in names)))


def test_everybody_is_told_their_own_when_it_is_on_the_disk(desk: Desk) -> None:
    together = Together(desk)
    said = asyncio.run(puts(together, 200))
    assert said == [f"{each:04}" for each in range(200)]
    with sqlite3.connect(desk.path) as looker:
        assert words(looker) == said


def test_what_waits_is_seen_by_whoever_asks_later_and_goes_with_them(desk: Desk) -> None:
    together = Together(desk)

    async def play() -> list[str]:
        together.leave(lambda connection: put(connection, "left"))
        return await together.ask(words, writes=False)

    assert asyncio.run(play()) == ["left"]


def test_what_waits_alone_is_done_soon_and_at_the_end(desk: Desk) -> None:
    together = Together(desk)

    async def leave(word: str) -> None:
        together.leave(lambda connection: put(connection, word))

    asyncio.run(leave("a"))  # its loop ends before its time comes
    together.flush()
    assert desk.ask_now(words, writes=False) == ["a"]


def test_an_error_is_told_to_everybody_who_waited_and_the_next_are_served(desk: Desk) -> None:
    together = Together(desk)

    async def play() -> list[str | BaseException]:
        one, other = (together.ask(lambda connection: put(connection, "twice"), writes=True) for _ in range(2))
        return list(await asyncio.gather(one, other, return_exceptions=True))

    assert [type(each) for each in asyncio.run(play())] == [LedgerUnavailable] * 2
    assert asyncio.run(puts(together, 3)) == ["0000", "0001", "0002"]


def test_a_desk_that_is_closed_says_so_and_keeps_nobody_waiting(desk: Desk) -> None:
    together = Together(desk)
    desk.close()
    with pytest.raises(LedgerUnavailable):
        asyncio.run(puts(together, 1))
    together.flush()


def test_who_has_gone_is_not_told_and_nobody_else_suffers(desk: Desk) -> None:
    together = Together(desk)

    async def play() -> list[str]:
        gone = asyncio.create_task(together.ask(lambda connection: put(connection, "x"), writes=True))
        await asyncio.sleep(0)
        gone.cancel()
        return await puts(together, 5)

    assert len(asyncio.run(play())) == 5
    assert "x" in desk.ask_now(words, writes=False)
