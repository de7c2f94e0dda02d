"""Bytes into requests: what is read, what is refused, and that pieces of any size make no difference."""

from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.errors import CallerError, MalformedRequest, OutlastError, RequestTooLarge
from outlast.gateway.call import Call
from outlast.web.limits import Limits
from outlast.web.manner import Manner
from outlast.web.reader import Phase, RequestReader

SMALL = Limits(body=1000, head=2000, headers=10)
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n"


def reader(limits: Limits = SMALL) -> RequestReader:
    numbers = count(1)
    return RequestReader(limits, id_maker=lambda: f"req_{next(numbers)}", monotonic_ns=lambda: 7)


def read(data: bytes, limits: Limits = SMALL) -> Call:
    read_by = reader(limits)
    read_by.feed(data)
    assert read_by.error is None
    ((call, _),) = read_by.ready
    return call


def refused(*pieces: bytes, limits: Limits = SMALL) -> OutlastError:
    read_by = reader(limits)
    for piece in pieces:
        read_by.feed(piece)
    assert read_by.error is not None
    assert not read_by.ready
    return read_by.error


def test_a_request_is_read_with_its_headers_in_lower_case() -> None:
    call = read(HEAD + b"Content-Type: application/json  \r\nX-Empty:\r\nContent-Length: 2\r\n\r\n{}")
    assert (call.id, call.method, call.path, call.query) == ("req_1", "POST", "/v1/chat/completions", "")
    assert call.headers == {"host": "a", "content-type": "application/json", "x-empty": "", "content-length": "2"}
    assert (call.body, call.arrived_ns) == (b"{}", 7)


def test_a_repeated_header_is_joined_with_commas() -> None:
    assert read(HEAD + b"X-A: 1\r\nx-a: 2\r\n\r\n").headers["x-a"] == "1, 2"


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/v1/models?limit=2&after=%2F", "/v1/models", "limit=2&after=%2F"),
        (b"/v1/models/openai%2Fgpt-4o", "/v1/models/openai/gpt-4o", ""),
        (b"/v1/models/mod%C3%A8le", "/v1/models/modèle", ""),
        (b"/a%3Fb", "/a?b", ""),
        (b"/a#b", "/a", ""),
        (b"http://gateway.example/v1/models?x", "/v1/models", "x"),
        (b"http://gateway.example", "/", ""),
        (b"http://gateway.example?x=/y", "/", "x=/y"),
        (b"/proxy/http://x/y", "/proxy/http://x/y", ""),
        (b"//v1/models", "//v1/models", ""),
    ],
)
def test_every_form_of_target_becomes_a_decoded_path(target: bytes, path: str, query: str) -> None:
    call = read(b"GET %b HTTP/1.1\r\nHost: a\r\n\r\n" % target)
    assert (call.path, call.query) == (path, query)


def test_a_chunked_body_arrives_without_its_framing_and_trailers() -> None:
    call = read(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\nHost: b\r\n\r\n"
    )
    assert call.body == b"abcde"
    assert call.headers["host"] == "a"
    assert "x-trailer" not in call.headers


def test_pipelined_requests_are_read_in_order() -> None:
    read_by = reader()
    read_by.feed(b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HT")
    assert [call.path for call, _ in read_by.ready] == ["/1", "/2"]
    assert read_by.phase is Phase.HEAD


def test_what_was_complete_before_an_error_is_kept() -> None:
    read_by = reader()
    read_by.feed(b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n")
    assert [call.path for call, _ in read_by.ready] == ["/1"]
    assert isinstance(read_by.error, MalformedRequest)


@pytest.mark.parametrize(
    ("start", "manner"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\n", Manner()),
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n", Manner()),
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n", Manner(keep_alive=False)),
        (b"GET / HTTP/1.0\r\n", Manner(speaks_1_1=False, keep_alive=False)),
        (b"GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n", Manner(speaks_1_1=False)),
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n", Manner(keep_alive=False)),
        (b"HEAD / HTTP/1.1\r\nHost: a\r\n", Manner(head_only=True)),
    ],
)
def test_version_method_and_connection_header_decide_how_to_answer(start: bytes, manner: Manner) -> None:
    read_by = reader()
    read_by.feed(start + b"\r\n")
    assert read_by.ready[0][1] == manner


def test_what_follows_an_offer_to_upgrade_is_not_read_as_a_request() -> None:
    read_by = reader()
    read_by.feed(b"GET /1 HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nGET /2 HTTP/1.1\r\n")
    read_by.feed(b"Host: a\r\n\r\n")
    assert [call.path for call, _ in read_by.ready] == ["/1"]


def test_a_body_over_the_limit_is_refused_before_it_arrives() -> None:
    assert isinstance(refused(HEAD + b"Content-Length: 1001\r\n\r\n"), RequestTooLarge)


def test_a_body_at_the_limit_is_read() -> None:
    assert len(read(HEAD + b"Content-Length: 1000\r\n\r\n" + b"x" * 1000).body) == 1000


def test_a_chunked_body_is_refused_when_it_passes_the_limit() -> None:
    chunk = b"1f4\r\n" + b"x" * 500 + b"\r\n"
    assert isinstance(refused(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", chunk, chunk, b"1\r\nx"), RequestTooLarge)


def test_trailers_without_end_are_refused() -> None:
    start = HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: "
    assert isinstance(refused(start, *[b"x" * 500] * 5), RequestTooLarge)


@pytest.mark.parametrize("size", [1, 100, 5000])
def test_a_head_without_end_is_refused_whatever_the_size_of_its_pieces(size: int) -> None:
    read_by = reader()
    fed = 0
    read_by.feed(HEAD + b"X-Long: ")
    while read_by.error is None:
        assert fed < 10_000
        read_by.feed(b"x" * size)
        fed += size
    assert isinstance(read_by.error, RequestTooLarge)


def test_a_head_over_the_limit_is_refused_though_it_came_at_once() -> None:
    assert isinstance(refused(HEAD + b"X-Long: " + b"x" * 2000 + b"\r\n\r\n"), RequestTooLarge)


@pytest.mark.parametrize("name", [b"X-%d", b"X-Same"])
def test_too_many_headers_are_refused_repeated_ones_included(name: bytes) -> None:
    headers = b"".join((name % n if b"%" in name else name) + b": 1\r\n" for n in range(10))
    assert isinstance(refused(HEAD + headers + b"\r\n"), RequestTooLarge)


def test_the_wish_for_100_continue_is_seen_until_the_body_is_there() -> None:
    read_by = reader()
    read_by.feed(HEAD + b"Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n")
    wished = read_by.awaits_continue
    read_by.feed(b"{}")
    assert (wished, read_by.awaits_continue) == (True, False)
    assert read_by.ready[0][0].body == b"{}"


def test_a_released_reader_reads_nothing() -> None:
    read_by = reader()
    read_by.release()
    read_by.feed(HEAD + b"\r\n")
    assert not read_by.ready


BODY_REQUEST = (
    HEAD + b"X-Name: value\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    b"GET /v1/models?x=1 HTTP/1.1\r\nHost: b\r\nX-Other: 2\r\n\r\n"
)


@given(st.lists(st.integers(1, len(BODY_REQUEST) - 1), max_size=12))
def test_requests_are_the_same_wherever_they_are_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(set(cuts)), len(BODY_REQUEST)]
    read_by = reader()
    for start, end in pairwise(edges):
        read_by.feed(BODY_REQUEST[start:end])
    assert read_by.error is None
    first, second = (call for call, _ in read_by.ready)
    assert (first.path, first.body, first.headers["x-name"]) == ("/v1/chat/completions", b"hello world", "value")
    assert (second.path, second.query, second.headers) == ("/v1/models", "x=1", {"host": "b", "x-other": "2"})


TOKENS = st.sampled_from(
    [
        b"GET / HTTP/1.1\r\n", b"POST /x HTTP/1.1\r\n", b"HTTP/1.0\r\n", b"Host: a\r\n", b"Content-Length: 3\r\n",
        b"Transfer-Encoding: chunked\r\n", b"Connection: upgrade\r\nUpgrade: x\r\n", b"Expect: 100-continue\r\n",
        b"\r\n", b"\n", b"\r", b"0\r\n\r\n", b"3\r\nabc\r\n", b"ffffffff\r\n", b"\x00", b" ", b":", b"abc", b"\xff\xfe",
    ]
)  # fmt: skip


@given(st.lists(st.one_of(TOKENS, st.binary(max_size=30)), max_size=25), st.integers(1, 50))
def test_no_bytes_make_the_reader_fail(parts: list[bytes], size: int) -> None:
    data = b"".join(parts)
    read_by = reader()
    for start in range(0, len(data), size):
        read_by.feed(data[start : start + size])
    for call, _ in read_by.ready:
        assert len(call.body) <= SMALL.body
        assert len(call.headers) <= SMALL.headers
    assert read_by.error is None or isinstance(read_by.error, CallerError)
