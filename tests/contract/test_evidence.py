"""What every store of evidence promises, and what SQLite's survives: kills, other processes, broken and full disks."""

import contextlib
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outlast.checks.draw import Draw, Item, Said
from outlast.errors import LedgerUnavailable
from outlast.evidence.store import EvidenceStore
from outlast.replay.plan import Plan
from outlast.replay.ports import DrawKey, Evidence
from outlast.testing.evidence import MemoryEvidence

STORES: dict[str, Callable[[Path], Evidence]] = {
    "memory": lambda _folder: MemoryEvidence(),
    "sqlite": lambda folder: EvidenceStore(folder / "evidence.db"),
}
ITEMS = [Item(id=f"i{number}", cluster="c", request=b'{"messages": []}', prompt="p") for number in range(3)]
KEY = DrawKey("i0", "openai/a")
ANSWER = Draw(said=Said(text="yes"), answered="a", cost_pico_usd=5)


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Evidence]:
    with contextlib.closing(STORES[request.param](tmp_path)) as opened:
        yield opened


def test_an_item_is_kept_once_for_each_name_and_in_order(store: Evidence) -> None:
    assert store.add_items("m", ITEMS[:2], source="record") == 2
    assert store.add_items("m", [*ITEMS, ITEMS[2]], source="import x") == 1
    assert store.add_items("n", ITEMS[:1], source="record") == 1
    assert list(store.items("m")) == ITEMS
    assert list(store.items("nobody")) == []


def test_an_answer_is_begun_once_and_the_first_that_is_kept_stays(store: Evidence) -> None:
    store.keep(KEY, ANSWER)
    assert store.draw(KEY) is None, "what was not begun is not kept"
    assert store.begin(KEY, 7)
    assert not store.begin(KEY, 7)
    assert list(store.begun("openai/a")) == [(KEY, 7)]
    store.keep(KEY, ANSWER)
    store.keep(KEY, Draw(error="late"))
    assert store.draw(KEY) == ANSWER
    assert list(store.begun("openai/a")) == []
    assert store.begin(DrawKey("i0", "openai/a", 1), None)
    assert store.begin(DrawKey("i0", "openai/b"), None)


def test_only_what_was_lost_or_failed_is_forgotten(store: Evidence) -> None:
    lost, failed = DrawKey("i1", "openai/a"), DrawKey("i2", "openai/a")
    for key in (KEY, lost, failed):
        store.begin(key, None)
    store.keep(KEY, ANSWER)
    store.keep(failed, Draw(error="status 500"))
    assert store.forget([KEY, lost, failed, DrawKey("never", "openai/a")]) == 2
    assert store.draw(KEY) == ANSWER
    assert store.begin(lost, None)
    assert store.begin(failed, None)


def test_a_plan_is_kept_once(store: Evidence) -> None:
    plan = Plan(model="m", incumbent="openai/a", candidates=(), items=("i0",), margins=(), gates=(), checks=())
    store.keep_plan(plan)
    store.keep_plan(plan)
    assert list(store.plans("m")) == [plan]


BEGINNING = """
import sys
from pathlib import Path
from outlast.checks.draw import Draw, Said
from outlast.evidence.store import EvidenceStore
from outlast.replay.ports import DrawKey
store = EvidenceStore(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    key = DrawKey(f"i{number}", "openai/a")
    if store.begin(key, 7):
        print(number, flush=True)
        if sys.argv[3] == "keep":
            store.keep(key, Draw(said=Said(text="yes")))
print("waiting", flush=True)
sys.stdin.read()
"""


def begun_by(path: Path, count: int, how: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", BEGINNING, path, str(count), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def told(process: "subprocess.Popen[str]") -> list[int]:
    """The numbers that a process began, up to its last word."""
    assert process.stdout is not None
    return [int(line) for line in iter(process.stdout.readline, "waiting\n")]


@pytest.mark.slow
def test_two_processes_at_once_begin_each_answer_once(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    with begun_by(path, 300, "keep") as one, begun_by(path, 300, "keep") as two:
        first, second = told(one), told(two)
        one.kill()
        two.kill()
    assert sorted(first + second) == list(range(300))
    with contextlib.closing(EvidenceStore(path)) as store:
        assert all(store.draw(DrawKey(f"i{number}", "openai/a")) is not None for number in range(300))


@pytest.mark.slow
@pytest.mark.fault("a capture is killed while an answer is under way")
def test_what_was_begun_when_the_process_was_killed_is_lost_and_never_begun_again(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    with begun_by(path, 3, "lose") as process:
        assert told(process) == [0, 1, 2]
        process.send_signal(signal.SIGKILL)
    with contextlib.closing(EvidenceStore(path)) as store:
        keys = [DrawKey(f"i{number}", "openai/a") for number in range(3)]
        assert list(store.begun("openai/a")) == [(key, 7) for key in keys]
        assert not any(store.begin(key, 7) for key in keys)
        assert store.forget(keys[:1]) == 1
        assert store.begin(keys[0], 7)


FULL = """
import resource, sys
from pathlib import Path
from outlast.checks.draw import Draw, Said
from outlast.errors import LedgerUnavailable
from outlast.evidence.store import EvidenceStore
from outlast.replay.ports import DrawKey
store = EvidenceStore(Path(sys.argv[1]))
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
kept = 0
try:
    for number in range(1000):
        key = DrawKey(f"i{number}", "openai/a")
        store.begin(key, 7)
        store.keep(key, Draw(said=Said(text="x" * 2000)))
        kept += 1
except LedgerUnavailable as error:
    print(kept, error)
"""


@pytest.mark.slow
@pytest.mark.fault("the disk is full while answers are kept")
def test_a_full_disk_ends_the_run_and_what_was_kept_stays(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    done = subprocess.run([sys.executable, "-c", FULL, path], capture_output=True, text=True, check=True)
    kept, _, said = done.stdout.partition(" ")
    assert "cannot be written" in said
    with contextlib.closing(EvidenceStore(path)) as store:
        assert int(kept) > 0
        assert all(store.draw(DrawKey(f"i{number}", "openai/a")) is not None for number in range(int(kept)))
        assert store.begin(DrawKey("later", "openai/a"), None)


@pytest.mark.fault("the evidence is damaged")
def test_a_damaged_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    path.write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with pytest.raises(LedgerUnavailable, match=r"evidence\.db cannot be opened"):
        EvidenceStore(path)


def test_a_damaged_row_is_told_and_never_read_as_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    with contextlib.closing(EvidenceStore(path)) as store:
        store.add_items("m", ITEMS, source="record")
        store.begin(KEY, None)
        store.keep(KEY, ANSWER)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("UPDATE draws SET draw = x'c1'")
        database.execute("UPDATE items SET item = x'c1'")
    with contextlib.closing(EvidenceStore(path)) as store:
        with pytest.raises(LedgerUnavailable, match="damaged row"):
            store.draw(KEY)
        with pytest.raises(LedgerUnavailable, match="damaged row"):
            list(store.items("m"))


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    EvidenceStore(path).close()
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(LedgerUnavailable, match="newer version"):
        EvidenceStore(path)


@pytest.mark.parametrize("place", ["", "missing/evidence.db"])
def test_a_place_where_nothing_can_be_written_is_told(tmp_path: Path, place: str) -> None:
    with pytest.raises(LedgerUnavailable, match="cannot be opened"):
        EvidenceStore(tmp_path / place)


def test_a_file_that_can_only_be_read_says_so_at_the_first_write(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    with contextlib.closing(EvidenceStore(path)) as store:
        store._db.execute("PRAGMA query_only = ON")  # as a file system mounted for reading; a test may run as root
        with pytest.raises(LedgerUnavailable, match="cannot be written"):
            store.begin(KEY, None)
        with pytest.raises(LedgerUnavailable, match="cannot be written"):
            store.add_items("m", ITEMS, source="record")


def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    EvidenceStore(path).close()
    assert path.stat().st_mode & 0o077 == 0
