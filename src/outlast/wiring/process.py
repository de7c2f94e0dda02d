"""One process that serves: what it may be told while it does, and its end.

It knows how another configuration is tried and taken into use, and that a second order to stop waits for nobody. It
does not know who gives the orders: signals (``wiring.alone``) or a supervisor (``wiring.worker``).
"""

import asyncio
import datetime as dt
import gc
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from outlast.gateway.ports import Clock
from outlast.ledger.slots import ALONE, Slot
from outlast.settings import Settings
from outlast.wiring.generation import Generation
from outlast.wiring.serving import REAL_CLOCK, Gateway, open_gateway
from outlast.wiring.source import Source, settle


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a gateway starts with."""

    source: Source
    text: str
    """What the file said."""
    settings: Settings
    """What that means, flags included."""
    rehearsed: dt.date | None
    reachable: bool
    """Whether others than this machine can call."""
    advise: "Callable[[Start, Gateway], Sequence[str]]"
    """What an operator should know before the first call."""
    clock: Clock = REAL_CLOCK


class Stop:
    """Orders to stop: the first lets running calls end, the second does not."""

    def __init__(self) -> None:
        self._ordered = asyncio.Event()
        self.gateway: Gateway | None = None
        """Whose calls a second order cuts; None while it opens."""

    def order(self) -> None:
        """Stop; the second time: whatever runs."""
        if self._ordered.is_set():
            self.now()
        self.begin()

    def begin(self) -> None:
        """Stop, and let running calls end; to be told twice is no hurry."""
        self._ordered.set()

    def now(self) -> None:
        """Let running calls wait no longer."""
        if self.gateway is not None:
            self.gateway.server.hurry()
            self.gateway.people.hurry()

    async def wait(self) -> None:
        """Until the first order."""
        await self._ordered.wait()


class Process:
    """A process of a gateway while it serves."""

    def __init__(self, start: Start, gateway: Gateway) -> None:
        self.gateway = gateway
        self._start = start
        self._pending: Generation | None = None

    def advice(self) -> tuple[str, ...]:
        """What an operator should know of the configuration at work."""
        return tuple(self._start.advise(self._start, self.gateway))

    def prepare(self, text: str) -> tuple[str, ...]:
        """Try another configuration; returns what of it needs a restart.

        Raises:
            OperatorError: it cannot be meant.
            LedgerUnavailable: what was observed of models cannot be read.
        """
        self.drop()
        settings, notes = settle(self.gateway.current.settings, self._start.source.settings(text))
        self._pending = self.gateway.prepare(settings)
        return notes

    def adopt(self) -> None:
        """Take into use what was prepared."""
        pending, self._pending = self._pending, None
        if pending is not None:
            self.gateway.adopt(pending)
            _log_through(self.gateway)

    def drop(self) -> None:
        """Forget what was prepared; nothing of it was used."""
        pending, self._pending = self._pending, None
        if pending is not None:
            for telemetry in pending.without(self.gateway.current)[1]:
                telemetry.close()


@asynccontextmanager
async def opened(start: Start, stop: Stop, slot: Slot = ALONE) -> AsyncIterator[Process]:
    """A process as long as it serves; at the end running calls have ``[server] grace`` seconds.

    Raises:
        OperatorError, LedgerUnavailable: see ``open_gateway``.
    """
    gateway = open_gateway(
        start.settings, rehearsed=start.rehearsed, reachable=start.reachable, slot=slot, clock=start.clock
    )
    before = logging.getLogger().handlers
    _log_through(gateway)
    stop.gateway = gateway
    gc.freeze()  # what is there now stays: looking through it for garbage would hold up calls for some 30 ms
    try:
        yield Process(start, gateway)
    finally:
        await gateway.aclose(gateway.current.settings.server.grace)
        logging.getLogger().handlers = before


def _log_through(gateway: Gateway) -> None:
    logging.getLogger().handlers = [gateway.telemetry.handler]
