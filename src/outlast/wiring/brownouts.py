"""Brown-outs on the path of a call: the name is missing, or its successor answers; and every caller is told beforehand.

It knows what a window does to one call. It does not know when windows are (``rollout.brownout``), where they are kept
(``ledger.rollouts``) nor what else settles a call: that is asked first when no window holds.
"""

import asyncio
import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from outlast.errors import BrownedOut
from outlast.exchange import Exchange
from outlast.gateway.course import Course
from outlast.gateway.meter import Meter
from outlast.gateway.plan import Candidate
from outlast.gateway.ports import Clock
from outlast.gateway.routes import Route
from outlast.gateway.steering import Steer
from outlast.rollout.brownout import Window, announced, in_brownout

HEADER: Final = "x-outlast-brownout"
"""On every answer of a name to a caller whom a window concerns: the one under way, else the next."""


def with_brownouts(
    steers: Mapping[str, Steer], windows: Iterable[tuple[str, Window]], candidates: Mapping[str, str], clock: Clock
) -> dict[str, Steer]:
    """Everybody who settles calls, with the windows of their names; ``candidates``: rollouts' models by name."""
    schedule: dict[str, tuple[Window, ...]] = {}
    for name, window in windows:
        schedule[name] = (*schedule.get(name, ()), window)
    browned = {
        name: BrownoutSteer(windows=found, inner=steers.get(name), candidate=candidates.get(name), clock=clock)
        for name, found in schedule.items()
    }
    return {**steers, **browned}


@dataclass(frozen=True, slots=True)
class Led:
    """A ``Course`` on which one candidate goes first, and which nobody hears of."""

    lead: Candidate | None = None
    heir: Candidate | None = None
    shadow: Candidate | None = None
    settling: asyncio.Future[Course] | None = None
    heard: int = 0

    async def affords(self, pico_usd: int | None) -> bool:
        """Nothing is asked beside."""
        del pico_usd
        return False

    def ended(self, exchange: Exchange, sent: Collection[bytes], *, cut: bool) -> None:
        """Nobody wants to know."""

    def shadowed(self, exchange: Exchange, sent: Collection[bytes], *, cut: bool) -> None:
        """Nobody wants to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrownoutSteer:
    """Settles the calls of one name that has windows."""

    windows: tuple[Window, ...]
    inner: Steer | None
    """Who settles them while no window holds."""
    candidate: str | None
    """The model that a rollout of the name moves to."""
    clock: Clock
    providers: Collection[str] = field(init=False, default=())

    def __post_init__(self) -> None:
        """Whom this name's calls may go to, beside the plan's own."""
        mine = {self.candidate.partition("/")[0]} if self.candidate else set[str]()
        object.__setattr__(self, "providers", frozenset({*mine, *(self.inner.providers if self.inner else ())}))

    async def course(self, meter: Meter, route: Route) -> Course:
        """The way of this call; see ``Steer``."""
        now, key = dt.datetime.fromtimestamp(self.clock.unix_ns() / 1e9, dt.UTC), meter.caller.name
        coming = next((each for each in announced(self.windows, now) if each.concerns(key)), None)
        if coming is None:
            return await self._unhindered(meter, route)
        window = in_brownout(self.windows, now, key)
        meter.announced = (*meter.announced, (HEADER, (window or coming).text))
        if window is None:
            return await self._unhindered(meter, route)
        successor = self._successor(route)
        if window.serve == "410":
            raise browned_out(route.name, window, successor, now)
        return Led(lead=Candidate(successor, "successor")) if successor else await self._unhindered(meter, route)

    async def _unhindered(self, meter: Meter, route: Route) -> Course:
        return Led() if self.inner is None else await self.inner.course(meter, route)

    def _successor(self, route: Route) -> str | None:
        """Whom a rollout moves to, else whom the plan lets take over."""
        if self.candidate is not None:
            return self.candidate
        return route.plan.successor if route.plan is not None else None


def browned_out(name: str, window: Window, successor: str | None, now: dt.datetime) -> BrownedOut:
    """What a caller is told while the name is missing."""
    heir = f"its successor is {successor}" if successor else "no successor is known"
    return BrownedOut(
        f"`{name}` is missing on purpose until {window.ends:%Y-%m-%dT%H:%M:%SZ}: an announced brown-out that shows "
        f"who still depends on it before it ends for good; {heir}",
        param="model",
        ends_in_s=(window.ends - now).total_seconds(),
    )
