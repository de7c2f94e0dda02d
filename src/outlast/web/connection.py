"""One caller's connection: requests in order, one at a time, each answered by a task of its own.

It knows when to read, when to wait, how long, and how to part. It does not know how requests are parsed
(``web.reader``), how answers are framed (``web.reply``), nor what they say.
"""

import asyncio
import logging
import traceback
from collections.abc import Callable
from enum import Enum
from typing import Protocol, cast

from outlast.dialects.refusals import refusal
from outlast.dialects.registry import dialect_of
from outlast.errors import MachineError, MalformedRequest, OutlastError, RequestTooSlow
from outlast.gateway.call import GATEWAY_STOPPED, Call, Handler
from outlast.web.answers import speaker_of
from outlast.web.burden import Burden
from outlast.web.heads import HeadWriter
from outlast.web.limits import Limits
from outlast.web.manner import LAST
from outlast.web.reader import BETWEEN, BODY, RequestReader
from outlast.web.reply import COMPLETE, PENDING, HttpReply, Outlet

LOG = logging.getLogger("outlast.web")
NEVER = 1 << 63
_SHOWN = 200  # characters of a path in the log, escaped
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


HandlerFor = Callable[[str, str], Handler]
"""The handler of a method and path; there is one for anything, if only to refuse it."""


class Shared(Protocol):
    """What the connections of one server have in common."""

    limits: Limits
    burden: Burden
    handler_for: HandlerFor
    heads: HeadWriter
    loop: asyncio.AbstractEventLoop
    now_ns: int
    """The monotonic clock at the last sweep: coarse, and free."""

    def reader(self) -> RequestReader:
        """A reader for a new connection."""
        ...

    def request_id(self) -> str:
        """An id for an answer to what never became a call."""
        ...

    def admit(self, connection: "Connection") -> bool:
        """Count a connection in; False: there are too many."""
        ...

    def forget(self, connection: "Connection") -> None:
        """Count it out."""
        ...


class Waits(Enum):
    """What a connection's deadline is for."""

    NOTHING = 0
    REQUEST = 1
    HEAD = 2
    TRICKLE = 3
    """A body's next piece."""
    CALLER = 4
    """To take what it was sent."""
    PARTING = 5
    """To stop sending, after a refusal."""


# A member of an enumeration costs a call to look up, a name of the module does not.
NOTHING, REQUEST, HEAD, TRICKLE, CALLER, PARTING = Waits


class Connection(asyncio.Protocol):
    """The server's side of one connection."""

    __slots__ = (
        "_ahead",
        "_ahead_size",
        "_body_size",
        "_outlet",
        "_reader",
        "_reply",
        "_shared",
        "_task",
        "_transport",
        "_unsent",
        "_waits",
        "deadline_ns",
    )

    _transport: asyncio.Transport
    _outlet: Outlet

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._reader = shared.reader()
        self._reply: HttpReply | None = None
        self._task: asyncio.Task[None] | None = None
        self._ahead: list[bytes] = []  # sent while a call runs; parsed after it
        self._ahead_size = 0
        self._body_size = 0  # of the running call
        self._unsent = 0
        self._waits = NOTHING
        self.deadline_ns = NEVER
        """When ``expire`` is due."""

    # What the event loop says.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A caller is there."""
        self._transport = cast("asyncio.Transport", transport)
        self._outlet = Outlet(self._transport, self._shared.heads)
        if not self._shared.admit(self):
            self._waits = PARTING
            self._transport.abort()
            return
        self._transport.set_write_buffer_limits(high=self._shared.limits.write_ahead)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Something arrived: part of a request, several, or what comes after the one that runs."""
        if self._reply is not None or self._waits is CALLER:
            self._hold(data)
        elif self._waits is not PARTING:
            self._reader.feed(data)
            self._go_on()

    def eof_received(self) -> None:
        """The caller sends no more: half a request is told so, in case it still listens; all else ends here."""
        if self._waits in (HEAD, TRICKLE):
            self._refuse(MalformedRequest("the request ended before it was complete"))

    def pause_writing(self) -> None:
        """The caller takes its answer more slowly than it is made."""
        self._outlet.pause()
        if self._waits is not PARTING:
            self._watch_caller()

    def resume_writing(self) -> None:
        """The caller has caught up; the next call waited for that."""
        self._outlet.resume()
        if self._waits is CALLER:
            self._waits, self.deadline_ns = NOTHING, NEVER
            if self._reply is None:
                self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller is gone: a call that it cannot be answered any more is cancelled."""
        del exc
        self._shared.forget(self)
        self.deadline_ns = NEVER
        running = self._task if self._reply is not None and self._reply.state < COMPLETE else None
        if running is not None and not running.cancelling():  # a second word would replace why it was cut
            running.cancel()
        self._outlet.resume()
        self._let_go()
        self._reader.release()
        self._ahead.clear()

    # Reading.

    def _go_on(self) -> None:
        """No call runs: the next one, or why there is none, or what was sent ahead, or a wait for more."""
        if self._reader.ready:
            self._start()
        elif self._reader.error is not None:
            self._refuse(self._reader.error)
        elif self._ahead:
            self._catch_up()
        else:
            self._wait()

    def _hold(self, data: bytes) -> None:
        """Keep what was sent ahead; past the read-ahead the caller has to wait.

        Reading goes on until then, because only a reading connection notices that its caller has gone.
        """
        self._ahead.append(data)
        self._ahead_size += len(data)
        if self._ahead_size > self._shared.limits.read_ahead:
            self._transport.pause_reading()

    def _wait(self) -> None:
        """Nothing can be answered yet: the caller has to send, within the time for what it is sending."""
        limits = self._shared.limits
        phase = self._reader.phase
        if phase is BETWEEN:
            if self._waits is not REQUEST:  # empty lines before a request prolong nothing
                self._await_until(REQUEST, limits.idle_wait)
        elif phase is BODY:
            self._await_until(TRICKLE, limits.body_wait)
            if self._reader.awaits_continue:
                self._reader.awaits_continue = False
                self._transport.write(_CONTINUE)
        elif self._waits is not HEAD:  # a head has one deadline, its pieces have none
            self._await_until(HEAD, limits.head_wait)

    def _await_until(self, what: Waits, wait_ns: int) -> None:
        self._waits = what
        self.deadline_ns = self._shared.now_ns + wait_ns

    # Answering.

    def _start(self) -> None:
        """Answer the first of the requests that are complete."""
        call, manner = self._reader.ready.popleft()
        self._body_size = len(call.body)
        self._reply = reply = HttpReply(self._outlet, call.id, manner)
        self._waits, self.deadline_ns = NOTHING, NEVER
        self._task = asyncio.Task(self._serve(call, reply), loop=self._shared.loop, name=call.id)

    async def _serve(self, call: Call, reply: HttpReply) -> None:
        """Run the handler; whatever becomes of it, the caller is answered or can see that it is not."""
        try:
            await self._shared.handler_for(call.method, call.path)(call, reply)
        except asyncio.CancelledError as exc:
            if self._task is not None and self._task.cancelling():
                reply.abort()
                raise
            self._defect(call, reply, exc)  # nobody asked for it: something that the handler awaits was cancelled
        except Exception as exc:  # noqa: BLE001 - the boundary where a defect becomes an answer
            self._defect(call, reply, exc)
        else:
            if reply.state is not COMPLETE:
                self._defect(call, reply, None)
        finally:
            self._served(reply)

    def _defect(self, call: Call, reply: HttpReply, exc: BaseException | None) -> None:
        """A handler failed us: say so once, without the exception's text, which may quote a body."""
        where = "".join(traceback.format_tb(exc.__traceback__)) if exc is not None else ""
        what = type(exc).__name__ if exc is not None else "no answer"
        LOG.error("request %s: %s %r ended with %s\n%s", call.id, call.method, call.path[:_SHOWN], what, where)
        if reply.state is PENDING:
            failed = MachineError("the gateway failed on this request; its log says why")
            refused = refusal(failed, request_id=call.id, encode=speaker_of(call).encode_fault)
            reply.keep_alive = False
            reply.whole(refused.status, refused.headers, refused.body)
        else:
            reply.abort()

    def _served(self, reply: HttpReply) -> None:
        """One call is over: the next, or the end."""
        self._reply = self._task = None
        self._let_go()
        if self._transport.is_closing():
            return
        if not reply.keep_alive:
            self._part()
        elif self._waits is not CALLER:
            self._go_on()

    def _let_go(self) -> None:
        """The running call's body is not held any more; a task that is cancelled before it began never says so."""
        self._shared.burden.held -= self._body_size
        self._body_size = 0

    def _catch_up(self) -> None:
        data = b"".join(self._ahead)
        self._ahead.clear()
        if self._ahead_size > self._shared.limits.read_ahead:
            self._transport.resume_reading()
        self._ahead_size = 0
        self._reader.feed(data)
        self._go_on()

    def _refuse(self, error: OutlastError) -> None:
        """Answer what never became a call, and part."""
        reply = HttpReply(self._outlet, self._shared.request_id(), LAST)
        refused = refusal(error, request_id=reply.request_id, encode=dialect_of(self._reader.path).encode_fault)
        reply.whole(refused.status, refused.headers, refused.body)
        self._part()

    # Parting.

    def _part(self) -> None:
        """Close our side; what the caller still sends is read and dropped for a while.

        A socket that is closed with unread bytes in it resets the connection, and the reset can overtake the
        answer: the caller of a refused upload would see a broken pipe in place of the reason.
        """
        self._ahead.clear()
        self._ahead_size = 0
        self._await_until(PARTING, self._shared.limits.linger_wait)
        if self._reader.error is None and self._reader.phase is BETWEEN:
            self._transport.close()
            return
        self._transport.resume_reading()
        if self._transport.can_write_eof():
            self._transport.write_eof()

    def expire(self) -> None:
        """The deadline has passed."""
        if self._waits is REQUEST:
            self._transport.close()
        elif self._waits in (HEAD, TRICKLE):
            self._refuse(RequestTooSlow("the request did not arrive in time"))
        elif self._waits is CALLER and self._transport.get_write_buffer_size() < self._unsent:
            self._watch_caller()
        else:
            self._transport.abort()

    def _watch_caller(self) -> None:
        self._unsent = self._transport.get_write_buffer_size()
        self._await_until(CALLER, self._shared.limits.send_wait)

    def retire(self) -> None:
        """The server stops: a connection without a call closes, a running call is the last."""
        if self._reply is not None:
            self._reply.keep_alive = False
        elif self._waits is not PARTING:
            self._transport.close()

    def cut(self) -> None:
        """The server stops now."""
        if self._task is not None:
            self._task.cancel(GATEWAY_STOPPED)
        self._transport.abort()

    @property
    def unsent(self) -> int:
        """Bytes of answers that the caller has not taken yet."""
        return self._transport.get_write_buffer_size()

    @property
    def closing(self) -> bool:
        """Whether the end has begun."""
        return self._transport.is_closing()

    @property
    def task(self) -> asyncio.Task[None] | None:
        """The call that runs."""
        return self._task
