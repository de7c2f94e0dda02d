"""``outlast brownout`` on a real file: what is kept, shown, called off and refused."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from outlast.cli.app import run
from outlast.settings import load_settings
from outlast.wiring.brownout_desk import situation

CONFIGURATION = """\
[providers.openai]
kind = "scripted"

[models.assistant]
target = "openai/gpt-4o"
successor = "openai/gpt-5.1"

[models.alone]
target = "openai/no-such-model"
"""
SOON = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0) + dt.timedelta(days=3)
LATER = SOON + dt.timedelta(days=7)


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture
def brownout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    config = tmp_path / "outlast.toml"
    config.write_text(CONFIGURATION)

    def said(*arguments: str) -> Said:
        capsys.readouterr()
        code = run(["brownout", *arguments, "--config", str(config)])
        return Said(code, *capsys.readouterr())

    return said


def spelled(at: dt.datetime, minutes: int = 15) -> str:
    return f"{at:%Y-%m-%dT%H:%MZ}+{minutes}m"


def test_what_was_added_is_listed_in_its_order_and_in_the_store(brownout: Run, tmp_path: Path) -> None:
    assert brownout("add", "assistant", f"{spelled(LATER)},{spelled(SOON, 60)}", "--keys", "team-*").code == 0
    listed = brownout("list", "--format", "json").document
    assert [(each["name"], each["begins"], each["serve"], each["keys"]) for each in listed] == [
        ("assistant", f"{SOON:%Y-%m-%dT%H:%M:%SZ}", "410", ["team-*"]),
        ("assistant", f"{LATER:%Y-%m-%dT%H:%M:%SZ}", "410", ["team-*"]),
    ]
    kept = situation(load_settings(tmp_path / "outlast.toml"))
    assert [(name, each.begins) for name, each in kept.windows] == [("assistant", SOON), ("assistant", LATER)]
    assert "team-*" in brownout("list").out


def test_the_same_window_said_twice_is_one(brownout: Run) -> None:
    for _ in range(2):
        assert brownout("add", "assistant", spelled(SOON)).code == 0
    assert len(brownout("list", "--format", "json").document) == 1


def test_one_is_called_off_by_its_beginning_and_all_without_one(brownout: Run) -> None:
    brownout("add", "assistant", f"{spelled(SOON)},{spelled(LATER)}", "--serve", "successor")
    left = brownout("remove", "assistant", f"{SOON:%Y-%m-%dT%H:%MZ}", "--format", "json").document
    assert [each["begins"] for each in left] == [f"{LATER:%Y-%m-%dT%H:%M:%SZ}"]
    assert brownout("remove", "assistant").code == 0
    assert brownout("list", "--format", "json").document == []
    assert brownout("remove", "assistant").code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "assistent", spelled(SOON)), "there are assistant"),
        (("add", "openai/gpt-4o", spelled(SOON)), "no virtual model"),
        (("add", "assistant", "tomorrow"), "like 2026-03-01T10:00Z+15m"),
        (("add", "assistant", "2026-01-01T10:00Z+15m"), "over already"),
        (("add", "alone", spelled(SOON), "--serve", "successor"), "no successor that can be asked"),
        (("remove", "assistant", "soon"), "no beginning"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_keeps_nothing(
    brownout: Run, arguments: tuple[str, ...], said: str
) -> None:
    done = brownout(*arguments)
    assert (done.code, said in done.err) == (2, True), done.err
    assert brownout("list", "--format", "json").document == []


def test_looking_makes_no_file(brownout: Run, tmp_path: Path) -> None:
    assert brownout("list").code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["outlast.toml"]


def test_the_horizon_shows_what_is_announced(brownout: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brownout("add", "assistant", spelled(SOON), "--keys", "team-*")
    config = ("--config", str(tmp_path / "outlast.toml"))
    capsys.readouterr()
    assert run(["horizon", *config]) == 0
    assert f"brown-out {spelled(SOON)}: answers 410, for team-*" in capsys.readouterr().out
    run(["horizon", "--format", "json", *config])
    entries = {each["name"]: each["brownouts"] for each in json.loads(capsys.readouterr().out)["entries"]}
    assert [each["serve"] for each in entries["assistant"]] == ["410"]
    assert entries["alone"] == []
    run(["horizon", "--today", str(SOON.date() + dt.timedelta(days=1)), *config])
    assert "brown-out" not in capsys.readouterr().out
