"""When the journal is on the disk, and what of it a loss of power leaves."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from outlast.exchange import Exchange, UsageQuery
from outlast.ledger.batch import encode
from outlast.ledger.extents import Position
from outlast.ledger.frames import EXCHANGE
from outlast.ledger.journal import Journal
from outlast.ledger.reader import open_reader
from outlast.ledger.recorder import open_recorder
from outlast.ledger.syncer import Syncer
from outlast.settings.words import LedgerSettings

URL = "sqlite:///outlast.db"
SIZE = 4_096


class Disk:
    """What a loss of power would leave: files as they were synced, under names that were."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.order: list[str] = []
        self.names: set[str] = set()
        self.data: dict[int, bytes] = {}
        self.refuses = False
        self.turns = threading.Event()
        self.turns.set()

    def take(self, descriptor: int) -> None:
        """Instead of ``fdatasync``."""
        assert self.turns.wait(10)
        if self.refuses:
            raise OSError(5, "the disk is ill")
        status = os.fstat(descriptor)
        self.data[status.st_ino] = os.pread(descriptor, status.st_size, 0)
        self.order.append(self._name(status.st_ino))

    def take_names(self, descriptor: int) -> None:
        """Instead of ``fsync`` of the folder."""
        self.names = set(os.listdir(descriptor))
        self.order.append("names")

    def _name(self, inode: int) -> str:
        return next(path.name for path in self.folder.iterdir() if path.stat().st_ino == inode)

    def after_power_cut(self, folder: Path) -> Path:
        """The folder as the next start finds it."""
        folder.mkdir()
        for name in self.names & {path.name for path in self.folder.iterdir()}:
            inode = (self.folder / name).stat().st_ino
            (folder / name).write_bytes(self.data.get(inode, b""))
        return folder


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    folder = tmp_path / "outlast.db.journal"
    folder.mkdir()
    return Disk(folder)


@pytest.fixture
def journal(disk: Disk) -> Iterator[Journal]:
    journal = Journal(disk.folder, segment_size=SIZE, to_disk=disk.take, names_to_disk=disk.take_names)
    yield journal
    disk.turns.set()
    journal.close(Position(0, 0))


def append(journal: Journal, start: int, stop: int) -> None:
    for number in range(start, stop):
        call = Exchange(id=f"req_{number}", started_ns=1, requested="a", virtual=True)
        assert journal.append(EXCHANGE, encode(call))


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.001)


def test_where_nothing_was_appended_nothing_is_synced(journal: Journal, disk: Disk) -> None:
    assert not journal.sync()
    append(journal, 0, 5)
    assert journal.sync()
    assert not journal.sync()
    assert disk.order == ["names", "000000000001.segment"]


def test_many_records_are_one_sync_and_a_name_is_synced_once(journal: Journal, disk: Disk) -> None:
    for round_ in range(3):
        append(journal, round_ * 5, round_ * 5 + 5)
        journal.sync()
        assert journal.synced == journal.appended
    assert disk.order == ["names", *["000000000001.segment"] * 3]


def test_a_segment_that_became_full_is_synced_under_its_name_before_the_next_one(journal: Journal, disk: Disk) -> None:
    append(journal, 0, 10)
    journal.sync()
    append(journal, 10, 40)
    assert journal.reach().end.segment == 2
    journal.sync()
    assert disk.order[2:] == ["names", "000000000001.segment", "000000000002.segment"]


@pytest.mark.fault("a power cut")
def test_after_a_power_cut_everything_is_there_that_was_appended_before_the_last_sync(
    journal: Journal, disk: Disk, tmp_path: Path
) -> None:
    kept = 0
    for round_ in range(12):
        append(journal, round_ * 17, round_ * 17 + 17)
        if round_ % 3 != 2:
            journal.sync()
        kept = journal.synced
        root = tmp_path / f"after{round_}"
        root.mkdir()
        disk.after_power_cut(root / "outlast.db.journal")
        open_recorder(URL, root, segment_size=SIZE).close()
        assert kept <= open_reader(URL, root).total(UsageQuery()).calls <= journal.appended
    assert kept >= 12 * 17 - 17


def test_an_append_never_waits_for_a_sync(journal: Journal, disk: Disk) -> None:
    append(journal, 0, 10)
    disk.turns.clear()
    syncing = threading.Thread(target=journal.sync)
    syncing.start()
    try:
        append(journal, 10, 200)
        assert journal.reach().end.segment > 2
        assert journal.synced == 0
    finally:
        disk.turns.set()
        syncing.join()
    assert journal.synced == 10
    journal.sync()
    assert journal.synced == 200


def test_a_disk_that_refuses_costs_no_record_and_is_counted(journal: Journal, disk: Disk) -> None:
    syncer = Syncer(journal)
    disk.refuses = True
    append(journal, 0, 100)
    syncer.sync()
    assert (syncer.failures, syncer.last_error, journal.synced, journal.has_room) == (
        *(1, "[Errno 5] the disk is ill"),
        *(0, True),
    )
    disk.refuses = False
    syncer.sync()
    assert (syncer.last_error, journal.synced) == ("", 100)


def test_a_group_is_synced_within_its_interval_and_an_idle_journal_never(journal: Journal, disk: Disk) -> None:
    syncer = Syncer(journal, interval=0.005)
    syncer.start()
    try:
        append(journal, 0, 10)
        until(lambda: journal.synced == 10)
        synced = len(disk.order)
        idle = time.monotonic() + 0.1
        until(lambda: time.monotonic() > idle)
        assert len(disk.order) == synced
    finally:
        syncer.stop()


def test_always_means_before_the_append_returns(tmp_path: Path) -> None:
    with closing(open_recorder(URL, tmp_path, ledger=LedgerSettings(sync="always"))) as recorder:
        for number in range(20):
            recorder.append(Exchange(id=f"req_{number}", started_ns=1, requested="a", virtual=True))
            assert recorder.stats().unsynced == 0
    assert open_reader(URL, tmp_path).total(UsageQuery()).calls == 20


def test_grouped_leaves_nothing_unsynced_for_long(tmp_path: Path) -> None:
    with closing(open_recorder(URL, tmp_path)) as recorder:
        recorder.append(Exchange(id="req_1", started_ns=1, requested="a", virtual=True))
        started = time.monotonic()
        until(lambda: recorder.stats().unsynced == 0)
        assert time.monotonic() - started < 1
