"""What the record survives, with real processes: ``kill -9`` at any moment, and a disk that is full."""

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from outlast.exchange import UsageQuery
from outlast.ledger.reader import open_reader
from outlast.ledger.recorder import open_recorder

URL = "sqlite:///outlast.db"
SEGMENT = 64 << 10

APPENDING = """
import sys
from pathlib import Path
from outlast.exchange import Exchange, Usage
from outlast.ledger.recorder import open_recorder

root, start = Path(sys.argv[1]), int(sys.argv[2])
recorder = open_recorder("sqlite:///outlast.db", root, segment_size=64 << 10)
for number in range(start, start + 1_000_000):
    recorder.append(Exchange(
        id=f"req_{number}", started_ns=number, requested="gpt-4o", virtual=True, cost_pico_usd=1,
        keep="full" if number % 7 == 0 else "metadata", response_body=b"x" * 500 if number % 7 == 0 else None,
    ))
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""

FULL_DISK = """
import json, resource, sys, time
from dataclasses import asdict
from pathlib import Path
from outlast.exchange import Exchange
from outlast.ledger.recorder import open_recorder

root, room = Path(sys.argv[1]), int(sys.argv[2])
recorder = open_recorder("sqlite:///outlast.db", root, segment_size=64 << 10)

def append(numbers, **facts):
    for number in numbers:
        recorder.append(Exchange(id=f"req_{number}", started_ns=number, requested="gpt-4o", virtual=True, **facts))

def until(true):
    deadline = time.monotonic() + 20
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)

def limit(size):
    # for this process and its worker alike
    tasks = Path("/proc/self/task").iterdir()
    for process in (0, *(int(child) for task in tasks for child in (task / "children").read_text().split())):
        resource.prlimit(process, resource.RLIMIT_FSIZE, (size, hard))

append(range(10))
until(lambda: recorder.stats().lag == 0)
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
limit(room)
append(range(10, 5_000), path="/" * 100)
until(lambda: recorder.stats().refusals > 0)
full = asdict(recorder.stats())
limit(hard)
until(lambda: recorder.stats().journal_ok and recorder.stats().lag == 0)
append(range(5_000, 5_010))
recorder.close()
print(json.dumps({"full": full, "after": asdict(recorder.stats())}))
"""


def kill_after(lines: int, root: Path, start: int) -> list[int]:
    """Let a process append until it has acknowledged so many calls, kill it, and return all it acknowledged."""
    command = [sys.executable, "-c", APPENDING, str(root), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        acknowledged = [int(process.stdout.readline()) for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in process.stdout if line.endswith("\n")]
    assert process.returncode == -signal.SIGKILL
    return acknowledged


@pytest.mark.slow
def test_every_acknowledged_call_is_in_the_ledger_exactly_once_after_kill_9(tmp_path: Path) -> None:
    acknowledged: list[int] = []
    for generation, lines in enumerate((1, 700, 20_000, 50, 5_000)):
        acknowledged += kill_after(lines, tmp_path, start=generation * 1_000_000)
    open_recorder(URL, tmp_path, segment_size=SEGMENT).close()
    with closing(sqlite3.connect(tmp_path / "outlast.db")) as connection:
        found = [name for (name,) in connection.execute("SELECT id FROM exchanges")]
        bodies = {name for (name,) in connection.execute("SELECT id FROM bodies")}
    assert len(found) == len(set(found))
    assert {f"req_{number}" for number in acknowledged} <= set(found)
    assert {f"req_{number}" for number in acknowledged if number % 7 == 0} <= bodies
    total = open_reader(URL, tmp_path).total(UsageQuery())
    assert (total.calls, int(total.cost_usd.scaleb(12))) == (len(found), len(found))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the worker is found in /proc")
@pytest.mark.parametrize("room", [SEGMENT - 1, 40_000])
def test_on_a_full_disk_the_reserve_is_used_first_and_then_the_loss_is_counted(tmp_path: Path, room: int) -> None:
    """The limit on a file's size stands for the disk: neither a new segment nor a larger database has room."""
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path), str(room)]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    told = json.loads(output)
    full, after = told["full"], told["after"]
    assert full["appended"] + full["lost"] == 5_000
    assert not full["journal_ok"]
    assert not full["database_ok"]
    assert full["appended"] * 200 > 1.5 * room, "both segments that were reserved are full"
    assert (after["appended"], after["lost"]) == (full["appended"] + 10, full["lost"])
    assert after["journal_ok"]
    assert after["lag"] == 0
    assert open_reader(URL, tmp_path).total(UsageQuery()).calls == after["appended"]
