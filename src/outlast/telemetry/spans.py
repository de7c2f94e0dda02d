"""One call as one span, in the words of OpenTelemetry's conventions for generative AI; never a prompt or an answer.

It knows which fact has which name: ``gen_ai.*`` where the conventions have one, ``outlast.*`` where they have none.
It does not know when spans are made nor where they go (``telemetry.tracing``). It needs the extra ``otel``.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.util.types import AttributeValue

from outlast import __version__
from outlast.exchange import PICO_PER_USD, Exchange, Usage
from outlast.settings import ProviderSettings
from outlast.settings.vendors import base_url_of, catalog_of, surface_of
from outlast.telemetry.traceparent import Place, place_of

SCOPE = InstrumentationScope("outlast", __version__)
OURSELVES = "outlast"
"""The provider of a call that none was asked for."""
_NAME = 256  # characters of a name that a span repeats
_TRIED = 8
_US = 1_000_000
_WELL_KNOWN = {
    "amazon-bedrock": "aws.bedrock",
    "aws-bedrock": "aws.bedrock",
    "azure": "azure.ai.openai",
    "google": "gcp.gemini",
    "mistral": "mistral_ai",
    "vertex-ai": "gcp.vertex_ai",
    "xai": "x_ai",
}
"""The conventions' name of a provider, by our catalogue's name of it or of the surface."""

Attributes = dict[str, AttributeValue]


class Peer(msgspec.Struct, frozen=True):
    """A provider as a span names it."""

    name: str
    host: str = ""
    port: int = 0


def peers(providers: Mapping[str, ProviderSettings]) -> dict[str, Peer]:
    """Every provider by the name of its table."""
    return {table: _peer(table, settings) for table, settings in providers.items()}


def span_of(
    exchange: Exchange, *, theirs: str, own: str, peers: Mapping[str, Peer], resource: Resource
) -> ReadableSpan | None:
    """The span of a call at its ``own`` place, below ``theirs``; None where ``own`` is no place."""
    place, parent = place_of(own), place_of(theirs)
    if place is None:
        return None
    failed = bool(exchange.error)
    return ReadableSpan(
        name=f"chat {_name(exchange.requested)}".rstrip(),
        context=_context(place, remote=False),
        parent=None if parent is None else _context(parent, remote=True),
        resource=resource,
        attributes=_attributes(exchange, peers),
        kind=SpanKind.CLIENT,
        status=Status(StatusCode.ERROR) if failed else Status(StatusCode.UNSET),
        start_time=exchange.started_ns,
        end_time=exchange.started_ns + exchange.total_us * 1000,
        instrumentation_scope=SCOPE,
    )


def _attributes(exchange: Exchange, peers: Mapping[str, Peer]) -> Attributes:
    table, _, model = exchange.served.partition("/")
    peer = peers.get(table) or Peer(table or OURSELVES)
    found: Attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": peer.name,
        "gen_ai.request.model": _name(exchange.requested),
        "gen_ai.request.stream": exchange.streamed,
        "outlast.request_id": exchange.id,
        "outlast.outcome": exchange.outcome,
        "outlast.virtual": exchange.virtual,
        "outlast.attempts": len(exchange.attempts),
    }
    if exchange.status:
        found["http.response.status_code"] = exchange.status
    if exchange.error:
        found["error.type"] = exchange.error
    if exchange.served:
        found |= {"outlast.served": _name(exchange.served), "outlast.reason": exchange.reason}
    if peer.host:
        found |= {"server.address": peer.host, "server.port": peer.port}
    if exchange.outcome == "answered":
        found["gen_ai.response.model"] = _name(exchange.answered or model)
    return found | _measures(exchange) | _remarks(exchange)


def _measures(exchange: Exchange) -> Attributes:
    found: Attributes = {}
    if exchange.usage is not None:
        found |= _tokens(exchange.usage)
        found["outlast.estimated"] = exchange.estimated
    if exchange.cost_pico_usd is not None:
        found["outlast.cost_usd"] = exchange.cost_pico_usd / PICO_PER_USD
    if exchange.streamed and exchange.first_byte_us:
        found["gen_ai.response.time_to_first_chunk"] = exchange.first_byte_us / _US
    return found


def _tokens(usage: Usage) -> Attributes:
    found: Attributes = {
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
    }
    for name, count in (
        ("gen_ai.usage.cache_read.input_tokens", usage.cached_tokens),
        ("gen_ai.usage.cache_write.input_tokens", usage.cache_write_tokens),
        ("gen_ai.usage.reasoning.output_tokens", usage.reasoning_tokens),
    ):
        if count:
            found[name] = count
    return found


def _remarks(exchange: Exchange) -> Attributes:
    """What most calls have nothing of."""
    found: Attributes = {}
    if exchange.finish:
        found["gen_ai.response.finish_reasons"] = (_name(exchange.finish),)
    if exchange.key:
        found["outlast.key"] = _name(exchange.key)
    if exchange.adapted:
        found["outlast.adapted"] = tuple(map(_name, exchange.adapted[:_TRIED]))
    if exchange.signals:
        found["outlast.signals"] = exchange.signals
    tried = [f"{_name(each.target)} {each.status} {each.error}" for each in exchange.attempts if each.error]
    if tried:
        found["outlast.tried"] = tried[:_TRIED]
    return found


def _peer(table: str, settings: ProviderSettings) -> Peer:
    catalog = catalog_of(table, settings)
    name = _WELL_KNOWN.get(surface_of(settings)) or _WELL_KNOWN.get(catalog, catalog)
    url = urlsplit(base_url_of(settings))
    return Peer(name, url.hostname or "", url.port or (443 if url.scheme == "https" else 80))


def _context(place: Place, *, remote: bool) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED if place.sampled else TraceFlags.DEFAULT)
    return SpanContext(place.trace, place.span, is_remote=remote, trace_flags=flags)


def _name(text: str) -> str:
    """A name from outside: not too long, and nothing that a message in UTF-8 cannot hold."""
    return text[:_NAME].encode("utf-8", "replace").decode()
