"""``outlast keys`` on a real database file: what is printed, where, and what a wrong word is told."""

import datetime as dt
import json
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.cli.app import run
from outlast.cli.keys_words import End, length_ns

SECRET = re.compile(r"ol-[a-z2-7]{56}")
CONFIGURATION = """\
[providers.openai]
kind = "scripted"

[models.support]
target = "openai/gpt-4o"
"""


@dataclass(frozen=True)
class Said:
    """What one command line printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Keys = Callable[..., Said]


@pytest.fixture
def keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Keys:
    """Runs ``outlast keys …`` against a configuration of the test's own."""
    config = tmp_path / "outlast.toml"
    config.write_text(CONFIGURATION)

    def said(*arguments: str) -> Said:
        capsys.readouterr()
        code = run(["keys", *arguments, "--config", str(config)])
        return Said(code, *capsys.readouterr())

    return said


def test_the_secret_stands_alone_on_stdout_and_everything_else_on_stderr(keys: Keys) -> None:
    made = keys("create", "support")
    assert SECRET.fullmatch(made.out.strip())
    assert "shown this once" in made.err
    assert made.out.strip() not in made.err
    assert keys("create", "quiet", "--quiet").err == ""


def test_a_secret_is_printed_by_create_and_rotate_and_by_nothing_else(keys: Keys) -> None:
    made = keys("create", "support", "--format", "json").document
    assert SECRET.fullmatch(made["secret"])
    turned = keys("rotate", "support", "--format", "json").document
    assert SECRET.fullmatch(turned["secret"])
    assert turned["secret"] != made["secret"]
    for arguments in (
        ("list",),
        ("change", "support", "--owner", "x"),
        ("revoke", made["secret"]),
        ("revoke", "support"),
    ):
        for form in ("text", "json"):
            said = keys(*arguments, "--format", form)
            assert said.code == 0
            assert not SECRET.search(said.out + said.err)
            assert made["secret"][11:] not in said.out + said.err


def test_json_has_every_fact_of_a_key(keys: Keys) -> None:
    keys(
        "create", "batch", "--owner", "ana@example.com", "--team", "Söhne", "--plan", "plus", "--tag", "night",
        "--tag", "eu",
        "--model", "openai/*", "--model", "support", "--requests-per-minute", "60", "--tokens-per-minute", "1.5M",
        "--concurrent", "3", "--budget-day", "0.50USD", "--budget-month", "100USD", "--expires", "2199-01-15",
    )  # fmt: skip
    [key] = keys("list", "--format", "json").document
    [secret] = key.pop("secrets")
    assert key.pop("created").endswith("Z")
    assert key == {
        "name": "batch",
        "state": "active",
        "owner": "ana@example.com",
        "team": "Söhne",
        "plan": "plus",
        "tags": ["night", "eu"],
        "models": ["openai/*", "support"],
        "limits": {
            "requests_per_minute": 60,
            "tokens_per_minute": 1_500_000,
            "concurrent": 3,
            "budget_day_usd": 0.5,
            "budget_month_usd": 100,
        },
        "expires": "2199-01-15T00:00:00Z",
        "revoked": None,
    }
    assert (secret["usable"], secret["expires"]) == (True, "2199-01-15T00:00:00Z")


def test_text_has_every_limit_in_words(keys: Keys) -> None:
    keys("create", "batch", "--requests-per-minute", "1000", "--budget-month", "99.5USD", "--model", "openai/*")
    line = keys("list").out.splitlines()[1]
    for words in ("batch", "active", "ol-", "openai/*", "1,000 requests/min, 99.5 USD/month", "never"):
        assert words in line


def test_what_a_change_does_not_name_stays_and_none_lifts(keys: Keys) -> None:
    keys(
        "create", "k", "--owner", "ana", "--tag", "a", "--model", "support", "--concurrent", "3", "--expires", "9d",
        "--plan", "free",
    )  # fmt: skip
    changed = keys("change", "k", "--model", "openai/*", "--budget-day", "1USD", "--format", "json").document
    assert [changed[each] for each in ("owner", "plan", "tags", "models")] == ["ana", "free", ["a"], ["openai/*"]]
    assert (changed["limits"]["concurrent"], changed["limits"]["budget_day_usd"]) == (3, 1)
    lifted = keys(
        "change", "k", "--owner", "none", "--plan", "none", "--tag", "none", "--model", "none", "--concurrent", "none",
        "--budget-day", "none", "--expires", "none", "--format", "json",
    ).document  # fmt: skip
    assert [lifted[name] for name in ("owner", "plan", "tags", "models", "expires")] == [None, None, [], None, None]
    assert set(lifted["limits"].values()) == {None}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "bad name"), "no name of a key"),
        (("create", "k", "--plan", "free:1"), "no name of a plan"),
        (("create", "k", "--requests-per-minute", "0"), "no limit"),
        (("create", "k", "--tokens-per-minute", "-5"), "not a count"),
        (("create", "k", "--concurrent", "1e400"), "no limit"),
        (("create", "k", "--budget-day", "5EUR"), "no budget"),
        (("create", "k", "--budget-day", "0"), "no budget"),
        (("create", "k", "--budget-day", "nan"), "no budget"),
        (("create", "k", "--budget-month", "10000000USD"), "no budget"),
        (("create", "k", "--budget-month", "0.0000000000001USD"), "no budget"),
        (("create", "k", "--expires", "2020-01-01"), "has passed"),
        (("create", "k", "--expires", "soon"), "no end"),
        (("create", "k", "--expires", "0d"), "no end"),
        (("create", "k", "--expires", "9999-12-31"), "no end"),
        (("create", "k", "--model", " openai/*"), "no pattern"),
        (("create", "k", "--tag", "a\x1b[31m"), "cannot be used"),
        (("create", "k", *[word for n in range(65) for word in ("--tag", str(n))]), "at most 64 tags"),
        (("rotate", "made", "--overlap", "soon"), "no length of time"),
        (("change", "made"), "nothing to change"),
        (("change", "mode", "--owner", "x"), "closest: made"),
        (("create", "made"), "created already"),
        (("revoke", "nobody"), "no key 'nobody' is known"),
    ],
)
def test_a_wrong_word_is_told_with_its_remedy_and_changes_nothing(
    keys: Keys, arguments: tuple[str, ...], said: str
) -> None:
    keys("create", "made")
    before = keys("list", "--format", "json").out
    answer = keys(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert keys("list", "--format", "json").out == before


def test_a_secret_given_for_a_name_is_not_repeated(keys: Keys) -> None:
    secret = keys("create", "k").out.strip()
    for arguments in (("create", secret), ("rotate", secret), ("change", secret, "--owner", "x")):
        answer = keys(*arguments)
        assert answer.code == 2
        assert secret not in answer.err


def test_a_pattern_that_can_match_nothing_here_is_remarked_upon(keys: Keys) -> None:
    remarked = keys(
        "create", "k", "--model", "openia/*", "--model", "suport", "--model", "o*", "--model", "s?pport"
    ).err
    assert "openia/*" in remarked
    assert "suport" in remarked
    assert "o* " not in remarked
    assert "s?pport" not in remarked


def test_a_list_can_be_seen_as_of_a_day(keys: Keys) -> None:
    keys("create", "k", "--expires", "2199-01-15")
    for day, state in (("2199-01-14", "active"), ("2199-01-15", "expired")):
        [key] = keys("list", "--today", day, "--format", "json").document
        assert key["state"] == state


def test_an_empty_list_says_how_to_begin_and_makes_no_file(keys: Keys, tmp_path: Path) -> None:
    said = keys("list", "--format", "json")
    assert (said.code, said.document) == (0, [])
    assert "keys create" in said.err
    assert not (tmp_path / "outlast.db").exists()


def test_what_is_created_is_for_owner_and_group_alone_and_the_mask_comes_back(keys: Keys, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        keys("create", "k")
        assert os.umask(0) == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "outlast.db").stat().st_mode) & 0o007 == 0


@given(st.integers(1, 10**6), st.sampled_from("smhdw"))
def test_a_length_is_a_number_and_a_unit(number: int, unit: str) -> None:
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}[unit] * number
    expected = seconds * 10**9 if seconds <= 36_525 * 86_400 else None
    assert length_ns(f"{number}{unit}") == expected


def test_a_day_ends_a_key_with_its_first_moment() -> None:
    day = dt.date(2027, 1, 15)
    midnight = int(dt.datetime(2027, 1, 15, tzinfo=dt.UTC).timestamp()) * 10**9
    assert End(day=day).at(midnight - 1) == midnight
    with pytest.raises(click.UsageError):
        End(day=day).at(midnight)


@pytest.mark.parametrize("flag", ["--model", "--tag", "--owner", "--team", "--plan"])
def test_an_empty_word_lifts_nothing_and_is_a_wrong_command_line(keys: Keys, flag: str) -> None:
    assert keys("create", "ci", flag, "").code == 2
    assert keys("list", "--format", "json").document == []
    before = keys("create", "k", "--model", "openai/*", "--tag", "a", "--owner", "ana", "--team", "b").code
    shown = keys("list", "--format", "json").document
    assert (before, keys("change", "k", flag, "").code) == (0, 2)
    assert keys("list", "--format", "json").document == shown
