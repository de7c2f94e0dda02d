"""The text of ``/metrics``, read back by Prometheus' own parser."""

import asyncio
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families
from tests.unit.web.paper import PaperReply, call_of

from outlast.exchange import Exchange, Usage
from outlast.gateway.counters import Counters
from outlast.web.metrics import Gauges, Metrics

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


@dataclass(frozen=True)
class Numbers:
    appended: int = 5
    lag: int = 2
    lost: int = 1
    bodies_lost: int = 0
    damaged: int = 0
    journal_ok: bool = True
    database_ok: bool = False


def published(*exchanges: Exchange) -> Series:
    counters = Counters()
    for exchange in exchanges:
        counters.count(exchange)
    reply = PaperReply()
    asyncio.run(Metrics(Gauges(counters=counters, journal=Numbers, connections=lambda: 3))(call_of("/metrics"), reply))
    assert reply.status == 200
    assert dict(reply.headers)["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(reply.body.decode())
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value for each in families for sample in each.samples
    }


def value(series: Series, name: str, **labels: str) -> float:
    return series[name, frozenset(labels.items())]


CALL = Exchange(
    id="req_1", started_ns=0, requested='sup"port\n', virtual=True, served="openai/gpt-4o", status=200,
    usage=Usage(1000, 200, 0, 50, 0), cost_pico_usd=2_500_000_000, first_byte_us=120_000, total_us=700_000,
    signals=("redirected",),
)  # fmt: skip


def test_calls_tokens_cost_and_durations_are_published_in_base_units() -> None:
    series = published(CALL, CALL)
    labels = {"model": CALL.requested, "served": "openai/gpt-4o"}
    assert value(series, "outlast_calls_total", **labels, status="2xx", outcome="answered") == 2
    assert value(series, "outlast_tokens_total", **labels, kind="input") == 2000
    assert value(series, "outlast_tokens_total", **labels, kind="cached_input") == 400
    assert value(series, "outlast_cost_usd_total", **labels) == 0.005
    assert value(series, "outlast_signals_total", **labels, signal="redirected") == 2
    assert value(series, "outlast_first_byte_seconds_bucket", **labels, le="0.1") == 0
    assert value(series, "outlast_first_byte_seconds_bucket", **labels, le="0.25") == 2
    assert value(series, "outlast_call_seconds_bucket", **labels, le="+Inf") == 2
    assert value(series, "outlast_call_seconds_sum", **labels) == 1.4
    assert value(series, "outlast_call_seconds_count", **labels) == 2


def test_statuses_are_published_by_class() -> None:
    gone = (404, 410, 0)
    calls = [Exchange(id="r", started_ns=0, requested="x", virtual=False, status=status) for status in gone]
    series = published(*calls)
    named = {"model": "other", "served": "", "outcome": "answered"}
    assert value(series, "outlast_calls_total", **named, status="4xx") == 2
    assert value(series, "outlast_calls_total", **named, status="none") == 1


def test_the_state_of_journal_and_connections_is_published_without_any_call() -> None:
    series = published()
    assert value(series, "outlast_journal_records_total") == 5
    assert value(series, "outlast_journal_lag_records") == 2
    assert value(series, "outlast_journal_lost_total") == 1
    assert value(series, "outlast_journal_ok") == 1
    assert value(series, "outlast_database_ok") == 0
    assert value(series, "outlast_open_connections") == 3
    assert value(series, "process_resident_memory_bytes") > 1e6
