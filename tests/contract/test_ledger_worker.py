"""A worker as its owner has it: asked, refused, killed, silent, ended."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir, closing
from pathlib import Path

import pytest

from outlast.errors import LedgerUnavailable
from outlast.exchange import Exchange
from outlast.keys.key import Key
from outlast.keys.secret import digest_of
from outlast.ledger.batch import encode as encode_record
from outlast.ledger.database import open_for_writing
from outlast.ledger.drain import Drained
from outlast.ledger.extents import Position
from outlast.ledger.frames import EXCHANGE
from outlast.ledger.journal import Journal
from outlast.ledger.keys_store import KeyStore
from outlast.ledger.lookout import NOTHING_SEEN, Looked
from outlast.ledger.process import DrainProcess
from outlast.ledger.worker import encode

COUNT = 100


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path, segment_size=64 << 10)
    for number in range(COUNT):
        journal.append(EXCHANGE, encode_record(Exchange(id=str(number), started_ns=1, requested="a", virtual=True)))
    yield journal
    journal.close(Position(0, 0))


@pytest.fixture
def process(tmp_path: Path) -> Iterator[DrainProcess]:
    with closing(DrainProcess(tmp_path / "outlast.db", tmp_path)) as process:
        yield process


def rows(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "outlast.db")) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM exchanges").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def alive(number: int) -> bool:
    """Whether there is such a process, be it a zombie."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_step_is_made_elsewhere(tmp_path: Path, journal: Journal, process: DrainProcess) -> None:
    reach = journal.reach()
    assert process.ensure() != os.getpid()
    assert process.step(reach) == Drained(reach.end, frames=COUNT)
    assert process.step(reach) == Drained(reach.end)
    assert rows(tmp_path) == COUNT


def test_a_refusal_is_told_and_the_same_process_tries_again(
    tmp_path: Path, journal: Journal, process: DrainProcess
) -> None:
    number = process.ensure()
    process.step(journal.reach())
    journal.append(EXCHANGE, encode_record(Exchange(id="new", started_ns=1, requested="a", virtual=True)))
    with closing(sqlite3.connect(tmp_path / "outlast.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerUnavailable, match="locked"):
            process.step(journal.reach())
        other.rollback()
    assert process.step(journal.reach()).frames == 1
    assert process.ensure() == number


def test_a_process_that_was_killed_is_told_once_and_then_replaced(journal: Journal, process: DrainProcess) -> None:
    number = process.ensure()
    os.kill(number, signal.SIGKILL)
    with pytest.raises(LedgerUnavailable, match=r"lost: .+ \(exit status -9\)"):
        process.step(journal.reach())
    assert not alive(number)
    assert process.step(journal.reach()).frames == COUNT


def test_a_process_that_dies_while_nothing_is_asked_of_it_leaves_no_zombie(process: DrainProcess) -> None:
    number = process.ensure()
    os.kill(number, signal.SIGKILL)
    with pytest.raises(LedgerUnavailable, match="ended by itself"):
        wait_until(lambda: process.ensure() != number)
    assert not alive(number)
    assert process.ensure() != number


def test_a_step_whose_answer_was_lost_counts_once(tmp_path: Path, journal: Journal, process: DrainProcess) -> None:
    number = process.ensure()
    running = process._running
    assert running is not None
    running.steps._end.sendall(encode(journal.reach()) + b"\n")
    wait_until(lambda: rows(tmp_path) == COUNT)
    os.kill(number, signal.SIGKILL)
    with pytest.raises(LedgerUnavailable, match="lost"):
        wait_until(lambda: process.ensure() != number)
    assert process.step(journal.reach()) == Drained(journal.reach().end)
    assert rows(tmp_path) == COUNT


def test_a_process_that_is_silent_is_killed(tmp_path: Path, journal: Journal) -> None:
    with closing(DrainProcess(tmp_path / "outlast.db", tmp_path, patience=0.2)) as process:
        number = process.ensure()
        os.kill(number, signal.SIGSTOP)
        with pytest.raises(LedgerUnavailable, match="timed out"):
            process.step(journal.reach())
        assert not alive(number)


def test_a_process_that_ends_in_order_is_gone(journal: Journal, process: DrainProcess) -> None:
    number = process.ensure()
    process.step(journal.reach())
    process.close()
    assert not alive(number)
    process.close()


def test_the_signals_of_a_terminal_do_not_end_it(journal: Journal, process: DrainProcess) -> None:
    number = process.ensure()
    process.step(journal.reach())
    for name in (signal.SIGINT, signal.SIGTERM):
        os.kill(number, name)
    assert process.step(journal.reach()) == Drained(journal.reach().end)
    assert process.ensure() == number


def test_nothing_of_the_working_folder_is_imported(tmp_path: Path, journal: Journal, process: DrainProcess) -> None:
    (tmp_path / "sqlite3.py").write_text("raise SystemExit(7)")
    with chdir(tmp_path):
        assert process.step(journal.reach()).frames == COUNT


def test_keys_are_read_while_a_step_waits_for_a_lock(tmp_path: Path, journal: Journal, process: DrainProcess) -> None:
    process.step(journal.reach())
    journal.append(EXCHANGE, encode_record(Exchange(id="new", started_ns=1, requested="a", virtual=True)))
    known = process.look(NOTHING_SEEN).mark
    with closing(sqlite3.connect(tmp_path / "outlast.db")) as other, ThreadPoolExecutor(1) as elsewhere:
        other.execute("BEGIN IMMEDIATE")
        step = elsewhere.submit(process.step, journal.reach())
        for _ in range(20):
            assert process.look(known) == Looked(known, None)
        assert not step.done()
        other.rollback()
        assert step.result().frames == 1


def test_what_is_read_is_what_is_in_the_database(tmp_path: Path, journal: Journal, process: DrainProcess) -> None:
    process.step(journal.reach())
    store = KeyStore(tmp_path / "outlast.db", unix_ns=lambda: 1, entropy=lambda size: b"\x01" * size)
    secret = store.create(Key(name="Zo\u00eb", secrets=(), tags=("a",), models=("openai/*",)))[1]
    looked = process.look(NOTHING_SEEN)
    assert looked.keys == tuple(store.keys())
    assert looked.keys[0].secrets[0].digest == digest_of(secret)
    assert process.look(looked.mark).keys is None


def test_a_read_that_is_refused_is_told_and_the_next_one_is_made(tmp_path: Path, process: DrainProcess) -> None:
    process.ensure()
    with pytest.raises(LedgerUnavailable, match="No such file"):
        process.look(NOTHING_SEEN)
    open_for_writing(tmp_path / "outlast.db").close()
    assert process.look(NOTHING_SEEN).keys == ()


def test_a_process_that_is_silent_to_a_read_is_replaced(tmp_path: Path) -> None:
    with closing(DrainProcess(tmp_path / "outlast.db", tmp_path, patience=0.2)) as process:
        with pytest.raises(LedgerUnavailable, match="away"):
            process.look(NOTHING_SEEN)
        number = process.ensure()
        os.kill(number, signal.SIGSTOP)
        with pytest.raises(LedgerUnavailable, match="timed out"):
            process.look(NOTHING_SEEN)
        with pytest.raises(LedgerUnavailable, match="did not answer a read"):
            process.ensure()
        assert not alive(number)


def test_a_database_that_is_finished_leaves_nothing_beside_it(
    tmp_path: Path, journal: Journal, process: DrainProcess
) -> None:
    process.step(journal.reach())
    process.look(NOTHING_SEEN)
    assert (tmp_path / "outlast.db-wal").exists()
    process.finish()
    assert not list(tmp_path.glob("outlast.db-*"))
    assert rows(tmp_path) == COUNT
