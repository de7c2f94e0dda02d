"""The files that put a gateway into service: what systemd thinks of the unit, and the rules that each keeps."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from outlast.cli.app import app
from outlast.settings import ServerSettings, parse_settings
from outlast.wiring.supervisor import END_SECONDS

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs" / "deploy"
CONTAINER = (DEPLOY / "Containerfile").read_text(encoding="utf-8")


def unit() -> dict[str, str]:
    """The unit's ``[Service]``."""
    text = (DEPLOY / "outlast.service").read_text(encoding="utf-8")
    section = text.partition("[Service]\n")[2].partition("\n[")[0]
    return dict(re.findall(r"^(\w+)=(.*)$", section, re.MULTILINE))


def example() -> ServerSettings:
    """``[server]`` of the configuration beside it."""
    return parse_settings((DEPLOY / "outlast.toml").read_text(encoding="utf-8")).server


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    text = (DEPLOY / "outlast.service").read_text(encoding="utf-8")
    installed = tmp_path / "outlast.service"
    installed.write_text(text.replace("/opt/outlast/bin/outlast", "/bin/true"), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", installed], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("word", ["ExecStart", "ExecReload"])
def test_what_the_unit_runs_is_a_command_with_these_flags(word: str) -> None:
    program, name, *arguments = shlex.split(unit()[word])
    assert program.endswith("/bin/outlast")
    assert_understood(name, arguments)


def test_what_the_container_runs_is_a_command_with_these_flags() -> None:
    [line] = re.findall(r"^CMD \[(.+)\]$", CONTAINER, re.MULTILINE)
    name, *arguments = re.findall(r'"([^"]*)"', line)
    assert_understood(name, arguments)


def assert_understood(name: str, arguments: list[str]) -> None:
    assert isinstance(app, click.Group)
    command = app.get_command(click.Context(app), name)
    assert command is not None
    command.make_context(name, arguments)  # raises where a flag is not known


def test_systemd_waits_longer_than_a_stop_takes() -> None:
    assert int(unit()["TimeoutStopSec"].removesuffix("s")) > example().grace + END_SECONDS


def test_the_record_lies_where_the_unit_may_write() -> None:
    assert example().database.startswith(f"sqlite:////var/lib/{unit()['StateDirectory']}/")
    assert unit()["ProtectSystem"] == "strict"


def test_the_container_runs_as_nobody_in_particular_and_keeps_its_record_in_a_volume() -> None:
    last = CONTAINER[CONTAINER.rindex("FROM ") :]
    user = re.search(r"^USER (\d+):(\d+)$", last, re.MULTILINE)
    assert user is not None
    assert int(user[1]) > 0
    assert "VOLUME /data" in last
    assert "RUN pip" not in last


def test_every_package_of_the_container_is_held_by_its_hash() -> None:
    installs = [line for line in CONTAINER.splitlines() if re.search(r"\bpip install\b", line)]
    assert installs
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)


def test_what_runs_is_what_was_checked() -> None:
    running, checked = (pinned(ROOT / "requirements" / name) for name in ("run.txt", "check.txt"))
    assert running.items() <= checked.items()


def pinned(path: Path) -> dict[str, str]:
    """Versions by package."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def test_what_the_project_needs_is_among_what_runs() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    [needed] = re.findall(r"^dependencies = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    names = re.findall(r'^\s*"([\w.-]+)', needed, re.MULTILINE)
    assert names
    assert set(names) <= set(pinned(ROOT / "requirements" / "run.txt"))
