"""``outlast usage`` on a real ledger file."""

import datetime as dt
import json
from pathlib import Path

import pytest

from outlast.cli.app import run
from outlast.exchange import Exchange, Usage
from outlast.ledger.recorder import open_recorder


def day(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()) * 10**9


CALLS = (
    Exchange(
        id="req_1",
        started_ns=day("2026-02-16"),
        requested="chatgpt-4o-latest",
        virtual=True,
        served="openai/chatgpt-4o-latest",
        key="team-a",
        status=200,
        usage=Usage(1_000, 400, 0, 50, 20),
        cost_pico_usd=2_500_000_001,
    ),
    Exchange(
        id="req_2",
        started_ns=day("2026-02-17"),
        requested="chatgpt-4o-latest",
        estimated=True,
        virtual=True,
        served="openai/gpt-5.1-chat-latest",
        status=200,
        usage=Usage(2_000, 0, 0, 70, 0),
        cost_pico_usd=9_000_000_000,
    ),
    Exchange(id="req_3", started_ns=day("2026-02-17"), requested="gpt-9", virtual=False, status=404, outcome="refused"),
    Exchange(id="req_4", started_ns=day("2026-02-18"), requested="own/model", virtual=False, served="own/model"),
)


@pytest.fixture
def config(tmp_path: Path) -> str:
    """A configuration whose ledger has four calls."""
    recorder = open_recorder("sqlite:///kept.db", tmp_path, segment_size=64 << 10)
    for call in CALLS:
        recorder.append(call)
    recorder.close()
    (tmp_path / "outlast.toml").write_text('[server]\ndatabase = "sqlite:///kept.db"\n')
    return str(tmp_path / "outlast.toml")


def usage(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    assert run(["usage", *arguments]) == 0
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_json_has_the_total_and_one_line_per_name_with_exact_amounts(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out, _ = usage(capsys, "--config", config, "--format", "json")
    assert '"cost_usd": 0.011500000001' in out
    document = json.loads(out)
    assert document["total"] == {
        "calls": 4,
        "failed": 1,
        "cost_usd": 0.011500000001,
        "unpriced_calls": 1,
        "estimated_calls": 1,
        "input_tokens": 3_000,
        "cached_tokens": 400,
        "cache_write_tokens": 0,
        "output_tokens": 120,
        "reasoning_tokens": 20,
    }
    assert [(line["name"], line["calls"]) for line in document["by"]] == [
        ("chatgpt-4o-latest", 2),
        ("gpt-9", 1),
        ("own/model", 1),
    ]


def test_estimates_are_said_to_be_some(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, remarks = usage(capsys, "--config", config)
    assert "Of 1 call tokens and cost are estimates" in remarks


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("served", ["openai/gpt-5.1-chat-latest", "openai/chatgpt-4o-latest", "", "own/model"]),
        ("key", ["", "team-a"]),
        ("day", ["2026-02-16", "2026-02-17", "2026-02-18"]),
    ],
)
def test_lines_come_most_expensive_first_and_days_in_order(
    config: str, capsys: pytest.CaptureFixture[str], by: str, names: list[str]
) -> None:
    out, _ = usage(capsys, "--config", config, "--format", "json", "--by", by)
    assert [line["name"] for line in json.loads(out)["by"]] == names


def test_days_limit_what_is_added_up_and_a_rehearsed_day_does_not(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out, _ = usage(capsys, "--config", config, "--format", "json", "--since", "2026-02-17", "--until", "2026-02-17")
    assert json.loads(out)["total"]["calls"] == 2
    out, _ = usage(capsys, "--config", config, "--format", "json", "--today", "2020-01-01")
    assert json.loads(out)["total"]["calls"] == 4


def test_the_table_names_what_has_no_name_and_ends_with_the_total(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = usage(capsys, "--config", config, "--by", "served")
    assert "(none called)" in out
    assert out.splitlines()[-1].split() == ["total", "4", "1", "0.011500000001", "3,000", "400", "120", "20"]
    assert "1 answered call" in err
    assert usage(capsys, "--config", config, "--quiet")[1] == ""


@pytest.mark.parametrize(("dates", "advice"), [((), "outlast serve"), (("--since", "2026-01-01"), "without dates")])
def test_an_empty_ledger_is_zeros_and_the_next_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], dates: tuple[str, ...], advice: str
) -> None:
    config = tmp_path / "outlast.toml"
    config.write_text("")
    out, err = usage(capsys, "--config", str(config), "--format", "json", *dates)
    document = json.loads(out)
    assert document["by"] == []
    assert set(document["total"].values()) == {0}
    assert advice in err
    assert [path.name for path in tmp_path.iterdir()] == ["outlast.toml"]


def test_days_in_the_wrong_order_are_a_usage_error(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["usage", "--config", config, "--since", "2026-02-02", "--until", "2026-02-01"]) == 2
    assert "before --since" in capsys.readouterr().err


def test_a_database_that_is_no_file_is_refused_with_advice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "outlast.toml"
    config.write_text('[server]\ndatabase = "postgresql://db/outlast"\n')
    assert run(["usage", "--config", str(config)]) == 2
    assert "sqlite:///outlast.db" in capsys.readouterr().err


def make_keys(config: str) -> None:
    """team-a is ana's with two tags; team-b is ana's too and made no call."""
    for name, *more in (("team-a", "--tag", "batch", "--tag", "night", "--team", "ops"), ("team-b", "--tag", "batch")):
        assert run(["keys", "create", name, "--owner", "ana", *more, "--config", config, "--quiet"]) == 0


@pytest.mark.parametrize(
    ("by", "lines"),
    [("owner", [("", 3), ("ana", 1)]), ("team", [("", 3), ("ops", 1)]), ("tag", [("", 3), ("batch", 1), ("night", 1)])],
)
def test_calls_are_added_up_by_whom_their_keys_belong_to(
    config: str, capsys: pytest.CaptureFixture[str], by: str, lines: list[tuple[str, int]]
) -> None:
    make_keys(config)
    capsys.readouterr()
    out, err = usage(capsys, "--config", config, "--by", by, "--format", "json")
    document = json.loads(out)
    assert [(line["name"], line["calls"]) for line in document["by"]] == lines
    assert document["total"]["calls"] == 4, "a call counts once, however many tags its key has"
    assert ("count in each" in err) == (by == "tag")


def test_the_owner_that_is_shown_is_todays(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    make_keys(config)
    assert run(["keys", "change", "team-a", "--owner", "ben", "--config", config]) == 0
    capsys.readouterr()
    out, _ = usage(capsys, "--config", config, "--by", "owner")
    assert "ben" in out
    assert "(no owner)" in out
    assert "ana" not in out


def test_a_ledger_from_before_there_were_keys_has_no_owners(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = usage(capsys, "--config", config, "--by", "owner", "--format", "json")
    assert [(line["name"], line["calls"]) for line in json.loads(out)["by"]] == [("", 4)]
