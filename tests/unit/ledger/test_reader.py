"""Calls read one by one: however large what was said in them is, one call's bodies are in memory at a time."""

import sqlite3
import tracemalloc
from contextlib import closing
from pathlib import Path

from outlast.exchange import Exchange, ExchangeQuery
from outlast.ledger.reader import open_reader
from outlast.ledger.recorder import open_recorder

URL = "sqlite:///outlast.db"
BODY = 1 << 20
COUNT = 24


def test_reading_what_was_said_takes_the_memory_of_one_call(tmp_path: Path) -> None:
    recorder = open_recorder(URL, tmp_path)
    for number in range(COUNT):
        recorder.append(
            Exchange(
                id=f"req_{number}", started_ns=1, requested="a", virtual=True, keep="full", response_body=bytes(BODY)
            )
        )
    recorder.close()
    tracemalloc.start()
    try:
        sizes = [
            len(each.response_body or b"") for each in open_reader(URL, tmp_path).exchanges(ExchangeQuery(bodies=True))
        ]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sizes == [BODY] * COUNT
    assert peak < 4 * BODY


def test_a_reader_that_stops_early_leaves_the_database_to_others(tmp_path: Path) -> None:
    recorder = open_recorder(URL, tmp_path)
    for number in range(3):
        recorder.append(Exchange(id=f"req_{number}", started_ns=number, requested="a", virtual=True))
    recorder.close()
    found = open_reader(URL, tmp_path).exchanges(ExchangeQuery())
    assert next(found).id == "req_0"
    with closing(sqlite3.connect(tmp_path / "outlast.db", isolation_level=None)) as connection:
        connection.execute("DELETE FROM exchanges WHERE id = 'req_1'")
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert busy == 0
    assert [each.id for each in found] == ["req_1", "req_2"], "the page that was read already"
