"""The half of the composition root that a gateway needs: everything of the request path, opened and connected.

It knows which class stands behind each protocol. It does not know what any of them does.
"""

import asyncio
import datetime as dt
import os
import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

import uvloop

from outlast.gateway.attempts import Attempts
from outlast.gateway.caller import Callers
from outlast.gateway.chat import Chat
from outlast.gateway.counters import Counters
from outlast.gateway.destination import Destinations
from outlast.gateway.gone import GoneTargets
from outlast.gateway.ports import Clock, Upstream
from outlast.gateway.routes import Routes
from outlast.ledger.keys_watch import KeyWatch
from outlast.ledger.recorder import Recorder, open_recorder
from outlast.limits.unlimited import Unlimited
from outlast.providers.factory import open_upstream
from outlast.providers.openai import key_warning
from outlast.settings import Settings
from outlast.web.health import Readyz, healthz
from outlast.web.limits import Limits
from outlast.web.metrics import Gauges, Metrics
from outlast.web.models import ListModels, Offers, OneModel
from outlast.web.router import Router
from outlast.web.server import Server
from outlast.wiring.calendar import calendar_numbers
from outlast.wiring.keys import key_need, watch_keys
from outlast.wiring.readiness import Ready
from outlast.wiring.reading import open_knowledge
from outlast.wiring.telemetry import Telemetry, open_telemetry

REAL_CLOCK = Clock(unix_ns=time.time_ns, monotonic_ns=time.monotonic_ns)
DAY_NS = 86_400 * 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A gateway with everything it holds open."""

    server: Server
    routes: Routes
    recorder: Recorder
    keys: KeyWatch
    upstreams: Mapping[str, Upstream]
    telemetry: Telemetry
    notices: tuple[str, ...]
    """What could not be settled at start and does not stop it."""

    async def aclose(self, grace: float) -> None:
        """Let running calls end within ``grace`` seconds, then give everything back; the record last."""
        await self.server.drain(grace)
        for upstream in self.upstreams.values():
            await upstream.aclose()
        self.keys.close()
        self.recorder.close()
        self.telemetry.close()


def new_event_loop() -> asyncio.AbstractEventLoop:
    """The loop that a gateway runs on."""
    return uvloop.new_event_loop()


def open_gateway(
    settings: Settings, *, rehearsed: dt.date | None, reachable: bool, clock: Clock = REAL_CLOCK
) -> Gateway:
    """Open the record (which first takes in what an earlier process left), then everything that answers calls.

    Args:
        settings: the configuration.
        rehearsed: the day to play; None: the real one.
        reachable: whether others than this machine can call; they need a key, unless the settings say otherwise.
        clock: real time and durations.

    Raises:
        SettingsInvalid: a provider's settings cannot be meant.
        LedgerUnavailable: the record cannot be written, another process writes it, or keys cannot be read.
    """
    recorder = open_recorder(settings.server.database, settings.root, ledger=settings.ledger)
    try:
        return _open(settings, recorder, rehearsed=rehearsed, reachable=reachable, clock=clock)
    except BaseException:
        recorder.close()
        raise


def _open(
    settings: Settings, recorder: Recorder, *, rehearsed: dt.date | None, reachable: bool, clock: Clock
) -> Gateway:
    today = day_of(clock) if rehearsed is None else lambda: rehearsed
    knowledge = open_knowledge(settings)
    upstreams = {
        name: open_upstream(name, provider, root=settings.root, knowledge=knowledge, today=today, environ=os.environ)
        for name, provider in settings.providers.items()
    }
    keys = (key_warning(name, provider, os.environ) for name, provider in settings.providers.items())
    notices = tuple(warning for warning in keys if warning)
    gone = GoneTargets(clock, recorder.observe if rehearsed is None else None)
    destinations = Destinations(providers=settings.providers, upstreams=upstreams, knowledge=knowledge)
    routes = Routes(settings, destinations, gone=gone, today=today)
    counters = Counters()
    watch = watch_keys(settings)
    callers = Callers(watch, required=key_need(settings, reachable=reachable), unix_ns=clock.unix_ns)
    telemetry = open_telemetry(settings, clock=clock)
    chat = Chat(
        callers=callers,
        routes=routes,
        attempts=Attempts(routes, gone, clock=clock, pause=asyncio.sleep, jitter=random.random),
        journal=recorder,
        counters=counters,
        limiter=Unlimited(),
        clock=clock,
        witnesses=telemetry.witnesses,
        tracing=telemetry.tracing,
    )
    offers = Offers(settings, knowledge, today)
    router = Router()
    server = Server(
        router.find,
        id_maker=request_ids(secrets.token_hex(6)),
        clock=clock,
        limits=Limits(body=settings.server.max_body_bytes),
    )
    ready = Ready(stats=recorder.stats, notices=notices, catalogue_day=knowledge.day, today=today)
    gauges = Gauges(
        counts=lambda: counters.counts,
        journal=recorder.stats,
        connections=lambda: server.open_connections,
        calendar=calendar_numbers(settings, knowledge, today),
        telemetry=telemetry.numbers,
    )
    router.add("POST", "/v1/chat/completions", chat)
    router.add("GET", "/v1/models", ListModels(offers, callers))
    router.add("GET", "/v1/models/", OneModel(offers, callers))
    router.add("GET", "/healthz", healthz)
    router.add("GET", "/readyz", Readyz(ready))
    router.add("GET", "/metrics", Metrics(gauges))
    watch.start()
    return Gateway(
        server=server,
        routes=routes,
        recorder=recorder,
        keys=watch,
        upstreams=upstreams,
        telemetry=telemetry,
        notices=notices,
    )


def day_of(clock: Clock) -> Callable[[], dt.date]:
    """Today by ``clock``, UTC; the date is made once a day."""
    kept = -1
    today = dt.date.min

    def day() -> dt.date:
        nonlocal kept, today
        number = clock.unix_ns() // DAY_NS
        if number != kept:
            kept, today = number, dt.date(1970, 1, 1) + dt.timedelta(days=number)
        return today

    return day


def request_ids(start: str) -> Callable[[], str]:
    """Ids that differ within a process by number and between processes by ``start``."""
    numbers: Iterator[int] = count(1)
    return lambda: f"req_{start}{next(numbers):x}"
