"""The guide from capture to verdict can be played through as it is written."""

import re
import shlex
from contextlib import chdir
from pathlib import Path

import msgspec
import pytest
from tests.integration.gateway_process import Done, outlast
from tests.integration.replay_house import requests

from outlast.replay.plan import Plan
from outlast.replay.report.cases import Case
from outlast.replay.result import CandidateResult, CheckResult, ReplayResult

GUIDE = (Path(__file__).parents[2] / "docs" / "replay.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Done]:
    """Every command of the guide, in its order, with what came of it."""
    folder = tmp_path_factory.mktemp("guide")
    for name, text in zip(("outlast.toml", "profiles.toml"), blocks("toml"), strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    requests(folder, 60)
    [commands] = blocks("sh")
    with chdir(folder):
        done = {line: outlast(*shlex.split(line)[1:]) for line in commands.splitlines()}
        assert Path("report.html").is_file()
    return done


def test_the_commands_of_the_guide_do_what_it_says(played: dict[str, Done]) -> None:
    words = [shlex.split(line)[1] for line in played]
    assert words == ["import", "capture", "replay", "replay", "verdict", "report"]
    assert [done.code for done in played.values()] == [0, 0, 0, 1, 1, 0], [done.err for done in played.values()]
    verdict = next(done for line, done in played.items() if line.startswith("outlast verdict"))
    assert "PASS  openai/gpt-5.1 is not shown worse than openai/gpt-4o by more than 10 points" in verdict.out
    assert "FAIL  openai/gpt-4.1 is shown worse" in verdict.out


@pytest.mark.parametrize(
    "kind", [ReplayResult, Plan, CandidateResult, CheckResult, Case], ids=lambda kind: kind.__name__
)
def test_every_key_of_the_document_is_listed(kind: type[msgspec.Struct]) -> None:
    listed = set(re.findall(r"`(?:candidates\[\]\.)?(\w+)(?:\[\])?`", GUIDE))
    assert set(kind.__struct_fields__) <= listed
