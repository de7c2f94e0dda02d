"""What recording costs: appends, and the way into SQLite, against a bare ``os.write`` of the same bytes.

Run ``python benchmarks/journal.py``. Every figure is the median of interleaved rounds in one process; the ratio
against the bare write is what carries over to another machine. It writes below the current folder and cleans up.
"""

import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from outlast.exchange import AttemptRecord, Exchange, Usage
from outlast.ledger.batch import encode
from outlast.ledger.drain import Drain
from outlast.ledger.frames import EXCHANGE
from outlast.ledger.journal import Journal

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


def main() -> None:
    """Measure and print the table."""
    calls = exchanges()
    frames = [encode(call) + bytes(12) for call in calls]
    rounds: list[tuple[float, float, float]] = []
    with tempfile.TemporaryDirectory(dir=Path()) as name:
        for _ in range(ROUNDS + 1):
            appended, drained = append_and_drain(Path(name), calls)
            rounds.append((bare_write(Path(name), frames), appended, drained))
    bare, appended, drained = (statistics.median(column) for column in zip(*rounds[1:], strict=True))
    print(f"{len(frames[0])} bytes a record, {CALLS} records, median of {ROUNDS} rounds after one to warm up")
    print(f"{'':<26}{'us/record':>10}{'records/s':>12}{'x bare write':>14}")
    for label, each in (("bare os.write", bare), ("encode and append", appended), ("drain into SQLite", drained)):
        print(f"{label:<26}{each:>10.2f}{1e6 / each:>12,.0f}{each / bare:>14.2f}")


if __name__ == "__main__":
    main()
