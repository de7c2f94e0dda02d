"""Heads as bytes: nothing that a header is made of can break out of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.web.heads import HeadWriter


def lines(headers: tuple[tuple[str, str], ...], status: int = 200, framing: str = "") -> list[bytes]:
    head = HeadWriter().head(status, headers, request_id="req_1", framing=framing)
    assert head.endswith(b"\r\n\r\n")
    return head[:-4].split(b"\r\n")


def test_a_head_has_status_headers_id_server_and_date() -> None:
    writer = HeadWriter()
    writer.refresh(1_771_286_400)
    head = writer.head(200, (("content-type", "a/b"),), request_id="req_1", framing="content-length: 2\r\n")
    assert head == (
        b"HTTP/1.1 200 OK\r\ncontent-type: a/b\r\nx-outlast-request-id: req_1\r\nserver: outlast\r\n"
        b"date: Tue, 17 Feb 2026 00:00:00 GMT\r\ncontent-length: 2\r\n\r\n"
    )


def test_a_status_without_a_phrase_is_written() -> None:
    assert lines((), status=529)[0] == b"HTTP/1.1 529 "


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("gpt-4o", b"gpt-4o"),
        ("50% off", b"50% off"),
        ("a\r\nSet-Cookie: x=1", b"a%0D%0ASet-Cookie: x=1"),
        ("a\x00b\x7f\tc", b"a%00b%7F%09c"),
        ("modèle", b"mod%C3%A8le"),
        ("模型", b"%E6%A8%A1%E5%9E%8B"),
        ("half \ud800 pair", b"half ? pair"),
    ],
)
def test_a_value_is_percent_encoded_where_a_header_cannot_carry_it(value: str, written: bytes) -> None:
    assert lines((("x-model", value),))[1] == b"x-model: " + written


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "é", "a\x00"])
def test_a_name_that_is_no_token_is_left_out(name: str) -> None:
    assert lines(((name, "1"), ("x-b", "2")))[1] == b"x-b: 2"


@pytest.mark.parametrize("name", ["content-length", "Transfer-Encoding", "connection", "date", "x-outlast-request-id"])
def test_what_the_server_decides_cannot_be_given(name: str) -> None:
    written = lines(((name, "7"),))
    assert not [line for line in written if line.endswith(b": 7")]


@given(st.lists(st.tuples(st.text(), st.text())))
def test_any_headers_make_one_line_each_or_none(headers: list[tuple[str, str]]) -> None:
    written = lines(tuple(headers))
    assert len(written) <= 4 + len(headers)
    assert all(0x20 <= byte < 0x7F for line in written for byte in line)
