"""Who waits in this process for an answer to grow, and who makes it grow.

It knows counts of changes by message. It does not know texts: whoever is woken reads the store, where they lie.
"""

import asyncio
from contextlib import suppress


class Hub:
    """One count for each answer that somebody here writes or waits for."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}

    def begin(self, message: str) -> None:
        """It is written here from now on."""
        self._counts[message] = 0

    def grown(self, message: str) -> None:
        """There is more of it, or it has ended."""
        if message in self._counts:
            self._counts[message] += 1
        for each in self._waiting.pop(message, ()):
            if not each.done():
                each.set_result(None)

    def end(self, message: str) -> None:
        """Nothing more will come from here."""
        self._counts.pop(message, None)
        self.grown(message)

    def count(self, message: str) -> int:
        """How often it has grown; taken before the store is read, so that nothing is missed. -1: not written here."""
        return self._counts.get(message, -1)

    async def newer(self, message: str, seen: int, *, within: float) -> None:
        """Wait until it has grown since ``seen``, or for so many seconds."""
        if self.count(message) != seen:
            return
        future = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(message, set())
        waiting.add(future)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(future, within)
        finally:
            waiting.discard(future)
            if not waiting and self._waiting.get(message) is waiting:
                del self._waiting[message]
