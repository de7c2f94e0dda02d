"""The sources of ``models show``: every one is cited, and everything cited is there."""

import contextlib
import re
from pathlib import Path

import pytest

from outlast.cli.app import run


@pytest.mark.parametrize("ref", ["openai/gpt-4o", "anthropic/claude-opus-4-7", "google/gemini-2.5-pro", "xai/grok-3"])
def test_every_source_on_the_page_is_cited_on_it(ref: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with contextlib.chdir(tmp_path):
        assert run(["models", "show", ref]) == 0
    page, _, sources = capsys.readouterr().out.partition("\nSources\n")
    listed = set(re.findall(r"^  \[(\d+)\]", sources, re.MULTILINE))
    assert len(listed) > 1
    assert set(re.findall(r"\[(\d+)\]", page)) == listed
