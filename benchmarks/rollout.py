"""What a rollout's guards hold and cost: ``python benchmarks/rollout.py`` prints the tables of docs/measurements.md.

Simulated, with fixed seeds: the same figures each time. A few minutes on an idle core; ``--quick`` is a smaller one
for a look. The figures are kept in ``benchmarks/results/rollout.json``. Conversations have five turns that are alike
inside (correlation .3); the guards look after every block. Wealth is computed by arrays; the first paths of each case
are played again through ``stats.wealth``, which the guards use, and must agree.
"""

import argparse
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from bench.report import table

from outlast.rollout.guards import add, decide, opened
from outlast.rollout.measure import Conversation, allowed, badness
from outlast.rollout.plan import Arm, Guard, Plan, Reference, Side
from outlast.rollout.words import parse_guards
from outlast.stats.bets import constant_shares, constant_stakes
from outlast.stats.betting import PredictablePaths
from outlast.stats.wealth import SMALLEST_STAKE, Wealth

Floats = npt.NDArray[np.float64]
RESULTS = Path(__file__).parent / "results" / "rollout.json"
SEED, TURNS, ALIKE = 20_261_122, 5, 0.3
BLOCKS, LEAST, LATE = 3_000, 30, 500
NEVER = BLOCKS + 1
BASE = {"errors": 0.02, "contract": 0.05, "refusals": 0.03}
SPREAD_OF_LOGS = 0.8
PLAN = Plan(
    model="support",
    incumbent="a/old",
    candidate="b/new",
    salt="fixed",
    guards=parse_guards("errors=1%,contract=5%,refusals=2%,latency=1.2x,cost=1.2x,tone.words=0.5sd"),
    references=(
        Reference(name="latency", middle=1.0),
        Reference(name="cost", middle=1.0),
        Reference(name="tone.words", middle=0.0, spread=1.0),
    ),
    least_blocks=LEAST,
)
SHARES = tuple(stage.share for stage in PLAN.stages if stage.guarded)
TESTS = tuple((guard, side) for guard in PLAN.guards for side in guard.sides)
NORMAL = np.linspace(-2.4, 2.4, 13)
"""Amounts take thirteen values, so that means of any number of conversations can be drawn exactly."""


@dataclass(frozen=True, slots=True)
class World:
    """Badness of one guard in both arms: the values that it takes, and how often."""

    control: tuple[Floats, Floats]
    canary: tuple[Floats, Floats]


def shares(rate: float) -> tuple[Floats, Floats]:
    """A conversation's share of bad turns: some turns share one outcome, the others have their own (``copied``)."""
    values = np.arange(TURNS + 1) / TURNS
    chances = np.zeros(TURNS + 1)
    root = math.sqrt(ALIKE)
    for common in range(TURNS + 1):
        weight = math.comb(TURNS, common) * root**common * (1 - root) ** (TURNS - common)
        for own in range(TURNS - common + 1):
            chance = weight * math.comb(TURNS - common, own) * rate**own * (1 - rate) ** (TURNS - common - own)
            if common == 0:
                chances[own] += chance
            else:
                chances[own] += chance * (1 - rate)
                chances[own + common] += chance * rate
    return values, chances


def world(guard: Guard, side: Side, effect: float) -> World:
    """``effect``: points more, a factor, or spreads more."""
    if guard.scale == "share":
        return World(shares(BASE[guard.name]), shares(BASE[guard.name] + effect))
    chances = np.exp(-(NORMAL**2) / 2)
    chances /= chances.sum()
    amounts = NORMAL if guard.scale == "spread" else np.exp(SPREAD_OF_LOGS * NORMAL)
    other = amounts + effect if guard.scale == "spread" else amounts * effect

    def laid(arm: Arm, raw: Floats) -> Floats:
        seen = [badness(PLAN, guard, side, Conversation(arm=arm, stage=0, values={guard.name: v})) for v in raw]
        return np.array(seen, dtype=np.float64)

    return World((laid("A", amounts), chances), (laid("B", other), chances))


def nothing(guard: Guard) -> float:
    """The effect of an equal model."""
    return 1.0 if guard.scale == "ratio" else 0.0


def differences(random: np.random.Generator, one: World, share: float, shape: tuple[int, int]) -> Floats:
    """B minus A of each block; in the shadow both answer, elsewhere chance makes the blocks."""
    if share == 0:
        controls = canaries = np.ones(shape, dtype=np.int64)
    else:
        control_first = random.random(shape) < 1 - share
        controls = np.where(control_first, random.geometric(share, shape), 1)
        canaries = np.where(control_first, 1, random.geometric(1 - share, shape))

    def mean(counts: npt.NDArray[np.int64], values: Floats, chances: Floats) -> Floats:
        result: Floats = random.multinomial(counts, chances) @ values / counts
        return result

    return mean(canaries, *one.canary) - mean(controls, *one.control)


def wealth(values: Floats, mean: float) -> Floats:
    """Wealth after each value, one line per path; as ``stats.wealth``. Beyond what floats hold it is infinite."""
    constant = constant_stakes(mean, SMALLEST_STAKE)
    with np.errstate(over="ignore", under="ignore"):
        total = 0.5 * np.exp(PredictablePaths(len(values)).extend(values, mean))
        for stake, share in zip(constant, constant_shares(len(constant)), strict=True):
            total += 0.5 * share * np.cumprod(1 + stake * (values - mean), axis=1)
    again, peak = Wealth(mean), max(1.0, float(total[0].max()))
    for value in values[0].tolist():
        again = again.bet(value)
    assert math.isinf(peak) or abs(again.peak - math.log(peak)) < 1e-6
    return total


def first(hit: npt.NDArray[np.bool_]) -> Floats:
    """The first block after which it is so; ``NEVER`` else."""
    return np.where(hit.any(axis=1), hit.argmax(axis=1) + 1, NEVER).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Stops:
    """Of one guard in one stage: the block at which each rule first says its word, for every repetition."""

    breach: Floats
    safe: Floats
    fixed_worse: Floats
    """Naive: a one-sided 5 % bound of a fixed sample lies above 0, looked at after every block from the least on."""
    fixed_safe: Floats
    """The same below the margin."""
    threshold: Floats
    """A fixed-threshold canary: the difference so far is above the margin."""


def stops(seen: Floats, guard: Guard) -> Stops:
    """All rules on the same draws."""
    margin = allowed(guard)
    breach = wealth((1 + seen) / 2, (1 + margin) / 2) >= 1 / PLAN.breach_alpha
    safe = wealth((1 - seen) / 2, (1 - margin) / 2) >= 1 / PLAN.advance_alpha
    count = np.arange(1, BLOCKS + 1)
    mean = np.cumsum(seen, axis=1) / count
    spread = np.sqrt(np.maximum(np.cumsum(seen**2, axis=1) / count - mean**2, 1e-12) / count)
    late = count >= LEAST
    return Stops(
        first(breach),
        np.maximum(first(safe), LEAST),
        first((mean - 1.645 * spread > 0) & late),
        first((mean + 1.645 * spread < margin) & late),
        first((mean > margin) & late),
    )


def stage_stops(case: tuple[Guard, Side], effect: float, share: float, repetitions: int, late: int = 0) -> Stops:
    """One guard in one stage; ``late``: the effect begins after so many blocks."""
    guard, side = case
    random = np.random.default_rng([SEED, round(1_000 * share), TESTS.index(case), round(1_000 * abs(effect)), late])
    seen = differences(random, world(guard, side, effect), share, (repetitions, BLOCKS))
    if late:
        seen[:, :late] = differences(random, world(guard, side, nothing(guard)), share, (repetitions, late))
    return stops(seen, guard)


def all_stages(case: tuple[Guard, Side], effect: float, repetitions: int) -> list[Stops]:
    """One guard in every guarded stage."""
    return [stage_stops(case, effect, share, repetitions) for share in SHARES]


@dataclass(frozen=True, slots=True)
class Levels:
    """Shares of whole rollouts, in each of which every stage is entered and looked at for ``BLOCKS`` blocks."""

    rule: str
    equal_rolled_back: float
    margin_rolled_back: float | None
    """Every guard exactly at its margin."""
    margin_advanced: float
    """One guard exactly at its margin, the worst of all: some stage is left."""
    equal_completed: float
    """No roll-back before every stage is left."""


def levels(repetitions: int) -> list[Levels]:
    """Error rates of whole rollouts, ours beside two naive rules."""
    equal = [all_stages(case, nothing(case[0]), repetitions) for case in TESTS]
    margin = [all_stages(case, _at_margin(*case), repetitions) for case in TESTS]
    rules: list[tuple[str, Callable[[Stops], Floats], Callable[[Stops], Floats]]] = [
        ("ours", lambda one: one.breach, lambda one: one.safe),
        ("fixed-sample bound, looked at each time", lambda one: one.fixed_worse, lambda one: one.fixed_safe),
        ("fixed threshold", lambda one: one.threshold, lambda one: np.full_like(one.threshold, BLOCKS)),
    ]
    return [_levels(name, equal, margin, breach, safe) for name, breach, safe in rules]


def _at_margin(guard: Guard, side: Side) -> float:
    return -guard.margin if side == "below" else guard.margin


def _levels(
    name: str,
    equal: Sequence[Sequence[Stops]],
    margin: Sequence[Sequence[Stops]],
    breach: Callable[[Stops], Floats],
    safe: Callable[[Stops], Floats],
) -> Levels:
    def ever(cases: Sequence[Sequence[Stops]], when: Callable[[Stops], Floats]) -> float:
        said = np.array([[when(one) <= BLOCKS for one in stages] for stages in cases]).any(axis=(0, 1))
        return float(np.mean(said))

    completed = np.ones(len(breach(equal[0][0])), dtype=bool)
    for stage in range(len(SHARES)):
        leaves = np.max([safe(stages[stage]) for stages in equal], axis=0)
        stopped = np.min([breach(stages[stage]) for stages in equal], axis=0)
        completed &= (leaves <= BLOCKS) & (stopped > leaves)
    ours = name == "ours"
    return Levels(
        name,
        ever(equal, breach),
        ever(margin, breach) if ours else None,
        max(ever([stages], safe) for stages in margin) if name != "fixed threshold" else math.nan,
        float(completed.mean()),
    )


@dataclass(frozen=True, slots=True)
class Power:
    """Canary conversations until a breach of one size is found, in the stage of ten per cent."""

    effect: str
    found: float
    """Within ``BLOCKS`` blocks of the one stage."""
    median: float
    most: float
    """In four fifths; ``NEVER``: not within ``BLOCKS``."""


EFFECTS: tuple[tuple[str, str, Side, float, int], ...] = (
    ("contract 8 points worse, margin 5", "contract", "above", 0.08, 0),
    ("contract 20 points worse, margin 5", "contract", "above", 0.20, 0),
    ("errors 2 points more, margin 1", "errors", "above", 0.02, 0),
    ("errors 10 points more, margin 1", "errors", "above", 0.10, 0),
    ("errors everywhere", "errors", "above", 0.97, 0),
    (f"errors everywhere, after {LATE} good blocks", "errors", "above", 0.97, LATE),
    (f"errors 10 points more, after {LATE} good blocks", "errors", "above", 0.10, LATE),
    ("30 % slower, margin 1.2", "latency", "above", 1.3, 0),
    ("60 % slower, margin 1.2", "latency", "above", 1.6, 0),
    ("twice as dear, margin 1.2", "cost", "above", 2.0, 0),
    ("tone one spread off, margin .5", "tone.words", "below", -1.0, 0),
)


def powers(repetitions: int) -> list[Power]:
    """How long each effect goes on."""
    lines = []
    for name, guard_name, side, effect, late in EFFECTS:
        guard = next(guard for guard in PLAN.guards if guard.name == guard_name)
        found = stage_stops((guard, side), effect, 0.1, repetitions, late).breach
        since = np.where(found <= BLOCKS, found - late, NEVER)
        lines.append(
            Power(name, float((since <= BLOCKS).mean()), float(np.median(since)), float(np.quantile(since, 0.8)))
        )
    return lines


@dataclass(frozen=True, slots=True)
class Waves:
    """Errors that rise and fall for everybody, through the room's own board, ten per cent on B."""

    repetitions: int
    equal_rolled_back: float
    margin_advanced: float


def waves(repetitions: int) -> Waves:
    """An hourly wave between 1 and 9 per cent and an outage of 300 conversations, of both arms alike."""
    declared = Plan(
        model="m",
        incumbent="a/a",
        candidate="b/b",
        salt="s",
        guards=(Guard(name="errors", margin=0.01),),
        stages=PLAN.stages,
    )
    random = np.random.default_rng([SEED, 7])
    count = 6_000
    when = np.arange(count)
    rate = 0.05 + 0.04 * np.sin(when / 150)
    rate[2_000:2_300] = 0.6
    words = []
    for extra in (0.0, 0.01):
        for _ in range(repetitions):
            board, said = opened(declared, 2), {"HOLD"}
            arms = random.random(count) < 0.1
            bad = random.random(count) < rate + extra * arms
            for arm, wrong in zip(arms.tolist(), bad.tolist(), strict=True):
                one = Conversation(arm="B" if arm else "A", stage=2, values={"errors": float(wrong)})
                board = add(declared, board, one)
            said.add(decide(declared, board).word)
            words.append((extra, said))
    share = {e: [w in said for x, said in words if x == e] for e, w in ((0.0, "BREACH"), (0.01, "ADVANCE"))}
    return Waves(repetitions, float(np.mean(share[0.0])), float(np.mean(share[0.01])))


@dataclass(frozen=True, slots=True)
class Single:
    """One guard (contract) exactly at its margin in one stage (ten per cent), looked at after every block."""

    repetitions: int
    ours_advanced: float
    fixed_advanced: float


def single(repetitions: int) -> Single:
    """What the number of guards and stages does not explain."""
    guard = next(guard for guard in PLAN.guards if guard.name == "contract")
    one = stage_stops((guard, "above"), guard.margin, 0.1, repetitions)
    return Single(repetitions, float((one.safe <= BLOCKS).mean()), float((one.fixed_safe <= BLOCKS).mean()))


def percent(value: float | None) -> str:
    """A share in per cent; empty where there is none."""
    return "" if value is None or math.isnan(value) else f"{100 * value:.1f}"


def until(blocks: float) -> str:
    """A number of canary conversations."""
    return f"over {BLOCKS:,}" if blocks > BLOCKS else f"{blocks:,.0f}"


def main() -> None:
    """All tables, and the figures kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    begun, repetitions = time.monotonic(), 40 if quick else 500
    error = 1.645 * math.sqrt(0.05 * 0.95 / repetitions)
    print(f"\nWhole rollouts, {repetitions} of each, % (Monte Carlo error of a true 5.0: +{100 * error:.1f})\n")
    found = levels(repetitions)
    rows = [
        [x.rule, *map(percent, (x.equal_rolled_back, x.margin_rolled_back, x.margin_advanced, x.equal_completed))]
        for x in found
    ]
    columns = ["rule", "equal, rolled back", "all at the margin, rolled back", "one at the margin, advanced"]
    print(table([*columns, "equal, completed"], rows))
    alone = single(3 * repetitions)
    print(
        f"\nOne guard at its margin in one stage, advanced at any look: ours {percent(alone.ours_advanced)} %, "
        f"fixed-sample bound {percent(alone.fixed_advanced)} % ({alone.repetitions} stages)"
    )
    print("\nCanary conversations until the breach is found, stage of 10 %\n")
    power = powers(repetitions)
    lines = [[x.effect, percent(x.found), until(x.median), until(x.most)] for x in power]
    print(table(["effect", f"found within {BLOCKS:,}, %", "median", "80th percentile"], lines))
    wave = waves(10 if quick else 100)
    print(
        f"\nErrors in waves with an outage, both arms alike, {wave.repetitions} stages each: equal, rolled back "
        f"{percent(wave.equal_rolled_back)} %; at the margin, advanced {percent(wave.margin_advanced)} %"
    )
    print(f"\n{time.monotonic() - begun:.0f} s")
    if not quick:
        kept = {
            "repetitions": repetitions,
            "levels": [asdict(x) for x in found],
            "single": asdict(alone),
            "powers": [asdict(x) for x in power],
            "waves": asdict(wave),
        }
        RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")


if __name__ == "__main__":
    main()
