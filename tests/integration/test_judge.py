"""A judge as a real process asks it: killed at any moment, told to wait, short of money, and of the wrong family."""

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from tests.integration.gateway_process import Done, outlast, until
from tests.integration.test_replay import FINE, REQUESTS, config, decided, kept, lost, provider, reached

from outlast.testing.upstream import UpstreamServer

pytestmark = [pytest.mark.server, pytest.mark.slow]

JUDGE = "court/simulated-judge"


@contextmanager
def court(folder: Path, profiles: str = "") -> Iterator[UpstreamServer]:
    """The provider of a replay, and a table of nobody's family behind which a judge sits."""
    folder.mkdir(exist_ok=True)
    with provider(folder, profiles) as server:
        with (folder / "outlast.toml").open("a", encoding="utf-8") as file:
            file.write(f'[providers.court]\nkind = "openai"\nbase_url = "{server.base_url}"\napi_key = "sk-any"\n')
        yield server


def words(folder: Path, *more: str) -> list[str]:
    asked = ("--to", f"openai/{FINE}", "--gate", "contract,judge", "--margin", "15%", "--sample", str(REQUESTS))
    return ["replay", "support", *asked, "--judge", JUDGE, *more, *config(folder)]


def replayed(folder: Path, *more: str) -> Done:
    return outlast(*words(folder, "--format", "json", *more))


def paid(server: UpstreamServer) -> Counter[str]:
    """How often each text was put to each model."""
    bodies = [json.loads(each.body) for each in server.received]
    return Counter(f"{body['model']}: {body['messages'][-1]['content']}" for body in bodies)


@pytest.mark.fault("a replay is killed while a judge is asked, again and again")
def test_a_judge_is_paid_once_for_each_question_however_often_the_replay_is_killed(tmp_path: Path) -> None:
    moments = random.Random(5)  # noqa: S311 - moments, no secret
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    with court(whole) as server:
        uninterrupted = replayed(whole)
        questions = len(paid(server)) - 2 * REQUESTS
    assert uninterrupted.code == 0, uninterrupted.err
    assert REQUESTS <= questions <= 2 * REQUESTS
    with court(broken) as server:
        for _ in range(3):
            stop_at = max(kept(broken), 2 * REQUESTS) + moments.randrange(1, questions // 4)
            with subprocess.Popen(
                [sys.executable, "-m", "outlast", *words(broken)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as run:
                until(partial(reached, broken, stop_at))
                run.kill()
        assert kept(broken) < 2 * REQUESTS + questions
        last = replayed(broken)
        assert set(paid(server).values()) == {1}
        gone = lost(broken)
        assert set(gone) <= {JUDGE}
        [candidate] = last.document["candidates"]
        assert candidate["judge"]["lost"] == gone[JUDGE]
        mended = replayed(broken, "--retry-lost")
    assert [each["judge"]["judged"] for each in mended.document["candidates"]] == [REQUESTS]
    assert decided(mended.document) == decided(uninterrupted.document)
    assert mended.document["candidates"][0]["judge"] == uninterrupted.document["candidates"][0]["judge"]


@pytest.mark.fault("a judge's provider refuses for its rate limit, then relents")
def test_a_judge_that_is_busy_is_waited_for(tmp_path: Path) -> None:
    storm = '[models."simulated-judge"]\njudges = 1.0\nfault = "rate_limited"\nretry_after = 0.05\ntimes = 9\n'
    with court(tmp_path, storm):
        done = replayed(tmp_path)
    [candidate] = done.document["candidates"]
    assert (candidate["judge"]["judged"], candidate["verdict"]) == (REQUESTS, "PASS")


@pytest.mark.fault("a judge answers with errors, or with words that cannot be read")
@pytest.mark.parametrize(
    "profile", ['fault = "status"\nstatus = 500\n', 'text = "Both are fine."\n', 'fault = "garbage"\n'], ids=repr
)
def test_a_judge_without_a_readable_word_never_lets_a_candidate_pass(tmp_path: Path, profile: str) -> None:
    with court(tmp_path, f'[models."simulated-judge"]\n{profile}'):
        done = replayed(tmp_path)
    [candidate] = done.document["candidates"]
    assert (done.code, candidate["verdict"], candidate["decided_by"]) == (3, "NOT YET", ["judge.acceptable"])
    assert candidate["judge"]["judged"] == 0
    assert any("no readable word of the judge" in remark for remark in done.document["remarks"])


@pytest.mark.fault("a replay's budget is spent before the judge has judged")
def test_a_budget_that_ends_before_the_judge_does_prevents_a_pass(tmp_path: Path) -> None:
    with court(tmp_path):
        assert replayed(tmp_path, "--gate", "contract").code == 0
        # A budget needs a price: this judge has that of a model that is sold.
        done = replayed(tmp_path, "--judge", f"openai/{FINE}", "--same-family-judge", "--budget", "0.0001USD")
    [candidate] = done.document["candidates"]
    assert candidate["verdict"] == "NOT YET"
    assert candidate["judge"]["judged"] < REQUESTS


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--judge", f"openai/{FINE}"), "is of the family of"),
        (("--judge", "openai/gpt-5.1"), "is of the family of"),
        (("--judge", "nobody/model"), "no virtual model and no provider/model"),
        (("--rubric", "missing.txt"), "--rubric missing.txt"),
        (("--labels", "missing.jsonl"), "--labels missing.jsonl"),
        (("--gate", "embedding"), "--gate embedding needs --embed"),
        (("--gate", "embedding", "--embed", JUDGE), "cannot decide alone"),
    ],
)
def test_what_no_judge_can_be_is_refused_before_anything_is_asked(
    tmp_path: Path, more: tuple[str, ...], told: str
) -> None:
    with court(tmp_path) as server:
        done = replayed(tmp_path, *more)
        assert not server.received
    assert done.code == 2
    assert told in done.err


def test_judge_options_without_a_judge_are_refused(tmp_path: Path) -> None:
    with court(tmp_path):
        for more in (("--rubric", "r"), ("--labels", "l"), ("--same-family-judge",), ("--judge-floor",)):
            done = outlast("replay", "support", "--to", f"openai/{FINE}", *more, *config(tmp_path))
            assert (done.code, "goes with --judge" in done.err) == (2, True)
        done = outlast("replay", "support", "--to", f"openai/{FINE}", "--gate", "judge", *config(tmp_path))
        assert (done.code, "--gate judge needs --judge" in done.err) == (2, True)


def test_the_plan_knows_the_judge_and_another_rubric_is_another_plan(tmp_path: Path) -> None:
    rubric = tmp_path / "rubric.txt"
    rubric.write_text("It is JSON.\nIt is short.\n", encoding="utf-8")
    with court(tmp_path):
        plain, strict, again = (
            replayed(tmp_path, *more).document for more in ((), ("--rubric", str(rubric)), ("--rubric", str(rubric)))
        )
    assert plain["plan"]["judge"]["target"] == JUDGE
    assert plain["plan"]["judge"]["unknown_family"] == [JUDGE]
    assert strict["plan"]["judge"]["criteria"] == ["It is JSON.", "It is short."]
    assert plain["plan_hash"] != strict["plan_hash"] == again["plan_hash"]
