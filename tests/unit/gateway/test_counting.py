"""How many tokens a request has: the vendor's own word where it is asked, else an estimate that says so."""

import asyncio
import json

from outlast.catalog.store import open_catalog
from outlast.dialects.registry import DIALECTS
from outlast.errors import UpstreamTimeout
from outlast.gateway.call import Call
from outlast.gateway.counting import QUESTIONS, Counting
from outlast.gateway.destination import Destinations
from outlast.gateway.gone import GoneTargets
from outlast.gateway.routes import Routes
from outlast.limits.unlimited import Unlimited
from outlast.settings import parse_settings
from outlast.testing.gateway import HandClock, KeptReply, Played, PlayedUpstream, keyless
from outlast.wiring.serving import day_of

CONFIGURATION = """\
[providers.anthropic]
kind = "anthropic"
[providers.plain]
kind = "openai"
base_url = "http://127.0.0.1:1/v1"
"""
BODY = {"messages": [{"role": "user", "content": "How many tokens are these words? " * 40}]}


def counted(model: str, upstream: PlayedUpstream) -> KeptReply:
    settings, clock = parse_settings(CONFIGURATION), HandClock(1_795_000_000_000_000_000).clock()
    known = Destinations(
        providers=settings.providers, upstreams={"anthropic": upstream, "plain": upstream}, knowledge=open_catalog()
    )
    counting = Counting(
        dialect=DIALECTS["anthropic"],
        question=QUESTIONS["anthropic"],
        callers=keyless(),
        limiter=Unlimited(),
        routes=Routes(settings, known, gone=GoneTargets(clock, None), today=day_of(clock)),
    )
    call = Call(
        id="req_1", method="POST", path="/v1/messages/count_tokens", query="",
        headers={"anthropic-version": "2023-06-01"}, body=json.dumps({"model": model, **BODY}).encode(), arrived_ns=0,
    )  # fmt: skip
    reply = KeptReply()
    asyncio.run(counting(call, reply))
    return reply


def test_the_vendor_counts_for_its_own_dialect() -> None:
    upstream = PlayedUpstream((Played(pieces=(b'{"input_tokens":77}',)),))
    reply = counted("anthropic/claude-opus-4-5", upstream)
    assert json.loads(reply.body) == {"input_tokens": 77}
    assert "x-outlast-estimated" not in reply.headers
    [sent] = upstream.requests
    assert (sent.path, json.loads(sent.body)["model"]) == ("/v1/messages/count_tokens", "claude-opus-4-5")
    assert ("anthropic-version", "2023-06-01") in sent.headers
    assert upstream.given[0].closed


def test_for_another_dialect_it_is_an_estimate_and_says_so() -> None:
    upstream = PlayedUpstream((Played(),))
    reply = counted("plain/some-model", upstream)
    assert reply.headers["x-outlast-estimated"] == "true"
    assert 200 < json.loads(reply.body)["input_tokens"] < 600
    assert not upstream.requests


def test_a_silent_vendor_and_an_unknown_name_are_told_in_the_callers_dialect() -> None:
    silent = counted("anthropic/claude-opus-4-5", PlayedUpstream((UpstreamTimeout("silent"),)))
    assert (silent.status, json.loads(silent.body)["type"]) == (504, "error")
    unknown = counted("nobody", PlayedUpstream((Played(),)))
    assert (unknown.status, json.loads(unknown.body)["error"]["type"]) == (404, "not_found_error")
