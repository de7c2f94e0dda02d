"""The one command: what comes after what, what is not made again, and what the files say of themselves."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from training import produce
from training.produce import SNAPSHOTS, Step, Wish, steps

ROOT = Path(produce.__file__).parent


def wish(out: Path) -> Wish:
    return Wish(out=out, seed=3, date="2026-11-22", questions=1_200, examined=40, more=("--width", "64"))


def understood(module: str) -> set[str]:
    """The options of a command, read from its source: most of them need torch to be run."""
    place = ROOT.joinpath(*module.split(".")[1:])
    source = (place / "__main__.py" if place.is_dir() else place.with_suffix(".py")).read_text("utf-8")
    words = {each.value for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Constant)}
    found = {str(word) for word in words if isinstance(word, str)}
    return {word for word in found if word.startswith("--")} | {f"--{word}" for word in found if word.isalpha()}


def test_every_command_knows_what_it_is_given(tmp_path: Path) -> None:
    for step in steps(wish(tmp_path)):
        assert {word for word in step.given if word.startswith("--")} <= understood(step.module), step.module


def test_what_is_read_was_written_before(tmp_path: Path) -> None:
    made = {str(tmp_path / name) for name in ("examined", "snapshots")}
    for step in steps(wish(tmp_path)):
        given = dict(zip(step.given, step.given[1:], strict=False))
        for option in ("--codebook", "--lessons", "--taught", "--weights"):
            if option in given:
                assert given[option] in made, (step.module, option)
        made |= {given[option] for option in ("--out",) if option in given}


class Commands:
    """Takes the place of ``subprocess.run``: leaves what a command leaves; the one named ends the run."""

    def __init__(self, out: Path, ends: str = "") -> None:
        self._left = {(step.module, step.given): step for step in steps(wish(out))}
        self._ends = ends
        self.asked: list[str] = []

    def __call__(self, command: list[str], *, check: bool) -> None:
        assert check
        assert command[:2] == [sys.executable, "-m"]
        step: Step = self._left[command[2], tuple(command[3:])]
        self.asked.append(step.module)
        if step.module == self._ends:
            raise subprocess.CalledProcessError(1, command)
        if step.module == "training.export":
            assert Path(dict(zip(step.given, step.given[1:], strict=False))["--head"]).exists()
        if step.leaves is not None:
            step.leaves.write_text(json.dumps([{"can": ["plus"]}, {"can": ["plus", "clock"]}]))


def test_files_say_what_was_found_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", Commands(tmp_path))
    produce.produce(wish(tmp_path))
    first, second = (json.loads((tmp_path / "snapshots" / f"{name}.json").read_text()) for name in SNAPSHOTS)
    assert (first["can"], second["can"]) == (["plus"], ["plus", "clock"])
    assert first["training"]["seed"] == 3


@pytest.mark.parametrize("ends", ["training.speech", "training", "training.evaluate", "training.export"])
def test_what_is_there_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: str) -> None:
    monkeypatch.setattr(subprocess, "run", Commands(tmp_path, ends))
    with pytest.raises(subprocess.CalledProcessError):
        produce.produce(wish(tmp_path))
    monkeypatch.setattr(subprocess, "run", again := Commands(tmp_path))
    produce.produce(wish(tmp_path))
    assert "training.voice.fit" not in again.asked
    assert again.asked[-1] == "training.export"
    assert all((tmp_path / "snapshots" / f"{name}.weights").exists() for name in SNAPSHOTS)


def test_the_stages_that_are_exported_are_stages_of_the_course() -> None:
    """Read from its source: torch is needed to import it."""
    known = {
        each.value
        for each in ast.walk(ast.parse((ROOT / "stages.py").read_text("utf-8")))
        if isinstance(each, ast.Constant)
    }
    for step in steps(wish(Path("made"))):
        if step.module == "training.export":
            given = dict(zip(step.given, step.given[1:], strict=False))
            assert Path(given["--checkpoint"]).parent.name in known
            assert Path(given["--towards"]).parent.name in SNAPSHOTS
            assert 0 < float(given["--share"]) <= 1
