"""Everything that one configuration makes: upstreams, routes, handlers. A reload makes another and takes it into use.

It knows what outlives a configuration (``Held``) and what of the one before can go on: an upstream whose words and
keys are the same keeps its connections. It does not know when a reload happens (``wiring.process``).
"""

import asyncio
import datetime as dt
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from outlast.catalog.store import Catalog
from outlast.dialects.embedding import GOOGLES
from outlast.dialects.endpoints import ENDPOINTS
from outlast.dialects.registry import DIALECTS
from outlast.gateway.attempts import Attempts
from outlast.gateway.call import Handler
from outlast.gateway.caller import Callers
from outlast.gateway.chat import Chat
from outlast.gateway.counters import Counters
from outlast.gateway.counting import QUESTIONS, Counting
from outlast.gateway.destination import Destinations
from outlast.gateway.estimate import Estimator
from outlast.gateway.feedback import PATH as FEEDBACK
from outlast.gateway.feedback import Feedback
from outlast.gateway.gone import GoneTargets
from outlast.gateway.guarded import Guarded
from outlast.gateway.health import Health
from outlast.gateway.keeping import Keeping
from outlast.gateway.passing import Passthrough
from outlast.gateway.ports import Clock, Upstream
from outlast.gateway.responses import BELOW, Cancel, Delete, Fetch, InputItems, Retrieve
from outlast.gateway.routes import Routes
from outlast.gateway.shadow import Shadow
from outlast.gateway.stored import Stored
from outlast.ledger.chats.store import KeptChats
from outlast.ledger.keys_watch import KeyWatch
from outlast.ledger.recorder import Recorder
from outlast.ledger.responses import KeptResponses
from outlast.limits.book import Book
from outlast.providers.factory import open_upstream
from outlast.providers.vendor import HTTP_KINDS, key_warning
from outlast.settings import ProviderSettings, Settings
from outlast.settings.built_in import is_packaged
from outlast.settings.vendors import STORED, keepers
from outlast.web.gauges import CalendarNumbers
from outlast.web.gemini import Verbs
from outlast.web.models import ListModels, Offers, OneModel
from outlast.web.router import Router
from outlast.wiring.calendar import calendar_numbers
from outlast.wiring.keys import key_need
from outlast.wiring.played import Played
from outlast.wiring.reading import open_knowledge, open_knowledge_anyway
from outlast.wiring.rollouts import Moves
from outlast.wiring.telemetry import Telemetry, open_telemetry

PATHS = {
    "chat": "/v1/chat/completions",
    "anthropic": "/v1/messages",
    "responses": "/v1/responses",
    "completions": "/v1/completions",
    **{each.name: f"/v1/{each.name}" for each in ENDPOINTS},
}
"""Where each dialect is spoken to this gateway; Gemini's paths name the model."""
_ENVIRONMENT = "env:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a process has once, whatever its configuration says next."""

    recorder: Recorder
    keys: KeyWatch
    limiter: Book
    responses: KeptResponses
    chats: KeptChats
    """Conversations of people, and their accounts."""
    moves: Moves
    """Rollouts, as this process knows them."""
    counters: Counters
    gone: GoneTargets
    clock: Clock
    today: Callable[[], dt.date]
    estimator: Estimator
    reachable: bool
    """Whether others than this machine can call."""
    environ: Mapping[str, str]
    played: Played | None = None
    """A rehearsed day that may be moved; None: the day is real, or shared by several processes."""
    rehearsed: bool = False
    """Whether the day is a played one, in however many processes."""


@dataclass(frozen=True, slots=True)
class OpenUpstream:
    """A provider's upstream, and what it was opened with."""

    upstream: Upstream
    settings: ProviderSettings
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One configuration at work."""

    settings: Settings
    knowledge: Catalog
    opened: Mapping[str, OpenUpstream]
    routes: Routes
    callers: Callers
    chats: Mapping[str, Chat]
    """By the caller's dialect."""
    counts: Mapping[str, Counting]
    """The same, for those that ask how many tokens a request has."""
    responses: KeptResponses
    stored: Stored
    """What providers keep for callers."""
    passthrough: Passthrough | None
    offers: Offers
    telemetry: Telemetry
    moves: Moves
    shadow: Shadow
    """What is asked beside calls."""
    calendar: Callable[[], CalendarNumbers]
    notices: tuple[str, ...]
    """What could not be settled and does not stop it."""

    @property
    def upstreams(self) -> Mapping[str, Upstream]:
        """By the provider's name."""
        return {name: each.upstream for name, each in self.opened.items()}

    def serve_on(self, router: Router) -> None:
        """Let new calls come here."""
        for dialect, path in PATHS.items():
            router.add("POST", path, self._asked_in(dialect))
        router.add("POST", "/v1/messages/count_tokens", self.counts["anthropic"])
        gemini = self._asked_in("gemini")
        google = Verbs(
            {
                "generateContent": gemini,
                "streamGenerateContent": gemini,
                "countTokens": self.counts["gemini"],
                **{each.name: self.chats[each.name] for each in GOOGLES},
            }
        )
        for path in ("/v1beta/models/", "/v1/models/"):
            router.add("POST", path, google)
        callers, kept = self.callers, self.responses
        router.add("POST", FEEDBACK, Feedback(callers=callers, opinions=self.moves))
        fetch = Fetch(
            response=Retrieve(callers=callers, responses=kept), input_items=InputItems(callers=callers, responses=kept)
        )
        router.add("GET", BELOW, fetch)
        router.add("DELETE", BELOW, Delete(callers=callers, responses=kept))
        router.add("POST", BELOW, Cancel(callers=callers, responses=kept))
        for kind in STORED:
            for method in ("GET", "POST"):
                router.add(method, f"/v1/{kind}", self.stored)
            for method in ("GET", "POST", "DELETE"):
                router.add(method, f"/v1/{kind}/", self.stored)
        if self.passthrough is not None:
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                router.add(method, "/v1/", self.passthrough)
        for version in ("/v1", "/v1beta"):  # Google's clients have a path of their own
            router.add("GET", f"{version}/models", ListModels(self.offers, self.callers))
            router.add("GET", f"{version}/models/", OneModel(self.offers, self.callers))

    def _asked_in(self, dialect: str) -> Handler:
        """The handler of a dialect's calls; where something is kept for callers, none names what is another's."""
        chat, keepers = self.chats[dialect], frozenset(self.stored.providers.values())
        if not keepers:
            return chat
        return Guarded(
            dialect=chat.dialect, handler=chat, callers=self.callers, owned=self.responses, providers=keepers
        )

    def without(self, after: "Generation | None") -> tuple[list[Upstream], list[Telemetry]]:
        """What nobody needs once this one's last call has ended; ``after`` is the one in use."""
        kept = set() if after is None else {id(each) for each in after.upstreams.values()}
        telemetry = [] if after is not None and after.telemetry is self.telemetry else [self.telemetry]
        return [each for each in self.upstreams.values() if id(each) not in kept], telemetry


def make_generation(settings: Settings, held: Held, before: Generation | None = None) -> Generation:
    """Open what a configuration asks for; nothing is called, and nothing changes for running calls.

    Raises:
        OperatorError: something in it, or in a file that it names, cannot be meant.
        LedgerUnavailable: at the start, where what was observed of models cannot be read.
    """
    knowledge, unread = _knowledge(settings, held, first=before is None)
    known = before.opened if before is not None else {}
    opened = {
        name: _open(name, provider, known.get(name), settings=settings, knowledge=knowledge, held=held)
        for name, provider in settings.providers.items()
    }
    warnings = (key_warning(name, provider, held.environ) for name, provider in settings.providers.items())
    destinations = Destinations(
        providers=settings.providers,
        upstreams={name: each.upstream for name, each in opened.items()},
        knowledge=knowledge,
    )
    health = Health(None if before is None else before.routes.health)
    routes = Routes(settings, destinations, gone=held.gone, today=held.today, health=health)
    if before is not None:
        for name in settings.models:
            routes.find(name)  # so that what rests is shown at once, and no target that left the configuration
    callers = Callers(held.keys, required=key_need(settings, reachable=held.reachable), unix_ns=held.clock.unix_ns)
    telemetry = _telemetry(settings, held, before)
    attempts = Attempts(routes, held.gone, clock=held.clock, pause=asyncio.sleep, jitter=random.random)
    shadow = Shadow()
    chats = {
        name: Chat(
            dialect=dialect,
            callers=callers,
            routes=routes,
            attempts=attempts,
            journal=held.recorder,
            counters=held.counters,
            limiter=held.limiter,
            clock=held.clock,
            estimator=held.estimator,
            witnesses=telemetry.witnesses,
            tracing=telemetry.tracing,
            steering=held.moves,
            shadow=shadow,
            keeping=Keeping(responses=held.responses, clock=held.clock) if name == "responses" else None,
        )
        for name, dialect in (*DIALECTS.items(), *((each.name, each) for each in (*ENDPOINTS, *GOOGLES)))
    }
    stored, passthrough = _passing(settings, held, callers, opened)
    return Generation(
        settings=settings,
        knowledge=knowledge,
        opened=opened,
        routes=routes,
        callers=callers,
        chats=chats,
        counts=_counts(callers, held, routes),
        responses=held.responses,
        stored=stored,
        passthrough=passthrough,
        offers=Offers(settings, knowledge, held.today),
        telemetry=telemetry,
        moves=held.moves,
        shadow=shadow,
        calendar=calendar_numbers(settings, knowledge, held.today),
        notices=(*unread, *(warning for warning in warnings if warning)),
    )


def _knowledge(settings: Settings, held: Held, *, first: bool) -> tuple[Catalog, tuple[str, ...]]:
    """What is known of models, and what could not be read of it.

    A gateway starts without a supplement that cannot be read; a reload is refused, because one is at work. It does
    without what was observed, which a gateway never shows and which decides nothing: no read of the record can hold up
    the calls that run, nor refuse a reload while the recorder's worker is away.
    """
    knowledge, unread = open_knowledge_anyway(settings) if first else (open_knowledge(settings, ()), ())
    if held.rehearsed:  # nothing here may know what was told only later
        knowledge = knowledge.as_known_on(held.today)
    return knowledge, unread


def _counts(callers: Callers, held: Held, routes: Routes) -> dict[str, Counting]:
    return {
        name: Counting(dialect=DIALECTS[name], question=question, callers=callers, limiter=held.limiter, routes=routes)
        for name, question in QUESTIONS.items()
    }


def _passing(
    settings: Settings, held: Held, callers: Callers, opened: Mapping[str, OpenUpstream]
) -> tuple[Stored, Passthrough | None]:
    """The handlers of calls for which no model is asked."""
    upstreams = {name: each.upstream for name, each in opened.items()}
    stored = Stored(
        callers=callers, limiter=held.limiter, owned=held.responses, providers=keepers(settings), upstreams=upstreams
    )
    unknown = settings.server.passthrough
    if unknown is None:
        return stored, None
    return stored, Passthrough(callers=callers, limiter=held.limiter, provider=unknown, upstreams=upstreams)


def _open(
    name: str,
    provider: ProviderSettings,
    before: OpenUpstream | None,
    *,
    settings: Settings,
    knowledge: Catalog,
    held: Held,
) -> OpenUpstream:
    secrets = _secrets(provider, held.environ)
    # The others answer from files and from the catalogue, which may say something else by now.
    stays = provider.kind in HTTP_KINDS or is_packaged(provider)
    if before is not None and stays and (before.settings, before.secrets) == (provider, secrets):
        return before
    upstream = open_upstream(
        name, provider, root=settings.root, knowledge=knowledge, today=held.today, environ=held.environ
    )
    return OpenUpstream(upstream, provider, secrets)


def _secrets(provider: ProviderSettings, environ: Mapping[str, str]) -> tuple[str, ...]:
    """What the words of a provider that point to the environment mean now."""
    words = (provider.api_key or "", *provider.api_keys, *provider.headers.values())
    return tuple(environ.get(word.removeprefix(_ENVIRONMENT), "") for word in words if word.startswith(_ENVIRONMENT))


def _telemetry(settings: Settings, held: Held, before: Generation | None) -> Telemetry:
    if before is not None and (before.settings.log, before.settings.otel) == (settings.log, settings.otel):
        return before.telemetry
    return open_telemetry(settings, clock=held.clock)
