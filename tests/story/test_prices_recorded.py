"""Horizon and price on a record: what was called, what it cost, and what it will cost, through the command line."""

import json
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from outlast.catalog.prices import cost, rates_of
from outlast.catalog.store import open_catalog
from outlast.cli.app import run
from outlast.exchange import Exchange, Usage
from outlast.ledger.recorder import open_recorder

CONFIGURATION = """\
[providers.openai]
kind = "openai"
base_url = "http://127.0.0.1:9/v1"

[models."chatgpt-4o-latest"]
target = "openai/chatgpt-4o-latest"
successor = ["openai/gpt-5.1-chat-latest"]

[models.quiet]
target = "openai/gpt-5.6-sol"
"""
EACH = Usage(input_tokens=1200, cached_tokens=200, output_tokens=300)
CALLS = {"chatgpt-4o-latest": 3, "openai/gpt-4o": 1}
DAY_NS = 86_400 * 10**9

Command = Callable[..., str]


def exchange(requested: str, served: str, number: int, started_ns: int) -> Exchange:
    model = open_catalog().find(served)
    assert model is not None
    return Exchange(
        id=f"{requested}-{number}",
        started_ns=started_ns,
        requested=requested,
        virtual="/" not in requested,
        served=served,
        status=200,
        usage=EACH,
        cost_pico_usd=cost(EACH, rates_of(model.price)),
        priced_as=served,
    )


@pytest.fixture
def outlast(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """A configuration whose record holds four calls of today and one of forty days ago."""
    configuration = tmp_path / "outlast.toml"
    configuration.write_text(CONFIGURATION, encoding="utf-8")
    recorder = open_recorder("sqlite:///outlast.db", tmp_path)
    now = time.time_ns()
    for requested, calls in CALLS.items():
        served = requested if "/" in requested else f"openai/{requested}"
        for number in range(calls):
            recorder.append(exchange(requested, served, number, now))
    recorder.append(exchange("openai/gpt-4", "openai/gpt-4", 0, now - 40 * DAY_NS))
    recorder.close()

    def command(*arguments: str, exits: int = 0) -> str:
        assert run((*arguments, "--config", str(configuration))) == exits
        return capsys.readouterr().out

    return command


def decoded(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def test_the_horizon_weighs_each_dependant_by_its_calls_and_spend(outlast: Command) -> None:
    made = decoded(outlast("horizon", "--today", "2026-02-10", "--format", "json"))
    assert made["today"] == "2026-02-10"
    entries = {entry["name"]: entry for entry in made["entries"]}
    assert list(entries) == ["chatgpt-4o-latest", "openai/gpt-4o", "quiet"]
    first = entries["chatgpt-4o-latest"]
    assert (first["calls"], first["calls_share"], first["model"], first["surface"]) == (
        3,
        Decimal("0.75"),
        "openai/chatgpt-4o-latest",
        "api",
    )
    assert first["monthly_cost_usd"] == 3 * (1200 * Decimal(5) + 300 * Decimal(15)) / 10**6
    assert first["successor"] == "openai/gpt-5.1-chat-latest"
    assert first["successor_monthly_cost_usd"] == 3 * (
        1000 * Decimal("1.25") + 200 * Decimal("0.125") + 300 * Decimal(10)
    ) / Decimal(10**6)
    assert (entries["quiet"]["calls"], entries["quiet"]["ends"], entries["quiet"]["days_left"]) == (0, None, None)


def test_a_rehearsed_day_moves_the_calendar_and_not_the_record(outlast: Command) -> None:
    before, after = (
        decoded(outlast("horizon", "--today", day, "--format", "json"))["entries"][0]
        for day in ("2026-02-10", "2026-02-18")
    )
    assert (before["status"], after["status"]) == ("deprecated", "retired")
    assert (before["days_left"], after["days_left"]) == (7, -1)
    assert before["calls"] == after["calls"] == 3


@pytest.mark.parametrize(("within", "exits"), [("6d", 0), ("7d", 1), ("1w", 1), ("90d", 1)])
def test_the_gate_fails_once_an_end_is_near(outlast: Command, within: str, exits: int) -> None:
    outlast("horizon", "--today", "2026-02-10", "--fail-within", within, exits=exits)


def test_the_mix_comes_from_the_record_where_no_flag_states_one(outlast: Command) -> None:
    made = decoded(outlast("price", "--from", "chatgpt-4o-latest", "--to", "openai/gpt-5.1", "--format", "json"))
    assert (made["from"], made["to"]) == ("openai/chatgpt-4o-latest", "openai/gpt-5.1")
    assert (made["mix"]["calls"], made["mix"]["input_tokens"]) == (3, 3600)
    assert made["from_usd"] == 3 * (1200 * Decimal(5) + 300 * Decimal(15)) / 10**6
    assert made["difference_usd"] == made["to_usd"] - made["from_usd"]
    assert any("3 calls recorded in the last 30 days" in text for text in made["assumptions"])


def test_a_model_that_was_not_called_in_the_window_is_priced_on_all_calls_of_it_and_says_so(outlast: Command) -> None:
    made = decoded(outlast("price", "--from", "openai/gpt-4", "--to", "openai/gpt-5.1", "--format", "json"))
    assert (made["mix"]["calls"], made["mix"]["input_tokens"]) == (4, 4800)
    assert made["from_usd"] == 4 * (1200 * Decimal(30) + 300 * Decimal(60)) / 10**6
    assert any("of every model: none of openai/gpt-4" in text for text in made["assumptions"])


def test_without_a_destination_the_price_is_of_the_successor_that_the_horizon_shows(outlast: Command) -> None:
    made = decoded(outlast("price", "--from", "chatgpt-4o-latest", "--today", "2026-02-10", "--format", "json"))
    assert made["to"] == "openai/gpt-5.1-chat-latest"
    page = outlast("price", "--from", "chatgpt-4o-latest", "--today", "2026-02-10")
    assert "openai/chatgpt-4o-latest on api: deprecated, ends 2026-02-17 (exact)" in page


def test_the_page_of_the_horizon_names_the_move_and_explains_its_marks(outlast: Command) -> None:
    page = outlast("horizon", "--today", "2026-02-10")
    assert "calls recorded in the last 30 days: 4" in page
    assert "! sources disagree on the end" in page
    assert "successor openai/gpt-5.1-chat-latest (declared) from 2026-02-17; ends 2026-07-23 itself" in page
    assert "no end known" in page


def test_nothing_configured_and_nothing_called_gives_the_next_step(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    empty = tmp_path / "outlast.toml"
    empty.write_text("", encoding="utf-8")
    assert run(("horizon", "--config", str(empty))) == 0
    assert "outlast init" in capsys.readouterr().out
    assert run(("horizon", "--config", str(empty), "--format", "json", "--fail-within", "90d")) == 0
    assert json.loads(capsys.readouterr().out)["entries"] == []
