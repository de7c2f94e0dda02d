import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from outlast.exchange import AttemptRecord, Exchange, Observation, Usage
from outlast.ledger.batch import Batch, encode
from outlast.ledger.database import open_for_writing
from outlast.ledger.frames import EXCHANGE, OBSERVATION
from outlast.ledger.queries import QUERIES

V1_FIELDS = (
    *("id", "started_ns", "requested", "virtual", "served", "answered", "reason", "key", "path", "streamed", "status"),
    *("outcome", "error", "usage", "cost_pico_usd", "priced_as", "first_byte_us", "total_us", "finish", "adapted"),
    *("signals", "attempts", "keep", "request_body", "response_body", "estimated"),
)
PLAIN = Exchange(id="req_1", started_ns=1, requested="gpt-4o", virtual=True)
FULL = Exchange(
    id="req_2",
    started_ns=2,
    requested="gpt-4o",
    virtual=True,
    served="openai/gpt-5.1",
    answered="gpt-5.1-2025-11-13",
    reason="successor",
    key="team-a",
    path="/v1/chat/completions",
    streamed=True,
    status=200,
    outcome="cancelled",
    error="none",
    usage=Usage(11, 12, 13, 14, 15, 16, 17),
    cost_pico_usd=2**62,
    priced_as="openai/gpt-5.1",
    first_byte_us=21,
    total_us=22,
    finish="stop",
    adapted=("max_tokens", "temperature"),
    signals=("redirected",),
    attempts=(AttemptRecord("openai/gpt-5.1", "successor", 200, "", 9),),
    keep="full",
    request_body=b"\xff\x00",
    response_body=b"",
    estimated=True,
)


def test_a_record_that_an_older_version_left_can_be_read() -> None:
    """Exchanges are written as arrays: fields may be added at the end, and never moved or removed."""
    assert Exchange.__struct_fields__[: len(V1_FIELDS)] == V1_FIELDS
    assert msgspec.json.decode(b'["req_1",1,"gpt-4o",true]', type=Exchange) == PLAIN


@pytest.mark.parametrize("exchange", [PLAIN, FULL])
def test_every_column_names_the_fact_that_the_record_has_there(tmp_path: Path, exchange: Exchange) -> None:
    batch = Batch(careful=False)
    assert batch.add([(EXCHANGE, encode(exchange))]) == 0
    with closing(open_for_writing(tmp_path / "a.db")) as connection:
        connection.row_factory = sqlite3.Row
        connection.executemany(QUERIES["insert_exchange"], batch.exchanges)
        (row,) = connection.execute("SELECT * FROM calls JOIN exchanges USING (seq, id, started_ns)")
    usage = exchange.usage and msgspec.structs.asdict(exchange.usage)
    facts = {**dict.fromkeys(Usage.__struct_fields__), **msgspec.structs.asdict(exchange), **(usage or {})}
    for name in ("adapted", "signals", "attempts"):
        facts[name] = msgspec.json.encode(facts[name]).decode()
    for elsewhere in ("usage", "keep", "request_body", "response_body"):
        del facts[elsewhere]
    assert {name: row[name] for name in row.keys() if name not in ("seq", "record")} == facts  # noqa: SIM118
    stripped = msgspec.structs.replace(exchange, request_body=None, response_body=None)
    assert msgspec.json.decode(row["record"], type=Exchange) == stripped


def test_bodies_go_apart_from_the_record_and_only_where_there_are_any() -> None:
    batch = Batch(careful=False)
    batch.add([(EXCHANGE, encode(PLAIN)), (EXCHANGE, encode(FULL))])
    assert batch.bodies == [("req_2", 2, b"\xff\x00", b"")]
    assert [row[0] for row in batch.exchanges] == ["req_1", "req_2"]


def test_of_a_record_that_is_off_only_the_sums_are_taken() -> None:
    batch = Batch(careful=False)
    batch.add([(EXCHANGE, encode(msgspec.structs.replace(PLAIN, keep="totals", request_body=b"x")))])
    assert (batch.exchanges, batch.bodies, len(batch.totals.rows())) == ([], [], 1)


def test_an_observation_is_a_row_of_its_own() -> None:
    batch = Batch(careful=False)
    seen = Observation(target="openai/o1", surface="api", event="gone", seen_ns=5, evidence="404")
    batch.add([(OBSERVATION, encode(seen))])
    assert batch.observations == [("openai/o1", "api", "gone", 5, "404")]
    assert batch.totals.rows() == []


@pytest.mark.parametrize("payload", [b"", b"[]", b'{"id":1}', b'["req_1",1,"gpt-4o",true,5]', b"\xff"])
def test_a_record_that_cannot_be_understood_is_counted_and_costs_nothing_else(payload: bytes) -> None:
    batch = Batch(careful=False)
    assert batch.add([(EXCHANGE, payload), (OBSERVATION, payload), (EXCHANGE, encode(PLAIN))]) == 2
    assert [row[0] for row in batch.exchanges] == ["req_1"]


@pytest.mark.parametrize("count", [10**30, -(10**30)])
def test_numbers_that_no_calls_add_up_to_overflow_unless_care_is_taken(count: int) -> None:
    frames = [(EXCHANGE, encode(msgspec.structs.replace(PLAIN, usage=Usage(input_tokens=count // 10**14))))] * 3
    plain, careful = Batch(careful=False), Batch(careful=True)
    plain.add(frames)
    with pytest.raises(OverflowError):
        plain.totals.rows()
    careful.add(frames)
    assert careful.totals.rows()
