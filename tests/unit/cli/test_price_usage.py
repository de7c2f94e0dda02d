"""``outlast price --usage``: every model of a provider's export priced after its move, and all of them together."""

import contextlib
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from outlast.cli.app import run

GENERIC = """\
date,model,input_tokens,cached_tokens,output_tokens,requests
2026-11-01,gpt-4o,"10,000,000",6000000,2000000,5000
2026-11-02,gpt-4.1,1000000,0,100000,300
2026-11-03,gpt-6-luna,1000000,0,100000,300
2026-11-03,gpt-nobody,1000,0,10,1
"""
TODAY = ("--today", "2026-12-01")


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out, parse_float=Decimal, parse_int=Decimal)


Command = Callable[..., Done]


@pytest.fixture
def outlast(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Command]:
    """Run ``price`` in a folder with an export in it."""

    def command(*arguments: str) -> Done:
        code = run(("price", *arguments))
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    with contextlib.chdir(tmp_path):
        Path("usage.csv").write_text(GENERIC, encoding="utf-8")
        yield command


def test_each_model_is_priced_as_price_prices_it_alone(outlast: Command) -> None:
    bill = outlast("--usage", "usage.csv", "--provider", "openai", *TODAY, "--format", "json").document
    moves = {move["name"]: move for move in bill["moves"]}
    assert set(moves) == {"gpt-4o", "gpt-4.1"}
    for name, flags in (("gpt-4o", ("10M", "6M", "2M")), ("gpt-4.1", ("1M", "0", "100k"))):
        counts = [word for pair in zip(("--input", "--cached", "--output"), flags, strict=True) for word in pair]
        alone = outlast("--from", f"openai/{name}", *counts, *TODAY, "--format", "json").document
        for key in ("to", "from_usd", "to_usd", "difference_usd"):
            assert moves[name][key] == alone[key]


def test_the_sum_is_the_sum_and_what_stays_costs_the_same(outlast: Command) -> None:
    bill = outlast("--usage", "usage.csv", "--provider", "openai", *TODAY, "--format", "json").document
    [stays] = bill["staying"]
    assert stays["name"] == "gpt-6-luna"
    assert bill["from_usd"] == sum(move["from_usd"] for move in bill["moves"]) + stays["usd"]
    assert bill["difference_usd"] == sum(move["difference_usd"] for move in bill["moves"])
    assert (bill["rows"], bill["first_day"], bill["last_day"]) == (4, "2026-11-01", "2026-11-03")


def test_models_that_nobody_knows_are_listed_and_in_no_sum(outlast: Command) -> None:
    done = outlast("--usage", "usage.csv", "--provider", "openai", *TODAY)
    assert done.code == 0
    assert "gpt-nobody: 1,000 input and 10 output tokens; nobody knows it" in done.out


def test_every_model_may_move_to_one(outlast: Command) -> None:
    bill = outlast("--usage", "usage.csv", "--to", "openai/gpt-5.1", *TODAY, "--format", "json").document
    assert {move["to"] for move in bill["moves"]} == {"openai/gpt-5.1"}
    assert len(bill["moves"]) == 3


def test_one_model_of_the_file_may_be_asked_about(outlast: Command) -> None:
    bill = outlast("--usage", "usage.csv", "--from", "openai/gpt-4o", *TODAY, "--format", "json").document
    assert [move["name"] for move in bill["moves"]] == ["gpt-4o"]
    missing = outlast("--usage", "usage.csv", "--from", "openai/gpt-5", *TODAY)
    assert missing.code == 2
    assert "no rows of openai/gpt-5" in missing.err


def test_a_name_of_several_providers_asks_whose_it_is(outlast: Command) -> None:
    Path("usage.csv").write_text("model,input_tokens,output_tokens\ngrok-3,1000,10\n", encoding="utf-8")
    unsure = outlast("--usage", "usage.csv", *TODAY, "--format", "json").document
    assert "--provider" in unsure["unknown_models"][0]["why"]
    sure = outlast("--usage", "usage.csv", "--provider", "xai", *TODAY, "--format", "json").document
    assert sure["unknown_models"] == []


def test_a_configured_name_means_its_target(outlast: Command) -> None:
    Path("outlast.toml").write_text(
        '[providers.openai]\nkind = "scripted"\n'
        '[models.support]\ntarget = "openai/gpt-4o"\nsuccessor = "openai/gpt-5.1"\n',
        encoding="utf-8",
    )
    Path("usage.csv").write_text("model,input_tokens,output_tokens\nsupport,1000,10\n", encoding="utf-8")
    [move] = outlast("--usage", "usage.csv", *TODAY, "--format", "json").document["moves"]
    assert (move["from"], move["to"]) == ("openai/gpt-4o", "openai/gpt-5.1")


@pytest.mark.parametrize(
    "words",
    [
        ("--usage", "nowhere.csv"),
        ("--usage", "usage.csv", "--input", "1M"),
        ("--usage", "usage.csv", "openai/gpt-4o"),
        ("--usage", "usage.csv", "--to", "openai/nobody"),
        ("--usage", "broken.csv"),
        ("--usage", "https://example.com/usage.csv"),
    ],
    ids=" ".join,
)
def test_a_mistake_is_one_line_and_exit_code_2(outlast: Command, words: tuple[str, ...]) -> None:
    Path("broken.csv").write_text("model,input_tokens,output_tokens\nm,many,1\n", encoding="utf-8")
    done = outlast(*words)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
