"""The labelled turns, and the page that states what is right of them."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from outlast.tone.feature import NAMES

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def labels() -> ModuleType:
    path = ROOT / "benchmarks" / "tone_labels.py"
    spec = importlib.util.spec_from_file_location("tone_labels", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["tone_labels"] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_states_what_the_command_finds(labels: ModuleType) -> None:
    page = (ROOT / "docs" / "tone.md").read_text(encoding="utf-8")
    assert labels.tables(labels.labelled()) in page
    assert labels.feature_table() in page


def test_at_least_three_hundred_different_turns_are_labelled_with_features_that_exist(labels: ModuleType) -> None:
    turns = labels.labelled()
    assert len({turn.text for turn in turns}) == len(turns) >= 300
    assert set().union(*(turn.has for turn in turns)) == set(labels.LABELLED) <= set(NAMES)


@pytest.mark.parametrize("part", [0, 1])
def test_refusals_are_found_and_little_else_is_taken_for_one(labels: ModuleType, part: int) -> None:
    score = labels.score([turn for turn in labels.labelled() if turn.line % 2 == part], "refusal")
    assert score.right / (score.right + score.false) >= 0.9
    assert score.right / (score.right + score.missed) >= 0.9
