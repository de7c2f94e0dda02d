"""`outlast rollout` and `outlast pin` as an operator runs them: nothing is asked, every step is kept and none lost."""

import contextlib
import datetime as dt
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.integration.gateway_process import SCRIPTED, Done, outlast

from outlast.errors import SettingsInvalid
from outlast.evidence.store import EvidenceStore
from outlast.exchange import Exchange
from outlast.ledger.location import rollouts_path
from outlast.ledger.recorder import open_recorder
from outlast.replay.plan import Margin
from outlast.replay.plan import Plan as ReplayPlan
from outlast.replay.result import CandidateResult, ReplayResult, ToneBar
from outlast.rollout.plan import Guard
from outlast.rollout.words import parse_guards
from outlast.settings import load_settings
from outlast.stats.verdict import Word
from outlast.wiring.asking import evidence_path
from outlast.wiring.rollout_desk import Verdicts, open_rollouts, references

A, B = "openai/simulated-terse", "openai/simulated-warm"
PRICED = "openai/gpt-5.1"
CONFIGURATION = f'{SCRIPTED}\n[models.support]\ntarget = "{A}"\n'
TODAY = dt.datetime.now(dt.UTC).date()
PATIENCE = 60.0


@pytest.fixture(autouse=True)
def house(tmp_path: Path) -> Iterator[Path]:
    """A folder with a configuration, which commands run in."""
    (tmp_path / "outlast.toml").write_text(CONFIGURATION, encoding="utf-8")
    with contextlib.chdir(tmp_path):
        yield tmp_path


def start(*words: str) -> Done:
    return outlast("rollout", "start", "support", "--to", B, *words)


def status() -> dict[str, Any]:
    found: dict[str, Any] = outlast("rollout", "status", "support", "--format", "json").document
    return found


def proven(verdict: Word, *, incumbent: str = A, persona: str = "", days_old: int = 0) -> str:
    """A replay that came to this verdict; returns its plan's hash."""
    evidence = EvidenceStore(evidence_path(load_settings(None)))
    plan = ReplayPlan(
        model="support", incumbent=incumbent, candidates=(B,), items=(), margins=(Margin(of="share", value=0.05),),
        gates=(), checks=(), persona=persona, seed=days_old,
    )  # fmt: skip
    bar = ToneBar(feature="words", unit="words", incumbent=90.0, candidate=95.0, spread=30.0, difference=0.2)
    candidate = CandidateResult(
        target=B, verdict=verdict, decided_by=(), checks=(), pairs=0, answered=0, needed=None,
        needed_cost_pico_usd=None, tone=(bar,),
    )  # fmt: skip
    decided = time.time_ns() - days_old * 86_400 * 10**9
    evidence.keep_plan(plan)
    evidence.keep_result(
        ReplayResult(
            plan_hash=plan.hash, model="support", incumbent=incumbent, decided_ns=decided, candidates=(candidate,)
        )
    )
    evidence.close()
    return plan.hash


def test_a_rollout_goes_all_its_way_by_commands_and_says_what_to_configure() -> None:
    assert start("--stages", "shadow,10,100", "--unproven", "--quiet").code == 0
    assert status()["stage"] == "shadow"
    for word, phase, stage in (
        ("advance", "running", "10%"),
        ("pause", "paused", "10%"),
        ("resume", "running", "10%"),
        ("advance", "running", "100%"),
        ("done", "done", "100%"),
    ):
        done = outlast("rollout", word, "support", f"because of {word}")
        assert (done.code, status()["phase"], status()["stage"]) == (0, phase, stage), done.err
        assert (f'target = "{B}"' in done.out) == (word == "done")
    assert outlast("rollout", "back", "support").code == 0

    (told,) = outlast("rollout", "history", "support", "--format", "json").document
    assert [each["step"] for each in told["steps"]] == [
        "start", "advance", "pause", "resume", "advance", "done", "back",
    ]  # fmt: skip
    assert told["steps"][2]["reason"] == "because of pause"
    assert told["steps"][0]["unproven"] == "no verdict was required"
    assert told["steps"][1]["evidence"]["decision"] == "HOLD"
    assert "because of advance" in outlast("rollout", "history", "support").out


def test_status_shows_each_guard_with_what_is_missing_and_that_hold_is_no_success() -> None:
    start("--guards", "errors=1%,feedback=5%:watch", "--unproven", "--to", PRICED, "--max-shadow-cost", "10USD")
    done = outlast("rollout", "status", "support")
    for word in (
        "0.0000 USD, of 10.00 USD",
        "errors",
        "feedback",
        "ROLLS BACK AT",
        "160",
        "ADVANCES AT",
        "80",
        "HOLD is no success",
    ):
        assert word in done.out, done.out
    assert "running" in outlast("rollout", "status").out
    (guard, watched) = status()["guards"]
    assert (guard["guard"], guard["blocks"], guard["breach_at"]) == ("errors", 0, pytest.approx(160))
    assert watched["watch"]


def test_a_rollout_that_requires_a_verdict_starts_on_the_newest_one_of_this_move_alone() -> None:
    for words in ((), ("--require", "PASS")):
        done = start(*words)
        assert (done.code, "--unproven" in done.err) == (2, True), done.err
    proven("FAIL")
    assert "the verdict is FAIL" in start("--require", "PASS").err
    proven("PASS", incumbent="openai/other")
    assert "the verdict is FAIL" in start("--require", "PASS").err
    digest = proven("PASS", days_old=0, persona="helper")
    assert "persona" in start("--require", "PASS").err
    assert "no plans" in start("--require", "PASS", "--persona", "helper", "--require-plan", "0123").err
    done = start("--require", "PASS", "--persona", "helper", "--require-plan", digest[:10])
    assert done.code == 0, done.err
    (told,) = outlast("rollout", "history", "support", "--format", "json").document
    assert told["steps"][0]["unproven"] == ""


def test_a_verdict_may_be_too_old_and_an_unproven_start_says_what_was_missing() -> None:
    proven("PASS", days_old=5)
    assert "5.0 days old" in start("--require", "PASS", "--require-days", "4").err
    assert start("--require", "PASS", "--require-days", "4", "--unproven").code == 0
    assert "5.0 days old" in outlast("rollout", "history", "support").out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--stages", "10,5,100"), "rise"),
        (("--guards", "errors"), "errors"),
        (("--guards", "latency_p95=1.2x"), "0 answered calls of support"),
        (("--guards", "tone.words=0.5sd"), "outlast replay support"),
        (("--guards", "check.contract.nothing=1%"), "contract.tools"),
        (("--require-days", "3"), "--require PASS"),
        (("--window", "0"), "60s"),
        (("--max-shadow-cost", "x"), "5USD"),
        (("--max-shadow-cost", "10USD"), "no price is known"),
        (("--to", "nobody/model"), "openai/MODEL"),
        (("--to", "support"), "openai/MODEL"),
        (("--to", A), "already"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_kept(words: tuple[str, ...], says: str) -> None:
    done = start(*words, "--unproven")
    assert (done.code, says in done.err) == (2, True), done.err
    assert outlast("rollout", "status", "--format", "json").document == []


def test_only_a_virtual_model_is_moved_and_only_one_rollout_of_it_is_under_way() -> None:
    assert "no virtual model" in outlast("rollout", "start", A, "--to", B, "--unproven").err
    assert outlast("rollout", "back", "support").code == 2
    assert start("--unproven").code == 0
    again = start("--unproven")
    assert (again.code, "under way" in again.err) == (2, True)


def test_what_a_guard_needs_to_know_of_a_is_taken_from_the_record_and_from_the_newest_replay(house: Path) -> None:
    settings = load_settings(None)
    _record(house, [_call(number) for number in range(1, 101)])
    proven("FAIL")
    guards = parse_guards("latency=1.2x,latency_p95=1.2x,first_token=1.2x,cost=1.2x,tone.words=0.5sd")
    known = Verdicts(())
    with pytest.raises(SettingsInvalid, match="how A sounds"):
        references(settings, "support", A, guards, known)
    assert start("--guards", "latency=1.2x,latency_p95=1.2x,cost=1.2x,tone.words=0.5sd", "--unproven").code == 0
    with open_rollouts(settings) as store:
        plan = store.rollouts.situation().rollouts[0].plan
    middles = {each.name: each.middle for each in plan.references}
    assert middles == pytest.approx({"latency": 5.05, "latency_p95": 9.595, "cost": 0.0505, "tone.words": 90.0})
    assert [each.spread for each in plan.references] == [0, 0, 0, 30.0]
    assert references(settings, "support", A, [Guard(name="errors", margin=0.01)], known) == ()


def _call(number: int) -> Exchange:
    return Exchange(
        id=f"call-{number}", started_ns=time.time_ns() - number, requested="support", virtual=True, served=A,
        status=200, total_us=number * 100_000, first_byte_us=number * 10_000, cost_pico_usd=number * 10**9,
    )  # fmt: skip


def _record(house: Path, calls: list[Exchange]) -> None:
    """As a gateway would have recorded them."""
    recorder = open_recorder("sqlite:///outlast.db", house, segment_size=64 << 10)
    for call in calls:
        recorder.append(call)
    recorder.close()


def test_pins_are_added_listed_and_removed() -> None:
    until_day = str(TODAY + dt.timedelta(days=30))
    outlast("keys", "create", "beta")
    assert outlast("pin", "add", "support", "B", "--key", "Beta", "--until", until_day).code == 0
    assert outlast("pin", "add", "support", "A", "--user", "ana", "--until", until_day).code == 0
    listed = outlast("pin", "list", "--format", "json").document
    assert [(each["key"], each["user"], each["arm"], each["holds"]) for each in listed] == [
        ("", "ana", "A", True),
        ("beta", "", "B", True),
    ]
    later = outlast("pin", "list", "--format", "json", "--today", "2199-01-01").document
    assert not any(each["holds"] for each in later)
    assert outlast("pin", "remove", "support", "--key", "beta").code == 0
    assert outlast("pin", "remove", "support", "--key", "beta").code == 1
    assert "beta" not in outlast("pin", "list").out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("support", "B", "--until", "2199-01-01"), "--key NAME"),
        (("support", "B", "--key", "k"), "--until"),
        (("support", "B", "--key", "k", "--until", "2001-01-01"), "over"),
        (("support", "C", "--key", "k", "--until", "2199-01-01"), "'A', 'B'"),
        (("nobody", "B", "--key", "k", "--until", "2199-01-01"), "no virtual model"),
        (("support", "B", "--key", "k", "--until", "2199-01-01"), "`outlast keys create k` makes one"),
    ],
)
def test_a_pin_that_cannot_be_meant_is_refused(words: tuple[str, ...], says: str) -> None:
    done = outlast("pin", "add", *words)
    assert (done.code, says in done.err) == (2, True), done.err


def test_a_pin_for_a_key_that_was_revoked_is_refused() -> None:
    outlast("keys", "create", "beta")
    outlast("keys", "revoke", "beta")
    done = outlast("pin", "add", "support", "B", "--key", "beta", "--until", "2199-01-01")
    assert (done.code, "was revoked" in done.err) == (2, True), done.err


@pytest.mark.parametrize(
    ("candidate", "noted"),
    [("openai/nonsense", True), ("openai/gpt-5.1-minni", True), (PRICED, False), (B, False)],
)
def test_a_candidate_that_nobody_knows_is_noted_and_not_refused(candidate: str, noted: bool) -> None:  # noqa: FBT001 - a row of the table
    done = outlast("rollout", "start", "support", "--to", candidate, "--unproven")
    assert done.code == 0, done.err
    assert ("is not in the catalogue" in done.err) == noted, done.err
    assert ("`outlast rollout back support`" in done.err) == noted, done.err


def test_a_candidate_that_has_answered_here_is_known(house: Path) -> None:
    _record(
        house, [msgspec.structs.replace(_call(1), requested="openai/newest", virtual=False, served="openai/newest")]
    )
    done = outlast("rollout", "start", "support", "--to", "openai/newest", "--unproven")
    assert "is not in the catalogue" not in done.err


def test_a_candidate_of_no_provider_here_is_refused_and_starts_nothing(house: Path) -> None:
    done = outlast("rollout", "start", "support", "--to", "elsewhere/gpt-5.1", "--unproven")
    assert (done.code, "openai/MODEL" in done.err) == (2, True), done.err
    assert not rollouts_path(house / "outlast.db").exists()


@pytest.mark.parametrize("word", ["pause", "resume", "advance", "done", "back"])
def test_what_cannot_follow_a_roll_back_says_what_can(word: str) -> None:
    start("--unproven")
    outlast("rollout", "back", "support")
    done = outlast("rollout", word, "support")
    assert (done.code, "`outlast rollout start NAME --to" in done.err) == (2, True), done.err


def test_a_file_that_root_makes_belongs_to_the_ledgers_owner(house: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    (house / "outlast.db").touch()
    os.chown(house / "outlast.db", 12_345, 12_345)
    assert start("--unproven").code == 0
    assert outlast("rollout", "advance", "support").code == 0
    owners = {path.name: path.stat().st_uid for path in house.glob("outlast.db.rollouts.db*")}
    assert set(owners.values()) == {12_345}, owners


def test_a_file_that_cannot_be_read_is_said(house: Path) -> None:
    rollouts_path(house / "outlast.db").write_bytes(b"no database" * 1000)
    for words in (("rollout", "status"), ("rollout", "back", "support"), ("pin", "list")):
        done = outlast(*words)
        assert (done.code, "cannot be read" in done.err) == (3, True), done.err


@pytest.mark.server
def test_on_a_terminal_status_is_drawn_anew_until_it_is_stopped_and_elsewhere_once() -> None:
    start("--unproven", "--quiet")
    assert outlast("rollout", "status", "support", "--watch").out.count("HOLD is no success") == 1
    ours, theirs = os.openpty()
    words = [sys.executable, "-m", "outlast", "rollout", "status", "support", "--watch"]
    child = subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen, deadline = b"", time.monotonic() + PATIENCE
    while seen.count(b"HOLD is no success") < 2:
        assert time.monotonic() < deadline, seen
        if select.select([ours], [], [], 1.0)[0]:
            seen += os.read(ours, 65_536)
    child.send_signal(signal.SIGINT)
    while child.poll() is None:
        assert time.monotonic() < deadline, seen
        if select.select([ours], [], [], 0.1)[0]:
            with contextlib.suppress(OSError):  # it has gone, and its terminal with it
                os.read(ours, 65_536)
    assert child.returncode == 0
    os.close(ours)


@pytest.mark.server
@pytest.mark.fault("a command of a rollout is killed at any moment")
def test_a_step_that_was_acknowledged_is_never_lost_however_commands_are_killed() -> None:
    chance = random.Random(11)  # noqa: S311 - moments, not secrets
    assert start("--unproven", "--quiet").code == 0
    acknowledged, ended = 1, []
    begun = time.monotonic()
    assert _process("status").wait(PATIENCE) == 0
    usual = time.monotonic() - begun
    for number in range(6):
        child = _process("pause" if status()["phase"] == "running" else "resume")
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(usual * (0.5 + chance.random()))
        child.send_signal(signal.SIGKILL)
        code = child.wait(PATIENCE)
        steps = status()["steps"]
        assert steps in ((acknowledged + 1,) if code == 0 else (acknowledged, acknowledged + 1)), number
        assert isinstance(steps, int)
        acknowledged = steps
        ended.append(code)
    assert outlast("rollout", "back", "support").code == 0
    assert status()["phase"] == "rolled back"
    (told,) = outlast("rollout", "history", "support", "--format", "json").document
    assert [each["number"] for each in told["steps"]] == list(range(1, acknowledged + 2))


def _process(word: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "outlast", "rollout", word, "support"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
