"""The guide to judges and embeddings can be played through as it is written."""

import json
import re
import shlex
from contextlib import chdir
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.integration.gateway_process import Done, outlast
from tests.integration.replay_house import requests

from outlast.replay.meaning import EmbeddingResult, JudgeResult

GUIDE = (Path(__file__).parents[2] / "docs" / "judge.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def people(document: Any) -> str:
    """Labels of people who see every simulated fault: the requests that the contract found broken."""
    [candidate] = document["candidates"]
    broken = {item for case in candidate["cases"] for item in [case["item"]] if "simulated mistake" in json.dumps(case)}
    asked = document["plan"]["items"]
    good = [{"id": item, "side": "a", "acceptable": 1} for item in asked]
    bad = [{"id": item, "side": "b", "acceptable": 0} for item in broken]
    return "".join(json.dumps(label) + "\n" for label in good + bad)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Done]]:
    """Every command of the guide, in its order, with what came of it."""
    folder = tmp_path_factory.mktemp("guide")
    for name, text in zip(("outlast.toml", "profiles.toml"), blocks("toml"), strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "rubric.txt").write_text(blocks("text")[0], encoding="utf-8")
    requests(folder, 40)
    [commands] = blocks("sh")
    done = []
    with chdir(folder):
        for line in commands.splitlines():
            if "--labels" in line:
                found = outlast("report", "support", "--format", "json")
                Path("labels.jsonl").write_text(people(found.document), encoding="utf-8")
            done.append((line, outlast(*shlex.split(line)[1:])))
    return done


def test_the_commands_of_the_guide_do_what_it_says(played: list[tuple[str, Done]]) -> None:
    codes = [done.code for _, done in played]
    assert codes == [0, 0, 0, 1, 1, 0, 2, 2, 0, 2], [done.err for _, done in played]
    dry, judged, labelled, floor, related, retired, embedded, alone = (done for _, done in played[2:])
    assert "120 answers still to be drawn" in dry.err  # 40 of the candidate, 80 of the judge
    assert "FAIL  openai/gpt-4.1 is shown worse" in judged.out
    assert "no labels of people were given" in judged.out
    assert " 0 answers still to be drawn" in labelled.err
    assert "sensitivity" in labelled.out.lower()
    assert "PASS  openai/gpt-5.1" in floor.out
    assert "It answers what was asked" in floor.out
    assert "is of the family of openai/gpt-4o, openai/gpt-5.1 (openai)" in related.err
    assert "is retired since 2026-01-05" in retired.err
    assert "sim(A, B)" in embedded.out
    assert "cannot decide alone" in alone.err


@pytest.mark.parametrize("kind", [JudgeResult, EmbeddingResult], ids=lambda kind: kind.__name__)
def test_every_key_of_the_document_is_listed(kind: type[msgspec.Struct]) -> None:
    keys = GUIDE.partition("## Keys of the JSON")[2]
    assert set(kind.__struct_fields__) <= set(re.findall(r"`(\w+)`", keys))
