"""What one event loop wants of a desk, done together: one waking of its thread, one transaction, one answer.

It knows who waits and what may wait. It does not know the file nor what is done. What comes while a transaction is
under way gathers for the next one: the busier the process, the less a single one costs.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, NamedTuple, TypeVar

from outlast.errors import LedgerUnavailable
from outlast.ledger.desk import Desk

_MOST: Final = 1_024
"""What may wait at once; a disk that is further behind is told."""
_MANY: Final = 256
"""What can wait is done when it is so much."""
_SOON_S: Final = 0.2
T = TypeVar("T")


class _Errand(NamedTuple):
    """One thing to do, and who waits for it."""

    run: Callable[[sqlite3.Connection], Any]
    writes: bool
    waits: asyncio.Future[Any] | None


class Together:
    """The errands of one process's event loop."""

    def __init__(self, desk: Desk) -> None:
        """Nothing is sent before somebody asks."""
        self._desk = desk
        self._errands: deque[_Errand] = deque()
        self._sent = False
        """The desk's thread was told to come, and has not come yet. It says so before it takes anything, and whoever
        adds looks afterwards: nothing is left behind."""

    async def ask(self, run: Callable[[sqlite3.Connection], T], *, writes: bool) -> T:
        """What ``run`` returns, when it is on the disk; see ``Desk.ask``."""
        if len(self._errands) >= _MOST:
            raise LedgerUnavailable(f"{self._desk.path} is too far behind: {_MOST:,} calls wait for the disk")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        errand = _Errand(run, writes, future)
        self._errands.append(errand)
        try:
            self._send()
        except LedgerUnavailable:
            with suppress(ValueError):
                self._errands.remove(errand)
            raise
        return await future

    def leave(self, run: Callable[[sqlite3.Connection], object]) -> None:
        """Have it done soon, with others; nobody waits, and it may be lost."""
        self._errands.append(_Errand(run, writes=True, waits=None))
        if self._sent:
            return
        if len(self._errands) == 1:
            asyncio.get_running_loop().call_later(_SOON_S, self.flush)
        elif len(self._errands) >= _MANY:
            self.flush()

    def flush(self) -> None:
        """Have done what was left for later; what cannot be done is lost."""
        if self._errands:
            try:
                self._send()
            except LedgerUnavailable:
                self._errands.clear()

    def _send(self) -> None:
        if self._sent:
            return
        self._sent = True
        batch = _Batch(self._taken)
        try:
            self._desk.hand(batch.run, batch.tell, batch.writes)
        except LedgerUnavailable:
            self._sent = False
            raise

    def _taken(self) -> list[_Errand]:
        """All that waits; in the desk's thread."""
        self._sent = False
        return [self._errands.popleft() for _ in range(len(self._errands))]


class _Batch:
    """The errands of one transaction, in the desk's thread."""

    def __init__(self, take: Callable[[], list[_Errand]]) -> None:
        self._take = take
        self._errands: list[_Errand] = []

    def writes(self) -> bool:
        self._errands = self._take()
        return any(errand.writes for errand in self._errands)

    def run(self, connection: sqlite3.Connection) -> list[Any]:
        return [errand.run(connection) for errand in self._errands]

    def tell(self, results: list[Any] | None, error: Exception | None) -> None:
        done = results if results is not None else [None] * len(self._errands)
        waiting = [(each.waits, one) for each, one in zip(self._errands, done, strict=True) if each.waits is not None]
        for loop in {future.get_loop() for future, _ in waiting}:
            mine = [told for told in waiting if told[0].get_loop() is loop]
            with suppress(RuntimeError):  # the loop was closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, mine, error)


def _settle(told: list[tuple[asyncio.Future[Any], Any]], error: Exception | None) -> None:
    for future, result in told:
        if future.done():  # who asked has gone
            continue
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)
