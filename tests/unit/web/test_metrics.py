"""The text of ``/metrics``, read back by Prometheus' own parser."""

import asyncio
import datetime as dt
import re
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families
from tests.unit.web.paper import PaperReply, call_of

from outlast.exchange import AttemptRecord, Exchange, Usage
from outlast.gateway.counters import Counters
from outlast.web.gauges import CalendarNumbers, TelemetryNumbers
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


@dataclass(frozen=True)
class OneTarget:
    target: str = "openai/gpt-4o"
    state: str = "half_open"
    pending: int = 2


CALENDAR = CalendarNumbers(
    today=dt.date(2026, 11, 23),
    catalogue_day=dt.date(2026, 11, 20),
    ends=(("support", "openai/gpt-4o", dt.date(2027, 1, 14)), ("dead", "acme/old", dt.date(2026, 11, 22))),
)


def page(*exchanges: Exchange) -> str:
    counters = Counters()
    for exchange in exchanges:
        counters.count(exchange)
    reply = PaperReply()
    gauges = Gauges(
        counts=lambda: counters.counts,
        journal=Numbers,
        connections=lambda: 3,
        targets=lambda: [OneTarget()],
        calendar=lambda: CALENDAR,
        telemetry=lambda: TelemetryNumbers(lines_dropped=4, spans_dropped=5),
    )
    asyncio.run(Metrics(gauges)(call_of("/metrics"), reply))
    assert reply.status == 200
    assert dict(reply.headers)["content-type"].startswith("text/plain")
    return reply.body.decode()


def published(*exchanges: Exchange) -> Series:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for each in text_string_to_metric_families(page(*exchanges))
        for sample in each.samples
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


def test_attempts_retries_and_errors_are_published() -> None:
    refused = AttemptRecord("openai/gpt-4o", "target", 503, "refused")
    call = Exchange(
        id="r", started_ns=0, requested="support", virtual=True, served="openai/gpt-4o", status=503,
        error="upstream_refused", attempts=(refused, refused),
    )  # fmt: skip
    series = published(call)
    assert value(series, "outlast_attempts_total", target="openai/gpt-4o", result="refused") == 2
    assert value(series, "outlast_retries_total", target="openai/gpt-4o") == 1
    labels = {"model": "support", "served": "openai/gpt-4o"}
    assert value(series, "outlast_errors_total", **labels, error="upstream_refused") == 1


def test_targets_the_calendar_and_what_was_missed_are_published() -> None:
    series = published()
    states = {state: value(series, "outlast_target_state", target="openai/gpt-4o", state=state) for state in ("closed", "open", "half_open")}  # fmt: skip  # noqa: E501
    assert states == {"closed": 0, "open": 0, "half_open": 1}
    assert value(series, "outlast_target_pending_calls", target="openai/gpt-4o") == 2
    assert value(series, "outlast_catalogue_age_seconds") == 3 * 86_400
    assert value(series, "outlast_model_left_seconds", model="support", target="openai/gpt-4o") == 52 * 86_400
    assert value(series, "outlast_model_left_seconds", model="dead", target="acme/old") == -86_400
    assert value(series, "outlast_log_lines_dropped_total") == 4
    assert value(series, "outlast_spans_dropped_total") == 5
    [build] = [dict(labels) for name, labels in series if name == "outlast_build_info"]
    assert set(build) == {"version", "python"}


def test_names_that_callers_invent_are_no_labels_however_many_there_are() -> None:
    def hostile(number: int) -> Exchange:
        name = f'x{number}"}} 1\nevil_total{{a="\u2028'
        asked = AttemptRecord(f"openai/{name}", "target", 404, "refused")
        if number % 2:
            return Exchange(id="r", started_ns=0, requested=name, virtual=False, status=404, error="model_not_found")
        return Exchange(
            id="r", started_ns=0, requested=f"openai/{name}", virtual=False, served=f"openai/{name}", answered=name,
            status=404, attempts=(asked,), key=name, finish=name,
        )  # fmt: skip

    few, many = page(*map(hostile, range(2))), page(*map(hostile, range(10_000)))
    assert len(many.splitlines()) == len(few.splitlines())
    assert "evil" not in many


def test_names_follow_prometheus_conventions() -> None:
    text = page(CALL)
    families = {each.name: each for each in text_string_to_metric_families(text) if each.name.startswith("outlast_")}
    assert len(families) > 20
    for name, family in families.items():
        assert re.fullmatch(r"outlast_[a-z_]+[a-z]", name)
        assert family.documentation, name
        assert family.type in ("counter", "gauge", "histogram"), name
        assert not name.endswith(("_ms", "_us", "_minutes", "_days", "_total")) or name == "outlast_build"
        assert (family.type == "counter") == text.count(f"# TYPE {name}_total counter"), name
        for sample in family.samples:
            assert set(sample.labels) <= {"model", "served", "status", "outcome", "error", "signal", "kind", "target", "result", "state", "le", "version", "python"}  # fmt: skip  # noqa: E501
