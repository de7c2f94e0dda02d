"""Lines on their way to whoever reads them: slow, full or closed, nothing waits and nothing is lost unsaid."""

import json
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.integration.gateway_process import until

from outlast.telemetry.line import LONGEST
from outlast.telemetry.writer import LineWriter, _groups


class Timer:
    """The loop's timer, run by hand."""

    def __init__(self) -> None:
        self.due: list[Callable[[], None]] = []

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        assert seconds < 1
        self.due.append(what)

    def run(self) -> None:
        for what in self.due:
            what()
        self.due = []


def notice(lines: int) -> bytes:
    return json.dumps({"lines": lines}).encode() + b"\n"


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        with suppress(OSError):
            os.close(end)


def read_all(descriptor: int) -> bytes:
    found = b""
    while piece := os.read(descriptor, 65536):
        found += piece
    return found


def test_lines_arrive_in_order_and_none_is_missing(pipe: tuple[int, int]) -> None:
    timer = Timer()
    writer = LineWriter(pipe[1], timer.later, notice=notice)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(read_all(pipe[0])))
    reader.start()
    sent = [b"%d\n" % number for number in range(20_000)]
    for number, line in enumerate(sent):
        writer.put(line)
        if number % 1000 == 0:
            timer.run()
    writer.close()
    os.close(pipe[1])
    reader.join()
    assert got == [b"".join(sent)]
    assert writer.dropped == 0


def test_lines_wait_for_company_and_one_timer_carries_them(pipe: tuple[int, int]) -> None:
    timer = Timer()
    writer = LineWriter(pipe[1], timer.later, notice=notice)
    for _ in range(3):
        writer.put(b"x\n")
    assert len(timer.due) == 1
    timer.run()
    assert os.read(pipe[0], 100) == b"x\n" * 3
    writer.put(b"y\n")
    assert len(timer.due) == 1
    writer.close()


def test_where_nobody_reads_nothing_waits_and_the_dropped_are_counted_and_said(pipe: tuple[int, int]) -> None:
    timer = Timer()
    writer = LineWriter(pipe[1], timer.later, notice=notice, room=200_000)
    line = b"x" * 99 + b"\n"
    for _ in range(10_000):  # a pipe holds 65,536 bytes, the buffer 200,000: a wait would never end
        writer.put(line)
        timer.run()
    dropped = writer.dropped
    assert dropped > 7000
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(read_all(pipe[0])))
    reader.start()
    until(lambda: writer._written == writer._taken)
    writer.put(line)
    writer.close()
    os.close(pipe[1])
    reader.join()
    lines = got[0].splitlines(keepends=True)
    assert lines.count(line) == 10_001 - dropped
    assert lines[-1] == line
    assert sum(json.loads(each)["lines"] for each in lines if each != line) == dropped


def test_leaving_waits_for_a_full_pipe_only_so_long(pipe: tuple[int, int]) -> None:
    writer = LineWriter(pipe[1], Timer().later, notice=notice)
    for _ in range(2000):
        writer.put(b"x" * 99 + b"\n")
    writer.close(0.01)
    writer.put(b"late\n")
    assert writer.dropped == 1


@pytest.mark.parametrize("end", [0, 1])
def test_a_closed_descriptor_fails_nobody_and_is_counted(pipe: tuple[int, int], end: int) -> None:
    os.close(pipe[end])
    writer = LineWriter(pipe[1], Timer().later, notice=notice)
    writer.put(b"x\n")
    writer.put(b"y\n")
    writer.close()
    assert writer.dropped == 2


def test_a_descriptor_that_somebody_made_non_blocking_is_waited_for(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[1], False)
    assert stat.S_ISFIFO(os.fstat(pipe[1]).st_mode)
    writer = LineWriter(pipe[1], Timer().later, notice=notice)
    line = b"x" * 999 + b"\n"
    for _ in range(500):
        writer.put(line)
    writer.flush()
    got = b""
    while len(got) < 500_000:
        got += os.read(pipe[0], 65536)
    writer.close()
    assert got == line * 500


@given(st.lists(st.integers(1, LONGEST).map(lambda size: b"x" * (size - 1) + b"\n")))
def test_what_is_written_at_once_is_whole_lines_that_a_pipe_takes_in_one_piece(lines: list[bytes]) -> None:
    groups = _groups(lines)
    assert [line for group in groups for line in group] == lines
    assert all(0 < sum(map(len, group)) <= LONGEST for group in groups)
