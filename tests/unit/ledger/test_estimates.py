"""How many calls have estimated tokens, in sums of this version and of one that did not count them."""

import sqlite3
from contextlib import closing
from pathlib import Path

from outlast.exchange import Exchange, Usage, UsageQuery
from outlast.ledger.database import migrate, migrations, open_for_writing
from outlast.ledger.queries import QUERIES
from outlast.ledger.reader import SqliteLedger
from outlast.ledger.totals import Totals

HOUR_NS = 3_600 * 10**9


def called(number: int, *, estimated: bool) -> Exchange:
    usage = Usage(input_tokens=10, output_tokens=2)
    return Exchange(
        id=f"req_{number}", started_ns=HOUR_NS * 480_000, requested="a", virtual=False, usage=usage, estimated=estimated
    )


def add(connection: sqlite3.Connection, *calls: Exchange) -> None:
    totals = Totals()
    for call in calls:
        totals.add(call)
    connection.executemany(QUERIES["add_totals"], totals.rows())


def test_estimated_calls_are_counted_in_their_sum(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(open_for_writing(path)) as connection:
        add(connection, called(1, estimated=True), called(2, estimated=False))
        add(connection, called(3, estimated=True))
    found = SqliteLedger(path).total(UsageQuery())
    assert (found.calls, found.estimated_calls) == (3, 2)
    [seen] = SqliteLedger(path).seen(0)
    assert seen.row.estimated_calls == 2


def test_a_ledger_of_a_version_that_did_not_count_them_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    earlier = migrations()[:3]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for migration in earlier:
            connection.executescript(migration)
        connection.execute(f"PRAGMA user_version = {len(earlier)}")
        connection.execute(
            "INSERT INTO totals VALUES (480000, 'a', 0, '', '', '', 5, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0)"
        )
        migrate(connection, path)
        assert SqliteLedger(path).total(UsageQuery()).estimated_calls == 0
        add(connection, called(1, estimated=True))
    found = SqliteLedger(path).total(UsageQuery())
    assert (found.calls, found.estimated_calls) == (6, 1)
