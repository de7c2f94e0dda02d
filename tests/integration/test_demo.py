"""The demonstration as a newcomer runs it: it shows what it promises, and leaves nothing behind."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.integration.gateway_process import calling, until

PLAYED_IN = 300.0
"""Seconds, on a machine that does other things as well."""
pytestmark = [pytest.mark.server, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder to start from, with an empty one beside it for temporary files."""
    made = tmp_path_factory.mktemp("demo")
    (made / "tmp").mkdir()
    (made / "kept").mkdir()
    return made


@dataclass(frozen=True, slots=True)
class Played:
    """One whole demonstration: what it showed, how its gateway answered while it stayed, how it ended."""

    out: str
    answered: int
    rehearsal: str
    """The page of the story's days, while it stayed."""
    code: int


@pytest.fixture(scope="module")
def played(folder: Path) -> Played:
    shown = folder / "kept" / "shown.txt"
    arguments = ("demo", "--stay", "--report", str(folder / "kept" / "report.html"))
    marked = {**os.environ, "TMPDIR": str(folder / "tmp"), "OUTLAST_MARK": str(folder)}
    with shown.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "outlast", *arguments], stdout=out, env=marked, start_new_session=True
        )

    def staying() -> re.Match[str] | None:
        assert process.poll() is None, shown.read_text(encoding="utf-8")
        return re.search(r"stays at (http://\S+)", shown.read_text(encoding="utf-8"))

    try:
        with calling(until(staying, seconds=PLAYED_IN)[1]) as caller:
            answered = caller.chat("chatgpt-4o-latest").status
            rehearsal = caller.ask("GET", "/rehearsal", b"", {"accept": "text/html"}).body.decode()
        os.killpg(process.pid, signal.SIGINT)
        code = process.wait(60)
        return Played(shown.read_text(encoding="utf-8"), answered, rehearsal, code)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_the_day_before_the_target_answers_and_the_day_after_its_successor(played: Played) -> None:
    before, after = played.out.split("The day passes.")
    assert "x-outlast-reason: target" in before
    assert "x-outlast-served-model: openai/chatgpt-4o-latest" in before
    assert "x-outlast-reason: successor" in after
    assert "x-outlast-served-model: openai/gpt-5.1-chat-latest" in after
    for out in (before, after):
        assert "x-outlast-requested-model: chatgpt-4o-latest" in out
        assert "sunset: Tue, 17 Feb 2026 00:00:00 GMT" in out
        assert "42" in out


def test_what_was_adapted_is_shown(played: Played) -> None:
    [adapted] = re.findall(r"x-outlast-adapted: (\S+)", played.out)
    assert {"sampling-dropped"} < set(adapted.split(","))


def test_horizon_plan_ledger_and_both_prices_are_shown(played: Played) -> None:
    parts = played.out.split("\n$ outlast ")[1:]
    shown = {part.split()[0]: part for part in parts}
    assert list(shown) == ["horizon", "explain", "usage", "price", "capture", "replay", "rollout", "notices"]
    assert "2026-02-17" in shown["horizon"]
    assert "dropped: retired since 2026-02-17" in shown["explain"]
    rows = {line.split()[0]: line.split()[1] for line in shown["usage"].splitlines() if line.strip()}
    assert (rows["openai/chatgpt-4o-latest"], rows["openai/gpt-5.1-chat-latest"], rows["total"]) == ("3", "3", "6")
    price = " ".join(shown["price"].split())
    assert "5.00" in price
    assert "1.25" in price


def test_the_candidate_that_is_worse_fails_and_the_equal_one_passes(played: Played) -> None:
    proof = played.out.split("\n$ outlast replay ")[1]
    assert re.findall(r"^(PASS|FAIL|NOT YET)  (\S+)", proof, re.MULTILINE) == [
        ("PASS", "openai/gpt-5.1-chat-latest"), ("FAIL", "openai/simulated-careless"),
    ]  # fmt: skip
    assert "Exit code 1" in proof


def test_the_worse_candidate_is_rolled_back_by_the_guards_and_the_good_one_completes(played: Played) -> None:
    worse, good = played.out.split("\n$ outlast rollout start ")[1:]
    assert "openai/simulated-careless" in worse
    assert re.search(r"^\S+Z +back +50% +guards +BREACH: contract: ", worse, re.MULTILINE)
    assert "all of them answered" in worse
    assert "--require PASS" in good
    assert "x-outlast-served-model: openai/gpt-5.1-chat-latest\n     x-outlast-reason: rollout" in good


def test_who_is_told_of_the_end_and_of_the_moves_is_shown(played: Played) -> None:
    told = played.out.split("\n$ outlast notices ")[1]
    assert "platform@example.com" in told
    assert re.search(r" ending +platform@example.com", told)
    assert re.search(r" back +platform@example.com", told)


def test_the_report_stays_where_it_is_wanted(played: Played, folder: Path) -> None:
    page = folder / "kept" / "report.html"
    assert str(page) in played.out
    assert "simulated-careless" in page.read_text(encoding="utf-8")


def test_it_says_that_its_models_are_simulated(played: Played) -> None:
    assert "SIMULATED" in played.out


def test_no_file_and_no_process_is_left(played: Played, folder: Path) -> None:
    assert played.code == 0
    assert sorted(path.name for path in folder.rglob("*")) == ["kept", "report.html", "shown.txt", "tmp"]
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


def test_it_can_stay_and_is_ended_from_the_keyboard(played: Played) -> None:
    assert played.answered == 200
    assert '<time datetime="2024-05-12">' in played.rehearsal, "it stays on the first day of the story"
    assert 'name="day" value="2024-05-13"' in played.rehearsal
    assert played.out.endswith("   Stopped.\n")
    assert played.code == 0
