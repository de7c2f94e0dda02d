"""Asking for embeddings: whatever an upstream says becomes a vector or a named failure."""

import asyncio
import json
from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.catalog.store import open_catalog
from outlast.checks.draw import Draw
from outlast.errors import UpstreamBroken
from outlast.gateway.destination import Destinations
from outlast.gateway.ports import Clock, Headers, UpstreamRequest
from outlast.providers.local_answer import LocalAnswer
from outlast.replay.embedding import embedded, vector_of
from outlast.settings import ProviderSettings
from outlast.wiring.asking import DirectAsker
from outlast.wiring.embedding import NO_VECTOR, EmbeddingAsker

CATALOG = open_catalog()
TARGET = "openai/text-embedding-3-small"


@dataclass
class Fixed:
    """An upstream that always answers the same; it keeps what it was sent."""

    status: int = 200
    body: bytes = b""
    headers: Headers = ()
    broken: bool = False
    sent: UpstreamRequest | None = None

    async def send(self, request: UpstreamRequest) -> LocalAnswer:
        self.sent = request
        if self.broken:
            raise UpstreamBroken("it broke", target=request.target)
        return LocalAnswer(self.status, self.headers, (self.body,))

    async def aclose(self) -> None:
        """Nothing is open."""


def asked(upstream: Fixed) -> Draw:
    destinations = Destinations(
        providers={"openai": ProviderSettings(kind="openai")}, upstreams={"openai": upstream}, knowledge=CATALOG
    )
    clock = Clock(unix_ns=lambda: 0, monotonic_ns=lambda: 0)
    behind = DirectAsker(destinations=destinations, upstreams={"openai": upstream}, clock=clock)
    return asyncio.run(EmbeddingAsker(behind).ask(embedded("some words"), TARGET, adapt=True))


def answer(**more: object) -> bytes:
    data = [{"object": "embedding", "index": 0, "embedding": [0.6, 0.8]}]
    return json.dumps({"object": "list", "data": data, "model": "text-embedding-3-small"} | more).encode()


def test_a_vector_is_kept_with_what_it_cost() -> None:
    upstream = Fixed(body=answer(usage={"prompt_tokens": 2, "total_tokens": 2}))
    draw = asked(upstream)
    assert vector_of(draw) == pytest.approx((0.6, 0.8))
    assert draw.cost_pico_usd == 2 * 20_000  # 0.02 USD a million tokens
    assert upstream.sent is not None
    assert upstream.sent.path == "/embeddings"
    assert msgspec.json.decode(upstream.sent.body) == {"model": "text-embedding-3-small", "input": "some words"}


def test_a_busy_provider_is_told_apart() -> None:
    draw = asked(Fixed(status=429, headers=(("retry-after", "7"),)))
    assert (draw.error, draw.retry_after_s) == ("rate_limited", 7)


@pytest.mark.parametrize(
    ("upstream", "error"),
    [
        (Fixed(status=400, body=b"{}"), "status 400"),
        (Fixed(broken=True), UpstreamBroken.code),
        (Fixed(body=b"<html>"), NO_VECTOR),
        (Fixed(body=answer(data=[])), NO_VECTOR),
        (Fixed(body=answer(data=[{"embedding": [0, 0]}])), NO_VECTOR),
        (Fixed(body=answer(data=[{"embedding": "AAAA"}])), NO_VECTOR),
    ],
)
def test_a_failure_has_a_name_and_no_vector(upstream: Fixed, error: str) -> None:
    assert (asked(upstream).error, vector_of(asked(upstream))) == (error, None)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_no_vector(body: bytes) -> None:
    assert asked(Fixed(body=body)).error == NO_VECTOR
