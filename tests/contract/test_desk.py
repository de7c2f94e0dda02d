"""The desk that stores share: who asks is answered, whatever another one's work comes to."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outlast.errors import LedgerUnavailable
from outlast.ledger.desk import Desk, Shape

PATIENCE = 60.0


def grow(connection: sqlite3.Connection, version: int) -> None:
    assert version == 0
    connection.execute("CREATE TABLE words (word TEXT)")


def sweep(connection: sqlite3.Connection) -> bool:
    connection.execute("DELETE FROM words WHERE word = 'old'")
    return False


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "words.db"


@pytest.fixture
def desk(file: Path) -> Iterator[Desk]:
    opened = Desk(file, Shape(what="words", version=1, grow=grow, sweep=sweep), sweep_s=0.05)
    opened.start()
    yield opened
    opened.close()


def write(word: str) -> Callable[[sqlite3.Connection], None]:
    def run(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO words VALUES (?)", (word,))

    return run


def words(connection: sqlite3.Connection) -> list[str]:
    return [word for (word,) in connection.execute("SELECT word FROM words ORDER BY word")]


def test_a_look_makes_no_file_and_sees_what_others_have_kept(desk: Desk, file: Path) -> None:
    assert desk.look(words, missing=["none"]) == ["none"]
    assert not file.exists()
    desk.ask_now(write("a"))
    assert desk.look(words, missing=["none"]) == ["a"]


def test_what_only_reads_makes_no_file_and_reads_what_is_written_later(desk: Desk, file: Path) -> None:
    assert desk.ask_now(words, writes=False) == []
    assert not file.exists()
    desk.ask_now(write("a"))
    assert desk.ask_now(words, writes=False) == ["a"]


def test_a_file_is_made_with_its_folder_by_the_first_write_alone(tmp_path: Path) -> None:
    inner = Desk(tmp_path / "not" / "yet" / "words.db", Shape(what="words", version=1, grow=grow))
    inner.start()
    try:
        assert inner.ask_now(words, writes=False) == []
        assert list(tmp_path.iterdir()) == []
        inner.ask_now(write("a"))
        assert inner.path.exists()
    finally:
        inner.close()


def test_a_file_that_is_there_is_opened_without_a_write(desk: Desk, file: Path) -> None:
    desk.ask_now(write("a"))
    holder = sqlite3.connect(file, isolation_level=None)
    other = Desk(file, Shape(what="words", version=1, grow=grow), patience=0.0)
    other.start()
    try:
        holder.execute("BEGIN IMMEDIATE")
        assert other.ask_now(words, writes=False) == ["a"]  # a write would have met the lock
    finally:
        other.close()
        holder.close()


def test_a_lock_is_told_with_what_to_do(desk: Desk, file: Path) -> None:
    desk.ask_now(write("a"))
    holder = sqlite3.connect(file, isolation_level=None)
    other = Desk(file, Shape(what="words", version=1, grow=grow), patience=0.0)
    other.start()
    try:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerUnavailable, match="another process has held it locked for too long; try again"):
            other.ask_now(write("b"))
    finally:
        other.close()
        holder.close()


def test_what_is_left_to_the_desk_is_done_before_what_is_asked_later_and_before_the_end(desk: Desk, file: Path) -> None:
    desk.leave(write("a"))
    assert desk.ask_now(words, writes=False) == ["a"]
    desk.leave(write("b"))
    desk.close()
    with sqlite3.connect(file) as connection:
        assert words(connection) == ["a", "b"]


def test_a_defect_of_one_job_is_its_askers_and_undoes_its_writes_and_the_desk_works_on(desk: Desk) -> None:
    def wrong(connection: sqlite3.Connection) -> None:
        write("half")(connection)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        desk.ask_now(wrong)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(desk.ask(wrong))
    assert desk.ask_now(words) == []


def test_many_threads_and_a_loop_ask_at_once(desk: Desk) -> None:
    threads = [threading.Thread(target=desk.ask_now, args=(write(f"t{number}"),)) for number in range(20)]
    for thread in threads:
        thread.start()

    async def ask() -> None:
        await asyncio.gather(*(desk.ask(write(f"l{number}")) for number in range(20)))

    asyncio.run(ask())
    for thread in threads:
        thread.join(PATIENCE)
    assert len(desk.ask_now(words)) == 40


def test_who_stopped_waiting_takes_nobody_along(desk: Desk) -> None:
    async def ask() -> None:
        given_up = asyncio.ensure_future(desk.ask(write("a")))
        await asyncio.sleep(0)
        given_up.cancel()
        assert await desk.ask(words) == ["a"]

    asyncio.run(ask())


def test_a_busy_desk_is_swept_too(desk: Desk) -> None:
    desk.ask_now(write("old"))
    deadline = time.monotonic() + PATIENCE
    while "old" in desk.ask_now(words):  # without a pause: it is never idle
        assert time.monotonic() < deadline


def test_a_desk_that_is_not_open_refuses(file: Path) -> None:
    closed = Desk(file, Shape(what="words", version=1, grow=grow))
    for _ in range(2):
        with pytest.raises(LedgerUnavailable, match="not open"):
            closed.ask_now(words)
        with pytest.raises(LedgerUnavailable, match="not open"):
            asyncio.run(closed.ask(words))
        closed.close()
