"""Facts 19 to 27 and 2 of the story, through the command line; what is expected is read from the research data."""

import contextlib
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from outlast.cli.app import run

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "catalog.json"

Command = Callable[..., str]
Entry = dict[str, Any]

SIX = ("gpt-4o", "gpt-5.1", "gpt-5.1-chat-latest", "gpt-5-mini", "gpt-5-nano", "gpt-4.1", "gpt-4o-mini")
"""The published table; its line for GPT-5.1 holds for both of that model's ids."""


@pytest.fixture(scope="session")
def research() -> dict[str, Entry]:
    """OpenAI's entries of the research data, by id; amounts as decimals."""
    if not DATA.exists():
        pytest.skip(f"the research data is not there: {DATA}")
    document = json.loads(DATA.read_text(encoding="utf-8"), parse_float=Decimal)
    return {entry["id"]: entry for entry in document["models"] if entry["provider"] == "openai"}


@pytest.fixture
def outlast(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Command]:
    """Run a command in an empty folder; gives what it printed."""

    def command(*arguments: str, exits: int = 0) -> str:
        assert run(arguments) == exits
        return capsys.readouterr().out

    with contextlib.chdir(tmp_path):
        yield command


def decoded(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def parts(prices: Entry) -> tuple[Decimal | None, ...]:
    return tuple(prices.get(part) for part in ("input", "cached_input", "output"))


@pytest.mark.parametrize("model", SIX)
def test_facts_19_to_24_each_line_of_the_published_table(
    outlast: Command, research: dict[str, Entry], model: str
) -> None:
    (listed,) = decoded(outlast("price", f"openai/{model}", "--format", "json"))["models"]
    assert listed["id"] == f"openai/{model}"
    assert parts(listed["parts"]) == parts(research[model]["price_usd_per_million"])


def test_facts_19_to_24_the_table_as_text_has_every_decimal(outlast: Command, research: dict[str, Entry]) -> None:
    lines = outlast("price", *(f"openai/{model}" for model in SIX)).splitlines()
    for model in SIX:
        (line,) = (line for line in lines if line.split(" ")[0] == f"openai/{model}")
        amounts = [Decimal(word) for word in line.split() if word[0].isdigit()]
        assert tuple(amounts) == parts(research[model]["price_usd_per_million"])


def test_fact_25_its_own_price_and_the_one_that_the_press_compared(
    outlast: Command, research: dict[str, Entry]
) -> None:
    made = decoded(
        outlast("price", "--from", "openai/chatgpt-4o-latest", "--to", "openai/gpt-5.1-chat-latest", "--format", "json")
    )
    own = research["chatgpt-4o-latest"]["price_usd_per_million"]
    assert tuple(made["parts"][part]["from_usd"] for part in ("input", "cached_input", "output")) == parts(own)
    (compared,) = made["also_compared"]
    assert compared["id"] == "openai/gpt-4o"
    assert parts(compared["parts"]) == parts(research["gpt-4o"]["price_usd_per_million"])
    assert any(research["chatgpt-4o-latest"]["price_note"] in text for text in made["said"])
    assert not any(research["chatgpt-4o-latest"]["price_note"] in text for text in made["assumptions"])
    assert any("cached tokens cost as input" in text for text in made["assumptions"])


def test_fact_25_both_prices_stand_in_the_table(outlast: Command) -> None:
    page = outlast("price", "openai/chatgpt-4o-latest")
    assert "quoted instead: openai/gpt-4o" in page


def test_fact_26_input_halves_cached_input_is_a_tenth_output_is_equal(
    outlast: Command, research: dict[str, Entry]
) -> None:
    old, new = (research[model]["price_usd_per_million"] for model in ("gpt-4o", "gpt-5.1"))
    made = decoded(outlast("price", "--from", "openai/gpt-4o", "--to", "openai/gpt-5.1", "--format", "json"))
    for part, ratio in (("input", Decimal("0.5")), ("cached_input", Decimal("0.1")), ("output", Decimal(1))):
        assert made["parts"][part] == {"from_usd": old[part], "to_usd": new[part]}
        assert new[part] / old[part] == ratio


def test_fact_26_in_three_lines_of_text(outlast: Command) -> None:
    lines = outlast("price", "--from", "openai/gpt-4o", "--to", "openai/gpt-5.1").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("input "))
    assert [line.split("  ")[0] for line in lines[first : first + 3]] == ["input", "cached input", "output"]
    assert [line.rstrip().rpartition("  ")[2] for line in lines[first : first + 3]] == ["half", "a tenth", "equal"]


def test_what_gpt_5_1_cannot_do_and_can_do_stands_beside_its_price(
    outlast: Command, research: dict[str, Entry]
) -> None:
    made = decoded(outlast("price", "--from", "openai/gpt-4o", "--to", "openai/gpt-5.1", "--format", "json"))
    assert set(made["abilities"]["lost"]) == {"max_tokens", "sampling_params"}
    (window,) = (one for one in made["abilities"]["details"] if one["ability"] == "context_window")
    assert (window["from"], window["to"]) == tuple(research[model]["context_window"] for model in ("gpt-4o", "gpt-5.1"))
    assert "context_window" in made["abilities"]["gained"]
    unsaid = research["gpt-5.1"]["supports"].keys() - research["gpt-4o"]["supports"].keys()
    assert not unsaid & {"tools", "max_tokens"}
    assert not set(made["abilities"]["gained"]) & (unsaid - {"reasoning_efforts"})


def test_fact_27_no_full_substitute_is_said_beside_the_price_although_the_flags_are_equal(
    outlast: Command, research: dict[str, Entry]
) -> None:
    (statement,) = research["gpt-4o-mini"]["statements"]
    assert statement["limits_substitution_of"] == "gpt-4o"
    arguments = ("price", "--from", "openai/gpt-4o", "--to", "openai/gpt-4o-mini")
    made = decoded(outlast(*arguments, "--format", "json"))
    assert statement["says"] in made["said"][0]
    assert (made["abilities"]["lost"], made["abilities"]["gained"]) == ([], [])
    assert statement["says"] in outlast(*arguments)


def test_a_months_mix_from_flags_is_priced_exactly(outlast: Command, research: dict[str, Entry]) -> None:
    mix = ("--input-tokens", "10M", "--cached-tokens", "6M", "--output-tokens", "2M")
    made = decoded(outlast("price", "--from", "openai/gpt-4o", "--to", "openai/gpt-5.1", *mix, "--format", "json"))
    expected = []
    for model in ("gpt-4o", "gpt-5.1"):
        own = research[model]["price_usd_per_million"]
        expected.append(4 * own["input"] + 6 * own["cached_input"] + 2 * own["output"])
    assert [made["from_usd"], made["to_usd"]] == expected
    assert made["difference_usd"] == expected[1] - expected[0]


def test_without_a_mix_and_a_record_the_sums_are_null(outlast: Command) -> None:
    made = decoded(outlast("price", "--from", "openai/gpt-4o", "--to", "openai/gpt-5.1", "--format", "json"))
    assert (made["from_usd"], made["to_usd"], made["difference_usd"], made["mix"]) == (None, None, None, None)


def test_the_long_context_tier_is_a_part_with_its_threshold(outlast: Command, research: dict[str, Entry]) -> None:
    made = decoded(outlast("price", "--from", "openai/gpt-4o", "--to", "openai/gpt-5.4", "--format", "json"))
    (tier,) = research["gpt-5.4"]["long_context_price"].items()
    assert tier[0] == f"above_{made['long_context']['to_above_tokens'] // 1000}k_tokens"
    assert {part: made["parts"][f"long_context_{part}"]["to_usd"] for part in tier[1]} == tier[1]


def test_a_model_nobody_knows_is_an_error_that_names_the_closest(
    outlast: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(("price", "openai/gpt-4x")) == 2
    assert "closest: openai/gpt-4" in capsys.readouterr().err
    assert outlast("price", exits=2) == ""


def test_fact_2_the_horizon_shows_the_end_and_the_day_that_the_press_gave(
    outlast: Command, research: dict[str, Entry], tmp_path: Path
) -> None:
    (tmp_path / "outlast.toml").write_text(
        '[providers.openai]\nkind = "openai"\nbase_url = "http://127.0.0.1:9/v1"\n'
        '[models."chatgpt-4o-latest"]\ntarget = "openai/chatgpt-4o-latest"\n'
        'successor = ["openai/gpt-5.1-chat-latest"]\n',
        encoding="utf-8",
    )
    (conflict,) = research["chatgpt-4o-latest"]["conflicts"]
    page = outlast("horizon", "--today", "2026-02-10")
    assert conflict["kept"] in page
    assert conflict["other"] in page
    (entry,) = decoded(outlast("horizon", "--today", "2026-02-10", "--format", "json"))["entries"]
    assert (entry["ends"], entry["precision"], entry["days_left"]) == (conflict["kept"], "exact", 7)
    assert [(one["date"], one["source"]) for one in entry["conflicts"]] == [
        (conflict["other"], conflict["other_source"])
    ]
    assert entry["successor"] == f"openai/{research['chatgpt-4o-latest']['replacement']}"
