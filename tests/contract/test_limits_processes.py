"""Several real processes and one book: they are counted together exactly, and a killed one takes nothing along."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from tests.contract import limits_caller
from tests.contract.limits_caller import AT_A_TIME, COST, FREE, MEASURED, PLACES, REQUESTS, USED, book_in

from outlast.errors import LimitReached
from outlast.keys.key import Allowance, Key
from outlast.limits.book import Book, Ticket

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
Process = subprocess.Popen[bytes]


def started(folder: Path, work: str, number: int, out: int = subprocess.PIPE) -> Process:
    command = [sys.executable, str(Path(limits_caller.__file__)), str(folder), work, str(number)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, cwd=ROOT)


def said(process: Process, size: int = -1) -> bytes:
    assert process.stdout is not None
    return process.stdout.read(size)


@contextmanager
def ended(*processes: Process) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def admitted(book: Book, key: Key) -> Ticket | None:
    try:
        return book.admit(key, 1)
    except LimitReached:
        return None


def spent(book: Book) -> int:
    """A month's pico-USD, found by asking: a budget that is spent admits nobody."""
    low, high = 0, 10**12
    while low < high:
        middle = (low + high + 1) // 2
        ticket = admitted(book, Key(name=FREE.name, secrets=(), allowance=Allowance(month_pico_usd=middle)))
        if ticket:
            ticket.settle(0, 0)
            high = middle - 1
        else:
            low = middle
    return low


def test_all_processes_together_are_admitted_exactly_as_often_as_one(tmp_path: Path) -> None:
    processes = [started(tmp_path, "requests", 400) for _ in range(3)]
    with ended(*processes):
        counts = [len(said(process)) for process in processes]
    assert sum(counts) == 500
    assert not admitted(book_in(tmp_path), REQUESTS)


def test_money_of_all_processes_adds_up_to_the_last_pico_dollar(tmp_path: Path) -> None:
    processes = [started(tmp_path, "money", 1000) for _ in range(3)]
    watching = book_in(tmp_path)
    assert spent(watching) >= 0
    with ended(*processes):
        assert [len(said(process)) for process in processes] == [1000] * 3
    assert spent(watching) == 3000 * COST


def test_no_more_calls_run_at_a_time_than_allowed(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("ab") as log:
        processes = [started(tmp_path, "places", 300, log.fileno()) for _ in range(5)]
        with ended(*processes):
            assert [process.wait(30) for process in processes] == [0] * 5
    inside = most = 0
    for mark in path.read_bytes():
        inside += 1 if mark == ord("+") else -1
        most = max(most, inside)
    assert inside == 0
    assert 1 <= most <= 3


@pytest.mark.parametrize("expected", [2 * USED, USED, USED // 2, 0])
def test_tokens_of_all_processes_overshoot_by_no_more_than_stated(tmp_path: Path, expected: int) -> None:
    limit, number = MEASURED.allowance.tokens_per_minute, 3
    assert limit is not None
    processes = [started(tmp_path, "tokens", expected) for _ in range(number)]
    with ended(*processes):
        used = USED * sum(len(said(process)) for process in processes)
    others = number * AT_A_TIME - 1
    assert used < limit + USED + others * max(0, USED - expected)
    assert used >= limit - (number * AT_A_TIME + 1) * max(expected, USED), "and it is used up"


@pytest.mark.fault("a process killed while its calls run")
def test_the_places_of_a_killed_process_are_given_back_to_whoever_asks_next(tmp_path: Path) -> None:
    book = book_in(tmp_path)
    own = admitted(book, PLACES)
    assert own
    dying = started(tmp_path, "hold", 2)
    with ended(dying):
        assert said(dying, 2) == b".."
        assert not admitted(book, PLACES)
        dying.send_signal(signal.SIGKILL)
        dying.wait()
        assert admitted(book, PLACES)
        assert admitted(book, PLACES)
        assert not admitted(book, PLACES)


def test_a_process_killed_at_any_moment_leaves_a_book_that_is_right_and_unlocked(tmp_path: Path) -> None:
    random = Random(4)  # noqa: S311 - moments of death, no secrets
    book = book_in(tmp_path)
    known = spent(book)
    for _ in range(6):
        processes = [started(tmp_path, "money", -1) for _ in range(2)]
        with ended(*processes):
            for process in processes:
                said(process, 1)
            written = [1, 1]
            for number, process in enumerate(processes):
                written[number] += len(said(process, random.randrange(1, 400)))
                process.send_signal(signal.SIGKILL)
                process.wait()
                written[number] += len(said(process))
        now = spent(book)
        calls, rest = divmod(now - known, COST)
        assert rest == 0
        assert sum(written) <= calls <= sum(written) + 2, "each may have been killed between its call and its mark"
        known = now
        assert book.says() == "counted over all processes"
