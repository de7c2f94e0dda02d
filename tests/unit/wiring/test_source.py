"""Where a configuration comes from: flags above the file, and the words that hold for a process' whole life."""

from pathlib import Path

import pytest

from outlast.errors import SettingsInvalid
from outlast.settings import parse_settings
from outlast.wiring.source import FOR_LIFE, Source, digest, settle

OTHERS = {
    "host": '"0.0.0.0"',
    "port": "1",
    "database": '"sqlite:///other.db"',
    "workers": "3",
    "today": "2027-01-01",
    "sync": '"always"',
}


def test_flags_win_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "outlast.toml"
    path.write_text("[server]\nport = 1\nworkers = 3\ngrace = 7\n", encoding="utf-8")
    source = Source(path=path, port=0, workers="auto")
    server = source.settings(source.text()).server
    assert (server.port, server.workers, server.grace) == (0, "auto", 7)


@pytest.mark.parametrize(("table", "word"), [(table, word) for table, words in FOR_LIFE.items() for word in words])
def test_a_word_for_life_stays_and_is_said_and_the_rest_is_taken(table: str, word: str) -> None:
    other = {"server": "grace = 3", "ledger": 'keep = "9d"'}[table]
    running = parse_settings("")
    wanted = parse_settings(f"[{table}]\n{word} = {OTHERS[word]}\n{other}\n")
    settled, notes = settle(running, wanted)
    assert getattr(getattr(settled, table), word) == getattr(getattr(running, table), word)
    assert (settled.server.grace, settled.ledger.keep) == (wanted.server.grace, wanted.ledger.keep)
    [note] = notes
    assert note.startswith(f"[{table}] {word} = ")


def test_nothing_that_is_the_same_is_said() -> None:
    running = parse_settings("[server]\nport = 1\n")
    assert (
        settle(
            running,
            parse_settings('[server]\nport = 1\n[models.a]\ntarget = "o/b"\n[providers.o]\nkind = "scripted"\n'),
        )[1]
        == ()
    )


def test_a_file_that_has_gone_is_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="does not exist"):
        Source(path=tmp_path / "outlast.toml").text()
    assert Source(path=None).text() == ""


def test_texts_that_differ_are_told_apart() -> None:
    assert digest("a") == digest("a")
    assert digest("a") != digest("a ")


def test_a_file_that_lost_every_provider_is_refused() -> None:
    scripted = parse_settings('[providers.o]\nkind = "scripted"\n')
    with pytest.raises(SettingsInvalid, match="no provider any more; restart to mean it"):
        settle(scripted, parse_settings(""))
    assert settle(parse_settings(""), parse_settings(""))[1] == ()
