"""What every ledger answers, held by the one in memory and by SQLite alike."""

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outlast.exchange import (
    AttemptRecord,
    Exchange,
    ExchangeQuery,
    Ledger,
    Observation,
    Usage,
    UsageQuery,
    UsageRow,
)
from outlast.ledger.reader import open_reader
from outlast.ledger.recorder import open_recorder
from outlast.testing.ledger import MemoryLedger

DATABASE = "sqlite:///outlast.db"
NS_PER_SECOND = 10**9
Recorded = Callable[..., Ledger]


def in_memory(root: Path, exchanges: Iterable[Exchange] = (), observations: Iterable[Observation] = ()) -> Ledger:
    del root
    ledger = MemoryLedger()
    for exchange in exchanges:
        ledger.append(exchange)
    for observation in observations:
        ledger.observe(observation)
    return ledger


def in_sqlite(root: Path, exchanges: Iterable[Exchange] = (), observations: Iterable[Observation] = ()) -> Ledger:
    recorder = open_recorder(DATABASE, root, segment_size=64 << 10)
    for exchange in exchanges:
        recorder.append(exchange)
    for observation in observations:
        recorder.observe(observation)
    recorder.close()
    return open_reader(DATABASE, root)


@pytest.fixture(params=[in_memory, in_sqlite])
def recorded(request: pytest.FixtureRequest, tmp_path: Path) -> Recorded:
    """Makes a ledger that holds the given exchanges and observations."""
    return lambda *args: request.param(tmp_path, *args)


def at(text: str) -> int:
    """Unix nanoseconds of a UTC time."""
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()) * NS_PER_SECOND


def call(number: int, started: str = "2026-02-16T12:00:00", /, **facts: object) -> Exchange:
    usual: dict[str, object] = {
        "requested": "chatgpt-4o-latest",
        "virtual": True,
        "served": "openai/chatgpt-4o-latest",
        "status": 200,
        "usage": Usage(input_tokens=100, cached_tokens=40, output_tokens=10),
        "cost_pico_usd": 1_000,
    }
    return Exchange(id=f"req_{number}", started_ns=at(started), **{**usual, **facts})  # type: ignore[arg-type]


def test_an_empty_ledger_has_no_rows_and_a_total_of_zero(recorded: Recorded) -> None:
    ledger = recorded()
    assert list(ledger.usage(UsageQuery())) == []
    assert ledger.total(UsageQuery()) == UsageRow(name="", calls=0)
    assert list(ledger.seen(0)) == []
    assert list(ledger.observations()) == []


def test_calls_are_added_up_by_the_name_that_was_asked_for(recorded: Recorded) -> None:
    ledger = recorded([call(1), call(2), call(3, requested="openai/gpt-5.1", cost_pico_usd=9_000)])
    assert [(row.name, row.calls, row.cost_usd, row.input_tokens) for row in ledger.usage(UsageQuery())] == [
        ("openai/gpt-5.1", 1, Decimal("9E-9"), 100),
        ("chatgpt-4o-latest", 2, Decimal("2E-9"), 200),
    ]


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("served", ["openai/chatgpt-4o-latest", "openai/gpt-5.1", ""]),
        ("key", ["team-a", "", "team-b"]),
        ("day", ["2026-02-16", "2026-02-17", "2026-02-18"]),
    ],
)
def test_calls_are_added_up_by_what_they_share(
    recorded: Recorded, by: Literal["served", "key", "day"], names: list[str]
) -> None:
    ledger = recorded(
        [
            call(1, "2026-02-16T23:59:59", key="team-a", cost_pico_usd=3),
            call(2, "2026-02-17T00:00:00", served="openai/gpt-5.1", cost_pico_usd=2),
            call(3, "2026-02-18T00:00:00", served="", key="team-b", cost_pico_usd=1),
        ]
    )
    assert [row.name for row in ledger.usage(UsageQuery(by=by))] == names


def test_equal_costs_are_ordered_by_calls_and_then_by_name(recorded: Recorded) -> None:
    free = {"cost_pico_usd": None}
    ledger = recorded(
        [call(1, requested="b", **free), call(2, requested="c", **free)]
        + [call(n, requested="d", **free) for n in (3, 4)]
    )
    assert [row.name for row in ledger.usage(UsageQuery())] == ["d", "b", "c"]


def test_both_days_of_a_query_are_included(recorded: Recorded) -> None:
    ledger = recorded(
        [
            call(1, "2026-02-15T23:59:59"),
            call(2, "2026-02-16T00:00:00"),
            call(3, "2026-02-17T23:59:59"),
            call(4, "2026-02-18T00:00:00"),
        ]
    )
    since, until = dt.date(2026, 2, 16), dt.date(2026, 2, 17)
    assert ledger.total(UsageQuery(since=since, until=until)).calls == 2
    assert ledger.total(UsageQuery(since=since)).calls == 3
    assert ledger.total(UsageQuery(until=until)).calls == 3


@pytest.mark.parametrize(
    ("facts", "failed", "unpriced"),
    [
        ({}, 0, 0),
        ({"cost_pico_usd": None}, 0, 1),
        ({"cost_pico_usd": 0}, 0, 0),
        ({"status": 404, "outcome": "refused", "cost_pico_usd": None}, 1, 0),
        ({"outcome": "failed", "cost_pico_usd": None}, 1, 0),
        ({"outcome": "cancelled"}, 1, 0),
        ({"status": 399}, 0, 0),
        ({"status": 400}, 1, 0),
    ],
)
def test_failed_is_less_than_an_answer_and_unpriced_an_answer_of_unknown_cost(
    recorded: Recorded, facts: dict[str, object], failed: int, unpriced: int
) -> None:
    total = recorded([call(1, **facts)]).total(UsageQuery())
    assert (total.failed, total.unpriced_calls) == (failed, unpriced)


def test_calls_whose_record_is_off_count_in_every_sum(recorded: Recorded) -> None:
    ledger = recorded([call(1, keep="totals", key="team-a", signals=("redirected",), answered="other"), call(2)])
    assert ledger.total(UsageQuery()).calls == 2
    assert {row.name: row.calls for row in ledger.usage(UsageQuery(by="key"))} == {"team-a": 1, "": 1}
    assert ledger.seen(0)[0].answered == ("other",)


def test_money_beyond_64_bits_stays_exact(recorded: Recorded) -> None:
    largest = 2**62
    ledger = recorded([call(number, cost_pico_usd=largest - number) for number in range(7)])
    assert ledger.total(UsageQuery()).cost_usd == Decimal(7 * largest - 21).scaleb(-12)


def test_seen_tells_pairs_redirections_and_who_answered_instead(recorded: Recorded) -> None:
    ledger = recorded(
        [
            call(1, answered="gpt-4o"),
            call(2, answered="gpt-5.1", signals=("redirected",)),
            call(3, answered="gpt-5.2", signals=("redirected", "soft_gone")),
            call(4, answered="gpt-5.1", signals=("redirected",)),
            call(5, served="openai/gpt-5.1"),
            call(6, requested="openai/gpt-5.1", virtual=False, served="openai/gpt-5.1"),
        ]
    )
    found = [
        (s.requested, s.virtual, s.served, s.row.name, s.row.calls, s.redirected, s.soft_gone, s.answered)
        for s in ledger.seen(at("2026-02-16T12:30:00"))
    ]
    name, first, second = "chatgpt-4o-latest", "openai/chatgpt-4o-latest", "openai/gpt-5.1"
    assert found == [
        (name, True, first, name, 4, 3, 1, ("gpt-5.1", "gpt-5.2")),
        (name, True, second, name, 1, 0, 0, ()),
        (second, False, second, second, 1, 0, 0, ()),
    ]


def test_seen_begins_with_the_hour_of_the_instant(recorded: Recorded) -> None:
    ledger = recorded([call(1, "2026-02-16T11:59:59"), call(2, "2026-02-16T12:00:00")])
    assert [seen.row.calls for seen in ledger.seen(at("2026-02-16T12:59:59"))] == [1]
    assert list(ledger.seen(at("2026-02-16T13:00:00"))) == []


def test_observations_come_oldest_first_whatever_the_order_of_writing(recorded: Recorded) -> None:
    gone = Observation(target="openai/o1", surface="api", event="gone", seen_ns=20, evidence="404 model_not_found")
    back = Observation(target="openai/o1", surface="api", event="answered", seen_ns=30, evidence="200")
    first = Observation(target="openai/o3", surface="azure", event="gone", seen_ns=10, evidence="410 'é\x00'")
    assert list(recorded([], [back, gone, first]).observations()) == [first, gone, back]


def test_calls_come_one_by_one_oldest_first_whatever_the_order_of_writing(recorded: Recorded) -> None:
    many = [call(number, f"2026-02-{1 + number * 7 % 28:02}T12:00:00") for number in range(1_200)]
    ledger = recorded(many)
    found = list(ledger.exchanges(ExchangeQuery()))
    assert found == sorted(many, key=lambda each: each.started_ns)


def test_a_call_whose_record_is_off_is_none_of_those_that_can_be_read(recorded: Recorded) -> None:
    ledger = recorded([call(1), call(2, keep="totals")])
    assert [each.id for each in ledger.exchanges(ExchangeQuery())] == ["req_1"]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (ExchangeQuery(since=dt.date(2026, 2, 17)), ["req_2", "req_3"]),
        (ExchangeQuery(until=dt.date(2026, 2, 16)), ["req_1"]),
        (ExchangeQuery(since=dt.date(2026, 2, 17), until=dt.date(2026, 2, 17)), ["req_2"]),
        (ExchangeQuery(requested="other"), ["req_3"]),
        (ExchangeQuery(served=""), ["req_2"]),
        (ExchangeQuery(key="team-a", outcome="cancelled"), ["req_2"]),
        (ExchangeQuery(key="team-a", requested="other"), []),
    ],
)
def test_calls_are_read_by_day_name_server_key_and_outcome(
    recorded: Recorded, query: ExchangeQuery, ids: list[str]
) -> None:
    ledger = recorded(
        [
            call(1, "2026-02-16T23:59:59", key="team-a"),
            call(2, "2026-02-17T00:00:00", key="team-a", served="", outcome="cancelled"),
            call(3, "2026-02-18T00:00:00", requested="other"),
        ]
    )
    assert [each.id for each in ledger.exchanges(query)] == ids


def test_what_was_said_comes_only_where_it_is_asked_for(recorded: Recorded) -> None:
    said = call(1, keep="full", request_body=b"\xff{", response_body=b"")
    ledger = recorded([said, call(2)])
    assert list(ledger.exchanges(ExchangeQuery(bodies=True))) == [said, call(2)]
    assert [each.request_body for each in ledger.exchanges(ExchangeQuery())] == [None, None]


texts = st.text(max_size=12)
counts = st.integers(0, 2**31)
usages = st.builds(Usage, *[counts] * 7)
exchanges = st.builds(
    Exchange,
    id=st.uuids().map(str),
    started_ns=st.integers(0, at("2090-01-01T00:00:00")),
    requested=texts,
    virtual=st.booleans(),
    served=st.sampled_from(["", "a/b", "a/b/c", "é/\x00"]),
    answered=texts,
    reason=st.sampled_from(["", "target", "successor", "fallback"]),
    key=st.sampled_from(["", "team"]),
    path=texts,
    streamed=st.booleans(),
    status=st.integers(0, 599),
    outcome=st.sampled_from(["answered", "refused", "failed", "cancelled"]),
    error=texts,
    usage=st.none() | usages,
    cost_pico_usd=st.none() | st.integers(0, 2**62),
    priced_as=texts,
    first_byte_us=counts,
    total_us=counts,
    finish=texts,
    adapted=st.lists(texts, max_size=3).map(tuple),
    signals=st.lists(st.sampled_from(["redirected", "soft_gone"]), max_size=2, unique=True).map(tuple),
    attempts=st.lists(
        st.builds(
            AttemptRecord,
            texts,
            st.sampled_from(["target", "successor", "fallback"]),
            st.integers(0, 599),
            texts,
            counts,
        ),
        max_size=3,
    ).map(tuple),
    keep=st.sampled_from(["metadata", "full", "totals"]),
    request_body=st.none() | st.binary(max_size=200),
    response_body=st.none() | st.binary(max_size=200),
    estimated=st.booleans(),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calls=st.lists(exchanges, max_size=25, unique_by=lambda exchange: exchange.id))
def test_sqlite_and_memory_agree_on_any_calls(tmp_path_factory: pytest.TempPathFactory, calls: list[Exchange]) -> None:
    root = tmp_path_factory.mktemp("ledger")
    memory, sqlite = in_memory(root, calls), in_sqlite(root, calls)
    for query in (UsageQuery(), UsageQuery(by="served"), UsageQuery(by="key"), UsageQuery(by="day")):
        assert list(sqlite.usage(query)) == list(memory.usage(query))
    recent = UsageQuery(since=dt.date(2000, 1, 1), until=dt.date(2050, 12, 31))
    assert sqlite.total(recent) == memory.total(recent)
    assert list(sqlite.seen(0)) == list(memory.seen(0))
    assert dict(sqlite.seen_by_key(0)) == dict(memory.seen_by_key(0))
    for bodies in (True, False):
        asked = ExchangeQuery(bodies=bodies)
        assert list(sqlite.exchanges(asked)) == list(memory.exchanges(asked))
