"""One server that plays every vendor, and a gateway before it: the path says which vendor, the model which script.

It knows paths and keeps what it was sent. It does not know what is said (the vendors' modules).
"""

import asyncio
import contextlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.gateway_process import Gateway, running
from tests.integration.played import anthropic, chat, endpoints, gemini, responses
from tests.integration.played.script import Doc

from outlast.testing.upstream import Received, UpstreamServer, in_thread

TABLES = ("chat", "responses", "claude", "gemini")
"""Provider tables, each asked in a dialect of its own."""
PROVIDERS = """
[providers.chat]
kind = "openai"
base_url = "{address}/v1"
speaks = ["chat"]
api_key = "the-providers"
retries = 0

[providers.responses]
kind = "openai"
base_url = "{address}/v1"
speaks = ["responses"]
api_key = "the-providers"
retries = 0

[providers.claude]
kind = "anthropic"
base_url = "{address}"
api_key = "the-providers"
retries = 0

[providers.gemini]
kind = "gemini"
base_url = "{address}"
api_key = "the-providers"
retries = 0

[providers.openai]
kind = "scripted"
"""
SUCCESSORS = {"chat": "claude", "responses": "gemini", "claude": "chat", "gemini": "responses"}
FADING = "".join(
    f"""
[models.fading-{table}]
target = "{table}/error-410"
successor = ["{successor}/plain"]

[[catalog.claims]]
model = "{table}/error-410"
event = "retired"
date = 2099-01-01
"""
    for table, successor in SUCCESSORS.items()
)
"""Models that are gone before anybody knows it: the provider says so, and another vendor's answers in the same call."""
_GEMINI = re.compile(r"/v1beta/models/([^:]+):(\w+)")
_WRITTEN: dict[str, Callable[[str, Doc], tuple[bytes, bool]]] = {
    "/v1/messages": anthropic.answer,
    "/v1/chat/completions": chat.answer,
    "/v1/responses": responses.answer,
}


@dataclass(frozen=True)
class House:
    """The gateway, and what its providers were sent."""

    gateway: Gateway
    upstream: UpstreamServer

    @property
    def last(self) -> Received:
        """The request that came last; one client at a time, and its answer has arrived."""
        return self.upstream.received[-1]

    @property
    def asked(self) -> Any:
        """Its body."""
        return json.loads(self.last.body)


@contextlib.contextmanager
def playing_house(folder: Path, more: str = "", *arguments: str) -> Iterator[House]:
    """A gateway before all played providers."""
    with in_thread(_handle) as upstream:
        address = upstream.base_url.removesuffix("/v1")
        with running(folder, PROVIDERS.format(address=address) + more + FADING, *arguments) as gateway:
            yield House(gateway, upstream)


async def _handle(received: Received, writer: asyncio.StreamWriter) -> bool:
    written, stays = _answer(received)
    writer.write(written)
    await writer.drain()
    return stays


def _answer(received: Received) -> tuple[bytes, bool]:
    path = received.path.partition("?")[0]
    if google := _GEMINI.fullmatch(path):
        return _google(google[1], google[2], json.loads(received.body))
    if (beside := endpoints.answer(path, received)) is not None:
        return beside, True
    body = json.loads(received.body)
    if path == "/v1/messages/count_tokens":
        return anthropic.counted(body), True
    return _WRITTEN[path](body["model"], body)


def model_of(received: Received) -> str:
    """The model that a provider was asked for, in whichever dialect."""
    google = _GEMINI.fullmatch(received.path.partition("?")[0])
    return google[1] if google else str(json.loads(received.body)["model"])


def _google(model: str, method: str, body: Doc) -> tuple[bytes, bool]:
    match method:
        case "countTokens":
            return gemini.counted(body), True
        case "embedContent" | "batchEmbedContents":
            return gemini.embedded(body), True
        case _:
            return gemini.answer(model, body, stream=method == "streamGenerateContent")
