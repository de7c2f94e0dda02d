"""The board that processes share: a page is there as a whole or as it was before, whoever wrote it and died."""

import os
import signal
import struct

from hypothesis import given
from hypothesis import strategies as st

from outlast.wiring.board import Board

PAGE = 256


@given(st.lists(st.tuples(st.integers(0, 2), st.binary(max_size=PAGE - 8)), max_size=20))
def test_each_page_says_what_was_written_last(writes: list[tuple[int, bytes]]) -> None:
    board = Board(3, page_bytes=PAGE)
    expected = dict.fromkeys(range(3), b"")
    for page, text in writes:
        assert board.write(page, text)
        expected[page] = text
    assert {page: board.read(page) for page in range(3)} == expected


def test_a_text_that_is_too_long_leaves_the_page_as_it_was() -> None:
    board = Board(1, page_bytes=PAGE)
    assert board.write(0, b"before")
    assert not board.write(0, bytes(PAGE))
    assert board.read(0) == b"before"


def test_what_is_half_written_is_not_read() -> None:
    board = Board(1, page_bytes=PAGE)
    board.write(0, b"first")
    board.write(0, b"second")
    # The next write would go where "first" was; one that was killed within it leaves "second" alone.
    where_first_was = 8 + PAGE
    assert b"first" in board._memory[where_first_was:]
    board._memory[where_first_was : where_first_was + 12] = struct.pack("<II", 4, 0) + b"torn"
    assert board.read(0) == b"second"


def test_what_a_killed_process_wrote_stays() -> None:
    board = Board(1, page_bytes=PAGE)
    child = os.fork()
    if not child:
        board.write(0, b"its last word")
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert board.read(0) == b"its last word"
