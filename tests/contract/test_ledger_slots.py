"""Several processes of one gateway and one ledger: killed under load, started again, fewer than before."""

import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from outlast.errors import LedgerUnavailable
from outlast.exchange import Exchange, UsageQuery
from outlast.ledger.reader import open_reader
from outlast.ledger.recorder import Recorder, open_recorder
from outlast.ledger.slots import Slot

URL = "sqlite:///outlast.db"
SEGMENT = 64 << 10
GATEWAY = "one-gateway"

PROCESS = """
import sys
from pathlib import Path
from outlast.exchange import Exchange
from outlast.ledger.recorder import open_recorder
from outlast.ledger.slots import Slot

root, number, of, name, start = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
slot = Slot(number, of, name)
recorder = open_recorder("sqlite:///outlast.db", root, slot=slot, segment_size=64 << 10)
print("open", flush=True)
for index in range(start, start + 1_000_000):
    recorder.append(Exchange(
        id=f"req_{number}_{index}", started_ns=index, requested="gpt-4o", virtual=True, cost_pico_usd=1
    ))
    sys.stdout.write(f"{index}\\n")
    sys.stdout.flush()
    if not index % 50 and sys.stdin.readline() == "":
        break
recorder.close()
"""


class Process:
    """One of a gateway's processes; it appends fifty calls for each line that it is told."""

    def __init__(self, root: Path, number: int, of: int, *, start: int = 0) -> None:
        self.number = number
        command = [sys.executable, "-c", PROCESS, str(root), str(number), str(of), GATEWAY, str(start)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.acknowledged: list[str] = []

    def opened(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "open\n"

    def ask(self, groups: int) -> None:
        """Let it append so many groups, as fast as it can."""
        assert self.process.stdin is not None
        self.process.stdin.write("more\n" * groups)
        self.process.stdin.flush()

    def read(self, lines: int) -> None:
        assert self.process.stdout is not None
        for _ in range(lines):
            self._note(self.process.stdout.readline())

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self._rest()

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self._rest()
        assert self.process.returncode == 0

    def _rest(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._note(line)
        self.process.wait(20)

    def _note(self, line: str) -> None:
        if line.endswith("\n"):
            self.acknowledged.append(f"req_{self.number}_{int(line)}")


Start = Callable[..., Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a process that records: ``start(number, of)``; what is left of it ends with the test."""
    started: list[Process] = []

    def one(number: int, of: int, *, first: int = 0) -> Process:
        started.append(Process(tmp_path, number, of, start=first))
        return started[-1]

    yield one
    for each in started:
        each.process.kill()
        each.process.wait()
        for stream in (each.process.stdin, each.process.stdout):
            assert stream is not None
            with suppress(BrokenPipeError):
                stream.close()


def recorder_of(root: Path, number: int, of: int, gateway: str = GATEWAY) -> Recorder:
    return open_recorder(URL, root, slot=Slot(number, of, gateway), segment_size=SEGMENT)


def call(name: str) -> Exchange:
    return Exchange(id=name, started_ns=1, requested="gpt-4o", virtual=True, cost_pico_usd=1)


def rows(root: Path) -> list[str]:
    with closing(sqlite3.connect(root / "outlast.db")) as connection:
        return [name for (name,) in connection.execute("SELECT id FROM exchanges")]


def assert_each_once(root: Path, acknowledged: list[str]) -> None:
    """Every acknowledged call has one row, and the sums are the rows' sums."""
    found = Counter(rows(root))
    assert set(found.values()) <= {1}
    assert set(acknowledged) <= set(found)
    total = open_reader(URL, root).total(UsageQuery())
    assert (total.calls, int(total.cost_usd.scaleb(12))) == (len(found), len(found))


def opened(each_of: Iterable[Process]) -> list[Process]:
    """The same, once all of them record."""
    found = list(each_of)
    for each in found:
        each.opened()
    return found


@pytest.mark.slow
@pytest.mark.fault("one of several processes killed")
def test_when_one_of_several_is_killed_under_load_each_call_is_recorded_once_and_the_others_go_on(
    tmp_path: Path, start: Start
) -> None:
    first, second, third = opened(start(number, 3) for number in range(3))
    for each in (first, second, third):
        each.ask(100)
    second.read(700)
    second.kill()
    third.read(1000)
    (again,) = opened([start(1, 3, first=1_000_000)])
    again.ask(20)
    again.read(500)
    for each in (first, third, again):
        each.end()
    assert_each_once(tmp_path, [name for each in (first, second, third, again) for name in each.acknowledged])


@pytest.mark.slow
def test_when_all_are_killed_fewer_take_in_what_all_of_them_had(tmp_path: Path, start: Start) -> None:
    acknowledged: list[str] = []
    for generation, of in enumerate((3, 4)):
        each_of = opened([start(number, of, first=generation * 1_000_000) for number in range(of)])
        for each in each_of:
            each.ask(60)
        for each in each_of:
            each.read(300)
        for each in each_of:
            each.kill()
            acknowledged += each.acknowledged
    with closing(recorder_of(tmp_path, 0, 1)) as recorder:
        assert recorder.stats().lag == 0
        assert not list((tmp_path / "outlast.db.journal").glob("slot-*/*.segment"))
    assert_each_once(tmp_path, acknowledged)


def test_two_processes_of_one_gateway_record_side_by_side(tmp_path: Path) -> None:
    with closing(recorder_of(tmp_path, 0, 2)) as zero, closing(recorder_of(tmp_path, 1, 2)) as one:
        for number in range(100):
            zero.append(call(f"zero_{number}"))
            one.append(call(f"one_{number}"))
    assert len(rows(tmp_path)) == 200


def test_an_earlier_processs_rest_is_its_successors_whichever_opens_first(tmp_path: Path) -> None:
    for number in (1, 0):
        with closing(sqlite3.connect(tmp_path / "outlast.db")) as other:
            with closing(recorder_of(tmp_path, number, 2)) as recorder:
                other.execute("BEGIN IMMEDIATE")
                recorder.append(call(f"left_by_{number}"))
            other.rollback()
    with closing(recorder_of(tmp_path, 0, 2)) as zero:
        assert zero.stats().recovered == 1, "the journal of number 1 is its own to take in"
        with closing(recorder_of(tmp_path, 1, 2)) as one:
            assert one.stats().recovered == 1
    assert sorted(rows(tmp_path)) == ["left_by_0", "left_by_1"]


def test_number_0_takes_in_what_nobody_has_any_more(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "outlast.db")) as other:
        with closing(recorder_of(tmp_path, 2, 3)) as recorder:
            other.execute("BEGIN IMMEDIATE")
            recorder.append(call("left"))
        other.rollback()
    with closing(recorder_of(tmp_path, 0, 2)) as recorder:
        assert (recorder.stats().recovered, recorder.stats().lag) == (1, 0)
    with closing(recorder_of(tmp_path, 0, 2)) as recorder:
        assert recorder.stats().recovered == 0
    assert rows(tmp_path) == ["left"]


def test_another_gateway_is_refused_as_long_as_any_process_of_the_first_lives(tmp_path: Path) -> None:
    with closing(recorder_of(tmp_path, 1, 2)):
        for number in (0, 1, 2):
            with pytest.raises(LedgerUnavailable, match=r"another process \(\d+\) records"):
                recorder_of(tmp_path, number, 3, gateway="another")
    recorder_of(tmp_path, 0, 1, gateway="another").close()


def test_two_processes_with_one_number_are_refused(tmp_path: Path) -> None:
    with closing(recorder_of(tmp_path, 1, 2)), pytest.raises(LedgerUnavailable, match="slot-1 already"):
        recorder_of(tmp_path, 1, 2)


def test_the_journal_of_an_earlier_version_goes_on_where_it_was(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "outlast.db")) as other:
        with closing(recorder_of(tmp_path, 0, 1)) as recorder:
            recorder.append(call("first"))
        with closing(recorder_of(tmp_path, 0, 1)) as recorder:
            other.execute("BEGIN IMMEDIATE")
            recorder.append(call("second"))
        other.execute("UPDATE journal_positions SET journal = ''")
        other.commit()
    (tmp_path / "outlast.db.journal" / "id").unlink()
    with closing(recorder_of(tmp_path, 0, 1)) as recorder:
        assert recorder.stats().recovered == 1
    assert_each_once(tmp_path, ["first", "second"])


def test_a_database_that_never_saw_the_journal_takes_all_of_it_whatever_place_it_had_in_its_own(tmp_path: Path) -> None:
    """Another ledger's file is put in place while calls wait in the journal."""
    other = tmp_path / "other"
    other.mkdir()
    for number in range(3):
        with closing(recorder_of(other, 0, 1)) as recorder:
            recorder.append(call(f"other_{number}"))
    with closing(sqlite3.connect(tmp_path / "outlast.db")) as locked:
        with closing(recorder_of(tmp_path, 0, 1)) as recorder:
            locked.execute("BEGIN IMMEDIATE")
            recorder.append(call("waiting"))
        locked.rollback()
    for path in tmp_path.glob("outlast.db-*"):
        path.unlink()
    (other / "outlast.db").rename(tmp_path / "outlast.db")
    with closing(recorder_of(tmp_path, 0, 1)) as recorder:
        assert recorder.stats().recovered == 1
    assert sorted(rows(tmp_path)) == ["other_0", "other_1", "other_2", "waiting"]
