"""``outlast models``: filters, names, exit codes and the promised JSON keys."""

import contextlib
import datetime as dt
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from outlast.cli.app import run
from outlast.cli.options import Days

Command = Callable[..., str]
TODAY = "2026-11-21"

CONFIGURATION = """
[providers.house]
kind = "openai"
base_url = "http://127.0.0.1:1/v1"
catalog = "openai"

[models.assistant]
target = "house/gpt-4o"

[[catalog.claims]]
model = "openai/gpt-4o"
event = "retired"
date = 2026-12-24

[[catalog.claims]]
model = "house/llama"
event = "released"
date = 2026-01-01
"""


@pytest.fixture
def outlast(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Command]:
    """Run a command in a folder of its own; gives what it printed, errors included."""

    def command(*arguments: str, exits: int = 0) -> str:
        assert run(["models", *arguments]) == exits
        printed = capsys.readouterr()
        return printed.err if exits else printed.out

    with contextlib.chdir(tmp_path):
        yield command


def rows(outlast: Command, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(outlast("list", "--format", "json", *arguments))["models"]
    return found


def test_a_row_has_the_promised_keys(outlast: Command) -> None:
    found = rows(outlast, "--provider", "openai", "--surface", "api", "--today", TODAY)
    (row,) = [row for row in found if row["id"] == "openai/gpt-4o-2024-08-06"]
    promised = {word: row[word] for word in ("surface", "status", "ends", "precision", "successor")}
    assert promised == {
        "surface": "api",
        "status": "deprecated",
        "ends": "2027-01-14",
        "precision": "exact",
        "successor": "openai/gpt-6-luna",
    }


def test_there_is_one_row_per_model_and_surface(outlast: Command) -> None:
    every = [(row["id"], row["surface"]) for row in rows(outlast)]
    assert len(every) == len(set(every)) > 806


@pytest.mark.parametrize(
    ("flags", "holds"),
    [
        (("--provider", "anthropic"), lambda row: row["id"].startswith("anthropic/")),
        (("--surface", "azure"), lambda row: row["surface"] == "azure"),
        (("--status", "redirected"), lambda row: row["status"] == "redirected"),
        (("--kind", "embedding"), lambda row: row["kind"] == "embedding"),
        (("--status", "extended", "--status", "legacy"), lambda row: row["status"] in {"extended", "legacy"}),
        (("--ending-within", "90d"), lambda row: TODAY <= row["ends"] <= "2027-02-19"),
    ],
)
def test_a_filter_takes_exactly_the_rows_that_it_names(
    outlast: Command, flags: tuple[str, ...], holds: Callable[[dict[str, Any]], bool]
) -> None:
    every = [row for row in rows(outlast, "--today", TODAY) if row["ends"] or "--ending-within" not in flags]
    taken = rows(outlast, *flags, "--today", TODAY)
    assert taken
    assert sorted(map(str, taken)) == sorted(str(row) for row in every if holds(row))


def test_ends_come_in_order_where_ends_are_asked_for(outlast: Command) -> None:
    ends = [row["ends"] for row in rows(outlast, "--ending-within", "12w", "--today", TODAY)]
    assert ends == sorted(ends)


def test_an_empty_result_is_valid_json_and_a_misspelt_filter_is_named(
    outlast: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["models", "list", "--provider", "opneai", "--format", "json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"models": []}
    assert "no model has the provider 'opneai'" in printed.err
    assert rows(outlast, "--provider", "deepseek", "--status", "legacy") == []


@pytest.mark.parametrize(("text", "days"), [("90d", 90), ("12w", 84), ("7", 7)])
def test_a_span_is_days_or_weeks(text: str, days: int) -> None:
    assert Days().convert(text, None, None) == days


def test_a_span_that_is_none_is_a_usage_error(outlast: Command) -> None:
    assert "write it like 90d" in outlast("list", "--ending-within", "soon", exits=2)


@pytest.mark.parametrize("command", [("show", "openai/gpt4o"), ("diff", "openai/gpt-4o", "openai/gpt4o")])
def test_an_unknown_model_exits_2_and_names_the_closest(outlast: Command, command: tuple[str, ...]) -> None:
    told = outlast(*command, exits=2)
    assert "no model openai/gpt4o is known; closest: openai/gpt-4o" in told


def test_an_id_is_enough_where_one_provider_has_it(outlast: Command) -> None:
    assert json.loads(outlast("show", "gpt-4o", "--format", "json"))["id"] == "openai/gpt-4o"
    assert json.loads(outlast("show", "azure/gpt-4o", "--format", "json"))["id"] == "openai/gpt-4o"
    told = outlast("show", "grok-3-mini", exits=2)
    assert "azure/grok-3-mini, xai/grok-3-mini" in told


def test_a_virtual_model_and_a_configured_table_are_what_they_stand_for(outlast: Command) -> None:
    Path("outlast.toml").write_text(CONFIGURATION, encoding="utf-8")
    for name in ("assistant", "house/gpt-4o", "openai/gpt-4o"):
        assert json.loads(outlast("show", name, "--format", "json"))["id"] == "openai/gpt-4o"
    assert json.loads(outlast("show", "house/llama", "--format", "json"))["id"] == "house/llama"


def test_a_claim_of_the_operator_wins_visibly(outlast: Command) -> None:
    Path("outlast.toml").write_text(CONFIGURATION, encoding="utf-8")
    shown = json.loads(outlast("show", "openai/gpt-4o", "--format", "json", "--today", TODAY))
    (api,) = [entry for entry in shown["surfaces"] if entry["surface"] == "api"]
    assert api["ends"] == "2026-12-24"
    ends = [c for c in shown["claims"] if (c["event"], c["surface"]) == ("retired", "api")]
    assert [(c["date"], c["origin"], c["decides"]) for c in ends] == [
        ("2027-01-14", "catalogue", False),
        ("2026-12-24", "user", True),
    ]
    (conflict,) = [c for c in shown["conflicts"] if c.get("event") == "retired"]
    assert (conflict["kept"], conflict["other"]) == (["2026-12-24"], "2027-01-14")
    text = outlast("show", "openai/gpt-4o", "--today", TODAY)
    assert "2026-12-24, in 33 days" in text
    assert "overtaken" in text


def test_a_rehearsed_day_moves_the_status_and_not_what_is_known(outlast: Command) -> None:
    for day, status in (("2026-10-13", "active"), ("2026-10-14", "deprecated"), ("2027-01-14", "retired")):
        (row,) = [r for r in rows(outlast, "--surface", "api", "--today", day) if r["id"] == "openai/gpt-4o"]
        assert (row["status"], row["ends"]) == (status, "2027-01-14")


def test_a_model_of_which_little_is_known_is_shown_without_empty_sections(outlast: Command) -> None:
    Path("outlast.toml").write_text(CONFIGURATION, encoding="utf-8")
    text = outlast("show", "house/llama", "--today", str(dt.date(2026, 2, 1)))
    assert "Price: none is known" in text
    assert "Said of it" not in text


@pytest.mark.parametrize("columns", ["80", "100", "200"])
def test_no_name_is_cut_short_at_any_width(columns: str, tmp_path: Path) -> None:
    printed = in_a_terminal(columns, tmp_path, "list", "--provider", "openai", "--surface", "api", "--today", TODAY)
    assert "…" not in printed
    assert max(len(line) for line in printed.splitlines()) <= int(columns)


def in_a_terminal(columns: str, folder: Path, *arguments: str) -> str:
    """What a command prints to a terminal of so many columns."""
    leader, follower = pty.openpty()
    environment = os.environ | {"COLUMNS": columns, "TERM": "dumb", "NO_COLOR": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "outlast", "models", *arguments], stdout=follower, cwd=folder, env=environment
    )
    os.close(follower)
    parts = []
    with contextlib.suppress(OSError):  # Linux ends a terminal with an error
        while piece := os.read(leader, 65536):
            parts.append(piece)
    os.close(leader)
    assert process.wait(timeout=30) == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", b"".join(parts).decode().replace("\r", ""))
