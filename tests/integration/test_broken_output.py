"""Commands whose stdout is closed, full, or left by its reader: a plain message, and nothing lost in silence."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CONFIGURATION = """\
[providers.openai]
kind = "scripted"

[models.support]
target = "openai/gpt-4o"
"""
COMMANDS = (
    "--help",
    "--version",
    "init --help",
    "keys list",
    "keys list --format json",
    "models show openai/gpt-4o",
    "models list",
    "price openai/gpt-4o",
    "catalog export",
    "usage --format json",
    "explain support",
    "horizon",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "outlast.toml").write_text(CONFIGURATION, encoding="utf-8")
    return tmp_path


def shell(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """``outlast`` followed by this, redirections included."""
    whole = f"set -o pipefail; '{sys.executable}' -m outlast {line}"
    command = ["bash", "-c", whole]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.server
@pytest.mark.parametrize("stdout", [">&-", ">/dev/full"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_stdout_that_takes_nothing_is_told_in_one_line(folder: Path, command: str, stdout: str) -> None:
    done = shell(folder, f"{command} {stdout}")
    assert done.returncode == 3, done.stderr
    assert "the result cannot be written to stdout" in done.stderr
    assert "defect" not in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.server
@pytest.mark.parametrize("stdout", [">&-", ">/dev/full"])
def test_no_secret_is_made_that_nobody_would_see(folder: Path, stdout: str) -> None:
    refused = shell(folder, f"keys create ci {stdout}")
    assert (refused.returncode, json.loads(shell(folder, "keys list --format json").stdout)) == (3, [])
    assert "nothing was made" in refused.stderr
    assert shell(folder, "keys create ci").returncode == 0
    before = shell(folder, "keys list --format json").stdout
    assert shell(folder, f"keys rotate ci {stdout}").returncode == 3
    assert shell(folder, "keys list --format json").stdout == before


@pytest.mark.server
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_secret_that_was_lost_on_its_way_is_told_with_what_to_do(folder: Path, form: str) -> None:
    lost = shell(folder, f"keys create ci --format {form} | exec 0<&-")
    assert lost.returncode == 3, lost.stderr
    assert "the key ci exists" in lost.stderr
    assert "`outlast keys rotate ci` makes a new one" in lost.stderr
    assert "shown this once" not in lost.stderr
