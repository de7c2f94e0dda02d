"""One HTTP/1.1 connection to an upstream: a request is written, its answer parsed as it arrives.

It knows framing, limits and silence (a deadline that the pool's tick looks at). It does not know who else uses
the pool, what the request means, nor how the connection was made.
"""

import asyncio
import math
from typing import Protocol, cast

import httptools

from outlast.errors import UpstreamBroken, UpstreamError, UpstreamTimeout
from outlast.gateway.ports import Headers, Patience
from outlast.providers.http_answer import HttpAnswer
from outlast.providers.http_head import read_head

MAX_HEAD = 64 * 1024
"""Bytes of header lines, interim answers and trailers included."""
SMALL_BODY = 64 * 1024
"""An answer that announces no more than this is handed over whole, in one wake-up."""
COPY_BELOW = 64 * 1024
"""Requests up to this size are joined into one write."""
LINGER_SECONDS = 1.0
"""How long a stream may take to end after its terminal event before its connection is given up."""
IDLE_SECONDS = 60.0
"""An unused connection is closed after this; most servers drop theirs after 60 s or more."""
STALE_SECONDS = 2.0
"""A reused connection that dies later than this after the request may have been at work on it."""

_NO_BODY = frozenset({204, 304})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""Passed on, they would make the caller's client send the next request past the gateway."""
_NEVER = math.inf


class Home(Protocol):
    """The pool, as a connection sees it."""

    def joined(self, connection: "Connection") -> None:
        """The connection is open."""
        ...

    def free(self, connection: "Connection") -> None:
        """The connection may be used again."""
        ...

    def left(self, connection: "Connection") -> None:
        """The connection is gone."""
        ...


class Connection(asyncio.Protocol):
    """Idle, or busy with exactly one answer."""

    __slots__ = (
        "_answer",
        "_barren",
        "_complete",
        "_framed",
        "_fruitful",
        "_head_size",
        "_headers",
        "_held",
        "_home",
        "_keep",
        "_limit",
        "_loop",
        "_parser",
        "_patience",
        "_raw",
        "_received",
        "_small",
        "_started",
        "_status",
        "_streamed",
        "_transport",
        "_used",
        "deadline",
        "label",
        "open",
    )

    def __init__(self, home: Home, loop: asyncio.AbstractEventLoop, patience: Patience, *, label: str) -> None:
        self._home = home
        self._loop = loop
        self._patience = patience
        self.label = label
        """The provider and its origin, for messages."""
        self.open = False
        self.deadline = _NEVER
        """Loop time at which silence has lasted too long."""
        self._transport: asyncio.Transport  # set once the connection stands; looked at only while ``open``
        self._parser = httptools.HttpResponseParser(self)
        self._answer: HttpAnswer | None = None
        self._used = False
        self._reset(streamed=False)

    def _reset(self, *, streamed: bool) -> None:
        self._streamed = streamed
        self._status = 0
        self._raw: list[tuple[bytes, bytes]] = []
        self._headers: Headers = ()
        self._barren = self._head_size = 0
        self._received = self._started = self._complete = self._held = self._small = self._framed = self._fruitful = (
            False
        )
        self._keep = True
        self._limit = _NEVER

    # The pool's side.

    def ask(self, head: bytes, body: bytes, *, streamed: bool, target: str, patience: Patience) -> HttpAnswer:
        """Write one request and return the answer that will be filled."""
        self._reset(streamed=streamed)
        self._patience = patience
        answer = HttpAnswer(self, self._loop, target)
        if not self.open:
            answer.stale = self._used
            answer.fail(UpstreamBroken(self._broken_off(), target=target))
            return answer
        self._answer = answer
        transport = self._transport
        if len(body) <= COPY_BELOW:
            transport.write(head + body)
        else:
            transport.writelines((head, body))
        self.deadline = self._loop.time() + self._patience.first_byte
        return answer

    def expire(self) -> None:
        """The deadline has passed: close an idle connection, fail a busy one."""
        silent = "fell silent within its answer" if self._received else "sent no answer in time"
        self._break(UpstreamTimeout(f"{self.label} {silent}"))

    def close(self) -> None:
        """Close at once; an answer in progress fails."""
        self._break(UpstreamBroken(f"the connection to {self.label} was closed by the gateway"))

    # The answer's side.

    def hold(self) -> None:
        """Stop reading; the reader's slowness is not the upstream's silence."""
        self._held = True
        self.deadline = _NEVER
        self._transport.pause_reading()

    def resume(self) -> None:
        """Go on reading."""
        self._held = False
        if self._answer is not None and self.open:
            self.deadline = min(self._limit, self._loop.time() + self._patience.idle)
            self._transport.resume_reading()

    def abandon(self) -> None:
        """The reader left: an HTTP/1.1 answer can only be stopped by closing."""
        self._answer = None
        self.close()

    def linger(self) -> None:
        """The answer has a moment to end; its last chunk often follows in a packet of its own."""
        self._limit = self.deadline = self._loop.time() + LINGER_SECONDS

    # The event loop's side.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called once the connection (and TLS, where it is used) stands."""
        self._transport = cast("asyncio.Transport", transport)
        self.open = True
        self._home.joined(self)

    def data_received(self, data: bytes) -> None:
        """Parse; hand on; give the connection back once the message is complete."""
        answer = self._answer
        if answer is None:
            self.close()  # nobody asked: these bytes would become the next caller's answer
            return
        self._received = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._break(UpstreamBroken(f"{self.label} switched protocols, which nobody asked for"))
        except httptools.HttpParserError as error:
            if self._complete:
                self._done(answer, keep=False)
            else:
                self._break(self._not_http(error))
        else:
            if self._complete:
                self._done(answer, keep=self._keep)
            else:
                self._heard(len(data))

    def connection_lost(self, exc: Exception | None) -> None:
        """Decide what the end means for the answer."""
        answer, self._answer = self._answer, None
        if answer is not None:
            if self._started and not self._framed and exc is None:
                answer.finish()
            else:
                answer.stale = self._used and not self._received and self._just_asked()
                answer.fail(UpstreamBroken(self._broken_off(), target=answer.target))
        self._leave()

    def _just_asked(self) -> bool:
        """A peer's close that was already on its way; a later one may follow work that it has done."""
        return self._loop.time() - (self.deadline - self._patience.first_byte) < STALE_SECONDS

    def _not_http(self, error: httptools.HttpParserError) -> UpstreamError:
        cause = error.__context__
        if isinstance(cause, UpstreamError):  # raised in one of the callbacks below, wrapped by the parser
            return cause
        return UpstreamBroken(f"{self.label} sent what is not HTTP ({error})")

    def _heard(self, size: int) -> None:
        """The message goes on: put the deadline off within its bounds, count what brings no body."""
        self._barren = 0 if self._fruitful else self._barren + size
        self._fruitful = False
        if self._held:
            return
        if self._barren > MAX_HEAD:
            where = "after its body" if self._started else "as the head of its answer"
            self._break(UpstreamBroken(f"{self.label} sent more than {MAX_HEAD} bytes {where}"))
            return
        now = self._loop.time()
        if self._limit == _NEVER:
            self._limit = self._bound(now)
        self.deadline = min(self._limit, now + self._patience.idle)

    def _bound(self, now: float) -> float:
        """When this part of the message, head or body, must be over however it trickles."""
        if not self._started:
            return min(self.deadline, now + self._patience.idle)
        if self._small:
            return now + self._patience.idle
        return _NEVER if self._streamed else now + self._patience.first_byte

    def _broken_off(self) -> str:
        if not self._received:
            return f"{self.label} closed the connection without an answer"
        part = "before the end of" if self._started else "within the head of"
        return f"{self.label} closed the connection {part} its answer"

    def _break(self, failure: UpstreamError) -> None:
        answer, self._answer = self._answer, None
        if answer is not None:
            failure.target = answer.target
            answer.fail(failure)
        if self.open:
            self._transport.abort()
        self._leave()

    def _leave(self) -> None:
        if self.open:
            self.open = False
            self.deadline = _NEVER
            self._home.left(self)

    def _done(self, answer: HttpAnswer, *, keep: bool) -> None:
        self._answer = None
        if self._small:
            answer.begin(self._status, self._headers)
        answer.finish()
        transport = self._transport
        # An answer that came before the request was taken leaves the rest of the request in the pipe; a polite
        # close would go on sending it.
        if not keep or transport.get_write_buffer_size():
            transport.abort()
            self._leave()
            return
        if self._held:
            transport.resume_reading()
        self._used = True
        self.deadline = self._loop.time() + IDLE_SECONDS
        self._home.free(self)

    # The parser's side: names are given by httptools.

    def on_message_begin(self) -> None:
        """A second message after the answer is refused; its bytes belong to nobody."""
        if self._complete:
            raise UpstreamBroken(f"{self.label} sent more than one answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line; trailers are left out."""
        if not self._started:
            self._head_size += len(name) + len(value) + 4  # a colon, a space and the line's end
            self._raw.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is complete, or that of an interim answer."""
        status = self._parser.get_status_code()
        if 100 <= status < 200 and status != 101:
            return
        if not 200 <= status <= 599:
            raise UpstreamBroken(f"{self.label} answered with a status of {status}")
        if status in _REDIRECTS:
            raise UpstreamBroken(f"{self.label} answered with a redirect ({status}); base_url has to lead there itself")
        if self._head_size > MAX_HEAD:
            raise UpstreamBroken(f"{self.label} sent more than {MAX_HEAD} bytes of headers")
        head = read_head(self._raw)
        if head.odd_coding:
            raise UpstreamBroken(f"{self.label} used a transfer coding that is not chunked")
        if head.compressed and status < 300:  # nobody here inflates: a bomb stays small, and a record stays empty
            raise UpstreamBroken(f"{self.label} compressed its answer, although it was asked not to")
        self._started = True
        self._status = status
        self._headers = head.headers
        self._keep = self._parser.should_keep_alive()
        self._framed = head.framed or status in _NO_BODY
        self._small = 0 <= head.length <= SMALL_BODY
        self._limit = _NEVER
        if not self._small and self._answer is not None:
            self._answer.begin(status, head.headers)

    def on_body(self, piece: bytes) -> None:
        """A piece of the body."""
        self._fruitful = True
        if self._answer is not None:
            self._answer.feed(piece)

    def on_message_complete(self) -> None:
        """The end of the answer, or of an interim one."""
        if self._started:
            self._complete = True
        else:
            self._raw.clear()
