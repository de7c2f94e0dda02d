"""Asks the command line, and holds its answers against the research catalogue that the story was written from."""

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from outlast.cli.app import app

RESEARCH = Path(__file__).resolve().parents[3] / "shared" / "data" / "catalog.json"

Ask = Callable[..., Any]
Tell = Callable[..., str]
Source = Callable[[str], Any]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[None]:
    """A folder without a configuration."""
    with contextlib.chdir(tmp_path):
        yield


@pytest.fixture
def tell(elsewhere: None) -> Tell:
    """What a command prints for people; runs of space count as one."""
    del elsewhere

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return " ".join(result.stdout.split())

    return run


@pytest.fixture
def ask(elsewhere: None) -> Ask:
    """The JSON document that a command prints."""
    del elsewhere

    def run(*arguments: str) -> Any:
        result = CliRunner().invoke(app, [*arguments, "--format", "json"], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run


@pytest.fixture(scope="session")
def source() -> Source:
    """One of OpenAI's models as the research has it."""
    if not RESEARCH.exists():
        pytest.skip(f"no research catalogue at {RESEARCH}: THE STORY IS NOT COMPARED")
    models = {m["id"]: m for m in json.loads(RESEARCH.read_bytes())["models"] if m["provider"] == "openai"}
    return lambda model_id: models[model_id]


@pytest.fixture(scope="session")
def policies() -> list[dict[str, Any]]:
    """What the providers promise, as the research has it."""
    if not RESEARCH.exists():
        pytest.skip(f"no research catalogue at {RESEARCH}: THE STORY IS NOT COMPARED")
    found: list[dict[str, Any]] = json.loads(RESEARCH.read_bytes())["meta"]["policies"]
    return found
