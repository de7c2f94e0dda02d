"""``outlast catalog``: what is shown, written and refused, and with which exit code."""

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from outlast.cli.app import run

KEPT = "outlast.db.catalog.json"
TODAY = ("--today", "2026-12-01")


class Done(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Done]


@pytest.fixture
def outlast(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Command]:
    """Run a command in a folder of its own."""

    def command(*arguments: str) -> Done:
        code = run(arguments)
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    with contextlib.chdir(tmp_path):
        yield command


def models(**ends: str | None) -> str:
    """A list as OpenAI answers it; the ids are words with underscores for hyphens."""
    data = [
        {"id": name.replace("_", "-"), "object": "model", "owned_by": "system", "shutdown_date": day}
        for name, day in ends.items()
    ]
    Path("models.json").write_text(json.dumps({"object": "list", "data": data}), encoding="utf-8")
    return "models.json"


def test_a_new_model_is_known_to_every_command_afterwards(outlast: Command) -> None:
    done = outlast("catalog", "update", models(gpt_9="2027-09-01"), *TODAY, "--format", "json")
    assert (done.code, done.document["new_models"], done.document["written"]) == (0, ["openai/gpt-9"], True)
    shown = outlast("models", "show", "openai/gpt-9", *TODAY, "--format", "json").document
    assert shown["surfaces"][0]["ends"] == "2027-09-01"
    [claim] = shown["claims"]
    assert (claim["source"], claim["seen"], claim["origin"]) == ("models.json", "2026-12-01", "catalogue")
    listed = outlast("models", "list", "--provider", "openai", "--ending-within", "300d", *TODAY).out
    assert "openai/gpt-9" in listed


def test_the_same_document_twice_changes_nothing(outlast: Command) -> None:
    outlast("catalog", "update", models(gpt_9="2027-09-01"), *TODAY)
    before = Path(KEPT).read_bytes()
    done = outlast("catalog", "update", "models.json", "--today", "2026-12-02")
    assert done.code == 0
    assert "Nothing new" in done.out
    assert Path(KEPT).read_bytes() == before


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_a_date_that_moves_stops_the_whole_update(outlast: Command, form: str) -> None:
    done = outlast("catalog", "update", models(gpt_4o="2027-03-01", gpt_9="2027-09-01"), *TODAY, "--format", form)
    assert done.code == 1
    assert "--accept-moved" in done.err
    assert all(said in done.out for said in ("openai/gpt-4o", "2027-01-14", "2027-03-01"))
    assert not Path(KEPT).exists()


def test_an_accepted_move_is_followed_and_both_dates_are_shown(outlast: Command) -> None:
    done = outlast("catalog", "update", models(gpt_4o="2027-03-01"), "--accept-moved", *TODAY)
    assert done.code == 0
    shown = outlast("models", "show", "openai/gpt-4o", *TODAY)
    assert "2027-03-01, in 90 days" in shown.out
    assert "2027-01-14  retired" in shown.out
    assert "overtaken" in shown.out


def test_a_dry_run_writes_nothing(outlast: Command) -> None:
    done = outlast("catalog", "update", models(gpt_9="2027-09-01"), "--dry-run", *TODAY, "--format", "json")
    assert (done.code, done.document["new_models"], done.document["written"]) == (0, ["openai/gpt-9"], False)
    assert list(Path.cwd().iterdir()) == [Path("models.json").absolute()]


MISTAKES = [
    ("nowhere.json",),
    (".",),
    ("broken.json",),
    ("other.json",),
    ("models.json", "--provider", "a/b"),
    ("models.json", "--kind", "model-eol"),
    ("models.json", "--kind", "nonsense"),
    ("models.json", "--seen", "soon"),
    ("https://example.com/x", "--offline"),
    ("http://127.0.0.1:1/x",),
    ("ftp://example.com/x",),
    ("http://user:hunter2@example.com/x",),
]


@pytest.mark.parametrize("words", MISTAKES, ids=" ".join)
def test_a_mistake_is_one_line_and_exit_code_2(outlast: Command, words: tuple[str, ...]) -> None:
    models(gpt_9="2027-09-01")
    Path("broken.json").write_text('{"data": [', encoding="utf-8")
    Path("other.json").write_text('{"hello": 1}', encoding="utf-8")
    done = outlast("catalog", "update", *words)
    assert (done.code, done.out) == (2, "")
    [line] = done.err.splitlines()
    assert line.startswith("outlast: ")
    assert "hunter2" not in line
    assert not Path(KEPT).exists()


@pytest.mark.parametrize("command", [("models", "list"), ("horizon",), ("catalog", "show"), ("price", "openai/gpt-4o")])
def test_a_kept_file_that_is_broken_is_refused_by_file_and_entry(outlast: Command, command: tuple[str, ...]) -> None:
    Path(KEPT).write_text('{"format": "outlast-catalogue/1", "claims": [{"model": "a/b"}]}', encoding="utf-8")
    done = outlast(*command)
    assert (done.code, done.out) == (2, "")
    assert KEPT in done.err
    assert "claims[0]" in done.err


def test_what_is_kept_lies_beside_the_database_that_the_configuration_names(outlast: Command) -> None:
    Path("data").mkdir()
    Path("outlast.toml").write_text('[server]\ndatabase = "sqlite:///data/calls.db"\n', encoding="utf-8")
    assert outlast("catalog", "update", models(gpt_9="2027-09-01"), *TODAY).code == 0
    assert Path("data/calls.db.catalog.json").exists()


def test_show_tells_age_sources_counts_and_caveats(outlast: Command) -> None:
    before = outlast("catalog", "show", *TODAY, "--format", "json").document
    assert (before["age_days"], before["supplement"]["exists"]) == (10, False)
    outlast("catalog", "update", models(gpt_9="2027-09-01"), *TODAY)
    after = outlast("catalog", "show", *TODAY, "--format", "json").document
    assert after["models"] == before["models"] + 1
    assert after["claims"] == before["claims"] + 1
    assert after["newest_statement"] == "2026-12-01"
    assert {"says": "models.json", "claims": 1, "last_seen": "2026-12-01"} in after["sources"]
    assert len(after["caveats"]) > 2
    for form in ("text", "markdown"):
        page = outlast("catalog", "show", *TODAY, "--format", form).out
        assert "2026-11-21, 10 days ago" in page
        assert "Prices are list prices" in page


def test_what_is_exported_is_read_back_as_nothing_new(outlast: Command) -> None:
    for words in ((), ("--kind", "model-eol", "--provider", "openai")):
        done = outlast("catalog", "export", *words, *TODAY)
        Path("export.json").write_text(done.out, encoding="utf-8")
        again = outlast("catalog", "update", "export.json", *TODAY, "--format", "json")
        assert (again.code, again.document["written"]) == (0, False)


def test_a_model_eol_feed_is_of_one_publisher(outlast: Command) -> None:
    assert outlast("catalog", "export", "--kind", "model-eol").code == 2
