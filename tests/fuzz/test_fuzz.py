"""A short run of the fuzzer over every decoder, and the fuzzer itself: it finds what crashes, hangs and grows."""

import os
import random
import time
from pathlib import Path

import pytest
from fuzz.__main__ import save, table
from fuzz.campaign import BOUNDS, Bounds, Finding, Run, Tally, campaign, shares, watched
from fuzz.mutation import LONGEST, Mutator
from fuzz.registry import TARGETS
from fuzz.target import Check, Target, split

SHORT = 600


def run(target: Target, inputs: int, *, seed: int = 1, bounds: Bounds = BOUNDS) -> Tally:
    """One target in this process."""
    started = Run(target, seed=seed, worker=0, inputs=inputs, bounds=bounds)
    with watched():
        for _ in started.go():
            pass
    return started.tally


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_short_run_breaks_nothing(target: Target) -> None:
    tally = run(target, SHORT)
    assert tally.findings == []
    assert tally.inputs == SHORT
    assert tally.words > 5, "the inputs reach more than one way of being refused"


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_every_seed_of_the_corpus_is_small_and_breaks_nothing(target: Target) -> None:
    seeds = target.seeds()
    assert len(seeds) >= 4
    for seed in seeds:
        assert len(seed) <= LONGEST
        for number in range(3):
            target.check(seed, random.Random(number))  # noqa: S311 - chance that can be repeated


def test_the_same_seed_makes_the_same_inputs_and_another_makes_others() -> None:
    first, again, other = run(TARGETS[0], 100), run(TARGETS[0], 100), run(TARGETS[0], 100, seed=2)
    assert first.digest == again.digest
    assert first.digest != other.digest


def test_pieces_joined_are_the_whole() -> None:
    rng = random.Random(1)  # noqa: S311 - same
    for size in (0, 1, 7, 1000):
        data = rng.randbytes(size)
        for _ in range(50):
            assert b"".join(split(data, rng)) == data


def test_inputs_stay_within_their_length() -> None:
    mutator = Mutator(random.Random(1), (b"word" * 100,))  # noqa: S311 - same
    pool = [b"x" * LONGEST, b""]
    assert max(len(mutator.input(pool)) for _ in range(2000)) <= LONGEST


def target_of(check: Check, folder: Path) -> Target:
    target = Target("sham", check, (b"boom",), corpus=folder)
    target.folder.mkdir()
    (target.folder / "seed").write_bytes(b"a small seed")
    return target


def test_a_crash_is_found_and_told_with_its_input(tmp_path: Path) -> None:
    def crash(data: bytes, _: random.Random) -> str:
        assert b"boom" not in data, "it went off"
        return ""

    [finding, *_] = run(target_of(crash, tmp_path), 1000).findings
    assert b"boom" in finding.data
    assert "it went off" in finding.what


def test_a_hang_is_found(tmp_path: Path) -> None:
    def hang(data: bytes, _: random.Random) -> str:
        deadline = time.monotonic() + 20
        while b"boom" in data and time.monotonic() < deadline:
            pass
        return ""

    [finding, *_] = run(target_of(hang, tmp_path), 2000, bounds=Bounds(seconds=0.05)).findings
    assert finding.what.startswith("Hang")
    assert b"boom" in finding.data


def test_growth_is_found(tmp_path: Path) -> None:
    kept: list[bytearray] = []

    def grow(data: bytes, _: random.Random) -> str:
        kept.append(bytearray(b"x" * 1_000_000))
        return str(len(data) // 1000)

    [finding] = run(target_of(grow, tmp_path), 200, bounds=Bounds(growth_mb=50)).findings
    assert "memory grew" in finding.what


def test_a_new_outcome_joins_the_pool_and_can_be_kept(tmp_path: Path) -> None:
    target = target_of(lambda data, _: "boom" if b"boom" in data else "", tmp_path)
    tally = run(target, 1000)
    assert tally.words == 2
    [path] = [kept for data in tally.interesting if b"boom" in data and (kept := target.keep(data))]
    assert b"boom" in path.read_bytes()
    assert target.keep(path.read_bytes()) is None, "it is there already"


def test_a_campaign_divides_the_inputs_and_adds_its_workers_up() -> None:
    chosen = [target for target in TARGETS if target.name in ("feeds", "settings")]
    assert sum(inputs for plan in shares(chosen, 1000, 2) for _, inputs in plan) >= 1000
    tallies = campaign(chosen, inputs=400, seed=1, workers=2)
    assert len(tallies) == 4
    assert [tally.findings for tally in tallies] == [[]] * 4
    shown = table(tallies, chosen).splitlines()[-1]
    assert shown.startswith("| all | 40")


def leave(data: bytes, rng: random.Random) -> str:
    """What a crash inside a parser written in C looks like from outside."""
    del data, rng
    os._exit(3)


def test_a_worker_that_dies_is_found(tmp_path: Path) -> None:
    target = target_of(leave, tmp_path)
    [tally] = campaign([target], inputs=10, seed=1, workers=1)
    [finding] = tally.findings
    assert finding.what == "a worker died before its first report"


def test_what_broke_is_said_and_written_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = Tally("feeds", inputs=1, seconds=1.0, findings=[Finding("feeds", "it broke", b"data")])
    save([broken], tmp_path / "findings")
    [path] = (tmp_path / "findings").iterdir()
    assert path.read_bytes() == b"data"
    said = capsys.readouterr().err
    assert "it broke" in said
    assert f"--only feeds --replay {path}" in said
    assert table([broken], TARGETS).splitlines()[-1].endswith("| 1 |")
