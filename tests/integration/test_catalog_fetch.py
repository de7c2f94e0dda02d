"""A URL that a user typed, fetched through real sockets: what comes, and everything that a bad server may do."""

import contextlib
import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from outlast.errors import SettingsInvalid, UpstreamBroken, UpstreamError, UpstreamTimeout, UpstreamUnreachable
from outlast.providers.fetch import Address, Bounds, Fetched, fetch, resolved

HERE = Bounds(bytes=100_000, seconds=5, allow_private=True)
Answer = Callable[[socket.socket, bytes], None]


@contextlib.contextmanager
def answering(answer: Answer) -> Iterator[tuple[int, list[bytes]]]:
    """A server that reads a request's head and does as it is told; gives its port and the heads that came."""
    heads: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):
                    head = b""
                    while not head.endswith(b"\r\n\r\n"):
                        if not (piece := connection.recv(65_536)):
                            raise ConnectionResetError
                        head += piece
                    heads.append(head)
                    answer(connection, head)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1], heads
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def saying(raw: bytes) -> Answer:
    def say(connection: socket.socket, head: bytes) -> None:
        del head
        connection.sendall(raw)

    return say


def got(answer: Answer, bounds: Bounds = HERE) -> Fetched:
    with answering(answer) as (port, _):
        return fetch(f"http://127.0.0.1:{port}/models", bounds)


def plain(body: bytes, *headers: str) -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n{lines}\r\n".encode() + body


PIECES = b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{"a\r\n4\r\n": 1\r\n1\r\n}\r\n0\r\n\r\n'
GOOD = {
    "with a length": plain(b'{"a": 1}'),
    "in pieces": PIECES,
    "to the end": b'HTTP/1.1 200 OK\r\n\r\n{"a": 1}',
    "compressed": plain(gzip.compress(b'{"a": 1}'), "content-encoding: gzip"),
    "in two compressed members": plain(gzip.compress(b'{"a"') + gzip.compress(b": 1}"), "content-encoding: gzip"),
    "after a hint": b"HTTP/1.1 100 Continue\r\n\r\n" + plain(b'{"a": 1}'),
}


@pytest.mark.parametrize("case", GOOD)
def test_a_document_comes_whole(case: str) -> None:
    assert got(saying(GOOD[case])).body == b'{"a": 1}'


def test_a_large_document_that_unpacks_well_comes_whole() -> None:
    body = bytes(range(256)) * 390
    assert got(saying(plain(gzip.compress(body), "content-encoding: gzip"))).body == body


def test_the_request_names_the_host_and_asks_for_nothing_else() -> None:
    with answering(saying(plain(b"{}"))) as (port, heads):
        fetched = fetch(f"http://localhost:{port}/v1/models?key=hunter2&x=a%20b", HERE)
    assert fetched.url == f"http://localhost:{port}/v1/models"
    [head] = heads
    assert head.startswith(f"GET /v1/models?key=hunter2&x=a%20b HTTP/1.1\r\nhost: localhost:{port}\r\n".encode())


BAD: dict[str, tuple[bytes, str]] = {
    "404": (b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", "answered 404"),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", "answered 204"),
    "no HTTP": (b"hello\r\n\r\n", "HTTP"),
    "nothing": (b"", "HTTP"),
    "a head without end": (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 500, "HTTP"),
    "a line without end": (b"HTTP/1.1 200 OK\r\na: " + b"b" * 100_000, "HTTP"),
    "half of it": (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{}", "before it said"),
    "half of a piece": (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{}", "HTTP"),
    "a piece of no size": (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}", "HTTP"),
    "too much": (plain(b"x" * 100_001), "more than 100,000 bytes"),
    "a bomb": (plain(gzip.compress(b"0" * 50_000_000), "content-encoding: gzip"), "more than 100,000 bytes"),
    "no gzip": (plain(b"x" * 100, "content-encoding: gzip"), "no gzip"),
    "half a gzip": (plain(gzip.compress(b"x" * 1000)[:-9], "content-encoding: gzip"), "middle"),
    "another coding": (plain(b"x", "content-encoding: br"), "'br'"),
}


@pytest.mark.parametrize("case", BAD)
def test_an_answer_that_is_none_is_one_error(case: str) -> None:
    raw, said = BAD[case]
    with pytest.raises(UpstreamBroken, match=said):
        got(saying(raw))


def test_endless_data_ends_at_the_bound() -> None:
    def endless(connection: socket.socket, head: bytes) -> None:
        del head
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65_536)

    with pytest.raises(UpstreamBroken, match="more than 100,000 bytes"):
        got(endless)


def dripping(start: bytes) -> Answer:
    """A byte now and then, each well within any patience between two."""

    def drip(connection: socket.socket, head: bytes) -> None:
        del head
        connection.sendall(start)
        connection.settimeout(0.02)
        while True:
            connection.sendall(b"1")
            with contextlib.suppress(TimeoutError):
                if not connection.recv(1):
                    return

    return drip


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nx: ", b"HTTP/1.1 200 OK\r\n\r\n"], ids=repr)
def test_a_slow_drip_ends_when_the_time_is_up(start: bytes) -> None:
    begun = time.monotonic()
    with pytest.raises(UpstreamTimeout, match=r"0\.3 s"):
        got(dripping(start), Bounds(seconds=0.3, allow_private=True))
    assert time.monotonic() - begun < 3


def test_a_resolver_that_never_answers_ends_when_the_time_is_up() -> None:
    never = threading.Event()

    def resolve(host: str, port: int) -> Sequence[Address]:
        del host, port
        never.wait(10)
        return []

    with pytest.raises(UpstreamTimeout):
        fetch("http://example.com/", Bounds(seconds=0.2), resolve=resolve)
    never.set()


def test_a_port_where_nobody_listens_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(UpstreamUnreachable, match=f"127.0.0.1:{port}/"):
        fetch(f"http://127.0.0.1:{port}/", HERE)


def test_a_server_that_shakes_no_hands_ends_when_the_time_is_up() -> None:
    with answering(saying(b"x")) as (port, _), pytest.raises(UpstreamTimeout):
        fetch(f"https://127.0.0.1:{port}/", Bounds(seconds=0.3, allow_private=True))


# Redirects.


def to(location: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n".encode()


def test_redirects_are_followed_up_to_the_bound() -> None:
    def step(connection: socket.socket, head: bytes) -> None:
        number = int(head.split(b" ")[1].removeprefix(b"/"))
        connection.sendall(plain(b"{}") if number == 0 else to(f"/{number - 1}"))

    with answering(step) as (port, heads):
        assert fetch(f"http://127.0.0.1:{port}/5", HERE).url.endswith("/0")
        assert len(heads) == 6
        with pytest.raises(UpstreamBroken, match="more than 5 times"):
            fetch(f"http://127.0.0.1:{port}/6", HERE)


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://example.com/", "http://a:b@example.com/"])
def test_a_redirect_to_what_is_no_web_address_is_refused(location: str) -> None:
    with pytest.raises(SettingsInvalid):
        got(saying(to(location)))


def test_a_public_name_that_redirects_inside_is_refused_there() -> None:
    """The first hop's name is public by its address; the second one's is not, and is never asked."""
    with answering(saying(to("http://inner.example/secret"))) as (port, heads):
        outer = ("127.0.0.1", port)

        def resolve(host: str, asked: int) -> Sequence[Address]:
            del asked
            return [(socket.AF_INET, Public(outer) if host == "outer.example" else ("10.0.0.7", 80))]

        with pytest.raises(SettingsInvalid, match=r"inner\.example/secret leads to 10\.0\.0\.7"):
            fetch(f"http://outer.example:{port}/", Bounds(seconds=5), resolve=resolve)
        assert len(heads) == 1


class Public(tuple[str, int]):
    """A socket address on loopback that is checked as if it were public: what a connection would be made to."""

    __slots__ = ()

    def __getitem__(self, index: object) -> object:  # type: ignore[override]
        """The address that is looked at."""
        return "8.8.8.8" if index == 0 else super().__getitem__(1)


def test_the_connection_is_made_to_the_address_that_was_checked() -> None:
    """A name that answers differently the second time leads nowhere: it is resolved once a hop."""
    with answering(saying(plain(b"{}"))) as (port, _):
        answers = [[(socket.AF_INET, ("127.0.0.1", port))], [(socket.AF_INET, ("10.0.0.1", 80))]]
        asked: list[str] = []

        def resolve(host: str, port: int) -> Sequence[Address]:
            del port
            asked.append(host)
            return answers[len(asked) - 1]

        assert fetch("http://rebinding.example/", HERE, resolve=resolve).body == b"{}"
        assert asked == ["rebinding.example"]


def test_nothing_on_this_machine_is_asked_without_the_operators_word() -> None:
    with answering(saying(plain(b"{}"))) as (port, heads):
        with pytest.raises(SettingsInvalid, match="--allow-private"):
            fetch(f"http://127.0.0.1:{port}/", Bounds(seconds=5))
        assert heads == []


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 64 + ".example", "xn--a.example", ".."])
def test_a_name_that_is_none_is_one_error(host: str) -> None:
    def resolve(name: str, port: int) -> Sequence[Address]:
        return list(resolved(name, port)) if name != "no-such-host.invalid" else failing()

    with pytest.raises((UpstreamError, SettingsInvalid)):
        fetch(f"http://{host}/", Bounds(seconds=5), resolve=resolve)


def failing() -> Sequence[Address]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
