"""An upstream that is made when it is first asked: what it takes to start, no start of a gateway waits for.

It knows when. It does not know what is made.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from outlast.errors import OperatorError, UpstreamBroken
from outlast.gateway.ports import Upstream, UpstreamAnswer, UpstreamRequest

LOG: Final = logging.getLogger("outlast.providers")


class SleepingUpstream:
    """Implements ``gateway.ports.Upstream``."""

    def __init__(self, make: Callable[[], Upstream]) -> None:
        """``make`` is called once, in a thread of its own."""
        self._make = make
        self._awake: Upstream | None = None
        self._waking = asyncio.Lock()

    async def send(self, request: UpstreamRequest) -> UpstreamAnswer:
        """As the upstream does; the first of all calls waits for it to be made.

        Raises ``UpstreamBroken`` where it cannot be made: the log says why, the next call tries again.
        """
        if self._awake is None:
            async with self._waking:
                if self._awake is None:
                    self._awake = await self._made(request.target)
        return await self._awake.send(request)

    async def _made(self, target: str) -> Upstream:
        try:
            return await asyncio.to_thread(self._make)
        except OperatorError as error:
            LOG.error("%s: %s", target, error)  # noqa: TRY400  it is written for whoever operates, and needs no trace
            raise UpstreamBroken(
                "what answers here cannot be made; the gateway's log says why", target=target
            ) from error

    async def aclose(self) -> None:
        """Give back what was made."""
        async with self._waking:
            if self._awake is not None:
                await self._awake.aclose()
