"""One journal, read by several at once: each record counts once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from outlast.errors import LedgerUnavailable
from outlast.exchange import Exchange
from outlast.ledger.batch import encode
from outlast.ledger.drain import Drain
from outlast.ledger.extents import Position
from outlast.ledger.frames import EXCHANGE
from outlast.ledger.journal import Journal

COUNT = 20_000
"""Records of several transactions."""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path, segment_size=1 << 20)
    append(journal, 0, COUNT)
    yield journal
    journal.close(Position(0, 0))


def append(journal: Journal, start: int, stop: int) -> None:
    for number in range(start, stop):
        call = Exchange(id=f"req_{number}", started_ns=number, requested="gpt-4o", virtual=True, path="/" * 100)
        assert journal.append(EXCHANGE, encode(call))


def drain_of(folder: Path) -> Drain:
    return Drain(folder / "outlast.db", folder)


def kept(folder: Path) -> tuple[int, int]:
    """Rows, and the calls of all sums."""
    with closing(sqlite3.connect(folder / "outlast.db")) as connection:
        (rows,) = connection.execute("SELECT count(*) FROM exchanges").fetchone()
        (calls,) = connection.execute("SELECT sum(calls) FROM totals").fetchone()
    return rows, calls


def test_two_that_read_the_same_journal_in_turn_share_its_records(tmp_path: Path, journal: Journal) -> None:
    reach = journal.reach()
    frames = [0, 0]
    with closing(drain_of(tmp_path)) as one, closing(drain_of(tmp_path)) as other:
        while one.position() != reach.end:
            for which, drain in enumerate((one, other)):
                frames[which] += drain.step(reach).frames
    assert min(frames) > 0
    assert sum(frames) == COUNT
    assert kept(tmp_path) == (COUNT, COUNT)


def test_a_step_that_was_made_already_is_made_once(tmp_path: Path, journal: Journal) -> None:
    reach = journal.reach()
    with closing(drain_of(tmp_path)) as one, closing(drain_of(tmp_path)) as other:
        while one.step(reach).position != reach.end:
            pass
        assert (other.step(reach).frames, other.position()) == (0, reach.end)
    assert kept(tmp_path) == (COUNT, COUNT)


def test_one_that_was_overtaken_changes_nothing(tmp_path: Path, journal: Journal) -> None:
    old = journal.reach()
    with closing(drain_of(tmp_path)) as late, closing(drain_of(tmp_path)) as owner:
        append(journal, COUNT, 2 * COUNT)
        reach = journal.reach()
        while owner.step(reach).position != reach.end:
            pass
        journal.release(reach.end)
        with pytest.raises(LedgerUnavailable):
            late.step(old)
        assert owner.position() == reach.end
    assert kept(tmp_path) == (2 * COUNT, 2 * COUNT)


def test_what_is_in_reach_stays_what_it_is_while_records_come(tmp_path: Path, journal: Journal) -> None:
    reach = journal.reach()
    append(journal, COUNT, 2 * COUNT)
    with closing(drain_of(tmp_path)) as drain:
        while (drained := drain.step(reach)).position != reach.end:
            assert drained.frames > 0
    assert kept(tmp_path) == (COUNT, COUNT)
    assert (reach.appended, journal.reach().appended) == (COUNT, 2 * COUNT)


def test_a_segment_that_is_away_is_refused_and_nothing_of_the_step_is_kept(tmp_path: Path, journal: Journal) -> None:
    away = tmp_path / "away"
    first = tmp_path / "000000000002.segment"
    first.rename(away)
    reach = journal.reach()
    with closing(drain_of(tmp_path)) as drain:
        before = drain.position()
        with pytest.raises(FileNotFoundError):
            drain.step(reach)
        assert drain.position() == before
        away.rename(first)
        while drain.step(reach).position != reach.end:
            pass
    assert kept(tmp_path) == (COUNT, COUNT)
