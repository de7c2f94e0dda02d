"""The page about one's own deprecations can be played through as it is written."""

import json
import re
import shlex
from contextlib import chdir
from pathlib import Path

import pytest
from tests.integration.gateway_process import Done, outlast

GUIDE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> list[Done]:
    """Every command of the guide, in its order."""
    folder = tmp_path_factory.mktemp("guide")
    (folder / "outlast.toml").write_text(block("toml"), encoding="utf-8")
    with chdir(folder):
        return [outlast(*shlex.split(line)[1:]) for line in block("sh").splitlines()]


def test_the_commands_of_the_guide_do_what_it_says(played: list[Done]) -> None:
    assert [done.code for done in played] == [0, 0, 0, 0, 0, 1], [done.err for done in played]
    text, document, markdown, html, kept, broken = (done.out for done in played)
    assert "190 days, from 2026-11-01 to 2027-05-10" in text
    assert json.loads(document)["broken"] == 0
    assert "| assistant | deprecated | 2026-11-01 | 2027-05-10 (169 days); free: 2027-02-10" in markdown
    assert html.startswith("<!doctype html>")
    assert "91 days" in kept
    assert "15 days" in broken


def test_every_rule_is_described(played: list[Done]) -> None:
    [one] = json.loads(played[1].out)["retirements"]
    table = GUIDE.split("\n## Rules\n")[1].split("\n## ")[0]
    rules = {re.sub(r"notice of \w+", "notice of PLAN", each["rule"]) for each in one["findings"]} | {"lasting"}
    assert rules == set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE))
