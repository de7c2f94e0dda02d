"""How many calls of one model may be under way, by how its provider bears them.

It knows widths and whose turn it is. It does not know what a call is, nor why one was refused.
"""

import asyncio
from collections.abc import Awaitable


class Bell:
    """Wakes everybody who waits for something to change; what has changed they see for themselves."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    async def wait(self) -> None:
        """Until the next ring."""
        await self._event.wait()

    def ring(self) -> None:
        """Something has changed."""
        self._event.set()
        self._event = asyncio.Event()


class Gate:
    """One wider by and by while calls succeed, half as wide after each burst that the provider refuses.

    Whoever was refused steps aside, waits, and comes back before anybody new: a storm of refusals never has more calls
    waiting than were under way when it began.
    """

    def __init__(self, most: int, bell: Bell) -> None:
        self._most = most
        self._bell = bell
        self._width: float = most
        self._inside = 0
        self._aside = 0
        self.bursts = 0
        """Refusals that narrowed the gate."""

    @property
    def width(self) -> int:
        """Places, taken ones included."""
        return max(1, int(self._width))

    async def enter(self) -> None:
        """Wait for a place."""
        while self._aside or self._inside >= self.width:
            await self._bell.wait()
        self._inside += 1

    def leave(self) -> None:
        """Give the place back."""
        self._inside -= 1
        self._bell.ring()

    async def step_aside(self, waited: Awaitable[None]) -> None:
        """Leave, wait, and come back before anybody new."""
        self._aside += 1
        self.leave()
        try:
            await waited
            while self._inside >= self.width:
                await self._bell.wait()
        finally:
            self._aside -= 1
            self._inside += 1  # whoever is interrupted here leaves as from inside
            self._bell.ring()

    def widen(self) -> None:
        """A call went well."""
        self._width = min(self._most, self._width + 1 / self._width)
        self._bell.ring()

    def narrow(self, burst: int) -> None:
        """A call was refused that began when there had been so many bursts: those of one burst count once."""
        if burst == self.bursts:
            self.bursts += 1
            self._width = max(1.0, self._width / 2)
