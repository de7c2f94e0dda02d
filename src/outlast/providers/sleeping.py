"""An upstream that is made when it is first asked: what it takes to start, no start of a gateway waits for.

It knows when. It does not know what is made.
"""

import asyncio
from collections.abc import Callable

from outlast.gateway.ports import Upstream, UpstreamAnswer, UpstreamRequest


class SleepingUpstream:
    """Implements ``gateway.ports.Upstream``."""

    def __init__(self, make: Callable[[], Upstream]) -> None:
        """``make`` is called once, in a thread of its own."""
        self._make = make
        self._awake: Upstream | None = None
        self._waking = asyncio.Lock()

    async def send(self, request: UpstreamRequest) -> UpstreamAnswer:
        """As the upstream does; the first of all calls waits for it to be made, and raises as making it does."""
        if self._awake is None:
            async with self._waking:
                if self._awake is None:
                    self._awake = await asyncio.to_thread(self._make)
        return await self._awake.send(request)

    async def aclose(self) -> None:
        """Give back what was made."""
        async with self._waking:
            if self._awake is not None:
                await self._awake.aclose()
