"""Each kind of harm is found and named; a ledger that only deleted, or kept no rows, is whole."""

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from outlast.errors import LedgerUnavailable
from outlast.exchange import Exchange, Usage
from outlast.ledger.checkup import look_at_record
from outlast.ledger.recorder import Recorder, open_recorder
from outlast.ledger.summary import summarise
from outlast.ledger.verify import verify
from outlast.settings.words import LedgerSettings

URL = "sqlite:///outlast.db"
HOUR = 3_600 * 10**9
DAY = 24 * HOUR
START = 490_000 * HOUR
KEEPS = ("metadata", "full", "totals")


def call(number: int, **facts: object) -> Exchange:
    usual: dict[str, object] = {
        "started_ns": START + number * HOUR // 10,
        "usage": Usage(100, 40, 3, 10, 5),
        "cost_pico_usd": 2**61 + number,
        "status": 200 + number % 3 * 100,
        "key": f"team-{number % 2}",
    }
    return Exchange(id=f"req_{number}", requested="a", virtual=True, **{**usual, **facts})  # type: ignore[arg-type]


def fill(root: Path, calls: list[Exchange]) -> Path:
    with closing(open_recorder(URL, root, segment_size=64 << 10)) as recorder:
        for each in calls:
            recorder.append(each)
    return root / "outlast.db"


@contextmanager
def waiting(root: Path, count: int) -> Iterator[Recorder]:
    """Calls that stay in the journal: the database is locked, and the process ends before it is free again."""
    with closing(sqlite3.connect(root / "outlast.db")) as other:
        with closing(open_recorder(URL, root, segment_size=64 << 10)) as recorder:
            other.execute("BEGIN IMMEDIATE")
            for number in range(count):
                recorder.append(call(10_000 + number))
            yield recorder
        other.rollback()


def change(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def checks(database: Path) -> set[str]:
    return {finding.check for finding in verify(database).findings}


def segments(root: Path) -> list[Path]:
    return sorted((root / "outlast.db.journal").glob("*.segment"))


def test_a_ledger_that_was_only_written_is_whole(tmp_path: Path) -> None:
    kept = [call(number, keep=KEEPS[number % 2], request_body=b"x" if number % 2 else None) for number in range(100)]
    found = verify(fill(tmp_path, kept))
    assert (found.findings, found.calls, found.hours, found.waiting) == ([], 100, 10, 0)


def test_calls_without_a_row_leave_their_hours_uncompared_but_counted(tmp_path: Path) -> None:
    database = fill(tmp_path, [call(number, keep=KEEPS[number % 3]) for number in range(30)])
    assert (verify(database).findings, verify(database).hours) == ([], 0)
    change(database, "DELETE FROM exchanges WHERE id = 'req_0'")
    assert checks(database) == {"sums"}


def test_a_ledger_of_which_old_calls_were_deleted_is_whole(tmp_path: Path) -> None:
    now = time.time_ns()
    database = fill(tmp_path, [call(number, started_ns=now - number * DAY, keep="full") for number in range(60)])
    with closing(open_recorder(URL, tmp_path, ledger=LedgerSettings(keep="30d"))) as recorder:
        deadline = time.monotonic() + 10
        while recorder.stats().deleted < 29:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    found = verify(database)
    assert (found.findings, found.calls) == ([], 30)
    assert found.hours >= 29
    change(database, "DELETE FROM exchanges WHERE id = 'req_3'")
    assert checks(database) == {"sums"}


def test_sums_of_an_earlier_version_are_held_to_their_rows_as_far_as_they_can_be(tmp_path: Path) -> None:
    database = fill(tmp_path, [call(number) for number in range(30)])
    change(database, "UPDATE totals SET unrecorded = NULL", "DELETE FROM exchanges WHERE id = 'req_3'")
    assert checks(database) == set()
    change(database, "UPDATE totals SET calls = 0")
    assert checks(database) == {"sums"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE totals SET calls = calls + 1 WHERE hour = 490001",
        "UPDATE totals SET pico_usd = pico_usd + 1 WHERE hour = 490001",
        "UPDATE totals SET reasoning_tokens = 0 WHERE hour = 490002",
        "DELETE FROM totals WHERE hour = 490001",
        "INSERT INTO totals VALUES (480000, 'a', 1, '', '', '', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
        "DELETE FROM exchanges WHERE id = 'req_7'",
        "UPDATE exchanges SET started_ns = 5 WHERE id = 'req_17'",
    ],
)
def test_sums_that_are_not_those_of_their_rows_are_found(tmp_path: Path, statement: str) -> None:
    database = fill(tmp_path, [call(number) for number in range(30)])
    change(database, statement)
    assert checks(database) == {"sums"}


def test_a_row_that_is_no_record_is_found(tmp_path: Path) -> None:
    database = fill(tmp_path, [call(number) for number in range(3)])
    change(database, "UPDATE exchanges SET record = '[]' WHERE id = 'req_1'")
    [finding] = verify(database).findings
    assert "row 2" in finding.says


def test_what_was_said_in_a_call_that_is_not_there_is_found(tmp_path: Path) -> None:
    database = fill(tmp_path, [call(1)])
    change(database, "INSERT INTO bodies VALUES ('req_9', x'00', x'00', 1)")
    assert checks(database) == {"bodies"}


def test_bytes_that_were_overwritten_in_the_middle_are_found(tmp_path: Path) -> None:
    database = fill(tmp_path, [call(number) for number in range(3_000)])
    whole = database.read_bytes()
    for start in range(8_192, len(whole), len(whole) // 7):
        database.write_bytes(whole[:start] + b"\xa5" * 4_096 + whole[start + 4_096 :])
        assert checks(database), start


def test_a_file_that_is_no_database_is_found_and_one_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnavailable, match="there is no ledger"):
        verify(tmp_path / "outlast.db")
    (tmp_path / "outlast.db").write_bytes(b"no database at all, but text of some length" * 100)
    assert checks(tmp_path / "outlast.db") == {"file"}


def test_another_version_is_told(tmp_path: Path) -> None:
    database = fill(tmp_path, [])
    change(database, "PRAGMA user_version = 1")
    assert checks(database) == {"version"}
    change(database, "PRAGMA user_version = 99")
    with pytest.raises(LedgerUnavailable, match="newer version"):
        verify(database)


def test_what_waits_in_the_journal_is_counted_and_is_no_finding(tmp_path: Path) -> None:
    fill(tmp_path, [call(1)])
    with waiting(tmp_path, 50):
        found = verify(tmp_path / "outlast.db")
        assert (found.findings, found.waiting) == ([], 50)
        assert summarise(tmp_path / "outlast.db").waiting == 50
    assert verify(tmp_path / "outlast.db").waiting == 50


@pytest.fixture(scope="module")
def three_segments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger whose calls all wait in its journal, in the segments 2, 3 and 4."""
    root = tmp_path_factory.mktemp("three")
    fill(root, [])
    with waiting(root, 900):
        assert [path.stem.lstrip("0") for path in segments(root)] == ["2", "3", "4"]
    return root


def overwrite(path: Path, place: int, data: bytes) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:place] + data + whole[place + len(data) :])


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda root: overwrite(segments(root)[0], 100, b"\0" * 50), "1 places"),
        (lambda root: overwrite(segments(root)[0], 0, b"\0" * 16), "named like a segment"),
        (lambda root: (segments(root)[0].parent / "000000000099.segment").write_bytes(b"holiday"), "named like"),
        (lambda root: segments(root)[1].unlink(), "segments 3 are missing"),
        (lambda root: change(root / "outlast.db", "UPDATE journal_positions SET segment = 70"), "knows it up to"),
        (
            lambda root: change(root / "outlast.db", 'UPDATE journal_positions SET segment = 2, "offset" = 77'),
            "1 places",
        ),
    ],
)
def test_a_journal_that_cannot_be_read_on_is_found(
    tmp_path: Path, three_segments: Path, harm: Callable[[Path], object], says: str
) -> None:
    shutil.copytree(three_segments, tmp_path, dirs_exist_ok=True)
    assert verify(tmp_path / "outlast.db").findings == []
    harm(tmp_path)
    found = verify(tmp_path / "outlast.db").findings
    assert {finding.check for finding in found} == {"journal"}
    assert says in found[0].says, found


def test_a_summary_tells_sizes_days_and_what_was_deleted(tmp_path: Path) -> None:
    database = fill(tmp_path, [call(0), call(500, keep="full", request_body=b"x")])
    found = summarise(database)
    assert (found.calls, found.bodies, found.processes, found.deleted_calls, found.waiting) == (2, 1, 1, 0, 0)
    assert found.first_day is not None
    assert found.last_day is not None
    assert (found.last_day - found.first_day).days == 2
    assert found.bytes >= database.stat().st_size


BESIDE = ("responses", "rollouts", "chats", "notices")


def with_files_beside(root: Path) -> Path:
    database = fill(root, [call(0)])
    for what in BESIDE:
        with closing(sqlite3.connect(root / f"outlast.db.{what}.db")) as made:
            made.execute("CREATE TABLE words (word TEXT)")
            made.executemany("INSERT INTO words VALUES (?)", [("w" * 500,)] * 100)
            made.execute("CREATE INDEX by_word ON words (word)")
            made.commit()
    return database


def test_the_files_beside_a_ledger_are_looked_through_and_told(tmp_path: Path) -> None:
    database = with_files_beside(tmp_path)
    found = verify(database)
    assert found.findings == []
    assert [path.name for path in found.beside] == [f"outlast.db.{what}.db" for what in BESIDE]
    told = summarise(database)
    assert min(told.responses_bytes, told.rollouts_bytes, told.chats_bytes, told.notices_bytes) > 0


@pytest.mark.parametrize("what", BESIDE)
def test_harm_to_a_file_beside_is_found_under_its_name_and_the_record_is_still_looked_at(
    tmp_path: Path, what: str
) -> None:
    database = with_files_beside(tmp_path)
    file = tmp_path / f"outlast.db.{what}.db"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2))
    found = verify(database)
    assert {finding.check for finding in found.findings} == {what}
    assert file.name in found.findings[0].says
    assert found.calls == 1
    file.write_bytes(b"no database" * 1_000)
    assert checks(database) == {what}


def test_a_file_beside_that_cannot_be_read_is_seen_by_a_check_up(tmp_path: Path) -> None:
    database = with_files_beside(tmp_path)
    assert look_at_record(database).unreadable == ()
    (tmp_path / "outlast.db.rollouts.db").write_bytes(b"no database" * 1_000)
    ((what, says),) = look_at_record(database).unreadable
    assert what == "rollouts"
    assert "put a backup in its place" in says
