"""The page about rollouts can be played through as it is written."""

import re
import shlex
from contextlib import chdir
from pathlib import Path

import pytest
from tests.integration.gateway_process import Done, outlast

GUIDE = (Path(__file__).parents[2] / "docs" / "rollout.md").read_text(encoding="utf-8")


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
    assert [done.code for done in played] == [0] * 8, [done.err for done in played]
    started, status, advanced, pinned, paused, resumed, back, history = (done.out for done in played)
    assert "in the shadow" in started
    assert "HOLD is no success" in status
    assert "10% of conversations go to openai/simulated-warm" in advanced == resumed
    assert "ana" in pinned
    assert "nobody new gets it" in paused
    assert "everybody has openai/simulated-terse again" in back
    assert "the shadow looked fine" in history
    assert "no verdict was required" in history


def test_every_command_and_option_that_is_named_exists() -> None:
    helps = {name: outlast("rollout", name, "--help").out for name in ("start", "status", "back", "done", "history")}
    for option in set(re.findall(r"`(--(?:require|unproven|max|window|keep)[a-z-]*)", GUIDE)):
        assert option in helps["start"], option
    assert "--watch" in helps["status"]
