"""Calls as spans: what they are called, where they stand, and that a collector can hold nothing up."""

import threading
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, StatusCode
from tests.integration.gateway_process import until

from outlast.exchange import AttemptRecord, Exchange, Usage
from outlast.gateway.call import Call
from outlast.settings import ProviderSettings
from outlast.telemetry.spans import peers, span_of
from outlast.telemetry.tracing import BATCH, Tracer

THEIRS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OWN = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"
PEERS = peers(
    {
        "openai": ProviderSettings(kind="openai", base_url="https://api.openai.com/v1"),
        "our-azure": ProviderSettings(
            kind="openai", base_url="https://x.example:8443/v1", catalog="openai", surface="azure"
        ),
        "mistral": ProviderSettings(kind="scripted"),
    }
)
ANSWERED = Exchange(
    id="req_1", started_ns=1_770_000_000_000_000_000, requested="support", virtual=True, served="openai/gpt-5",
    answered="gpt-5-2025", reason="successor", key="team-a", status=200, usage=Usage(1000, 200, 10, 50, 30),
    cost_pico_usd=2_500_000_000, first_byte_us=120_000, total_us=700_000, adapted=("max_tokens",), streamed=True,
    finish="stop", signals=("redirected",),
    attempts=(AttemptRecord("openai/gpt-4o", "target", 503, "refused"), AttemptRecord("openai/gpt-5", "successor", 200)),  # noqa: E501
    keep="full", request_body=b"prompt", response_body=b"answer",
)  # fmt: skip


def made(exchange: Exchange, theirs: str = THEIRS, own: str = OWN) -> ReadableSpan:
    span = span_of(exchange, theirs=theirs, own=own, peers=PEERS, resource=Resource.create({}))
    assert span is not None
    return span


def call(traceparent: str = THEIRS) -> Call:
    return Call(
        id="req_1", method="POST", path="/", query="", headers={"traceparent": traceparent}, body=b"", arrived_ns=0
    )


class Kept(SpanExporter):
    """A collector in memory, as slow as a test wants."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []
        self.sizes: list[int] = []
        self.open = threading.Event()
        self.open.set()
        self.result = SpanExportResult.SUCCESS
        self.closed = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.open.wait()
        self.spans += spans
        self.sizes.append(len(spans))
        return self.result

    def shutdown(self) -> None:
        self.closed = True


def test_a_span_says_the_call_in_the_conventions_words() -> None:
    span = made(ANSWERED)
    assert (span.name, span.kind, span.status.status_code) == ("chat support", SpanKind.CLIENT, StatusCode.UNSET)
    assert (span.start_time, span.end_time) == (1_770_000_000_000_000_000, 1_770_000_000_700_000_000)
    assert dict(span.attributes or {}) == {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "support",
        "gen_ai.request.stream": True, "gen_ai.response.model": "gpt-5-2025",
        "gen_ai.response.finish_reasons": ("stop",), "gen_ai.response.time_to_first_chunk": 0.12,
        "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 50,
        "gen_ai.usage.cache_read.input_tokens": 200, "gen_ai.usage.cache_write.input_tokens": 10,
        "gen_ai.usage.reasoning.output_tokens": 30, "http.response.status_code": 200,
        "server.address": "api.openai.com", "server.port": 443,
        "outlast.request_id": "req_1", "outlast.outcome": "answered", "outlast.virtual": True, "outlast.attempts": 2,
        "outlast.served": "openai/gpt-5", "outlast.reason": "successor", "outlast.estimated": False,
        "outlast.cost_usd": 0.0025, "outlast.key": "team-a", "outlast.adapted": ("max_tokens",),
        "outlast.signals": ("redirected",), "outlast.tried": ["openai/gpt-4o 503 refused"],
    }  # fmt: skip


def test_a_span_stands_below_its_callers() -> None:
    span = made(ANSWERED)
    assert span.context is not None
    assert span.parent is not None
    assert (span.context.trace_id, span.parent.trace_id) == (int(THEIRS[3:35], 16),) * 2
    assert (span.context.span_id, span.parent.span_id) == (int(OWN[36:52], 16), int(THEIRS[36:52], 16))
    assert (span.context.is_remote, span.parent.is_remote) == (False, True)
    assert made(ANSWERED, theirs="").parent is None


def test_a_refusal_of_ours_names_no_provider_and_its_error() -> None:
    refused = Exchange(id="r", started_ns=0, requested="no name", virtual=False, status=404, outcome="refused", error="model_not_found")  # fmt: skip  # noqa: E501
    span = made(refused)
    said = dict(span.attributes or {})
    assert (span.name, span.status.status_code) == ("chat no name", StatusCode.ERROR)
    assert (said["gen_ai.provider.name"], said["error.type"]) == ("outlast", "model_not_found")
    assert not {"gen_ai.response.model", "outlast.served", "server.address"} & set(said)


@pytest.mark.parametrize(
    ("served", "name", "host"),
    [
        ("our-azure/deployment", "azure.ai.openai", "x.example"),
        ("mistral/large", "mistral_ai", None),
        ("since-reloaded/x", "since-reloaded", None),
    ],
)
def test_a_provider_has_the_conventions_name(served: str, name: str, host: str | None) -> None:
    said = dict(made(Exchange(id="r", started_ns=0, requested="x", virtual=False, served=served)).attributes or {})
    assert (said["gen_ai.provider.name"], said.get("server.address")) == (name, host)


anything = st.text(max_size=600) | st.text(st.sampled_from("\ud800\x00\n\u2028"), max_size=20)


@given(anything, anything, anything)
def test_whatever_a_caller_writes_a_span_can_be_sent(requested: str, served: str, other: str) -> None:
    exchange = Exchange(
        id="r", started_ns=0, requested=requested, virtual=False, served=served, answered=other, key=other,
        finish=other, attempts=(AttemptRecord(served, "target", 500, "x"),),
    )  # fmt: skip
    assert len(encode_spans([made(exchange)]).SerializeToString()) < 10_000


def test_nothing_that_was_said_waits_or_goes_out() -> None:
    collector = Kept()
    tracer = Tracer(collector, Resource.create({}), PEERS)
    tracer.ended(ANSWERED, call(), OWN)
    assert all(told.exchange.request_body is None and told.exchange.response_body is None for told in tracer._queue)
    tracer.close()
    [span] = collector.spans
    encoded = encode_spans([span]).SerializeToString()
    assert b"prompt" not in encoded
    assert collector.closed


def test_a_call_without_a_place_is_not_told() -> None:
    collector = Kept()
    tracer = Tracer(collector, Resource.create({}), PEERS)
    tracer.ended(ANSWERED, call(), "")
    tracer.close()
    assert collector.spans == []


def test_every_call_arrives_once_and_in_order() -> None:
    collector = Kept()
    tracer = Tracer(collector, Resource.create({}), PEERS)
    places = [tracer.place(THEIRS) for _ in range(BATCH * 3 + 1)]
    for place in places:
        tracer.ended(ANSWERED, call(), place)
    tracer.close()
    assert [f"{span.context.span_id:016x}" for span in collector.spans if span.context] == [
        own[36:52] for own in places
    ]
    assert max(collector.sizes) <= BATCH
    assert tracer.dropped == 0


def test_what_a_collector_does_not_take_is_counted_and_nothing_waits() -> None:
    collector = Kept()
    collector.open.clear()
    tracer = Tracer(collector, Resource.create({}), PEERS, room=200)
    for _ in range(1000):
        tracer.ended(ANSWERED, call(), OWN)
    assert 700 <= tracer.dropped <= 800  # the thread may have taken its first batch by then
    tracer.close(0.01)
    collector.result = SpanExportResult.FAILURE
    collector.open.set()
    until(lambda: tracer.dropped == 1000)
