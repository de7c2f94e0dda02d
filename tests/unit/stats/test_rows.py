"""Lines into rows: what is read, and what is refused by its line."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.errors import EvidenceInvalid
from outlast.stats.rows import Range, Row, read_rows

SCORES = Range(0.0, 1.0, pass_fail=False)


def rows(text: bytes, allowed: Range | None = None) -> list[Row]:
    return [row for block in read_rows([text], allowed or Range()) for row in block]


def test_a_row_has_outcomes_and_perhaps_a_cluster_and_anything_else() -> None:
    text = b'{"id":"x","a":1,"b":0,"note":[1]}\n\n  \n{"a":1.0,"b":null,"cluster":7}\r\n{"a":0,"b":1,"cluster":"c"}'
    assert rows(text) == [Row(1.0, 0.0), Row(1.0, None, 7), Row(0.0, 1.0, "c")]


def test_scores_are_anything_in_their_range() -> None:
    assert rows(b'{"a":0.25,"b":1}', SCORES) == [Row(0.25, 1.0)]


@given(st.integers(1, 60), st.integers(0, 5))
def test_rows_are_the_same_however_the_file_is_cut(size: int, empty: int) -> None:
    text = b"\n".join(b'{"id":%d,"a":1,"b":%d}' % (i, i % 2) for i in range(9)) + b"\n" * empty

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(text), size):
            yield text[start : start + size]

    assert [row for block in read_rows(pieces(), Range()) for row in block] == rows(text)


MALFORMED = {
    '{"a":1}': "b",
    '{"b":1}': "a",
    "[1,0]": "object",
    "nonsense": "malformed",
    '{"a":1,"b":0}{"a":1,"b":0}': "malformed",
    '{"a":"1","b":0}': "float",
    '{"a":true,"b":0}': "float",
    '{"a":null,"b":0}': "float",
    '{"a":1,"b":0.5}': "--range",
    '{"a":2,"b":0}': "neither 0 nor 1",
    '{"a":1,"b":NaN}': "malformed",
    '{"a":1,"b":0,"cluster":1.5}': "cluster",
    '{"a":1,"b":0,"cluster":"\\ud800"}': "line 3",
}


@pytest.mark.parametrize("line", MALFORMED)
def test_a_malformed_line_is_named_by_its_number(line: str) -> None:
    text = b'{"a":1,"b":1}\n{"a":1,"b":0}\n' + line.encode() + b'\n{"a":1,"b":1}\n'
    with pytest.raises(EvidenceInvalid, match=r"^line 3: ") as caught:
        rows(text)
    assert MALFORMED[line] in str(caught.value)


def test_the_number_counts_on_over_pieces() -> None:
    pieces = [b'{"a":1,"b":1}\n' * 5, b'{"a":1,"b":1}\n{"a"', b":3}\n"]
    with pytest.raises(EvidenceInvalid, match=r"^line 7: "):
        list(read_rows(pieces, Range()))


def test_bytes_that_are_no_text_are_named_too() -> None:
    with pytest.raises(EvidenceInvalid, match=r"^line 2: "):
        rows(b'{"a":1,"b":1}\n{"a":1,"b":1,"cluster":"\xff"}\n')


def test_a_score_outside_its_range_is_refused() -> None:
    with pytest.raises(EvidenceInvalid, match=r'line 1: "b": 1.5 lies outside 0:1'):
        rows(b'{"a":0.5,"b":1.5}', SCORES)
