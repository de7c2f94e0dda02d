"""A reload that fails is a refusal, whatever failed: the account says why, and the configuration stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from outlast.errors import SettingsInvalid
from outlast.settings import Settings
from outlast.wiring.reloads import Reloads, says
from outlast.wiring.run_file import Outcome, RunFile, RunState


@pytest.fixture
def reloads(tmp_path: Path) -> Iterator[Reloads]:
    run_file = RunFile(Settings(root=tmp_path))
    first = Outcome(number=0, digest="", ok=True)
    state = RunState(pid=1, namespace="", config="", address="", workers=1, generation=1, last=first)
    yield Reloads(run_file=run_file, state=state, unix_ns=lambda: 0)
    run_file.close()


@pytest.mark.parametrize("error", [SettingsInvalid("line 3"), TypeError("line 3"), RecursionError("line 3")])
def test_whatever_trying_a_file_raises_is_a_refusal_with_its_reason(reloads: Reloads, error: Exception) -> None:
    def attempt(text: str) -> str:
        assert text
        raise error

    assert reloads.tried(lambda: "text", attempt) is None
    assert (reloads.state.generation, reloads.state.last.ok) == (1, False)
    assert says(reloads.state).startswith("number 1 stays")
    assert "line 3" in says(reloads.state)


def test_what_can_be_had_is_handed_on_with_its_text(reloads: Reloads) -> None:
    assert reloads.tried(lambda: "text", len) == ("text", 4)
    assert reloads.state.last.ok
