"""``outlast db`` beside a gateway that records: a copy, a check, numbers; and what each says when it cannot."""

import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from tests.integration.conftest import Serve
from tests.integration.gateway_process import LIVING, SCRIPTED, Done, Gateway, calling, outlast, running, until

TWO = "[server]\nworkers = 2\n" + SCRIPTED
KEPT = SCRIPTED + '[models.assistant]\ntarget = "openai/simulated-terse"\nrecord = "full"\n'


def ids(path: Path) -> Counter[str]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return Counter(name for (name,) in database.execute("SELECT id FROM exchanges"))


def answered(gateway: Gateway, count: int) -> list[str]:
    with calling(gateway.address) as caller:
        return [caller.chat(LIVING).id for _ in range(count)]


@pytest.mark.slow
@pytest.mark.server
def test_a_copy_of_a_gateway_of_two_processes_under_load_has_all_that_was_answered_before(serve: Serve) -> None:
    gateway = serve(TWO)
    before: list[str] = []
    with ThreadPoolExecutor(4) as pool:
        before += [name for names in pool.map(lambda _: answered(gateway, 25), range(4)) for name in names]
        running_on = [pool.submit(answered, gateway, 100) for _ in range(3)]
        made = gateway.outlast("db", "backup", str(gateway.folder / "copy.db"), "--format", "json")
        after = [name for each in running_on for name in each.result()]
    assert made.code == 0
    copied = ids(gateway.folder / "copy.db")
    assert set(copied.values()) == {1}
    assert set(before) <= set(copied) <= {*before, *after}
    assert made.document["calls"] == len(copied)
    checked = gateway.outlast("db", "verify", str(gateway.folder / "copy.db"), "--format", "json")
    assert (checked.code, checked.document["whole"]) == (0, True)
    checked = gateway.outlast("db", "verify", "--format", "json")
    assert (checked.code, checked.document["findings"]) == (0, [])


@pytest.mark.slow
@pytest.mark.server
def test_a_gateway_goes_on_from_a_copy_with_the_journal_that_a_kill_left(tmp_path: Path) -> None:
    with running(tmp_path, SCRIPTED) as gateway:
        made = answered(gateway, 10)
        assert gateway.outlast("db", "backup", str(tmp_path / "copy.db")).code == 0
        made += answered(gateway, 10)
        gateway.kill()
    for name in ("outlast.db", "outlast.db-wal", "outlast.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "copy.db").rename(tmp_path / "outlast.db")
    with running(tmp_path, SCRIPTED) as gateway:
        made += answered(gateway, 5)
        until(lambda: set(made) <= set(ids(tmp_path / "outlast.db")))
        assert set(ids(tmp_path / "outlast.db").values()) == {1}
        assert gateway.outlast("usage", "--format", "json").document["total"]["calls"] == 25
        assert gateway.outlast("db", "verify").code == 0


@pytest.fixture
def recorded(serve: Serve) -> Gateway:
    """A gateway that has recorded two calls and was stopped."""
    gateway = serve(KEPT)
    for _ in range(2):
        assert gateway.chat("assistant").status == 200
    gateway.stop()
    return gateway


@pytest.mark.server
def test_the_numbers_of_a_ledger(recorded: Gateway) -> None:
    told = recorded.outlast("db", "info", "--format", "json").document
    assert (told["calls"], told["bodies"], told["waiting"], told["deleted_calls"]) == (2, 2, 0, 0)
    assert told["first_day"] == told["last_day"] is not None
    shown = recorded.outlast("db", "info")
    assert "2, 2 with what was said" in shown.out


@pytest.mark.server
def test_what_is_not_whole_is_listed_and_the_exit_code_says_so(recorded: Gateway) -> None:
    with closing(sqlite3.connect(recorded.folder / "outlast.db", isolation_level=None)) as database:
        database.execute("UPDATE totals SET calls = calls + 1")
    done = recorded.outlast("db", "verify")
    assert done.code == 1
    assert "calls is 3, its rows make 2" in done.out
    document = recorded.outlast("db", "verify", "--format", "json").document
    assert (document["whole"], [finding["check"] for finding in document["findings"]]) == (False, ["sums"])


@pytest.mark.server
def test_a_copy_takes_the_place_of_nothing_unless_told_and_never_of_the_ledger(recorded: Gateway) -> None:
    copy = recorded.folder / "copy.db"
    copy.write_text("mine")
    refused = recorded.outlast("db", "backup", str(copy))
    assert (refused.code, copy.read_text()) == (2, "mine")
    assert "--force" in refused.err
    assert recorded.outlast("db", "backup", str(copy), "--force").code == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    own = recorded.outlast("db", "backup", str(recorded.folder / "outlast.db"), "--force")
    assert own.code == 2
    assert len(ids(recorded.folder / "outlast.db")) == 2


@pytest.mark.parametrize("command", [("backup", "copy.db"), ("verify",), ("info",)])
def test_where_nothing_was_recorded_that_is_said(tmp_path: Path, command: tuple[str, ...]) -> None:
    config = tmp_path / "outlast.toml"
    config.write_text(SCRIPTED)
    done: Done = outlast("db", *command, "--config", str(config))
    assert (done.code, done.out) == (3, "")
    assert "there is no ledger at" in done.err
