"""One answer of an HTTP upstream, filled from one side and read from the other.

It knows pieces, an end, a failure and one waiting reader. It does not know bytes on the wire: ``connection``
parses those and calls ``begin``, ``feed``, ``finish`` or ``fail`` here.
"""

import asyncio
from typing import Protocol

from outlast.errors import UpstreamBroken, UpstreamError
from outlast.gateway.ports import Headers

READ_AHEAD = 256 * 1024
"""Unread bytes past which the upstream is held back."""
WITHHELD = b"[key withheld]"
PIECE_COST = 64
"""Bytes that a piece takes beside its content: an upstream may cut its answer into pieces of two bytes."""
MAX_BODY = 64 * 1024 * 1024
"""The largest body that ``read`` gathers, with what its pieces cost."""


class Source(Protocol):
    """What an answer asks of the connection that fills it."""

    def hold(self) -> None:
        """Stop reading from the network."""
        ...

    def resume(self) -> None:
        """Go on reading."""
        ...

    def abandon(self) -> None:
        """Nobody wants the rest: give the connection up."""
        ...

    def linger(self) -> None:
        """Nobody wants the rest: give the connection up unless the answer ends at once."""
        ...


class HttpAnswer:
    """An ``UpstreamAnswer``; its head is there once ``arrival`` is done."""

    __slots__ = (
        "_ended",
        "_held",
        "_left",
        "_loop",
        "_pieces",
        "_secret",
        "_source",
        "_unread",
        "_waiter",
        "_whole",
        "failure",
        "headers",
        "stale",
        "status",
        "target",
    )

    def __init__(self, source: Source, loop: asyncio.AbstractEventLoop, target: str) -> None:
        self.status = 0
        self.headers: Headers = ()
        self.target = target
        self.stale = False
        """Failed before any byte of the answer, on a connection that had been idle: safe to ask again."""
        self._secret = b""
        self._source = source
        self._loop = loop
        self._pieces: list[bytes] = []
        self._unread = 0
        self._ended = False
        self.failure: UpstreamError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._held = False
        self._left = False
        self._whole = False

    # The reader's side.

    def arrival(self) -> "asyncio.Future[None]":
        """Done when the head has arrived, of a small answer the whole, or when ``failure`` says why not."""
        waiter = self._loop.create_future()
        if self.status or self.failure is not None:
            waiter.set_result(None)
        else:
            self._waiter = waiter
        return waiter

    def withhold(self, secret: bytes) -> None:
        """Never repeat ``secret``: some upstreams quote the key that they refuse."""
        self._secret = secret

    async def read(self) -> bytes:
        """The rest of the body, whole."""
        self._whole = True
        while not self._ended:
            if self.failure is not None:
                raise self.failure
            if self._unread > MAX_BODY:
                self.close()
                raise UpstreamBroken(f"the answer takes more than {MAX_BODY} bytes of memory", target=self.target)
            self._release()
            await self._wait()
        body = self._take()
        return body.replace(self._secret, WITHHELD) if self._secret else body

    async def chunk(self) -> bytes:
        """What has arrived since the last call; waits when that is nothing; empty at the end."""
        while not self._pieces:
            if self.failure is not None:
                raise self.failure
            if self._ended:
                return b""
            await self._wait()
        taken = self._take()
        self._release()
        return taken

    def close(self) -> None:
        """Stop: an answer that has not ended is cancelled at the upstream; one that was left is left alone."""
        if self._ended or self._left or self.failure is not None:
            return
        self.fail(UpstreamBroken("the answer was closed before its end", target=self.target))
        self._source.abandon()

    def leave(self) -> None:
        """Drop what comes; a connection whose answer ends at once is as good as new for the next call."""
        if self._ended or self.failure is not None:
            return
        self._left = True
        self._pieces.clear()
        self._release()
        self._source.linger()

    def _take(self) -> bytes:
        pieces = self._pieces
        taken = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self._unread = 0
        return taken

    def _release(self) -> None:
        if self._held:
            self._held = False
            self._source.resume()

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        await self._waiter

    # The connection's side.

    def begin(self, status: int, headers: Headers) -> None:
        """The head is complete."""
        self.status = status
        self.headers = headers
        self._wake()

    def feed(self, piece: bytes) -> None:
        """A piece of the body."""
        if self._left:
            return
        self._pieces.append(piece)
        self._unread += len(piece) + PIECE_COST
        if self._unread > (MAX_BODY if self._whole else READ_AHEAD) and not self._held:
            self._held = True
            self._source.hold()
        if self.status:
            self._wake()

    def finish(self) -> None:
        """The message is complete."""
        self._ended = True
        self._wake()

    def fail(self, failure: UpstreamError) -> None:
        """The answer broke off; a reader sees what arrived before, then this."""
        if not self._ended and self.failure is None:
            self.failure = failure
            self._wake()

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None:
            self._waiter = None
            if not waiter.done():
                waiter.set_result(None)
