"""A request that is kept as a chat is asked of every target in the dialect that it speaks."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
import pytest

from outlast.catalog.store import open_catalog
from outlast.checks.draw import Draw, Item, Said, Timing
from outlast.dialects.gemini.foreign import PLACEHOLDER
from outlast.gateway.destination import Destinations
from outlast.gateway.ports import Clock, UpstreamRequest
from outlast.providers.local_answer import LocalAnswer
from outlast.replay.items import make_item
from outlast.replay.sources.chat import chat_of
from outlast.settings import ProviderSettings
from outlast.wiring.asking import DirectAsker

CATALOG = open_catalog()
ANSWER = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "Rome."}]}, "finishReason": "STOP"}],
    "modelVersion": "gemini-3-flash-preview",
    "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 2},
}
CALLED = {
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "tools": [{"functionDeclarations": [{"name": "find", "parameters": {"type": "OBJECT", "properties": {}}}]}],
    "generationConfig": {"temperature": 0.2, "thinkingConfig": {"thinkingBudget": 5}},
    "contents": [
        {"role": "user", "parts": [{"text": "Where?"}]},
        {"role": "model", "parts": [{"functionCall": {"name": "find", "args": {}}, "thoughtSignature": "c2ln"}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "find", "response": {"output": "Rome"}}}]},
    ],
}


@dataclass
class Fixed:
    """An upstream that always gives the same answer; it keeps what it was sent."""

    sent: list[UpstreamRequest] = field(default_factory=list)

    async def send(self, request: UpstreamRequest) -> LocalAnswer:
        self.sent.append(request)
        return LocalAnswer(200, (("content-type", "application/json"),), (msgspec.json.encode(ANSWER),))

    async def aclose(self) -> None:
        """Nothing is open."""


def ticking() -> Callable[[], int]:
    """A clock that goes on by a second whenever it is looked at."""
    now = iter(range(0, 10**15, 10**9))
    return lambda: next(now)


def item() -> Item:
    request = chat_of(json.loads(json.dumps(CALLED)), "/v1beta/models/gemini-3-flash-preview:generateContent").request
    return make_item(msgspec.json.encode(request))


def asked(upstream: Fixed, provider: ProviderSettings, *, adapt: bool, recorded: bool = False) -> Draw:
    destinations = Destinations(providers={"google": provider}, upstreams={"google": upstream}, knowledge=CATALOG)
    clock = Clock(unix_ns=lambda: 0, monotonic_ns=ticking())
    known = frozenset({"google"}) if recorded else frozenset[str]()
    asker = DirectAsker(destinations=destinations, upstreams={"google": upstream}, clock=clock, as_recorded=known)
    return asyncio.run(asker.ask(item(), "google/gemini-3-flash-preview", adapt=adapt))


@pytest.mark.parametrize("adapt", [False, True])
def test_what_was_asked_of_gemini_is_asked_again_with_googles_word_for_a_signature_that_is_not_kept(
    adapt: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    upstream = Fixed()
    draw = asked(upstream, ProviderSettings(kind="gemini"), adapt=adapt)
    assert draw.said == Said(text="Rome.", finish="stop")
    [sent] = upstream.sent
    assert sent.path == "/v1beta/models/gemini-3-flash-preview:streamGenerateContent?alt=sse"
    body = msgspec.json.decode(sent.body)
    assert [each["role"] for each in body["contents"]] == ["user", "model", "user"]
    [call] = body["contents"][1]["parts"]
    assert call["thoughtSignature"] == PLACEHOLDER
    assert call["functionCall"]["name"] == "find"
    # Where nothing is adapted everything else is as it came: this model loops when it is cold.
    assert ("temperature" in body.get("generationConfig", {})) is not adapt


def test_the_time_that_a_recording_took_to_read_is_not_the_time_of_a_model() -> None:
    provider = ProviderSettings(kind="recorded", file="x.jsonl", speaks=("gemini",))
    draw = asked(Fixed(), provider, adapt=False, recorded=True)
    assert draw.said == Said(text="Rome.", finish="stop")
    assert draw.timing == Timing()
    assert asked(Fixed(), ProviderSettings(kind="gemini"), adapt=False).timing.total_us > 0
