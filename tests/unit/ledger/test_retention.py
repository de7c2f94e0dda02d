"""What is too old goes, a little at a time; sums stay; no clock and no rehearsed day deletes what is young."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from outlast.exchange import Exchange, UsageQuery
from outlast.ledger.batch import Batch, encode
from outlast.ledger.database import open_for_writing
from outlast.ledger.frames import EXCHANGE
from outlast.ledger.pruning import prune
from outlast.ledger.queries import QUERIES
from outlast.ledger.reader import open_reader
from outlast.ledger.recorder import open_recorder
from outlast.ledger.retention import Prune, Pruned, Retention
from outlast.settings.words import LedgerSettings

URL = "sqlite:///outlast.db"
DAY = 86_400 * 10**9
NOW = 20_000 * DAY


class Clocks:
    """A wall clock that may leap, and one that only goes on."""

    def __init__(self) -> None:
        self.wall = NOW
        self.elapsed = 5 * DAY

    def pass_by(self, days: float) -> None:
        self.wall += int(days * DAY)
        self.elapsed += int(days * DAY)

    def retention(self, **words: str) -> Retention:
        return Retention(LedgerSettings(**words), unix_ns=lambda: self.wall, elapsed_ns=lambda: self.elapsed)  # type: ignore[arg-type]


def test_without_a_word_everything_is_kept() -> None:
    assert Clocks().retention().due() is None


def test_calls_and_what_was_said_have_their_own_days() -> None:
    assert Clocks().retention(keep="90d", keep_bodies="30d").due() == Prune(NOW - 90 * DAY, NOW - 30 * DAY)
    assert Clocks().retention(keep="90d").due() == Prune(NOW - 90 * DAY, NOW - 90 * DAY)
    assert Clocks().retention(keep_bodies="30d").due() == Prune(None, NOW - 30 * DAY)


def test_where_nothing_was_left_the_next_look_is_a_minute_later() -> None:
    clocks = Clocks()
    retention = clocks.retention(keep="90d")
    retention.done()
    assert retention.due() is None
    clocks.pass_by(59 / 86_400)
    assert retention.due() is None
    clocks.pass_by(1 / 86_400)
    assert retention.due() is not None


def test_other_settings_count_at_once() -> None:
    retention = Clocks().retention(keep="90d")
    retention.done()
    retention.change(LedgerSettings(keep="10d"))
    assert retention.due() == Prune(NOW - 10 * DAY, NOW - 10 * DAY)


def test_other_settings_that_come_while_the_last_step_runs_count_at_once_too() -> None:
    retention = Clocks().retention(keep="90d")
    retention.due()
    retention.change(LedgerSettings(keep="10d"))
    retention.done()
    assert retention.due() == Prune(NOW - 10 * DAY, NOW - 10 * DAY)


@pytest.mark.fault("the clock leaps ahead")
def test_a_clock_that_leaps_ahead_makes_nothing_old_and_one_that_leaps_back_keeps_more() -> None:
    clocks = Clocks()
    retention = clocks.retention(keep="90d")
    clocks.wall += 10_000 * DAY
    assert retention.due() == Prune(NOW - 90 * DAY, NOW - 90 * DAY)
    clocks.wall = NOW - 400 * DAY
    assert retention.due() == Prune(NOW - 490 * DAY, NOW - 490 * DAY)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_for_writing(tmp_path / "outlast.db")) as connection:
        yield connection


def fill(connection: sqlite3.Connection, calls: list[Exchange]) -> None:
    batch = Batch(careful=False)
    batch.add([(EXCHANGE, encode(call)) for call in calls])
    connection.execute("BEGIN")
    connection.executemany(QUERIES["insert_exchange"], batch.exchanges)
    connection.executemany(QUERIES["insert_body"], batch.bodies)
    connection.executemany(QUERIES["add_totals"], batch.totals.rows())
    connection.execute("COMMIT")


def call(day: int, number: int = 0, *, body: bytes | None = None) -> Exchange:
    keep = {} if body is None else {"keep": "full", "request_body": body}
    return Exchange(id=f"req_{day}_{number}", started_ns=day * DAY, requested="a", virtual=True, **keep)  # type: ignore[arg-type]


def count(connection: sqlite3.Connection, what: str) -> int:
    return int(connection.execute(f"SELECT {what}").fetchone()[0])


def steps(connection: sqlite3.Connection, order: Prune) -> list[Pruned]:
    """Until nothing is left."""
    made = [prune(connection, order)]
    while made[-1].more:
        made.append(prune(connection, order))
    return made


def test_what_is_old_goes_and_the_sums_stay(database: sqlite3.Connection) -> None:
    fill(database, [call(day, body=b"said") for day in range(1, 11)])
    steps(database, Prune(5 * DAY, 8 * DAY))
    assert [row[0] for row in database.execute("SELECT id FROM exchanges ORDER BY seq")] == [
        f"req_{day}_0" for day in range(5, 11)
    ]
    assert [row[0] for row in database.execute("SELECT id FROM bodies ORDER BY started_ns")] == [
        f"req_{day}_0" for day in range(8, 11)
    ]
    assert count(database, "sum(calls) FROM totals") == 10
    assert database.execute("SELECT * FROM retention").fetchone() == (1, 5 * DAY, 8 * DAY, 4, 7)


def test_bodies_alone_may_go(database: sqlite3.Connection) -> None:
    fill(database, [call(day, body=b"said") for day in range(1, 5)])
    steps(database, Prune(None, 10 * DAY))
    assert (count(database, "count(*) FROM exchanges"), count(database, "count(*) FROM bodies")) == (4, 0)


def test_a_call_that_was_written_late_is_found_by_its_own_time(database: sqlite3.Connection) -> None:
    fill(database, [call(day) for day in (9, 2, 8, 1)])
    steps(database, Prune(5 * DAY, 5 * DAY))
    assert [row[0] for row in database.execute("SELECT id FROM exchanges ORDER BY seq")] == ["req_9_0", "req_8_0"]


def test_a_step_is_small_however_much_there_is_to_delete(database: sqlite3.Connection) -> None:
    fill(database, [call(1, number, body=b"x" * (1 << 20)) for number in range(10)])
    fill(database, [call(2, number) for number in range(1_234)])
    made = steps(database, Prune(5 * DAY, 5 * DAY))
    assert max(each.bodies for each in made) * (1 << 20) <= 5 << 20
    assert max(each.calls for each in made) == 500
    assert sum(each.calls for each in made) == 1_244
    assert sum(each.bodies for each in made) == 10


def test_a_file_gets_shorter_but_keeps_room_for_what_comes(database: sqlite3.Connection, tmp_path: Path) -> None:
    fill(database, [call(1, number, body=b"x" * (1 << 20)) for number in range(24)])
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = (tmp_path / "outlast.db").stat().st_size
    made = steps(database, Prune(5 * DAY, 5 * DAY))
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert before > 24 << 20
    assert 15 << 20 < (tmp_path / "outlast.db").stat().st_size < 18 << 20
    assert max(each.pages for each in made) <= 1_000


def test_a_file_of_an_earlier_version_stays_as_long_as_it_is(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "outlast.db")) as old:
        old.execute("CREATE TABLE anything (x)")
    with closing(open_for_writing(tmp_path / "outlast.db")) as connection:
        fill(connection, [call(1, number, body=b"x" * (1 << 20)) for number in range(20)])
        assert {each.pages for each in steps(connection, Prune(5 * DAY, 5 * DAY))} == {0}
        assert count(connection, "freelist_count FROM pragma_freelist_count") > 4_000


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def test_a_recorder_deletes_by_its_days_while_it_records(tmp_path: Path) -> None:
    now = time.time_ns()
    recorder = open_recorder(URL, tmp_path, ledger=LedgerSettings(keep="30d"))
    with closing(recorder):
        for age in (1, 29, 31, 400):
            recorder.append(Exchange(id=f"req_{age}", started_ns=now - age * DAY, requested="a", virtual=True))
        until(lambda: recorder.stats().lag == 0)
        recorder.keep_by(LedgerSettings(keep="2d"))
        until(lambda: recorder.stats().deleted == 3)
        recorder.append(Exchange(id="req_new", started_ns=now, requested="a", virtual=True))
    with closing(sqlite3.connect(tmp_path / "outlast.db")) as connection:
        assert connection.execute("SELECT id FROM exchanges ORDER BY seq").fetchall() == [("req_1",), ("req_new",)]
    assert open_reader(URL, tmp_path).total(UsageQuery()).calls == 5
