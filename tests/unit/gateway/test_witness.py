"""Who is told of calls that ended, and what upstreams are told of a trace."""

import asyncio
import json
from dataclasses import dataclass, field

from outlast.catalog.store import Catalog
from outlast.dialects.registry import DIALECTS
from outlast.exchange import Exchange
from outlast.gateway.attempts import Attempts
from outlast.gateway.call import Call
from outlast.gateway.chat import Chat
from outlast.gateway.counters import Counters
from outlast.gateway.destination import Destinations
from outlast.gateway.gone import GoneTargets
from outlast.gateway.routes import Routes
from outlast.gateway.witness import Tracing
from outlast.limits.unlimited import Unlimited
from outlast.settings import ProviderSettings, Settings
from outlast.testing.gateway import HandClock, KeptJournal, KeptReply, Played, PlayedUpstream, keyless
from outlast.wiring.serving import day_of

THEIRS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OURS = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"


@dataclass
class Kept:
    seen: list[tuple[Exchange, str]] = field(default_factory=list)
    answered: list[bool] = field(default_factory=list)
    reply: KeptReply = field(default_factory=KeptReply)

    def ended(self, exchange: Exchange, call: Call, traceparent: str) -> None:
        assert call.id == exchange.id
        self.seen.append((exchange, traceparent))
        self.answered.append(self.reply.ended)


def asked(
    catalog: Catalog, model: str, *, tracing: Tracing | None, headers: dict[str, str]
) -> tuple[Kept, PlayedUpstream]:
    settings = Settings(providers={"acme": ProviderSettings(kind="scripted")})
    clock = HandClock().clock()
    upstream, kept = PlayedUpstream([Played()]), Kept()
    gone = GoneTargets(clock, None)
    destinations = Destinations(providers=settings.providers, upstreams={"acme": upstream}, knowledge=catalog)
    routes = Routes(settings, destinations, gone=gone, today=day_of(clock))
    chat = Chat(
        dialect=DIALECTS["chat"],
        callers=keyless(),
        limiter=Unlimited(),
        routes=routes,
        attempts=Attempts(routes, gone, clock=clock, pause=asyncio.sleep, jitter=lambda: 0.5),
        journal=KeptJournal(),
        counters=Counters(),
        clock=clock,
        witnesses=(kept,),
        tracing=tracing,
    )
    call = Call(
        id="req_1", method="POST", path="/v1/chat/completions", query="", headers=headers, arrived_ns=0,
        body=json.dumps({"model": model, "messages": []}).encode(),
    )  # fmt: skip
    asyncio.run(chat(call, kept.reply))
    return kept, upstream


def test_a_witness_is_told_once_before_the_answer_ends(acme: Catalog) -> None:
    kept, _ = asked(acme, "acme/old", tracing=None, headers={})
    assert [(each.requested, each.status, trace) for each, trace in kept.seen] == [("acme/old", 200, "")]
    assert kept.answered == [False]
    assert kept.reply.ended


def test_a_name_that_nobody_knows_is_told_as_it_was_given(acme: Catalog) -> None:
    kept, _ = asked(acme, "no such name", tracing=None, headers={})
    assert [(each.requested, each.status) for each, _ in kept.seen] == [("no such name", 404)]


def test_without_tracing_the_callers_traceparent_passes_unchanged(acme: Catalog) -> None:
    _, upstream = asked(acme, "acme/old", tracing=None, headers={"traceparent": THEIRS, "tracestate": "a=b"})
    assert dict(upstream.requests[0].headers) == {"traceparent": THEIRS, "tracestate": "a=b"}


def test_with_tracing_the_upstream_and_the_witness_are_told_the_calls_own_place(acme: Catalog) -> None:
    ours = {THEIRS: OURS}
    kept, upstream = asked(
        acme, "acme/old", tracing=ours.__getitem__, headers={"traceparent": THEIRS, "tracestate": "a=b"}
    )
    assert sorted(upstream.requests[0].headers) == [("traceparent", OURS), ("tracestate", "a=b")]
    assert kept.seen[0][1] == OURS
