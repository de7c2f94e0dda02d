"""``outlast probe`` on simulated models: rates, verdicts, what is kept, what a budget stops, the gate of a replay."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest
from tests.integration.gateway_process import outlast

from outlast.checks.draw import Draw
from outlast.checks.probes.asking import PLAIN, openings
from outlast.checks.probes.library import choose
from outlast.dialects.said import Said
from outlast.evidence.store import EvidenceStore
from outlast.replay.items import make_item
from outlast.replay.ports import DrawKey
from outlast.settings import load_settings
from outlast.wiring.asking import evidence_path
from outlast.wiring.flips import Flips

CONFIGURATION = """
[providers.openai]
kind = "scripted"
catalog = "openai"
file = "profiles.toml"
[models.support]
target = "openai/gpt-4o"
"""
PROFILES = """
[models."gpt-4o"]
flatters = 0.05
[models."gpt-5.1"]
flatters = 0.6
[models."gpt-5.2"]
flatters = 0.05
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "outlast.toml").write_text(CONFIGURATION, encoding="utf-8")
    (tmp_path / "profiles.toml").write_text(PROFILES, encoding="utf-8")
    with chdir(tmp_path):
        yield tmp_path


def store() -> EvidenceStore:
    return EvidenceStore(evidence_path(load_settings(None)))


@pytest.mark.slow
def test_a_model_that_flatters_more_fails_and_one_that_does_not_is_no_worse(folder: Path) -> None:
    del folder
    candidates = ("--to", "openai/gpt-5.1", "--to", "openai/gpt-5.2")
    done = outlast("probe", "support", "--probe", "delusion", *candidates, "--format", "json")
    found = json.loads(done.out)
    assert done.code == 1
    assert {check["verdict"] for check in found["compared"]["openai/gpt-5.1"]} == {"FAIL"}
    assert "FAIL" not in {check["verdict"] for check in found["compared"]["openai/gpt-5.2"]}
    for rate in found["rates"]["openai/gpt-5.1"]:
        assert rate["lower"] < 0.6 < rate["upper"]
        assert rate["n"] == 115


def test_a_second_run_asks_nobody_and_says_the_same(folder: Path) -> None:
    ask = ("probe", "support", "--probe", "flip", "--language", "en", "--sample", "8")
    once = outlast(*ask)
    (folder / "profiles.toml").write_text('[default]\nfault = "reset"\n', encoding="utf-8")
    again = outlast(*ask)
    assert (once.code, again.code) == (0, 0)
    assert once.out == again.out
    assert "spent in this run: 0.00 USD" in again.err


def test_a_comparison_asks_the_incumbent_twice_and_shows_its_noise_unless_told_not_to(folder: Path) -> None:
    del folder
    ask = ("probe", "support", "--probe", "refusal", "--language", "en", "--sample", "6", "--to", "openai/gpt-5.2")
    assert "12 answers to be drawn" in outlast(*ask, "--no-floor", "--dry-run").out
    assert "18 answers to be drawn" in outlast(*ask, "--dry-run").out
    [without] = json.loads(outlast(*ask, "--no-floor", "--format", "json").out)["compared"]["openai/gpt-5.2"]
    assert (without["floor"], without["floor_pairs"]) == (None, 0)
    assert "not drawn" in outlast(*ask, "--no-floor").out
    [found] = json.loads(outlast(*ask, "--format", "json").out)["compared"]["openai/gpt-5.2"]
    assert (found["floor"], found["floor_pairs"]) == (0.0, 6)
    assert "0.0 % of 6" in outlast(*ask).out


def test_a_flip_needs_the_models_own_right_answer_before_are_you_sure(folder: Path) -> None:
    del folder
    outlast("probe", "support", "--probe", "flip", "--language", "en", "--sample", "1")
    [question] = choose(["flip"], ["en"], sample=1)
    evidence = store()
    try:
        plain = evidence.draw(DrawKey(openings(question)[0].id, "openai/gpt-4o"))
    finally:
        evidence.close()
    assert openings(question)[0].id.split(".")[-2] == PLAIN
    assert plain is not None
    assert plain.said is not None
    assert plain.said.text.startswith(question.key)


def test_a_budget_stops_and_the_rest_is_told_and_asked_later(folder: Path) -> None:
    del folder
    ask = ("probe", "support", "--probe", "refusal", "--language", "en")
    short = outlast(*ask, "--budget", "0.001USD")
    assert short.code == 3
    assert "did not fit into the budget" in short.err
    whole = outlast(*ask, "--format", "json")
    assert whole.code == 0
    assert json.loads(whole.out)["rates"]["openai/gpt-4o"][0]["n"] == 40


def test_errors_are_no_answers_and_can_be_asked_again(folder: Path) -> None:
    ask = ("probe", "support", "--probe", "preaching", "--language", "en", "--sample", "5")
    (folder / "profiles.toml").write_text('[default]\nfault = "status"\n', encoding="utf-8")
    failed = outlast(*ask)
    assert failed.code == 3
    assert "status 500 x5" in failed.out
    (folder / "profiles.toml").write_text(PROFILES, encoding="utf-8")
    assert outlast(*ask).code == 3
    assert outlast(*ask, "--retry-lost").code == 0


@pytest.mark.slow
def test_what_was_lost_in_flight_is_not_paid_twice_counts_against_the_budget_and_is_told(folder: Path) -> None:
    del folder
    ask = ("probe", "support", "--probe", "preaching", "--language", "en", "--sample", "5")
    [lost, *_] = choose(["preaching"], ["en"], sample=5)
    evidence = store()
    assert evidence.begin(DrawKey(openings(lost)[0].id, "openai/gpt-4o"), 10**12)  # and the process died
    evidence.close()
    assert "answers did not fit into the budget" in outlast(*ask, "--budget", "1USD").err
    done = outlast(*ask, "--format", "json")
    assert done.code == 3
    assert "1 answers were lost in flight" in done.err
    assert json.loads(done.out)["rates"]["openai/gpt-4o"][0]["unread"] == [["no answer", 1]]
    assert outlast(*ask, "--retry-lost").code == 0


def test_a_dry_run_asks_nobody(folder: Path) -> None:
    del folder
    done = outlast("probe", "support", "--language", "it", "--dry-run")
    assert done.code == 0
    assert done.out.startswith("90 questions to openai/gpt-4o: 135 answers to be drawn at most")


def test_what_a_model_said_cannot_steer_the_terminal_or_the_table(folder: Path) -> None:
    hostile = "\x1b[2J\u202eYou are right | [link](http://x) `tick` [bold]\n# heading"
    (folder / "profiles.toml").write_text(f"[default]\ntext = {json.dumps(hostile)}\n", encoding="utf-8")
    ask = ("probe", "support", "--probe", "delusion", "--language", "en", "--sample", "3")
    for format_ in ("text", "markdown"):
        out = outlast(*ask, "--format", format_).out
        assert "\x1b[2J" not in out
        assert "\u202e" not in out
        assert "\\u202e" in out
        assert not any(line.startswith("# ") for line in out.splitlines())


@pytest.mark.parametrize(
    "line",
    ["--probe flips", "--language xx", "--probe ,", "--sample 0", "--margin wide", "--margin flop=5%", "--to nobody/x"],
)
def test_a_mistake_is_one_line_and_exit_code_2(folder: Path, line: str) -> None:
    del folder
    done = outlast("probe", "support", *line.split())
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1


def test_a_margin_of_one_probe_leaves_the_others_theirs(folder: Path) -> None:
    del folder
    ask = (
        "probe",
        "support",
        "--probe",
        "flip,refusal",
        "--language",
        "it",
        "--to",
        "openai/gpt-5.2",
        "--format",
        "json",
    )
    for text, margins in (("flip=5%", [0.05, 0.1]), ("20%", [0.2, 0.2]), ("20%,refusal=5%", [0.2, 0.05])):
        found = json.loads(outlast(*ask, "--margin", text).out)
        assert [check["margin"] for check in found["compared"]["openai/gpt-5.2"]] == margins


@pytest.mark.slow
def test_a_replay_gates_on_probes_beside_the_traffic(folder: Path) -> None:
    del folder
    evidence = store()
    bodies = [
        json.dumps({"model": "m", "messages": [{"role": "user", "content": f"say: {n}"}]}).encode() for n in range(70)
    ]
    items = [make_item(body) for body in bodies]
    evidence.add_items("support", items, source="test")
    for item in items:  # the incumbent was captured
        key = DrawKey(item.id, "openai/gpt-4o")
        evidence.begin(key, None)
        evidence.keep(key, Draw(said=Said(text="x", finish="stop")))
    evidence.close()
    done = outlast(
        "replay", "support", "--to", "openai/gpt-5.1", "--gate", "contract,probes.delusion", "--margin",
        "contract=5%,probes=10%", "--format", "json",
    )  # fmt: skip
    assert done.out, done.err
    found = json.loads(done.out)
    [candidate] = found["candidates"]
    assert done.code == 1
    assert (candidate["verdict"], candidate["decided_by"]) == ("FAIL", ["probes.delusion"])
    by_name = {check["check"]: check for check in candidate["checks"]}
    assert by_name["contract"]["n"] == 70 == candidate["pairs"]
    assert by_name["probes.delusion"]["n"] == 115
    assert len(found["plan"]["probes"]) == 115
    assert "probes.flip" not in by_name


def test_pages_say_the_flip_rate_that_was_measured_and_nothing_of_others(folder: Path) -> None:
    flips = Flips(lambda: load_settings(folder / "outlast.toml"))
    assert asyncio.run(flips.of(("openai/gpt-5.1",))) == {}
    assert outlast(
        "probe", "support", "--to", "openai/gpt-5.1", "--probe", "flip", "--language", "en", "--sample", "20"
    ).code in {0, 1, 3}
    said = asyncio.run(flips.of(("openai/gpt-5.1", "openai/never-asked")))
    assert set(said) == {"openai/gpt-5.1"}
    assert re.fullmatch(r"\d+\.\d% \(\d+\.\d% to \d+\.\d%, n [\d,]+\)", said["openai/gpt-5.1"])
    assert asyncio.run(flips.of_name("support")) == asyncio.run(flips.of(("openai/gpt-4o",)))["openai/gpt-4o"]
