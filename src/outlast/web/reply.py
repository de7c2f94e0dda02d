"""One answer on its way to one caller: framing, order and back-pressure.

It knows how an answer is delimited on a connection and that it is given exactly once. It does not know what is
answered, nor what the connection does afterwards (``web.connection``).
"""

import asyncio
import socket
import struct
from enum import IntEnum

from outlast.gateway.ports import Headers
from outlast.web.heads import BODYLESS, CLOSE, KEEP, HeadWriter
from outlast.web.manner import Manner

_JOINED = 64 * 1024  # a larger body is not copied behind its head
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class State(IntEnum):
    """How far an answer has come."""

    PENDING = 0
    BEGUN = 1
    COMPLETE = 2
    BROKEN = 3


# A member of an enumeration costs a call to look up, a name of the module does not.
PENDING, BEGUN, COMPLETE, BROKEN = State


class Outlet:
    """The sending side of one connection, shared by its answers in turn."""

    __slots__ = ("_paused", "heads", "transport")

    def __init__(self, transport: asyncio.Transport, heads: HeadWriter) -> None:
        self.transport = transport
        self.heads = heads
        self._paused: asyncio.Future[None] | None = None

    def pause(self) -> None:
        """The caller takes less than it is sent."""
        self._paused = asyncio.get_running_loop().create_future()

    def resume(self) -> None:
        """The caller has caught up, or is gone: whoever waits goes on."""
        if self._paused is not None:
            if not self._paused.done():
                self._paused.set_result(None)
            self._paused = None

    async def drained(self) -> None:
        """Wait while the caller is behind."""
        if self._paused is not None:
            await asyncio.shield(self._paused)


class HttpReply:
    """``gateway.ports.Reply`` over HTTP/1.1, and over 1.0 for those who speak it.

    To answer twice, or to write before ``begin``, is a defect of the handler and raises ``RuntimeError``. To
    write to a caller who has gone is none: it does nothing.
    """

    __slots__ = ("_chunked", "_manner", "_outlet", "_silent", "keep_alive", "request_id", "state")

    def __init__(self, outlet: Outlet, request_id: str, manner: Manner) -> None:
        self._outlet = outlet
        self._manner = manner
        self._silent = manner.head_only
        self.keep_alive = manner.keep_alive
        self._chunked = False
        self.request_id = request_id
        """Whether the connection may serve another call after this one."""
        self.state = PENDING

    @property
    def peer(self) -> str:
        """The address at the other end, which may be a proxy's; empty where it has none."""
        found = self._outlet.transport.get_extra_info("peername")
        return str(found[0]) if isinstance(found, tuple) and found else ""

    def whole(self, status: int, headers: Headers, body: bytes) -> None:
        """The complete answer at once: one write of head and body."""
        if self.state is not PENDING:
            raise self._misused("answered")
        self.state = COMPLETE
        framing = "" if status in BODYLESS else f"content-length: {len(body)}\r\n"
        head = self._head(status, headers, framing)
        transport = self._outlet.transport
        if transport.is_closing():
            return
        if self._silent or status in BODYLESS:
            transport.write(head)
        elif len(body) <= _JOINED:
            transport.write(head + body)
        else:
            transport.writelines((head, body))

    def begin(self, status: int, headers: Headers) -> None:
        """The head of an answer whose end is not known yet."""
        if self.state is not PENDING:
            raise self._misused("begun")
        self.state = BEGUN
        self._silent = self._silent or status in BODYLESS
        self._chunked = self._manner.speaks_1_1 and status not in BODYLESS
        if not self._manner.speaks_1_1:
            self.keep_alive = False
        head = self._head(status, headers, "transfer-encoding: chunked\r\n" if self._chunked else "")
        self._send(head)

    def write(self, chunk: bytes) -> None:
        """A piece of a begun answer; an empty one is none."""
        if self.state is not BEGUN:
            raise self._misused("continued")
        if chunk and not self._silent:
            self._send(b"%x\r\n%b\r\n" % (len(chunk), chunk) if self._chunked else chunk)

    async def drained(self) -> None:
        """Returns when no more than the write-ahead waits for the caller."""
        await self._outlet.drained()

    def end(self, chunk: bytes = b"") -> None:
        """The last piece, and the end of the answer."""
        if self.state is not BEGUN:
            raise self._misused("ended")
        self.state = COMPLETE
        if self._silent:
            return
        if not self._chunked:
            self._send(chunk)
        elif chunk:
            self._send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(chunk), chunk))
        else:
            self._send(b"0\r\n\r\n")

    def abort(self) -> None:
        """Break the connection so that the caller can tell the answer from a complete one.

        What was written still goes out; then a chunked answer lacks its last chunk. One that is delimited by the
        end of the connection would look complete, so there the connection is reset.
        """
        if self.state in (COMPLETE, BROKEN):
            return
        begun, self.state, self.keep_alive = self.state is BEGUN, BROKEN, False
        transport = self._outlet.transport
        if begun and not self._chunked and not transport.is_closing():
            carrier = transport.get_extra_info("socket")
            carrier.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            transport.abort()
        else:
            transport.close()

    def _misused(self, what: str) -> RuntimeError:
        return RuntimeError(f"an answer that is {self.state.name.lower()} cannot be {what}")

    def _head(self, status: int, headers: Headers, framing: str) -> bytes:
        if not self.keep_alive:
            framing += CLOSE
        elif not self._manner.speaks_1_1:
            framing += KEEP
        return self._outlet.heads.head(status, headers, request_id=self.request_id, framing=framing)

    def _send(self, data: bytes) -> None:
        if data and not self._outlet.transport.is_closing():
            self._outlet.transport.write(data)
