"""A replay as a real process against a provider that counts: killed at any moment, refused, short of money."""

import datetime as dt
import json
import random
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.integration.gateway_process import Done, outlast, until

from outlast.providers.script.profile import load_profiles
from outlast.testing.upstream import UpstreamServer, in_thread, playing, simulated

pytestmark = [pytest.mark.server, pytest.mark.slow]

REQUESTS = 40
INCUMBENT, FINE, WORSE = "gpt-4o", "gpt-4.1", "simulated-careless"
TARGETS = tuple(f"openai/{name}" for name in (FINE, WORSE))


@contextmanager
def provider(folder: Path, profiles: str = "") -> Iterator[UpstreamServer]:
    """A provider on loopback, with requests imported to be asked of it."""
    (folder / "profiles.toml").write_text(f"[default]\nper_token = 0.0005\n{profiles}", encoding="utf-8")
    played = simulated("openai", dt.date(2026, 11, 22), load_profiles(folder / "profiles.toml"))
    with in_thread(playing(played)) as server:
        (folder / "outlast.toml").write_text(
            f'[providers.openai]\nkind = "openai"\nbase_url = "{server.base_url}"\napi_key = "sk-any"\n'
            f'[models.support]\ntarget = "openai/{INCUMBENT}"\n',
            encoding="utf-8",
        )
        form = {"type": "json_object"}
        asked = [{"messages": [{"role": "user", "content": f"As JSON: number {n}"}]} for n in range(REQUESTS)]
        lines = "".join(json.dumps({"model": INCUMBENT, "response_format": form} | each) + "\n" for each in asked)
        (folder / "asked.jsonl").write_text(lines, encoding="utf-8")
        done = outlast("import", str(folder / "asked.jsonl"), "--as", "support", *config(folder))
        assert done.code == 0, done.err
        yield server


def config(folder: Path) -> tuple[str, str]:
    return ("--config", str(folder / "outlast.toml"))


def words(folder: Path, *more: str) -> list[str]:
    targets = [word for target in TARGETS for word in ("--to", target)]
    return ["replay", "support", *targets, "--gate", "contract", "--sample", str(REQUESTS), *more, *config(folder)]


def replayed(folder: Path, *more: str) -> Done:
    return outlast(*words(folder, "--format", "json", *more))


def paid(server: UpstreamServer) -> Counter[tuple[str, str]]:
    """How often each model was asked each question."""
    bodies = [json.loads(each.body) for each in server.received]
    return Counter((body["model"], body["messages"][0]["content"]) for body in bodies)


def kept(folder: Path) -> int:
    """Answers that have reached the disk."""
    with closing(sqlite3.connect(f"file:{folder / 'outlast.evidence.db'}?mode=ro", uri=True)) as database:
        (count,) = database.execute("SELECT count(*) FROM draws WHERE draw IS NOT NULL").fetchone()
    return int(count)


def reached(folder: Path, answers: int) -> bool:
    return kept(folder) >= answers


def lost(folder: Path) -> Counter[str]:
    """Answers by model that were begun and never kept."""
    with closing(sqlite3.connect(f"file:{folder / 'outlast.evidence.db'}?mode=ro", uri=True)) as database:
        return Counter(target for (target,) in database.execute("SELECT target FROM draws WHERE draw IS NULL"))


def decided(document: Any) -> list[dict[str, Any]]:
    """What a result says, without what depends on a clock."""
    found = []
    for candidate in document["candidates"]:
        checks = [check for check in candidate["checks"] if check["family"] in ("contract", "facts")]
        found.append({"verdict": candidate["verdict"], "pairs": candidate["pairs"], "checks": checks})
    return found


@pytest.mark.fault("a replay is killed at any moment, again and again")
def test_a_replay_that_was_killed_pays_nothing_twice_and_comes_to_the_same_result(tmp_path: Path) -> None:
    moments = random.Random(4)  # noqa: S311 - moments, no secret
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    with provider(whole):
        uninterrupted = replayed(whole)
    with provider(broken) as server:
        for _ in range(3):
            stop_at = kept(broken) + moments.randrange(1, 25)
            with subprocess.Popen(
                [sys.executable, "-m", "outlast", *words(broken)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as run:
                until(partial(reached, broken, stop_at))
                run.kill()
        before = kept(broken)
        last = replayed(broken)
        asked = paid(server)
    assert before < 3 * REQUESTS
    assert set(asked.values()) == {1}
    gone = lost(broken)
    assert sum(gone.values()) <= 3 * 3 * 8
    assert 3 * REQUESTS - sum(gone.values()) <= len(asked) <= 3 * REQUESTS
    assert kept(broken) + sum(gone.values()) == 3 * REQUESTS
    told = " ".join(last.document["remarks"])
    for target, count in gone.items():
        assert f"{count} answers of {target} were lost in flight" in told
    if not gone:
        assert decided(last.document) == decided(uninterrupted.document)
    order = {"FAIL": 0, "NOT YET": 1, "PASS": 2}
    for ours, theirs in zip(decided(last.document), decided(uninterrupted.document), strict=True):
        assert order[ours["verdict"]] <= order[theirs["verdict"]] or theirs["verdict"] == "FAIL"
        assert ours["pairs"] == REQUESTS - gone[f"openai/{INCUMBENT}"]
    with provider_again(broken):
        mended = replayed(broken, "--retry-lost")
    assert decided(mended.document) == decided(uninterrupted.document)


@contextmanager
def provider_again(folder: Path) -> Iterator[UpstreamServer]:
    """The same provider on another port."""
    played = simulated("openai", dt.date(2026, 11, 22), load_profiles(folder / "profiles.toml"))
    with in_thread(playing(played)) as server:
        text = (folder / "outlast.toml").read_text(encoding="utf-8")
        [line] = [line for line in text.splitlines() if line.startswith("base_url")]
        (folder / "outlast.toml").write_text(text.replace(line, f'base_url = "{server.base_url}"'), encoding="utf-8")
        yield server


@pytest.mark.fault("a provider refuses a replay for its rate limit, then relents")
def test_a_rate_limit_is_waited_for_and_costs_neither_answers_nor_a_verdict(tmp_path: Path) -> None:
    storm = f'[models."{FINE}"]\nfault = "rate_limited"\nretry_after = 0.05\ntimes = 12\n'
    with provider(tmp_path, storm) as server:
        done = replayed(tmp_path)
        asked = paid(server)
    assert lost(tmp_path) == Counter()
    assert kept(tmp_path) == 3 * REQUESTS
    fine, _ = done.document["candidates"]
    assert (fine["answered"], fine["pairs"]) == (REQUESTS, REQUESTS)
    assert sum(count for (model, _), count in asked.items() if model == FINE) == REQUESTS + 12
    assert all(count == 1 for (model, _), count in asked.items() if model != FINE)


@pytest.mark.fault("a provider answers a replay with errors")
def test_errors_are_unanswered_and_never_a_fail_and_can_be_asked_again(tmp_path: Path) -> None:
    broken = f'[models."{FINE}"]\nfault = "status"\nstatus = 500\ntimes = 15\n'
    with provider(tmp_path, broken) as server:
        first = replayed(tmp_path)
        fine, worse = first.document["candidates"]
        assert (fine["verdict"], fine["answered"], fine["pairs"]) == ("NOT YET", REQUESTS - 15, REQUESTS)
        assert [check["unanswered"] for check in fine["checks"] if check["check"] == "contract"] == [15]
        assert worse["answered"] == REQUESTS
        again = replayed(tmp_path, "--retry-lost")
        asked = paid(server)
    assert again.document["candidates"][0]["answered"] == REQUESTS
    assert sum(asked.values()) == 3 * REQUESTS + 15


@pytest.mark.fault("a replay's budget is spent")
def test_a_budget_that_is_spent_leaves_the_rest_unanswered(tmp_path: Path) -> None:
    with provider(tmp_path) as server:
        done = replayed(tmp_path, "--budget", "0.01USD", "--budget-calls", "1000")  # one has no price
        asked = paid(server)
    fine, worse = done.document["candidates"]
    assert 0 < len(asked) < 3 * REQUESTS
    assert done.code == 3
    assert {fine["verdict"], worse["verdict"]} <= {"NOT YET", "FAIL"}
    assert fine["answered"] < REQUESTS
    assert lost(tmp_path) == Counter()
