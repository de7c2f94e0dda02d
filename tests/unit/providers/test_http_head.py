"""Header lines of an answer: what reaches the gateway, and how the body is framed."""

from hypothesis import given
from hypothesis import strategies as st

from outlast.providers.http_head import read_head


def test_names_are_lower_case_and_repeated_headers_stay() -> None:
    head = read_head([(b"Set-Cookie", b"a"), (b"SET-COOKIE", b"b"), (b"x-Odd", b"\xe9")])
    assert head.headers == (("set-cookie", "a"), ("set-cookie", "b"), ("x-odd", "é"))


def test_what_belongs_to_one_connection_is_left_out_and_so_is_what_it_names() -> None:
    head = read_head(
        [(b"Connection", b"keep-alive, X-Hop"), (b"X-Hop", b"1"), (b"Keep-Alive", b"5"), (b"Upgrade", b"h2c")]
    )
    assert head.headers == ()


def test_a_connection_header_cannot_hide_the_length() -> None:
    head = read_head([(b"Connection", b"content-length"), (b"Content-Length", b"3")])
    assert head.headers == (("content-length", "3"),)
    assert (head.length, head.framed) == (3, True)


def test_without_length_and_chunks_the_end_of_the_connection_is_the_end() -> None:
    assert not read_head([(b"content-type", b"text/plain")]).framed


def test_only_plain_chunks_are_understood() -> None:
    assert not read_head([(b"Transfer-Encoding", b"Chunked")]).odd_coding
    assert read_head([(b"Transfer-Encoding", b"gzip, chunked")]).odd_coding


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=8), st.binary(max_size=8))))
def test_any_bytes_make_a_head(raw: list[tuple[bytes, bytes]]) -> None:
    raw = [(name, value) for name, value in raw if name.lower() != b"content-length"]
    assert all(name == name.lower() for name, _ in read_head(raw).headers)
