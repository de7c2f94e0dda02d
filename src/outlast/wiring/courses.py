"""The ways of calls that a rollout concerns: measured at their end, asked beside, or only likely as yet.

It knows one call's way as the path walks it. It does not know who chose it (``wiring.rollouts``) nor how an answer is
measured (``wiring.measuring``).
"""

import asyncio
from collections.abc import Sequence

from outlast.exchange import Exchange
from outlast.gateway.call import GATEWAY_STOPPED
from outlast.gateway.course import Course
from outlast.gateway.plan import Candidate
from outlast.wiring.brownouts import Led
from outlast.wiring.measuring import Heard, Measuring, Waiting


class Likely:
    """The way that chance gives a conversation of which nothing is stored, while the store is asked for it."""

    shadow: Candidate | None = None
    heard: int = 0

    def __init__(self, way: Led, settling: "asyncio.Future[Course]") -> None:
        self.lead, self.heir = way.lead, way.heir
        self.settling: asyncio.Future[Course] | None = settling

    async def affords(self, pico_usd: int | None) -> bool:
        """Nothing is asked beside."""
        del pico_usd
        return False

    def ended(self, exchange: Exchange, sent: Sequence[bytes], *, cut: bool) -> None:
        """It ended before it was certain whose it was: it says nothing."""

    def shadowed(self, exchange: Exchange, sent: Sequence[bytes], *, cut: bool) -> None:
        """Nothing is asked beside."""


class Measured:
    """The way of a call whose end is measured."""

    shadow: Candidate | None = None
    settling: asyncio.Future[Course] | None = None

    def __init__(self, way: Led, waiting: Waiting, measuring: Measuring, heard: int) -> None:
        self.lead, self.heir = way.lead, way.heir
        self.heard = heard
        self._waiting = waiting
        self._measuring = measuring

    async def affords(self, pico_usd: int | None) -> bool:
        """Nothing is asked beside."""
        del pico_usd
        return False

    def ended(self, exchange: Exchange, sent: Sequence[bytes], *, cut: bool) -> None:
        """Measure it, later and elsewhere."""
        if exchange.error != GATEWAY_STOPPED:
            self._measuring.hear((Heard(self._waiting, exchange, () if cut else sent),))

    def shadowed(self, exchange: Exchange, sent: Sequence[bytes], *, cut: bool) -> None:
        """Nothing is asked beside."""


class Beside:
    """The way of a call that has a shadow: A answers, and what both said is measured once both have ended."""

    lead: Candidate | None = None
    heir: Candidate | None = None
    settling: asyncio.Future[Course] | None = None

    def __init__(self, shadow: Candidate, waiting: Waiting, measuring: Measuring, heard: int) -> None:
        self.shadow = shadow
        self.heard = heard
        self._waiting = waiting
        self._measuring = measuring
        self._reserved = 0
        self._one: Heard | None = None

    async def affords(self, pico_usd: int | None) -> bool:
        """Set the money aside, durably, before anything is asked."""
        if not await self._measuring.reserve(self._waiting.kept, pico_usd):
            return False
        self._reserved = pico_usd or 0
        return True

    def ended(self, exchange: Exchange, sent: Sequence[bytes], *, cut: bool) -> None:
        """A's end."""
        self._end(Heard(self._waiting, exchange, () if cut else sent))

    def shadowed(self, exchange: Exchange, sent: Sequence[bytes], *, cut: bool) -> None:
        """B's end."""
        more = (exchange.cost_pico_usd or 0) - self._reserved
        if more:
            self._measuring.spend(self._waiting.kept, more)
        self._end(Heard(self._waiting.of("B"), exchange, () if cut else sent))

    def _end(self, heard: Heard) -> None:
        if self._one is None:
            self._one = heard
            return
        first, self._one = self._one, None
        if GATEWAY_STOPPED not in (first.exchange.error, heard.exchange.error):
            self._measuring.hear((first, heard))
