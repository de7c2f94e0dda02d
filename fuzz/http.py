"""What comes over sockets: requests of callers, answers of upstreams, header values."""

import asyncio
import random
from dataclasses import dataclass, field
from itertools import count
from typing import cast
from urllib.parse import quote

from fuzz.target import Target, split

from outlast.errors import KeyRequired, OutlastError, UpstreamError
from outlast.gateway.caller import Callers, is_foreign_page
from outlast.gateway.ports import Patience
from outlast.keys.key import NO_KEYS
from outlast.providers.connection import Connection
from outlast.providers.http_answer import HttpAnswer
from outlast.telemetry.traceparent import place_of
from outlast.web.burden import Burden
from outlast.web.heads import HeadWriter
from outlast.web.limits import Limits
from outlast.web.manner import Manner
from outlast.web.reader import BETWEEN, RequestReader

WIDE = Limits()
NARROW = Limits(body=200, bodies=500, head=300, headers=6)
_REFRAMED = frozenset({"content-length", "transfer-encoding", "connection", "upgrade", "expect", "host"})

REQUEST_WORDS = (
    b"POST /v1/chat/completions HTTP/1.1\r\n", b"GET / HTTP/1.1\r\n", b"HTTP/1.0\r\n", b"Host: a\r\n", b"\r\n",
    b"\r\n\r\n",
    b"Content-Length: ", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: ",
    b"chunked",
    b"Connection: close\r\n", b"Connection: keep-alive\r\n", b"Connection: upgrade\r\nUpgrade: h2c\r\n",
    b"Expect: 100-continue\r\n", b"0\r\n\r\n", b"5\r\nhello\r\n", b";a=b", b"HEAD ", b"CONNECT a:80 ", b"OPTIONS * ",
    b"%2f",
    b"%00", b"%ff", b"http://a/", b"?", b"#", b"X-A: 1\r\n", b" 2\r\n", b"\n", b"\r", b":", b" :", b"identity", b", ",
)  # fmt: skip
_TOLD = frozenset({"content-length", "content-type", "content-encoding", "retry-after"})
ANSWER_WORDS = (
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\n", b"HTTP/1.0 ",
    b"204 ",
    b"304 ", b"101 ", b"500 ", b"content-length: ", b"content-length: 5\r\n", b"transfer-encoding: chunked\r\n",
    b"\r\n\r\n",
    b"connection: close\r\n", b"connection: keep-alive, x\r\n", b"content-encoding: gzip\r\n", b"upgrade: h2c\r\n",
    b"0\r\n\r\n",
    b"5\r\nhello\r\n", b"ffffffffffffffff\r\n", b";a=b", b"x-a: 1\r\n", b"\r\n", b"\n", b"gzip, chunked",
    b"location: /\r\n",
)  # fmt: skip


@dataclass(frozen=True)
class Read:
    """What a reader made of its input."""

    calls: list[tuple[str, str, str, dict[str, str], bytes, Manner]]
    error: str
    state: tuple[object, ...]
    """Only where it did not fail: then nobody looks at it any more."""


def read(pieces: list[bytes], limits: Limits) -> Read:
    """Feed the pieces to a new reader, and hold it to its books."""
    burden = Burden(limits.bodies)
    ids = count()
    reader = RequestReader(limits, id_maker=lambda: str(next(ids)), monotonic_ns=lambda: 0, burden=burden)
    for piece in pieces:
        reader.feed(piece)
        assert 0 <= burden.held <= limits.bodies, "more is held than may be"
    calls = [call for call, _ in reader.ready]
    for call in calls:
        assert len(call.body) <= limits.body
        assert len(call.headers) <= limits.headers
        assert all(name == name.lower() for name in call.headers)
    assert isinstance(reader.error, OutlastError | None)
    state = (reader.phase, reader.awaits_continue) if reader.error is None else ()
    assert burden.held >= sum(len(call.body) for call in calls)
    if reader.error is not None or reader.phase is BETWEEN:
        assert burden.held == sum(len(call.body) for call in calls)
    found = Read(
        [(call.method, call.path, call.query, call.headers, call.body, manner) for call, manner in reader.ready],
        type(reader.error).__name__ if reader.error else "",
        state,
    )
    reader.release()
    assert burden.held == 0, "a body was let go and is still counted"
    return found


def check_request(data: bytes, rng: random.Random) -> str:
    """Pieces of any size read the same; what was accepted reads the same when it is written down again."""
    whole = read([data], WIDE)
    assert read(split(data, rng), WIDE) == whole, "it matters how the bytes were cut"
    read(split(data, rng), NARROW)
    for method, path, query, headers, body, _ in whole.calls:
        if not path.startswith("/") or method == "CONNECT":
            continue
        target = quote(path, safe="/") + (f"?{query}" if query else "")
        kept = {name: value.strip() for name, value in headers.items() if name not in _REFRAMED}
        lines = [f"{method} {target} HTTP/1.1", "host: a", *(f"{name}: {value}" for name, value in kept.items())]
        text = "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode("latin-1")
        [again] = read([text + body], Limits(headers=200)).calls
        assert again[:3] == (method, path, query)
        assert {name: value for name, value in again[3].items() if name not in _REFRAMED} == kept
        assert again[4] == body
    shapes = {(call[0], call[5].keep_alive, call[5].speaks_1_1, bool(call[4])) for call in whole.calls}
    return f"{min(len(whole.calls), 4)} {whole.error} {whole.state} {sorted(shapes)}"


class _Wire:
    """A transport that takes everything and brings nothing."""

    def write(self, data: bytes) -> None:
        """Taken."""

    def writelines(self, data: object) -> None:
        """Taken."""

    def abort(self) -> None:
        """Done."""

    def pause_reading(self) -> None:
        """Heard."""

    def resume_reading(self) -> None:
        """Heard."""

    def get_write_buffer_size(self) -> int:
        """All is sent."""
        return 0


@dataclass
class _Home:
    """A pool that counts."""

    freed: int = 0
    gone: int = 0

    def joined(self, connection: Connection) -> None:
        """It is open."""

    def free(self, connection: Connection) -> None:
        """It may be used again."""
        del connection
        self.freed += 1

    def left(self, connection: Connection) -> None:
        """It is gone."""
        del connection
        self.gone += 1


class _Loop:
    """Time that stands still."""

    @staticmethod
    def time() -> float:
        """Now."""
        return 0.0


@dataclass
class Heard:
    """What became of one answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    ended: bool
    failure: str
    home: _Home = field(compare=False)
    """How the connection parts may depend on where the bytes were cut; the answer may not."""


def listen(pieces: list[bytes], *, streamed: bool) -> Heard:
    """One answer, arrived in these pieces, before the upstream closed."""
    home, loop = _Home(), cast("asyncio.AbstractEventLoop", _Loop())
    connection = Connection(home, loop, Patience(), label="up")
    connection.connection_made(cast("asyncio.BaseTransport", _Wire()))
    answer = connection.ask(b"", b"", streamed=streamed, target="up/m", patience=Patience())
    for piece in pieces:
        if connection.open and piece:
            connection.data_received(piece)
    if connection.open:
        connection.connection_lost(None)
    assert home.gone == 1, "the pool hears of each end once"
    return _heard(answer, home)


def _heard(answer: HttpAnswer, home: _Home) -> Heard:
    ended, failure = answer._ended, answer.failure  # noqa: SLF001 - nothing awaits it here
    assert ended != (failure is not None), "an answer ends once, well or badly"
    assert isinstance(failure, UpstreamError | None)
    body = b"".join(answer._pieces)  # noqa: SLF001 - same
    if ended and answer.status not in (204, 304):
        lengths = [value for name, value in answer.headers if name == "content-length"]
        assert lengths in ([], [str(len(body))]) or int(lengths[0]) == len(body), "the body has the stated length"
    assert not ended or 200 <= answer.status <= 599
    shown = type(failure).__name__ if failure else ""
    return Heard(answer.status, answer.headers, body, ended, shown, home)


def check_answer(data: bytes, rng: random.Random) -> str:
    """Pieces of any size make the same answer, and one that ends has the length that it stated."""
    streamed = rng.random() < 0.5
    whole = listen([data], streamed=streamed)
    pieces = listen(split(data, rng), streamed=streamed)
    assert pieces == whole, "it matters how the bytes were cut"
    names = sorted({name for name, _ in whole.headers} & _TOLD)
    how = f"{whole.status} {whole.ended} {whole.failure} {whole.home.freed}"
    return f"{how} {bool(whole.body)} {min(len(whole.headers), 5)} {names}"


CALLERS = (
    Callers(lambda: NO_KEYS, required=False, unix_ns=lambda: 0),
    Callers(lambda: NO_KEYS, required=True, unix_ns=lambda: 0),
)
WRITER = HeadWriter()
HEADER_WORDS = (
    b"Bearer ", b"bearer ", b"ol-", b"sk-", b"null", b"http://", b"https://", b"localhost", b"127.0.0.1", b"[::1]",
    b"@", b":80",
    b"00-", b"-01", b"0af7651916cd43dd8448eb211c80319c", b"b7ad6b7169203331", b"\r\n", b"\n", b"\x00",
    b"x-outlast-reason",
    b"content-length", b"\xc3\xa9", b"%0d%0a",
)  # fmt: skip


def check_header(data: bytes, rng: random.Random) -> str:
    """A header's value names a caller, a page, a place in a trace or nothing; and it stays on its line."""
    del rng
    value = data.decode("latin-1")
    said = []
    for callers in CALLERS:
        try:
            caller = callers.identify(
                {"authorization": value, "origin": value} if len(data) % 2 else {"authorization": value}
            )
        except KeyRequired as error:
            said.append(type(error).__name__)
        else:
            assert caller.name == "" or caller.name.startswith("key:")
            assert len(caller.name) <= 12
            said.append(caller.name[:4])
    place = place_of(value)
    assert place is None or place_of(place.header) == place
    name, _, rest = value.partition(":")
    head = WRITER.head(200, ((name, rest), ("x-a", value)), request_id="r", framing="content-length: 0\r\n")
    assert head.count(b"\r\n") == head.count(b"\n") == head.count(b"\r") <= 8
    assert head.endswith(b"\r\n\r\n")
    assert head.isascii()
    return f"{said} {is_foreign_page(value)} {place is None} {min(head.count(b'%'), 3)}"


TARGETS = (
    Target("requests", check_request, REQUEST_WORDS, share=4),
    Target("answers", check_answer, ANSWER_WORDS, share=3),
    Target("headers", check_header, HEADER_WORDS, share=1),
)
