"""What recording costs: appends, syncs, the way into SQLite, and what several processes take of memory and time.

Run ``python benchmarks/journal.py``. Every figure is the median of interleaved rounds; the ratio against a bare
``os.write`` of the same bytes is what carries over to another machine. It writes below the current folder and
cleans up.
"""

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from outlast.exchange import AttemptRecord, Exchange, Usage
from outlast.ledger.batch import encode
from outlast.ledger.drain import Drain
from outlast.ledger.extents import Position
from outlast.ledger.frames import EXCHANGE
from outlast.ledger.journal import Journal
from outlast.ledger.recorder import open_recorder
from outlast.ledger.slots import Slot
from outlast.ledger.syncer import Syncer

CALLS = 20_000
ROUNDS = 7


def exchanges() -> list[Exchange]:
    """Calls like those of a virtual model after its switch."""
    target = "openai/gpt-5.1-chat-latest"
    return [
        Exchange(
            id=f"req_0123456789abcdef{number:x}",
            started_ns=1_771_300_000_000_000_000 + number * 100_000,
            requested="chatgpt-4o-latest",
            virtual=True,
            served=target,
            answered="gpt-5.1-chat-latest",
            reason="successor",
            key="team-a",
            status=200,
            usage=Usage(1_200, 800, 0, 300, 100),
            cost_pico_usd=3_600_000_000,
            priced_as=target,
            first_byte_us=1_234,
            total_us=4_567,
            finish="stop",
            adapted=("max_tokens", "temperature"),
            attempts=(AttemptRecord(target, "successor", 200, "", 4_400),),
        )
        for number in range(CALLS)
    ]


def per_call_us(work: Callable[[], object]) -> float:
    """Microseconds of one call in ``CALLS``."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) / CALLS * 1e6


def bare_write(folder: Path, frames: Sequence[bytes]) -> float:
    """One ``os.write`` per record into a new file."""
    path = folder / "bare"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def write() -> None:
        for frame in frames:
            os.write(descriptor, frame)

    try:
        return per_call_us(write)
    finally:
        os.close(descriptor)
        path.unlink()


def append_and_drain(folder: Path, calls: Sequence[Exchange]) -> tuple[float, float]:
    """Encoding and appending; then draining into a new database, its syncs included."""
    (folder / "journal").mkdir(exist_ok=True)
    database = folder / "outlast.db"
    with closing(Drain(database, folder / "journal")) as drain:
        journal = Journal(folder / "journal", after=drain.position().segment)

        def append() -> None:
            for call in calls:
                assert journal.append(EXCHANGE, encode(call))

        def bring_in() -> None:
            reach = journal.reach()
            while drain.step(reach).position != reach.end:
                pass

        appended = per_call_us(append)
        drained = per_call_us(bring_in)
        journal.close(drain.position())
    with closing(sqlite3.connect(database)) as connection:
        assert _rows(connection) == CALLS
    for path in folder.glob("outlast.db*"):
        path.unlink()
    return appended, drained


def _rows(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM exchanges").fetchone()
    return int(count)


@contextmanager
def journal_below(folder: Path) -> Iterator[Journal]:
    """A journal that is gone afterwards."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        journal = Journal(Path(name))
        try:
            yield journal
        finally:
            journal.close(Position(0, 0))


def append_latencies(folder: Path, payloads: Sequence[bytes], *, synced: bool) -> list[float]:
    """Microseconds of each of ``CALLS`` appends, about 3,000 a second, with a thread that syncs and without."""
    took: list[float] = []
    with journal_below(folder) as journal:
        syncer = Syncer(journal)
        if synced:
            syncer.start()
        for payload in payloads[: CALLS // 2]:
            started = time.perf_counter()
            journal.append(EXCHANGE, payload)
            took.append((time.perf_counter() - started) * 1e6)
            while time.perf_counter() - started < 1 / 3_000:
                time.sleep(0)
        syncer.stop()
    return sorted(took)


def always_latencies(folder: Path, payloads: Sequence[bytes]) -> list[float]:
    """The same with ``sync = "always"``, one after the other."""
    took: list[float] = []
    with journal_below(folder) as journal:
        syncer = Syncer(journal, always=True)
        for payload in payloads[:500]:
            started = time.perf_counter()
            journal.append(EXCHANGE, payload)
            syncer.sync()
            took.append((time.perf_counter() - started) * 1e6)
    return sorted(took)


def record_in(root: Path, number: int, of: int, rate: int) -> None:
    """One process of several: records for three seconds, and prints what became of it as JSON."""
    call = exchanges()[0]
    recorder = open_recorder("sqlite:///outlast.db", root, slot=Slot(number, of, "bench"))
    kept, worst, ending = 0, 0, time.monotonic() + 3
    while time.monotonic() < ending:
        for _ in range(rate // 100):
            recorder.append(msgspec.structs.replace(call, id=f"req_{number}_{kept}", started_ns=time.time_ns()))
            kept += 1
        worst = max(worst, recorder.stats().lag)
        time.sleep(0.01)
    children = [
        child for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text().split()
    ]
    memory = sum(private_kb(child) for child in children)
    recorder.close()
    print(json.dumps({"kept": kept, "worst": worst, "kb": memory, "refusals": recorder.stats().refusals}))


def private_kb(process: str) -> int:
    """Memory that would be free without this process."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean:", "Private_Dirty:")))


def several(folder: Path, of: int, rate: int) -> dict[str, float]:
    """So many processes that record side by side, each with its journal and its worker."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        own = [sys.executable, __file__, "--record", name, "--of", str(of), "--rate", str(rate // of), "--number"]
        started = [subprocess.Popen([*own, str(number)], stdout=subprocess.PIPE, text=True) for number in range(of)]
        told = [json.loads(process.communicate()[0]) for process in started]
    return {
        "kept": sum(each["kept"] for each in told),
        "worst": max(each["worst"] for each in told),
        "mb": statistics.mean(each["kb"] for each in told) / 1_000,
        "refusals": sum(each["refusals"] for each in told),
    }


def print_costs(folder: Path) -> None:
    """Records a second, against a bare write."""
    calls = exchanges()
    frames = [encode(call) + bytes(12) for call in calls]
    rounds: list[tuple[float, float, float]] = []
    for _ in range(ROUNDS + 1):
        appended, drained = append_and_drain(folder, calls)
        rounds.append((bare_write(folder, frames), appended, drained))
    bare, appended, drained = (statistics.median(column) for column in zip(*rounds[1:], strict=True))
    print(f"{len(frames[0])} bytes a record, {CALLS} records, median of {ROUNDS} rounds after one to warm up")
    print(f"{'':<26}{'us/record':>10}{'records/s':>12}{'x bare write':>14}")
    for label, each in (("bare os.write", bare), ("encode and append", appended), ("drain into SQLite", drained)):
        print(f"{label:<26}{each:>10.2f}{1e6 / each:>12,.0f}{each / bare:>14.2f}")


def print_latencies(folder: Path) -> None:
    """What a call waits for its record, with and without syncs."""
    payloads = [encode(call) for call in exchanges()]
    print(f"\n{'one append, microseconds':<26}{'median':>10}{'p99':>12}{'p99.9':>14}")
    for label, took in (
        ("without syncs", append_latencies(folder, payloads, synced=False)),
        ('sync = "grouped"', append_latencies(folder, payloads, synced=True)),
        ('sync = "always"', always_latencies(folder, payloads)),
    ):
        median, p99, p999 = (took[int(len(took) * share)] for share in (0.5, 0.99, 0.999))
        print(f"{label:<26}{median:>10.1f}{p99:>12.1f}{p999:>14.1f}")


def print_several(folder: Path) -> None:
    """Processes side by side, the same load over all of them."""
    print(f"\n{'processes, 3,000 calls/s':<26}{'MB/worker':>10}{'refusals':>12}{'most waiting':>14}")
    for of in (1, 2, 4, 8):
        told = several(folder, of, 3_000)
        print(f"{of:<26}{told['mb']:>10.1f}{told['refusals']:>12.0f}{told['worst']:>14,.0f}")


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description="What recording costs.")
    parser.add_argument("--record", type=Path, help=argparse.SUPPRESS)
    for name in ("--number", "--of", "--rate"):
        parser.add_argument(name, type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.record:
        record_in(given.record, given.number, given.of, given.rate)
        return
    with tempfile.TemporaryDirectory(dir=Path()) as name:
        for part in (print_costs, print_latencies, print_several):
            part(Path(name))


if __name__ == "__main__":
    main()
