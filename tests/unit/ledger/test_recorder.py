"""The recorder as the gateway has it: what is kept, what is counted, and a database that comes and goes."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from outlast.errors import LedgerUnavailable, SettingsInvalid
from outlast.exchange import AttemptRecord, Exchange, Usage, UsageQuery
from outlast.ledger.reader import open_reader
from outlast.ledger.recorder import Recorder, open_recorder

URL = "sqlite:///outlast.db"


def call(number: int, **facts: object) -> Exchange:
    return Exchange(id=f"req_{number}", started_ns=number, requested="gpt-4o", virtual=True, **facts)  # type: ignore[arg-type]


@contextmanager
def recording(root: Path, segment_size: int = 64 << 10) -> Iterator[Recorder]:
    recorder = open_recorder(URL, root, segment_size=segment_size)
    try:
        yield recorder
    finally:
        recorder.close()


def wait_until(true: Callable[[], bool]) -> None:
    """Poll for what another thread does."""
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def calls(root: Path) -> int:
    return open_reader(URL, root).total(UsageQuery()).calls


def row(root: Path, statement: str) -> tuple[object, ...]:
    with closing(sqlite3.connect(root / "outlast.db")) as connection:
        found: tuple[object, ...] = connection.execute(statement).fetchone()
        return found


def test_a_call_is_in_the_ledger_of_others_within_a_second(tmp_path: Path) -> None:
    with recording(tmp_path) as recorder:
        started = time.monotonic()
        recorder.append(call(1))
        wait_until(lambda: calls(tmp_path) == 1)
        assert time.monotonic() - started < 1


def test_what_was_called_is_added_up_elsewhere_as_here(tmp_path: Path) -> None:
    with recording(tmp_path) as recorder:
        recorder.append(call(1))
        wait_until(lambda: calls(tmp_path) == 1)
        assert recorder.seen(0) == tuple(open_reader(URL, tmp_path).seen(0)) != ()


def test_every_fact_of_a_call_has_its_column(tmp_path: Path) -> None:
    attempt = AttemptRecord(target="openai/gpt-5.1", reason="successor", status=200, elapsed_us=9)
    with recording(tmp_path) as recorder:
        recorder.append(
            call(
                1,
                usage=Usage(7, 6, 5, 4, 3),
                cost_pico_usd=123,
                adapted=("max_tokens",),
                signals=("redirected",),
                attempts=(attempt,),
                estimated=True,
            )
        )
    columns = (
        "id, requested, virtual, cost_pico_usd, estimated, adapted, signals, attempts, cached_tokens, reasoning_tokens"
    )
    assert row(tmp_path, f"SELECT {columns} FROM calls") == (  # noqa: S608
        "req_1",
        "gpt-4o",
        1,
        123,
        1,
        '["max_tokens"]',
        '["redirected"]',
        '[["openai/gpt-5.1","successor",200,"",9]]',
        6,
        3,
    )


def test_bodies_are_kept_as_the_bytes_they_were_and_a_record_that_is_off_keeps_no_row(tmp_path: Path) -> None:
    body = bytes(range(256)) * 1000
    with recording(tmp_path) as recorder:
        recorder.append(call(1, keep="full", request_body=body, response_body=b""))
        recorder.append(call(2, keep="totals", request_body=None))
    assert row(tmp_path, "SELECT id, request, response FROM bodies") == ("req_1", body, b"")
    assert row(tmp_path, "SELECT count(*), max(id) FROM exchanges") == (1, "req_1")
    assert calls(tmp_path) == 2


@pytest.mark.parametrize(
    "facts",
    [
        {"usage": Usage(input_tokens=10**30)},
        {"usage": Usage(input_tokens=2**63)},
        {"usage": Usage(input_tokens=-1)},
        {"cost_pico_usd": 10**25},
        {"answered": "\ud800"},
        {"attempts": (AttemptRecord("\udfff", "target", 200),)},
    ],
)
def test_whatever_an_upstream_reports_the_call_is_kept(tmp_path: Path, facts: dict[str, object]) -> None:
    with recording(tmp_path) as recorder:
        for number in range(20):
            recorder.append(call(number, **facts))
    assert calls(tmp_path) == 20


def test_a_second_owner_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    with recording(tmp_path), pytest.raises(LedgerUnavailable, match=r"another process \(\d+\) records"):
        open_recorder(URL, tmp_path)
    with recording(tmp_path) as recorder:
        assert recorder.stats().database_ok


def test_a_closed_record_leaves_nothing_but_its_lock(tmp_path: Path) -> None:
    with recording(tmp_path) as recorder:
        recorder.append(call(1))
    assert {path.name for path in (tmp_path / "outlast.db.journal").iterdir()} == {"lock", "gateway", "id"}


def test_a_call_that_ends_after_the_record_was_closed_is_counted_as_lost(tmp_path: Path) -> None:
    with recording(tmp_path) as recorder:
        recorder.append(call(1))
    recorder.append(call(2, keep="full", request_body=b"late"))
    recorder.close()
    assert (recorder.stats().appended, recorder.stats().lost) == (1, 1)
    assert calls(tmp_path) == 1


def test_another_kind_of_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid):
        open_recorder("postgresql://db/outlast", tmp_path)
    with pytest.raises(SettingsInvalid):
        open_reader("postgresql://db/outlast", tmp_path)


def test_a_file_that_is_no_database_is_refused_and_can_be_tried_again(tmp_path: Path) -> None:
    (tmp_path / "outlast.db").write_bytes(b"no database at all, but text of some length" * 100)
    for _ in range(2):
        with pytest.raises(LedgerUnavailable, match="not a database"):
            open_recorder(URL, tmp_path)
    with pytest.raises(LedgerUnavailable, match="not a database"):
        open_reader(URL, tmp_path).usage(UsageQuery())


def test_a_folder_that_cannot_be_made_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LedgerUnavailable, match=r"server\.database"):
        open_recorder("sqlite:///file/outlast.db", tmp_path)


def test_reading_makes_no_file(tmp_path: Path) -> None:
    assert calls(tmp_path) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_nobody_has_filled_yet_is_an_empty_ledger(tmp_path: Path) -> None:
    (tmp_path / "outlast.db").touch()
    assert calls(tmp_path) == 0


def test_while_the_database_is_locked_calls_are_kept_and_afterwards_they_are_in_it(tmp_path: Path) -> None:
    with recording(tmp_path) as recorder, closing(sqlite3.connect(tmp_path / "outlast.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in range(1000):
            recorder.append(call(number))
        wait_until(lambda: not recorder.stats().database_ok)
        stats = recorder.stats()
        assert (stats.lag, stats.lost, stats.journal_ok) == (1000, 0, True)
        assert "locked" in stats.last_error
        other.rollback()
        wait_until(lambda: recorder.stats().lag == 0 and recorder.stats().database_ok)
    assert calls(tmp_path) == 1000


def test_when_the_database_stays_away_the_next_process_brings_the_calls_in(tmp_path: Path) -> None:
    with recording(tmp_path) as recorder:
        recorder.append(call(1))
    with closing(sqlite3.connect(tmp_path / "outlast.db")) as other:
        with recording(tmp_path) as recorder:
            other.execute("BEGIN IMMEDIATE")
            for number in range(2, 50):
                recorder.append(call(number))
        other.rollback()
    assert calls(tmp_path) == 1
    with recording(tmp_path) as recorder:
        assert (recorder.stats().recovered, recorder.stats().lag) == (48, 0)
        assert calls(tmp_path) == 49


def test_a_database_exchanged_for_another_ones_is_refused_and_the_journal_waits(tmp_path: Path) -> None:
    with recording(tmp_path) as recorder, closing(sqlite3.connect(tmp_path / "outlast.db")) as other:
        other.execute("UPDATE journal_positions SET segment = 99")
        other.commit()
        other.execute("BEGIN IMMEDIATE")
        recorder.append(call(1))
        wait_until(lambda: recorder.stats().refusals > 0)
        other.rollback()
        wait_until(lambda: "another" in recorder.stats().last_error)
        assert recorder.stats().lag == 1


def test_a_database_that_was_deleted_under_the_process_is_made_again(tmp_path: Path) -> None:
    with recording(tmp_path) as recorder:
        recorder.append(call(1))
        wait_until(lambda: recorder.stats().lag == 0)
    for path in tmp_path.glob("outlast.db*"):
        if path.is_file():
            path.unlink()
    with recording(tmp_path) as recorder:
        recorder.append(call(2))
    assert calls(tmp_path) == 1


def test_a_torn_record_of_an_earlier_process_is_counted(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "outlast.db")) as other:
        with recording(tmp_path) as recorder:
            recorder.append(call(1))
            wait_until(lambda: recorder.stats().lag == 0)
            other.execute("BEGIN IMMEDIATE")
            for number in (2, 3):
                recorder.append(call(number))
        other.rollback()
    (segment,) = (tmp_path / "outlast.db.journal").glob("*.segment")
    written = segment.read_bytes().rstrip(b"\0")
    segment.write_bytes(written[:-20] + bytes(64))
    with recording(tmp_path) as recorder:
        assert (recorder.stats().torn, recorder.stats().damaged, recorder.stats().recovered) == (1, 0, 1)
    assert calls(tmp_path) == 2


def test_a_second_recorder_under_a_link_to_the_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to("outlast.db")
    with recording(tmp_path), pytest.raises(LedgerUnavailable):
        open_recorder("sqlite:///link.db", tmp_path)
    assert not (tmp_path / "link.db.journal").exists()
