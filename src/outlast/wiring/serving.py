"""The half of the composition root that a gateway needs: everything of the request path, opened and connected.

It knows which class stands behind each protocol. It does not know what any of them does.
"""

import asyncio
import datetime as dt
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count

import uvloop

from outlast.gateway.counters import Counters
from outlast.gateway.estimate import Estimator
from outlast.gateway.gone import GoneTargets
from outlast.gateway.ports import Clock, Upstream
from outlast.gateway.routes import Routes
from outlast.ledger.chats.store import KeptChats
from outlast.ledger.chats.temporary import AllChats
from outlast.ledger.keys_watch import KeyWatch
from outlast.ledger.location import chats_path, database_path, responses_path, rollouts_path
from outlast.ledger.recorder import Recorder, open_recorder
from outlast.ledger.responses import KeptResponses
from outlast.ledger.rollouts.store import RolloutStore
from outlast.ledger.slots import ALONE, Slot
from outlast.settings import Settings
from outlast.web.health import Readyz, healthz
from outlast.web.limits import Limits
from outlast.web.metrics import Gauges, Metrics
from outlast.web.router import Router
from outlast.web.server import Server
from outlast.wiring.chat import InProcess
from outlast.wiring.descriptors import places_for_callers
from outlast.wiring.feeds import GatewayFeeds
from outlast.wiring.generation import Generation, Held, make_generation
from outlast.wiring.keys import watch_keys
from outlast.wiring.limiting import open_limiter
from outlast.wiring.numbers import OwnNumbers, Published
from outlast.wiring.pages import Pages
from outlast.wiring.played import Played
from outlast.wiring.readiness import Ready, resting_keys
from outlast.wiring.rollouts import Moves
from outlast.wiring.talking import Room
from outlast.wiring.telemetry import Telemetry
from outlast.wiring.tokeniser import open_tokeniser

REAL_CLOCK = Clock(unix_ns=time.time_ns, monotonic_ns=time.monotonic_ns)
DAY_NS = 86_400 * 1_000_000_000


class Gateway:
    """A gateway with everything it holds open. Its configuration may be replaced while it serves."""

    def __init__(self, held: Held, server: Server, router: Router, first: Generation) -> None:
        self.held = held
        self.server = server
        self.current = first
        """What new calls are answered by."""
        self.people = InProcess(lambda: self.current, ids=server.request_id, clock=held.clock)
        """What the chat asks for people."""
        chats = AllChats(held.chats, unix_ns=held.clock.unix_ns)
        self.room = Room(chats, self.people, current=lambda: self.current, today=held.today, clock=held.clock)
        """What pages of the chat ask."""
        self.configuration: Callable[[], str] = lambda: "number 1 since the start"
        """The account of its reloads, in a sentence."""
        self.published = Published(self._own_numbers())
        """What ``/metrics`` and ``/readyz`` publish: of this process, or of all that share its work."""
        self.last_word: Callable[[], None] = lambda: None
        """Called when everything has ended and nothing more will be counted."""
        self._router = router
        self._leaving: set[asyncio.Task[None]] = set()
        first.serve_on(router)

    @property
    def routes(self) -> Routes:
        """Every name that a caller may use now."""
        return self.current.routes

    @property
    def upstreams(self) -> Mapping[str, Upstream]:
        """Those of the configuration now."""
        return self.current.upstreams

    @property
    def notices(self) -> tuple[str, ...]:
        """What could not be settled and does not stop it."""
        return (*self.recorder.notices, *self.current.notices)

    @property
    def telemetry(self) -> Telemetry:
        """What operators see of calls."""
        return self.current.telemetry

    @property
    def recorder(self) -> Recorder:
        """The record."""
        return self.held.recorder

    @property
    def keys(self) -> KeyWatch:
        """The keys of this moment."""
        return self.held.keys

    def prepare(self, settings: Settings) -> Generation:
        """Make what another configuration asks for; nothing changes before it is adopted.

        Raises:
            OperatorError: it cannot be meant.
            LedgerUnavailable: what was observed of models cannot be read.
        """
        return make_generation(settings, self.held, self.current)

    def adopt(self, generation: Generation) -> None:
        """Let new calls come to another configuration; those that run end with theirs."""
        before, self.current = self.current, generation
        self.server.limits = _limits(generation.settings)
        self.recorder.keep_by(generation.settings.ledger)
        generation.serve_on(self._router)
        leaving = asyncio.get_running_loop().create_task(self._let_go(before, self.server.calls | self.people.calls))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    async def aclose(self, grace: float) -> None:
        """Let running calls end within ``grace`` seconds, then give everything back; the record last."""
        await asyncio.gather(self.server.drain(grace), self.people.drain(grace))
        await self.room.talking.aclose()
        if self._leaving:
            await asyncio.wait(self._leaving)  # the calls that they waited for have ended
        await self.current.shadow.aclose()
        upstreams, telemetries = self.current.without(None)
        for upstream in upstreams:
            await upstream.aclose()
        self.keys.close()
        self.held.limiter.close()
        self.held.responses.close()
        self.held.chats.close()
        await asyncio.to_thread(self.held.moves.close)
        self.recorder.close()
        for telemetry in telemetries:
            telemetry.close()
        self.last_word()

    def _own_numbers(self) -> OwnNumbers:
        held = self.held
        ready = Ready(
            stats=held.recorder.stats,
            configuration=lambda: self.configuration(),  # noqa: PLW0108 - it is replaced once the account is opened
            full=lambda: self.server.full,
            limits=held.limiter.says,
            notices=lambda: self.current.notices,
            catalogue_day=lambda: self.current.knowledge.day,
            today=held.today,
            targets=lambda: self.routes.health.snapshot(held.clock),
            keys=lambda: resting_keys(self.upstreams),
            unread=lambda: held.keys.trouble,
        )
        return OwnNumbers(
            counters=held.counters,
            journal=held.recorder.stats,
            connections=lambda: self.server.open_connections,
            telemetry=lambda: self.telemetry.numbers(),  # noqa: PLW0108 - whichever is current when it is asked
            targets=lambda: self.routes.health.snapshot(held.clock),
            checks=ready,
        )

    async def _let_go(self, before: Generation, calls: set[asyncio.Task[None]]) -> None:
        """Close what only an earlier configuration needed, after the last call that began with it."""
        if calls:
            await asyncio.wait(calls)
        await before.shadow.aclose()
        upstreams, telemetries = before.without(self.current)
        for upstream in upstreams:
            await upstream.aclose()
        for telemetry in telemetries:
            telemetry.close()


def new_event_loop() -> asyncio.AbstractEventLoop:
    """The loop that a gateway runs on."""
    return uvloop.new_event_loop()


def open_gateway(
    settings: Settings, *, rehearsed: dt.date | None, reachable: bool, slot: Slot = ALONE, clock: Clock = REAL_CLOCK
) -> Gateway:
    """Open the record (which first takes in what an earlier process left), then everything that answers calls.

    Args:
        settings: the configuration.
        rehearsed: the day to play; None: the real one.
        reachable: whether others than this machine can call; they need a key, unless the settings say otherwise.
        slot: this process' place among those of the gateway.
        clock: real time and durations.

    Raises:
        OperatorError: something in the configuration cannot be meant.
        LedgerUnavailable: the record cannot be written, another process writes it, or keys cannot be read.
    """
    played = None if rehearsed is None else Played(rehearsed)
    today = played or day_of(clock)
    recorder = open_recorder(settings.server.database, settings.root, ledger=settings.ledger, slot=slot)
    try:
        held = Held(
            recorder=recorder,
            keys=watch_keys(settings, recorder.look),
            limiter=open_limiter(settings, clock),
            responses=_responses(settings, clock),
            chats=_chats(settings, clock),
            moves=_moves(settings, clock, today),
            counters=Counters(),
            gone=GoneTargets(clock, recorder.observe if rehearsed is None else None),
            clock=clock,
            estimator=Estimator(open_tokeniser(os.environ)),
            today=today,
            reachable=reachable,
            environ=os.environ,
            played=played if slot == ALONE else None,
            rehearsed=played is not None,
        )
        if played is not None:
            played.moved = held.gone.forget
        return _connect(held, make_generation(settings, held))
    except BaseException:
        recorder.close()
        raise


def _connect(held: Held, first: Generation) -> Gateway:
    router = Router()
    server = Server(
        router.find, id_maker=request_ids(secrets.token_hex(6)), clock=held.clock, limits=_limits(first.settings)
    )
    gateway = Gateway(held, server, router, first)
    gauges = Gauges(
        counts=gateway.published.counts,
        journal=gateway.published.journal,
        connections=gateway.published.connections,
        calendar=lambda: gateway.current.calendar(),  # noqa: PLW0108 - whichever is current when it is asked
        targets=gateway.published.targets,
        telemetry=gateway.published.telemetry,
        processes=gateway.published.processes,
    )
    router.add("GET", "/healthz", healthz)
    router.add("GET", "/readyz", Readyz(gateway.published.checks))
    router.add("GET", "/metrics", Metrics(gauges))
    Pages(held, lambda: gateway.current, gateway.room).serve_on(router)
    GatewayFeeds(held, lambda: gateway.current).serve_on(router)
    held.keys.start()
    return gateway


def _chats(settings: Settings, clock: Clock) -> KeptChats:
    chats = KeptChats(chats_path(database_path(settings.server.database, settings.root)), unix_ns=clock.unix_ns)
    chats.start()
    return chats


def _responses(settings: Settings, clock: Clock) -> KeptResponses:
    path = responses_path(database_path(settings.server.database, settings.root))
    responses = KeptResponses(path, unix_s=lambda: clock.unix_ns() // 10**9)
    responses.start()
    return responses


def _moves(settings: Settings, clock: Clock, today: Callable[[], dt.date]) -> Moves:
    path = rollouts_path(database_path(settings.server.database, settings.root))
    moves = Moves(RolloutStore(path, unix_ns=clock.unix_ns), clock, today)
    moves.start()
    return moves


def _limits(settings: Settings) -> Limits:
    server = settings.server
    places = places_for_callers()
    return Limits(places=places, body=server.max_body_bytes, bodies=max(server.max_bodies_bytes, server.max_body_bytes))


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
