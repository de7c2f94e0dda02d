"""The lines between a worker and its owner."""

from contextlib import closing
from pathlib import Path

import pytest

from outlast.ledger.drain import Drain, Drained
from outlast.ledger.extents import Position
from outlast.ledger.worker import Refused, answer, decode_answer, encode


@pytest.mark.parametrize("line", [b"\n", b"{}\n", b"[[],1]\n", b'[[["a",1,2,true]],1]\n'])
def test_a_line_that_is_no_question_is_refused(tmp_path: Path, line: bytes) -> None:
    with closing(Drain(tmp_path / "outlast.db", tmp_path)) as drain:
        assert isinstance(answer(drain, line), Refused)


@pytest.mark.parametrize("told", [Drained(Position(3, 4), frames=5, damaged=6, torn=7), Refused("the disk is full")])
def test_an_answer_is_a_line(told: Drained | Refused) -> None:
    line = encode(told)
    assert b"\n" not in line
    assert decode_answer(line) == told
