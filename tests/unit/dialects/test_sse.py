import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.dialects.sse import LARGEST_EVENT, Splitter, data_of, name_of
from outlast.errors import UpstreamBroken

STREAMS = st.text("ab:\n\r ", max_size=40).map(str.encode)


def fed(stream: bytes, *cuts: int) -> tuple[list[bytes], bytes]:
    splitter, events, places = Splitter(), list[bytes](), sorted({0, len(stream), *cuts})
    for start, end in itertools.pairwise(places):
        events += splitter.feed(stream[start:end])
    return events, splitter.finish()


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_an_event_ends_at_a_blank_line_of_any_kind(end: bytes) -> None:
    stream = b"data: 1" + end + end + b": note" + end + b"data: 2" + end + end + b"data: 3" + end
    events, rest = fed(stream)
    assert events == [b"data: 1" + end + end, b": note" + end + b"data: 2" + end + end]
    assert rest == b"data: 3" + end


def test_a_line_end_of_two_bytes_is_one_line_end() -> None:
    assert fed(b"data: 1\r\ndata: 2\r\n") == ([], b"data: 1\r\ndata: 2\r\n")


@given(STREAMS, st.lists(st.integers(0, 40), max_size=6))
def test_the_events_do_not_depend_on_the_chunks(stream: bytes, cuts: list[int]) -> None:
    whole, rest = fed(stream)
    parts, left = fed(stream, *cuts)
    assert b"".join(parts) + left == stream
    assert (parts, left) == (whole, rest)


@pytest.mark.parametrize(
    ("event", "data", "name"),
    [
        (b"data: {}\n\n", b"{}", b""),
        (b"data:{}\n\n", b"{}", b""),
        (b"data: {}\r\n\r\n", b"{}", b""),
        (b"data: {}\r\r", b"{}", b""),
        (b"\xef\xbb\xbfdata: {}\n\n", b"{}", b""),
        (b"\ndata: {}\n\n", b"{}", b""),
        (b": hello\n\n", b"", b""),
        (b"\n\n", b"", b""),
        (b"event: error\ndata: {\ndata: }\n\n", b"{\n}", b"error"),
        (b"id: 7\nretry: 10\ndata\n\n", b"", b""),
        (b"data: [DONE]", b"[DONE]", b""),
        (b"database: 1\n\n", b"", b""),
    ],
)
def test_the_fields_of_an_event_are_read(event: bytes, data: bytes, name: bytes) -> None:
    assert data_of(event) == data
    assert name_of(event) == name


def test_an_event_without_an_end_is_not_kept_for_ever() -> None:
    splitter = Splitter()
    for _ in range(LARGEST_EVENT >> 20):
        assert splitter.feed(b"x" * (1 << 20)) == []
    with pytest.raises(UpstreamBroken, match="8 MiB"):
        splitter.feed(b"x")


def test_a_complete_event_may_not_be_larger_either() -> None:
    with pytest.raises(UpstreamBroken):
        Splitter().feed(b"x" * LARGEST_EVENT + b"\n\n")
