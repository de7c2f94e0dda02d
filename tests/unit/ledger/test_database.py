import re
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest

from outlast.errors import LedgerUnavailable
from outlast.ledger.database import migrate, migrations, open_for_reading, open_for_writing, version_of
from outlast.ledger.queries import QUERIES, parse_queries


def schema(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").fetchall()


def test_the_schema_of_a_ledger_is_the_sum_of_its_migrations(tmp_path: Path) -> None:
    with closing(open_for_writing(tmp_path / "a.db")) as opened, closing(sqlite3.connect(":memory:")) as summed:
        for migration in migrations():
            summed.executescript(migration)
        assert schema(opened) == schema(summed) != []
        assert version_of(opened, tmp_path) == len(migrations())


def test_migrations_that_are_there_are_not_applied_again(tmp_path: Path) -> None:
    with closing(open_for_writing(tmp_path / "a.db")) as connection:
        before = schema(connection)
        migrate(connection, tmp_path / "a.db")
        assert schema(connection) == before


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE totals (anything)")
        before = schema(connection)
        with pytest.raises(sqlite3.OperationalError, match="totals"):
            migrate(connection, tmp_path / "a.db")
        assert schema(connection) == before
        assert version_of(connection, tmp_path) == 0


def test_the_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    with closing(open_for_writing(tmp_path / "a.db")) as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(LedgerUnavailable, match="newer version"):
        open_for_writing(tmp_path / "a.db")


def test_a_reading_connection_cannot_write(tmp_path: Path) -> None:
    open_for_writing(tmp_path / "a.db").close()
    with (
        closing(open_for_reading(tmp_path / "a.db")) as connection,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        connection.execute("DELETE FROM exchanges")


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_every_named_query_fits_the_schema(tmp_path: Path, name: str) -> None:
    statement = QUERIES[name]
    named = dict.fromkeys(re.findall(r":(\w+)", statement))
    parameters = named or (None,) * statement.count("?")
    with closing(open_for_writing(tmp_path / "a.db")) as connection:
        assert connection.execute(f"EXPLAIN {statement}", parameters).fetchall()


def test_queries_are_found_by_the_name_in_their_comment_line() -> None:
    text = "-- one: the first.\nSELECT 1; -- not: a name\n\n-- two: the second.\nSELECT\n  2;\n"
    assert parse_queries(text) == {"one": "SELECT 1; -- not: a name", "two": "SELECT\n  2;"}


def test_a_new_file_that_another_process_is_just_making_is_waited_for(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE begun (anything)")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            open_for_writing(tmp_path / "a.db", patience=0.05)
        done = Timer(0.2, lambda: other.execute("COMMIT"))
        done.start()
        with closing(open_for_writing(tmp_path / "a.db", patience=10.0)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        done.join()
