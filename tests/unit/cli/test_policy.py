"""``outlast policy check`` on a real ledger: who still uses a model when it ends, and what the exit code says."""

import datetime as dt
import json
import time
from pathlib import Path
from typing import Any

import pytest

from outlast.cli.app import run
from outlast.exchange import Exchange
from outlast.gateway.shadow import SHADOW
from outlast.ledger.recorder import open_recorder
from outlast.settings import load_settings
from outlast.wiring.notices import outlook

TODAY = dt.datetime.now(dt.UTC).date()


def configured(folder: Path, calls: dict[tuple[str, str], int], *, ends_in: int) -> str:
    """A configuration whose record has so many calls of a name by a key, and whose model `old` ends."""
    recorder = open_recorder("sqlite:///kept.db", folder, segment_size=64 << 10)
    for (name, key), count in calls.items():
        for number in range(count):
            recorder.append(
                Exchange(
                    id=f"{name}{key}{number}",
                    started_ns=time.time_ns(),
                    requested=name,
                    virtual=True,
                    served="openai/simulated-terse",
                    key=key,
                    status=200,
                )
            )
    recorder.close()
    (folder / "outlast.toml").write_text(
        f"""
[server]
database = "sqlite:///kept.db"
[providers.openai]
kind = "scripted"
[models.old]
target = "openai/simulated-terse"
[models.next]
target = "openai/simulated-warm"
[policy.models.old]
announced = {TODAY - dt.timedelta(days=100)}
retires = {TODAY + dt.timedelta(days=ends_in)}
successor = "next"
[policy.models.next]
"""
    )
    return str(folder / "outlast.toml")


def checked(config: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    capsys.readouterr()
    code = run(["policy", "check", "--config", config, "--format", "json"])
    [one] = json.loads(capsys.readouterr().out)["retirements"]
    [usage] = [each for each in one["findings"] if each["rule"] == "usage"]
    return code, usage["word"]


@pytest.mark.parametrize(
    ("calls", "ends_in", "found"),
    [
        ({("old", "ana"): 1, ("next", "ana"): 1}, 5, (1, "broken")),
        ({("old", "ana"): 1, ("next", "ana"): 1}, 60, (0, "open")),
        ({("old", SHADOW.name): 3, ("next", "ana"): 1}, 5, (0, "holds")),
        ({("next", "ana"): 1}, 5, (0, "holds")),
        ({}, 5, (0, "unknown")),
    ],
)
def test_a_share_of_the_record_is_small_when_the_day_comes(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    calls: dict[tuple[str, str], int],
    ends_in: int,
    found: tuple[int, str],
) -> None:
    assert checked(configured(tmp_path, calls, ends_in=ends_in), capsys) == found


def test_nobody_is_told_for_what_a_rollout_asked_beside(tmp_path: Path) -> None:
    config = configured(tmp_path, {("old", SHADOW.name): 3, ("old", "ana"): 1}, ends_in=5)
    found = outlook(load_settings(Path(config)), TODAY, dt.datetime.now(dt.UTC))
    assert {use.key for uses in found.uses.values() for use in uses} == {"ana"}
    assert {use.key for ending in found.endings for use in ending.uses} == {"ana"}
