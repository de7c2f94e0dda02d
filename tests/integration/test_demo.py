"""The demonstration as a newcomer runs it: it shows what it promises, and leaves nothing behind."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.gateway_process import Done, calling, outlast_process, until

PLAYED_IN = 180.0
"""Seconds, on a machine that does other things as well."""
pytestmark = [pytest.mark.server, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder to start from, with an empty one beside it for temporary files."""
    made = tmp_path_factory.mktemp("demo")
    (made / "tmp").mkdir()
    (made / "kept").mkdir()
    return made


@pytest.fixture(scope="module")
def played(folder: Path) -> Done:
    report = str(folder / "kept" / "report.html")
    done = outlast_process(
        folder, "demo", "--report", report, patience=PLAYED_IN, TMPDIR=str(folder / "tmp"), OUTLAST_MARK=str(folder)
    )
    assert done.code == 0, done.err
    return done


def test_the_day_before_the_target_answers_and_the_day_after_its_successor(played: Done) -> None:
    before, after = played.out.split("The day passes.")
    assert "x-outlast-reason: target" in before
    assert "x-outlast-served-model: openai/chatgpt-4o-latest" in before
    assert "x-outlast-reason: successor" in after
    assert "x-outlast-served-model: openai/gpt-5.1-chat-latest" in after
    for out in (before, after):
        assert "x-outlast-requested-model: chatgpt-4o-latest" in out
        assert "sunset: Tue, 17 Feb 2026 00:00:00 GMT" in out
        assert "42" in out


def test_what_was_adapted_is_shown(played: Done) -> None:
    [adapted] = re.findall(r"x-outlast-adapted: (\S+)", played.out)
    assert {"sampling-dropped"} < set(adapted.split(","))


def test_horizon_plan_ledger_and_both_prices_are_shown(played: Done) -> None:
    parts = played.out.split("\n$ outlast ")[1:]
    shown = {part.split()[0]: part for part in parts}
    assert list(shown) == ["horizon", "explain", "usage", "price", "capture", "replay"]
    assert "2026-02-17" in shown["horizon"]
    assert "dropped: retired since 2026-02-17" in shown["explain"]
    rows = {line.split()[0]: line.split()[1] for line in shown["usage"].splitlines() if line.strip()}
    assert (rows["openai/chatgpt-4o-latest"], rows["openai/gpt-5.1-chat-latest"], rows["total"]) == ("3", "3", "6")
    price = " ".join(shown["price"].split())
    assert "5.00" in price
    assert "1.25" in price


def test_the_candidate_that_is_worse_fails_and_the_equal_one_passes(played: Done) -> None:
    proof = played.out.split("\n$ outlast replay ")[1]
    assert re.findall(r"^(PASS|FAIL|NOT YET)  (\S+)", proof, re.MULTILINE) == [
        ("PASS", "openai/gpt-5.1-chat-latest"), ("FAIL", "openai/simulated-careless"),
    ]  # fmt: skip
    assert "Exit code 1" in proof


def test_the_report_stays_where_it_is_wanted(played: Done, folder: Path) -> None:
    page = folder / "kept" / "report.html"
    assert str(page) in played.out
    assert "simulated-careless" in page.read_text(encoding="utf-8")


def test_it_says_that_its_models_are_simulated(played: Done) -> None:
    assert "SIMULATED" in played.out


def test_no_file_and_no_process_is_left(played: Done, folder: Path) -> None:
    assert played.code == 0
    assert sorted(path.name for path in folder.rglob("*")) == ["kept", "report.html", "tmp"]
    assert list(processes_with(f"OUTLAST_MARK={folder}")) == []


def processes_with(mark: str) -> Iterator[int]:
    """Processes whose environment has the mark."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        if mark.encode() in environment.split(b"\0"):
            yield int(process.name)


def test_it_can_stay_and_is_ended_from_the_keyboard(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    marked = {**os.environ, "TMPDIR": str(tmp_path / "tmp"), "OUTLAST_MARK": str(tmp_path)}
    with (tmp_path / "shown").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "outlast", "demo", "--stay"], stdout=out, env=marked, start_new_session=True
        )
    try:
        shown = tmp_path / "shown"
        found = until(lambda: re.search(r"stays at (http://\S+)", shown.read_text(encoding="utf-8")), seconds=PLAYED_IN)
        with calling(found[1]) as caller:
            assert caller.chat("chatgpt-4o-latest").status == 200
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert list((tmp_path / "tmp").iterdir()) == []
    assert list(processes_with(f"OUTLAST_MARK={tmp_path}")) == []
