"""A copy has every call up to its moment, wherever it was, and a gateway that goes on from it counts each once."""

import datetime as dt
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from outlast.errors import LedgerUnavailable, SettingsInvalid
from outlast.exchange import Exchange, UsageQuery
from outlast.ledger.backup import back_up
from outlast.ledger.companions import companions, companions_of
from outlast.ledger.location import responses_path, rollouts_path
from outlast.ledger.reader import open_reader
from outlast.ledger.recorder import Recorder, open_recorder
from outlast.ledger.rollouts.store import RolloutStore
from outlast.ledger.slots import Slot
from outlast.ledger.verify import verify
from outlast.rollout.assignment import Pin

URL = "sqlite:///outlast.db"
SEGMENT = 64 << 10


def call(name: str, **facts: object) -> Exchange:
    return Exchange(id=name, started_ns=1, requested="a", virtual=True, **facts)  # type: ignore[arg-type]


def recording(root: Path, slot: Slot = Slot()) -> Recorder:  # noqa: B008 - a frozen value
    return open_recorder(URL, root, segment_size=SEGMENT, slot=slot)


def calls(root: Path, name: str = "outlast.db") -> int:
    return open_reader(f"sqlite:///{name}", root).total(UsageQuery()).calls


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Nothing gets into the database meanwhile."""
    with closing(sqlite3.connect(root / "outlast.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()


def test_what_waits_in_the_journals_of_all_processes_is_in_the_copy(tmp_path: Path) -> None:
    zero, one = (recording(tmp_path, Slot(number, 2, "gateway")) for number in range(2))
    with closing(zero), closing(one), locked(tmp_path):
        for number in range(1_000):
            zero.append(call(f"zero_{number}"))
            one.append(call(f"one_{number}", keep="full", request_body=b"said" * 50))
        made = back_up(tmp_path / "outlast.db", tmp_path / "copy.db")
        assert (made.calls, made.from_journals, made.remarks) == (2_000, 2_000, ())
        assert calls(tmp_path) == 0
    assert calls(tmp_path, "copy.db") == 2_000
    assert verify(tmp_path / "copy.db").findings == []
    assert sorted(path.name for path in tmp_path.glob("copy.db*")) == ["copy.db"]


def test_a_gateway_that_goes_on_from_a_copy_beside_the_same_journal_counts_each_call_once(tmp_path: Path) -> None:
    with closing(recording(tmp_path)) as recorder:
        recorder.append(call("before"))
    with closing(sqlite3.connect(tmp_path / "outlast.db")) as other:
        with closing(recording(tmp_path)) as recorder:
            other.execute("BEGIN IMMEDIATE")
            recorder.append(call("in both"))
            back_up(tmp_path / "outlast.db", tmp_path / "copy.db")
            recorder.append(call("after the copy"))
        other.rollback()
    for path in tmp_path.glob("outlast.db*"):
        if path.is_file():
            path.unlink()
    (tmp_path / "copy.db").rename(tmp_path / "outlast.db")
    with closing(recording(tmp_path)) as recorder:
        assert recorder.stats().recovered == 1
        recorder.append(call("new"))
    with closing(sqlite3.connect(tmp_path / "outlast.db")) as connection:
        found = [name for (name,) in connection.execute("SELECT id FROM exchanges ORDER BY seq")]
    assert found == ["before", "in both", "after the copy", "new"]
    assert calls(tmp_path) == 4
    assert verify(tmp_path / "outlast.db").findings == []


@pytest.mark.slow
def test_copies_made_under_load_are_whole_and_have_all_that_was_acknowledged_before(tmp_path: Path) -> None:
    acknowledged = 0
    ending = threading.Event()
    with closing(recording(tmp_path)) as recorder:

        def load() -> None:
            nonlocal acknowledged
            while not ending.wait(0.0005):
                recorder.append(call(f"req_{acknowledged}", cost_pico_usd=1))
                acknowledged += 1

        thread = threading.Thread(target=load)
        thread.start()
        try:
            for number in range(4):
                before = acknowledged
                made = back_up(tmp_path / "outlast.db", tmp_path / f"copy{number}.db")
                found = verify(made.file)
                assert found.findings == []
                assert before <= made.calls <= acknowledged
                with closing(sqlite3.connect(made.file)) as copy:
                    names = {name for (name,) in copy.execute("SELECT id FROM exchanges")}
                assert names == {f"req_{each}" for each in range(made.calls)}, "a beginning, without a gap"
                assert verify(tmp_path / "outlast.db").findings == []
        finally:
            ending.set()
            thread.join()


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    with closing(recording(tmp_path)) as recorder:
        recorder.append(call("one"))
    return tmp_path / "outlast.db"


@pytest.fixture
def rollouts(ledger: Path) -> Iterator[RolloutStore]:
    store = RolloutStore(rollouts_path(ledger), unix_ns=lambda: 0)
    store.start()
    yield store
    store.close()


def pins(database: Path) -> int:
    store = RolloutStore(rollouts_path(database), unix_ns=lambda: 0)
    return len(store.rollouts.situation().pins)


def pin(store: RolloutStore, key: str) -> None:
    store.rollouts.pin("support", Pin(key=key, user="", arm="B", ends=dt.date(2026, 1, 1)))


def test_what_lies_beside_the_ledger_is_copied_beside_the_copy_while_it_is_open(
    ledger: Path, rollouts: RolloutStore
) -> None:
    pin(rollouts, "one")
    copy = ledger.with_name("copy.db")
    made = back_up(ledger, copy)
    pin(rollouts, "two")

    assert made.beside == (rollouts_path(copy),)
    assert rollouts_path(copy).stat().st_mode & 0o777 == 0o600
    assert (pins(copy), pins(ledger)) == (1, 2)
    assert sorted(path.name for path in ledger.parent.glob("copy*")) == ["copy.db", "copy.db.rollouts.db"]


def test_every_file_beside_the_ledger_is_in_the_copy_and_the_copy_is_found_whole(ledger: Path) -> None:
    copy = ledger.with_name("copy.db")
    for made, _ in companions(ledger, copy):
        with closing(sqlite3.connect(made)) as connection:
            connection.execute("CREATE TABLE words (word TEXT)")
    assert sorted(back_up(ledger, copy).beside) == sorted(companions_of(copy).values())
    assert list(companions_of(copy)) == ["responses", "rollouts", "chats", "notices"]
    assert verify(copy).findings == []


def test_a_copy_beside_is_replaced_only_where_that_is_said_and_none_of_another_copy_stays(
    ledger: Path, rollouts: RolloutStore
) -> None:
    pin(rollouts, "one")
    copy = ledger.with_name("copy.db")
    for path in (rollouts_path(copy), responses_path(copy)):
        path.write_bytes(b"something of worth")
    with pytest.raises(SettingsInvalid, match="--force"):
        back_up(ledger, copy)
    assert not copy.exists()
    assert back_up(ledger, copy, force=True).beside == (rollouts_path(copy),)
    assert (pins(copy), responses_path(copy).exists()) == (1, False)


def test_what_cannot_be_copied_beside_leaves_nothing_behind(ledger: Path) -> None:
    rollouts_path(ledger).write_bytes(b"no database" * 1000)
    with pytest.raises(LedgerUnavailable, match="could not be copied"):
        back_up(ledger, ledger.with_name("copy.db"))
    assert not list(ledger.parent.glob("copy.db*"))


def test_only_its_owner_can_read_a_copy(ledger: Path) -> None:
    assert back_up(ledger, ledger.with_name("copy.db")).file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_replaced_only_where_that_is_said(ledger: Path) -> None:
    copy = ledger.with_name("copy.db")
    copy.write_bytes(b"something of worth")
    with pytest.raises(SettingsInvalid, match="--force"):
        back_up(ledger, copy)
    assert copy.read_bytes() == b"something of worth"
    assert back_up(ledger, copy, force=True).calls == 1


@pytest.mark.parametrize(
    "name", ["outlast.db", "outlast.db-wal", "outlast.db.rollouts.db", "outlast.db.journal/copy.db", "link.db"]
)
def test_a_copy_never_goes_into_the_ledger_itself(ledger: Path, name: str) -> None:
    (ledger.parent / "link.db").symlink_to(ledger)
    with pytest.raises(SettingsInvalid, match="a part of the ledger"):
        back_up(ledger, ledger.parent / name, force=True)
    assert calls(ledger.parent) == 1


def test_without_a_ledger_there_is_no_copy(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnavailable, match="nothing was recorded"):
        back_up(tmp_path / "outlast.db", tmp_path / "copy.db")
    (tmp_path / "outlast.db").touch()
    with pytest.raises(LedgerUnavailable, match="nothing was recorded"):
        back_up(tmp_path / "outlast.db", tmp_path / "copy.db")
    assert [path.name for path in tmp_path.iterdir()] == ["outlast.db"]


def test_a_copy_that_cannot_be_finished_leaves_nothing_behind(ledger: Path) -> None:
    whole = ledger.read_bytes()
    ledger.write_bytes(whole[:4_096] + bytes(len(whole) - 4_096))
    with pytest.raises(LedgerUnavailable, match="could not be copied"):
        back_up(ledger, ledger.with_name("copy.db"))
    assert not list(ledger.parent.glob("copy.db*"))


def test_a_journal_that_an_earlier_version_left_is_told(ledger: Path, tmp_path: Path) -> None:
    with closing(recording(tmp_path)) as recorder, locked(tmp_path):
        recorder.append(call("two"))
        (tmp_path / "outlast.db.journal" / "id").unlink()
        made = back_up(ledger, tmp_path / "copy.db")
    assert (made.calls, len(made.remarks)) == (1, 1)
    assert "start the gateway once" in made.remarks[0]
    shutil.rmtree(tmp_path / "outlast.db.journal")
