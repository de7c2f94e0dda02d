"""What limits cost a call: admitted and settled, alone and beside other processes, against the locks it takes.

Run ``python benchmarks/limits.py``. Microseconds of one call; each figure is the fastest of many short rounds, since
whatever else the machine does only adds to it. It uses the shared memory of the machine and cleans up.
"""

import fcntl
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from outlast.keys.key import Allowance, Key
from outlast.limits.book import Book
from outlast.limits.opening import open_book
from outlast.limits.shared import MEMORY

CALLS = 200
ROUNDS = 300
OTHERS = (1, 3)
MUCH = Allowance(
    requests_per_minute=10**9,
    tokens_per_minute=10**12,
    concurrent=10**6,
    day_pico_usd=10**18,
    month_pico_usd=10**19,
)
LIMITED = Key(name="limited", secrets=(), allowance=MUCH)
FREE = Key(name="free", secrets=())


def fastest_us(work: Callable[[], object]) -> float:
    """Microseconds of one call of ``work`` in the fastest round."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter_ns()
        for _ in range(CALLS):
            work()
        best = min(best, time.perf_counter_ns() - started)
    return best / CALLS / 1000


def median_us(work: Callable[[], object]) -> float:
    """The same of the middle round: with others at the lock the fastest one only says that nobody was there."""
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter_ns()
        for _ in range(CALLS):
            work()
        taken.append(time.perf_counter_ns() - started)
    return sorted(taken)[ROUNDS // 2] / CALLS / 1000


def calls(book: Book, key: Key, *, told: bool) -> Callable[[], None]:
    """One call after another."""

    def call() -> None:
        ticket = book.admit(key, 100)
        if told:
            assert ticket.said
        ticket.settle(150, 10**9)

    return call


def locks(folder: Path) -> Callable[[], None]:
    """The kernel's part: two sections, each a lock, a look at the file's length, and the lock's end."""
    descriptor = os.open(folder / "bare", os.O_RDWR | os.O_CREAT)

    def call() -> None:
        for _ in range(2):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.lseek(descriptor, 0, os.SEEK_END)
            fcntl.flock(descriptor, fcntl.LOCK_UN)

    return call


def beside(folder: Path, others: int) -> float:
    """With that many processes that do nothing else than the same."""
    command = [sys.executable, __file__, str(folder)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(others)]
    try:
        for process in running:
            assert process.stdout is not None
            process.stdout.readline()
        return median_us(calls(open_book(folder / "db", folder=folder), LIMITED, told=False))
    finally:
        for process in running:
            process.kill()
            process.wait()


def main() -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        folder = Path(name)
        book, alone = open_book(folder / "db", folder=folder), open_book(folder / "db", folder=folder / "nowhere")
        rows = [
            ("the locks alone", fastest_us(locks(folder))),
            ("a key without limits", fastest_us(calls(book, FREE, told=False))),
            ("a key with every limit", fastest_us(calls(book, LIMITED, told=False))),
            ("and its headers", fastest_us(calls(book, LIMITED, told=True))),
            ("counted in this process only", fastest_us(calls(alone, LIMITED, told=False))),
        ]
        rows += [(f"beside {others} that do nothing else (median)", beside(folder, others)) for others in OTHERS]
    print(f"{'one call, admitted and settled':<44}{'us':>8}")
    for label, each in rows:
        print(f"{label:<44}{each:>8.2f}")


def keep_calling(folder: Path) -> None:
    """What the others do, until they are ended."""
    call = calls(open_book(folder / "db", folder=folder), LIMITED, told=False)
    call()
    print("ready", flush=True)
    while True:
        call()


if __name__ == "__main__":
    keep_calling(Path(sys.argv[1])) if sys.argv[1:] else main()
