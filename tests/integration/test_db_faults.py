"""A gateway whose database is locked, read-only, broken, deleted or exchanged: calls are answered and recorded."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.integration.conftest import Serve
from tests.integration.gateway_process import LIVING, SCRIPTED, Gateway, outlast_process, running, until

pytestmark = pytest.mark.server


def database(gateway: Gateway) -> Path:
    return gateway.folder / "outlast.db"


def check(gateway: Gateway, name: str) -> str:
    """What ``/readyz`` says of one thing."""
    said: str = gateway.ask("GET", "/readyz").document["checks"][name]["says"]
    return said


def away(gateway: Gateway) -> str:
    """What the gateway says of its database, once it says that it is away."""
    return until(lambda: said if (said := check(gateway, "database")).startswith("away") else "")


def back(gateway: Gateway) -> None:
    until(lambda: not check(gateway, "database").startswith("away") and " 0 waiting" in check(gateway, "journal"))


def called(gateway: Gateway, count: int = 3) -> list[str]:
    """So many calls, each answered; their ids."""
    answers = [gateway.chat(LIVING) for _ in range(count)]
    assert [answer.status for answer in answers] == [200] * count
    return [answer.id for answer in answers]


def metric(gateway: Gateway, name: str) -> float:
    text = gateway.ask("GET", "/metrics").body.decode()
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.split("{")[0].split(" ")[0] == name)


def ids(gateway: Gateway) -> list[str]:
    """Those that have a row; none while the file is being made."""
    try:
        return sorted(row["id"] for row in gateway.rows())
    except sqlite3.OperationalError:
        return []


def assert_whole(gateway: Gateway, expected: list[str]) -> None:
    """Each of these calls has one row, the sums are right, and so says ``db verify``."""
    assert ids(gateway) == sorted(expected)
    assert gateway.outlast("usage", "--format", "json").document["total"]["calls"] == len(expected)
    verified = gateway.outlast("db", "verify", "--format", "json")
    assert (verified.code, verified.document["findings"]) == (0, [])


def worker(gateway: Gateway) -> int:
    """The process that moves the journal into the database."""
    assert gateway.process is not None
    tasks = Path(f"/proc/{gateway.process.pid}/task")

    def started() -> int:
        found = [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]
        return found[0] if found else 0

    return until(started)


@pytest.mark.slow
@pytest.mark.fault("the database is locked")
def test_while_somebody_locks_the_database_calls_are_answered_and_wait_in_the_journal(serve: Serve) -> None:
    gateway = serve(SCRIPTED)
    made = called(gateway)
    gateway.row(gateway.chat(LIVING))
    with closing(sqlite3.connect(database(gateway))) as other:
        other.execute("BEGIN EXCLUSIVE")
        made += called(gateway, 20)
        assert "locked" in away(gateway)
        assert gateway.ask("GET", "/readyz").status == 200
        assert metric(gateway, "outlast_database_ok") == 0
        assert metric(gateway, "outlast_journal_lag_records") == 20
        assert metric(gateway, "outlast_journal_lost_total") == 0
        other.rollback()
    back(gateway)
    assert metric(gateway, "outlast_database_ok") == 1
    assert set(made) < set(ids(gateway))
    assert_whole(gateway, ids(gateway))


@contextlib.contextmanager
def immutable(*paths: Path) -> Iterator[None]:
    """Files that nobody can write, root neither; skipped where the file system knows no such thing."""
    command = shutil.which("chattr")
    there = [str(path) for path in paths if path.exists()]
    if command is None or subprocess.run([command, "+i", *there], capture_output=True, check=False).returncode:
        pytest.skip("no file can be made immutable here: needs root, chattr and a file system that knows it")
    try:
        yield
    finally:
        subprocess.run([command, "-i", *there], check=True)


@pytest.mark.slow
@pytest.mark.fault("the database is read-only")
def test_while_the_database_cannot_be_written_calls_are_answered_and_wait_in_the_journal(serve: Serve) -> None:
    gateway = serve(SCRIPTED)
    made = called(gateway)
    back(gateway)
    path = database(gateway)
    with immutable(path, path.with_name("outlast.db-wal")):
        made += called(gateway, 5)
        away(gateway)
        assert gateway.ask("GET", "/readyz").status == 200
        made += called(gateway, 5)
    back(gateway)
    assert_whole(gateway, made)


@pytest.mark.slow
@pytest.mark.fault("the database is read-only at start")
def test_a_gateway_does_not_start_on_a_database_that_it_cannot_write_and_says_which(tmp_path: Path) -> None:
    with running(tmp_path, SCRIPTED) as gateway:
        made = called(gateway)
    with immutable(tmp_path / "outlast.db"):
        done = outlast_process(tmp_path, "serve", "--port", "0")
        assert (done.code, done.out) == (3, "")
        assert "outlast.db" in done.err
    with running(tmp_path, SCRIPTED) as gateway:
        assert_whole(gateway, made)


@pytest.mark.slow
@pytest.mark.fault("the database is corrupt")
def test_a_broken_database_stops_no_call_and_a_copy_of_it_takes_all_that_came_since(serve: Serve) -> None:
    gateway = serve(SCRIPTED)
    made = called(gateway, 30)
    back(gateway)
    assert gateway.outlast("db", "backup", str(gateway.folder / "copy.db")).code == 0
    made += called(gateway, 5)
    back(gateway)
    overwrite(database(gateway))
    os.kill(worker(gateway), signal.SIGKILL)  # the one that runs has the pages in memory
    made += called(gateway, 10)
    away(gateway)
    assert gateway.ask("GET", "/readyz").status == 200
    assert gateway.outlast("db", "verify").code == 1
    gateway.stop()
    remove(database(gateway))
    (gateway.folder / "copy.db").rename(database(gateway))
    gateway.start()
    made += called(gateway)
    back(gateway)
    found = ids(gateway)
    assert set(found) >= {*made[:30], *made[35:]}, "all but what the broken file alone had, at most"
    assert_whole(gateway, found)


def overwrite(path: Path) -> None:
    """Other bytes from the second page on, and nothing beside the file that could mend it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek(4_096)
        file.write(b"\xa5" * (path.stat().st_size - 4_096))


def remove(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


@pytest.mark.slow
@pytest.mark.fault("the database is deleted under a gateway")
def test_a_deleted_database_is_made_again_with_all_that_the_journal_still_has(serve: Serve) -> None:
    gateway = serve(SCRIPTED)
    made = called(gateway)
    back(gateway)
    remove(database(gateway))
    made += called(gateway, 10)
    until(lambda: database(gateway).exists() and set(made) <= set(ids(gateway)))
    back(gateway)
    assert_whole(gateway, made)


@pytest.mark.slow
@pytest.mark.fault("the database is exchanged under a gateway")
def test_an_older_copy_in_the_place_of_the_database_takes_what_it_does_not_have(serve: Serve) -> None:
    gateway = serve(SCRIPTED)
    made = called(gateway)
    back(gateway)
    assert gateway.outlast("db", "backup", str(gateway.folder / "copy.db")).code == 0
    made += called(gateway)
    back(gateway)
    remove(database(gateway))
    (gateway.folder / "copy.db").rename(database(gateway))
    made += called(gateway)
    until(lambda: set(made) <= set(ids(gateway)))
    back(gateway)
    assert_whole(gateway, made)
