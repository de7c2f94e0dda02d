"""What the record survives beside death: a torn journal in any slot, clocks that jump, no descriptor left."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from outlast.exchange import Exchange, UsageQuery
from outlast.ledger.frames import MARKER
from outlast.ledger.orphans import take_in_orphans
from outlast.ledger.reader import open_reader
from outlast.ledger.recorder import open_recorder
from outlast.ledger.slots import ALONE, Slot
from outlast.ledger.verify import verify

URL = "sqlite:///outlast.db"
DAY = 86_400 * 10**9
SEGMENT = 4_096


def call(name: str, started_ns: int = 1) -> Exchange:
    return Exchange(id=name, started_ns=started_ns, requested="a", virtual=True, cost_pico_usd=1)


def rows(root: Path) -> list[str]:
    with closing(sqlite3.connect(root / "outlast.db")) as connection:
        return [name for (name,) in connection.execute("SELECT id FROM exchanges ORDER BY seq")]


@pytest.mark.slow
@pytest.mark.fault("a journal torn at any byte")
def test_the_journal_of_any_process_may_be_torn_at_any_byte(tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    with closing(sqlite3.connect(made / "outlast.db")) as other:
        with closing(open_recorder(URL, made, slot=Slot(1, 2, "gateway"), segment_size=SEGMENT)) as recorder:
            other.execute("BEGIN IMMEDIATE")
            for name in ("first", "second", "last"):
                recorder.append(call(name))
        other.rollback()
    (segment,) = (made / "outlast.db.journal" / "slot-1").glob("*.segment")
    whole = segment.read_bytes()
    written = len(whole.rstrip(b"\0"))
    start = whole.rindex(MARKER)
    for cut in range(start, written + 1):
        root = tmp_path / "cut"
        shutil.copytree(made, root)
        path = root / segment.relative_to(made)
        path.write_bytes(whole[:cut] + bytes(len(whole) - cut))
        taken = take_in_orphans(root / "outlast.db", root / "outlast.db.journal", ALONE)
        assert rows(root) == ["first", "second", "last"][: 2 + (cut == written)], cut
        assert (taken.frames, taken.damaged, path.exists()) == (len(rows(root)), 0, False)
        assert taken.torn == (start < cut < written), cut
        shutil.rmtree(root)


@pytest.mark.fault("the clock jumps while calls are recorded")
def test_whatever_the_clock_says_each_call_has_its_row_and_its_hour(tmp_path: Path) -> None:
    now = 20_000 * DAY
    instants = [now, now + 3_650 * DAY, 0, now - 1, now, -5, 2**63 + 10, now + DAY, 10**30]
    with closing(open_recorder(URL, tmp_path)) as recorder:
        for number, instant in enumerate(instants):
            recorder.append(call(f"req_{number}", instant))
    assert rows(tmp_path) == [f"req_{number}" for number in range(len(instants))]
    ledger = open_reader(URL, tmp_path)
    assert ledger.total(UsageQuery()).calls == len(instants)
    assert {row.name: row.calls for row in ledger.usage(UsageQuery(by="day"))}["2024-10-04"] == 2
    assert verify(tmp_path / "outlast.db").findings == []


NO_DESCRIPTOR = """
import json, os, resource, sys, time
from dataclasses import asdict
from pathlib import Path
from outlast.exchange import Exchange
from outlast.ledger.recorder import open_recorder

def until(true):
    deadline = time.monotonic() + 20
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)

def append(numbers):
    for number in numbers:
        recorder.append(Exchange(id=f"req_{number}", started_ns=1, requested="gpt-4o", virtual=True, path="/" * 100))

resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
recorder = open_recorder("sqlite:///outlast.db", Path(sys.argv[1]), segment_size=64 << 10)
append(range(10))
until(lambda: recorder.stats().lag == 0)
taken = []
try:
    while True:
        taken.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
spare = Path(sys.argv[1], "outlast.db.journal", "spare")
for start in range(10, 3_010, 200):
    append(range(start, start + 200))
    until(lambda: recorder.stats().unsynced == 0)
    try:
        while True:
            taken.append(os.open("/dev/null", os.O_RDONLY))  # as callers do: whatever is given back is taken
    except OSError:
        pass
    until(lambda: recorder._journal._spare is not None)
until(lambda: recorder.stats().lag == 0)
during = asdict(recorder.stats())
for each in taken:
    os.close(each)
recorder.close()
print(json.dumps({"during": during, "after": asdict(recorder.stats())}))
"""


@pytest.mark.slow
@pytest.mark.fault("no descriptor is left for the journal")
def test_a_process_without_a_free_descriptor_goes_on_recording_from_segment_to_segment(tmp_path: Path) -> None:
    command = [sys.executable, "-c", NO_DESCRIPTOR, str(tmp_path)]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    told = json.loads(output)
    assert (told["during"]["appended"], told["during"]["lost"], told["during"]["lag"]) == (3_010, 0, 0)
    assert told["during"]["journal_ok"]
    assert told["after"]["lost"] == 0
    assert len(rows(tmp_path)) == 3_010
