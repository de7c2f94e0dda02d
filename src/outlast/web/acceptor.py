"""Takes connections from listening sockets, as many as there is room for, and leaves the others to the kernel.

It knows when to look again: a moment after it took somebody, where other processes share the socket, so that a burst
of callers is shared too; after a pause where no descriptor is free, so that a full table is no busy loop and running
calls go on. It does not know what a connection does.

The event loop's own server takes all that wait at once, which gives a burst to one process, and closes what it has
no descriptor for: those callers would see a connection that ends without a word.
"""

import asyncio
import errno
import logging
import math
import socket
import ssl
from collections.abc import Callable, Sequence

LOG = logging.getLogger("outlast.web")
PAUSE_SECONDS = 0.05
"""Until a full table of descriptors is looked at again."""
_STILL_FULL_SECONDS = 4 * PAUSE_SECONDS
_TOLD_AGAIN_SECONDS = 10.0
LOOK_AWAY_SECONDS = 0.001
"""After taking a caller, for the other processes to take one; longer than the system needs to wake them."""
_LARGEST_TURN = 64
"""Callers taken at once by a process that has its socket for itself."""
_LARGEST_SHARE = 4
"""The same where others share it: with the time to look away, 4,000 new callers a second and process."""


class Acceptor:
    """Accepts for one process. Belongs to its loop."""

    def __init__(
        self,
        make: Callable[[], asyncio.Protocol],
        *,
        loop: asyncio.AbstractEventLoop,
        has_room: Callable[[int], bool],
        shared: bool = False,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Accept nothing yet.

        Args:
            make: a connection's protocol.
            loop: the loop that everything here happens on.
            has_room: whether one more may come, besides so many who are just being let in.
            shared: other processes accept on the same sockets.
            tls: what callers are spoken to with; None: plainly.
        """
        self._make = make
        self._loop = loop
        self._has_room = has_room
        self._shared = shared
        self._tls = tls
        self._turn = 1 if shared else _LARGEST_TURN
        self._watching_since = 0.0
        self._listeners: Sequence[socket.socket] = ()
        self._joining: set[asyncio.Task[None]] = set()
        self._pause: asyncio.TimerHandle | None = None
        self._refused_at = -math.inf

    @property
    def full(self) -> bool:
        """Whether callers wait in the kernel's queue, because there is no room for them here."""
        return self._loop.time() - self._refused_at < _STILL_FULL_SECONDS

    def open(self, listeners: Sequence[socket.socket]) -> None:
        """Begin. The listeners do not block, and are closed by ``close``."""
        self._listeners = listeners
        self._watch()

    def close(self) -> None:
        """Accept nobody new; connections that were taken stay."""
        if self._pause is not None:
            self._pause.cancel()
        self._unwatch()
        for listener in self._listeners:
            listener.close()
        self._listeners = ()

    def _watch(self) -> None:
        self._watching_since = self._loop.time()
        for listener in self._listeners:
            self._loop.add_reader(listener, self._take, listener)

    def _unwatch(self) -> None:
        for listener in self._listeners:
            self._loop.remove_reader(listener)

    def _look_away(self, seconds: float) -> None:
        self._unwatch()
        self._pause = self._loop.call_later(seconds, self._watch)

    def _take(self, listener: socket.socket) -> None:
        """Take a turn's callers: one, and twice as many each time that the queue has not emptied meanwhile."""
        if self._shared and self._loop.time() - self._watching_since > LOOK_AWAY_SECONDS:
            self._turn = 1
        try:
            for _ in range(self._turn):
                self._take_one(listener)
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            pass  # the queue is empty, another process was quicker, or the caller has left already
        except OSError as error:
            self._wait(error.strerror or str(error))
            return
        if self._shared:
            self._turn = min(2 * self._turn, _LARGEST_SHARE)
            self._look_away(LOOK_AWAY_SECONDS)

    def _take_one(self, listener: socket.socket) -> None:
        if not self._has_room(len(self._joining)):
            raise OSError(errno.EMFILE, "as many callers are connected as there are places")
        connection, _ = listener.accept()
        connection.setblocking(False)
        joining = self._loop.create_task(self._join(connection))
        self._joining.add(joining)
        joining.add_done_callback(self._joining.discard)

    async def _join(self, connection: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._make, connection, ssl=self._tls)
        except OSError:
            connection.close()  # the caller has left, or does not speak our TLS: there is nobody to tell

    def _wait(self, why: str) -> None:
        now = self._loop.time()
        if now - self._refused_at > _TOLD_AGAIN_SECONDS:
            LOG.warning("new callers wait for a place: %s", why)
        self._refused_at = now
        self._look_away(PAUSE_SECONDS)
