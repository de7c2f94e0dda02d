"""What the record survives when its two processes, the one that appends and its worker, die or are told to end."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from outlast.exchange import Exchange, UsageQuery
from outlast.ledger.reader import open_reader
from outlast.ledger.recorder import Recorder, open_recorder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found in /proc"),
]

URL = "sqlite:///outlast.db"
SEGMENT = 1 << 20
WORKER = b"outlast.ledger.worker"

OWNER = """
import signal, sys, threading
from pathlib import Path
from outlast.exchange import Exchange
from outlast.ledger.recorder import open_recorder

ending = threading.Event()
for name in (signal.SIGINT, signal.SIGTERM):
    signal.signal(name, lambda *_: ending.set())
root, count = Path(sys.argv[1]), int(sys.argv[2])
recorder = open_recorder("sqlite:///outlast.db", root, segment_size=1 << 20)
for number in range(count):
    recorder.append(Exchange(id=f"req_{number}", started_ns=number, requested="gpt-4o", virtual=True, cost_pico_usd=1))
print("appended", flush=True)
while not ending.wait(0.01):
    pass
recorder.close()
"""


@contextmanager
def owner(root: Path, count: int) -> Iterator["subprocess.Popen[str]"]:
    """A process that has appended so many calls, and the group that it leads; what is left of it ends at the end."""
    command = [sys.executable, "-c", OWNER, str(root), str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "appended\n"
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Poll for what another process does."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.002)


def command_line(number: int) -> bytes:
    """What a process was started with; empty where there is none any more."""
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def worker_of(number: int) -> int:
    """The one worker of the record that a process has started; it may have other children."""
    found: list[int] = []

    def started() -> bool:
        tasks = Path(f"/proc/{number}/task").iterdir()
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
        found[:] = [child for child in children if WORKER in command_line(child)]
        return bool(found)

    until(started)
    (worker,) = found
    return worker


def state(number: int) -> str:
    """The kernel's letter for what a process does; empty where there is none."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def gone(number: int) -> bool:
    """Whether nothing is left of a process, not even a zombie."""
    return not state(number)


def ended(number: int) -> bool:
    """The same for an orphan, whose zombie is the system's to take away, when it likes."""
    return state(number) in ("", "Z")


def stopped(number: int, *, when: Callable[[], bool]) -> bool:
    """Stop a process, and let it go on if it was not the moment that is looked for."""
    os.kill(number, signal.SIGSTOP)
    until(lambda: state(number) == "T")
    if when():
        return True
    os.kill(number, signal.SIGCONT)
    return False


def is_locked(database: Path) -> bool:
    """Whether somebody is in the middle of a transaction."""
    with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        connection.execute("ROLLBACK")
        return False


def append(recorder: Recorder, start: int, stop: int) -> None:
    for number in range(start, stop):
        call = Exchange(id=f"req_{number}", started_ns=number, requested="gpt-4o", virtual=True, cost_pico_usd=1)
        recorder.append(call)


def assert_each_once(root: Path, count: int) -> None:
    """The ids from 0 on, one row each, and every sum the same."""
    with closing(sqlite3.connect(root / "outlast.db")) as connection:
        found = [name for (name,) in connection.execute("SELECT id FROM exchanges")]
    assert sorted(found) == sorted(f"req_{number}" for number in range(count))
    total = open_reader(URL, root).total(UsageQuery())
    assert (total.calls, int(total.cost_usd.scaleb(12))) == (count, count)


def test_a_worker_killed_under_load_again_and_again_loses_and_doubles_nothing(tmp_path: Path) -> None:
    killed: set[int] = set()
    appended = 0
    with closing(open_recorder(URL, tmp_path, segment_size=SEGMENT)) as recorder:
        while len(killed) < 3:
            worker = worker_of(os.getpid())
            until(lambda: recorder.stats().database_ok)
            append(recorder, appended, appended + 20_000)
            appended += 20_000
            if worker not in killed:
                until(lambda: is_locked(tmp_path / "outlast.db"))
                os.kill(worker, signal.SIGKILL)
                killed.add(worker)
            until(lambda number=worker: gone(number), seconds=2)  # type: ignore[misc]
        until(lambda: recorder.stats().lag == 0)
        stats = recorder.stats()
        assert stats.refusals == len(killed)
        assert (stats.appended, stats.drained, stats.lost, stats.damaged) == (appended, appended, 0, 0)
    assert_each_once(tmp_path, appended)


def test_a_worker_that_dies_while_nothing_is_recorded_is_replaced_and_the_loss_is_told(tmp_path: Path) -> None:
    with closing(open_recorder(URL, tmp_path, segment_size=SEGMENT)) as recorder:
        worker = worker_of(os.getpid())
        os.kill(worker, signal.SIGKILL)
        until(lambda: recorder.stats().refusals == 1, seconds=2)
        assert "exit status -9" in recorder.stats().last_error
        assert not recorder.stats().database_ok
        assert gone(worker)
        until(lambda: recorder.stats().database_ok, seconds=2)
        assert worker_of(os.getpid()) != worker
        append(recorder, 0, 10)
        until(lambda: recorder.stats().lag == 0, seconds=2)
    assert_each_once(tmp_path, 10)


def test_an_owner_killed_with_its_worker_in_mid_transaction_is_followed_by_another_at_once(tmp_path: Path) -> None:
    with owner(tmp_path, 40_000) as process:
        worker = worker_of(process.pid)
        until(lambda: stopped(worker, when=lambda: is_locked(tmp_path / "outlast.db")))
        process.kill()
        process.wait()
        os.kill(worker, signal.SIGCONT)
        with closing(open_recorder(URL, tmp_path, segment_size=SEGMENT)) as recorder:
            assert 0 < recorder.stats().recovered <= 40_000
            append(recorder, 40_000, 40_100)
        until(lambda: ended(worker), seconds=2)
    assert_each_once(tmp_path, 40_100)


def test_a_worker_that_wakes_up_when_its_owner_was_followed_by_another_changes_nothing(tmp_path: Path) -> None:
    with owner(tmp_path, 40_000) as process:
        worker = worker_of(process.pid)
        until(lambda: is_locked(tmp_path / "outlast.db"))
        until(lambda: stopped(worker, when=lambda: not is_locked(tmp_path / "outlast.db")))
        process.kill()
        process.wait()
        with closing(open_recorder(URL, tmp_path, segment_size=SEGMENT)) as recorder:
            append(recorder, 40_000, 40_100)
            until(lambda: recorder.stats().lag == 0)
            os.kill(worker, signal.SIGCONT)
            until(lambda: ended(worker), seconds=2)
            append(recorder, 40_100, 40_200)
    assert_each_once(tmp_path, 40_200)


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_whole_group_drains_and_leaves_no_process(tmp_path: Path, name: signal.Signals) -> None:
    with owner(tmp_path, 30_000) as process:
        worker = worker_of(process.pid)
        until(lambda: is_locked(tmp_path / "outlast.db"))
        os.killpg(process.pid, name)
        assert process.wait(10) == 0
        assert gone(worker)
    assert {path.name for path in (tmp_path / "outlast.db.journal").iterdir()} == {"lock", "gateway", "id"}
    assert_each_once(tmp_path, 30_000)


def test_an_owner_that_is_killed_while_nothing_happens_leaves_no_process(tmp_path: Path) -> None:
    with owner(tmp_path, 10) as process:
        worker = worker_of(process.pid)
        until(lambda: open_reader(URL, tmp_path).total(UsageQuery()).calls == 10)
        process.kill()
        process.wait()
        until(lambda: ended(worker), seconds=2)
    assert_each_once(tmp_path, 10)
