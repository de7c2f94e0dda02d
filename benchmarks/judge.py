"""How often the corrected bounds of a judge's word miss the truth: ``python benchmarks/judge.py``.

One-sided bounds at 5 %, 1,500 simulated replays a row, fixed seed. 80 % of the incumbent's and 75 % of the candidate's
answers are truly good; the judge accepts 90 % of good answers and 20 % of bad ones, unless the row says otherwise.
"""

import random
from dataclasses import dataclass

from outlast.stats.rogan_gladen import Calibration, corrected_difference
from outlast.stats.rows import Row

RUNS, ALPHA, TRUTH = 1_500, 0.05, -0.05
GOOD = (0.80, 0.75)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way of judging and labelling."""

    told: str
    pairs: int = 120
    size: int = 1
    """Pairs of one conversation."""
    good: int = 40
    """Labels of good answers, of each side."""
    bad: int = 25
    candidate: float = 0.9
    """How many of the candidate's good answers the judge accepts."""
    shared: bool = False


CASES = (
    Case(told="each side by its own labels, the judge is harsher on B (80 %)", candidate=0.8),
    Case(told="the same with 12 and 10 labels a side", candidate=0.8, good=12, bad=10),
    Case(told="all labels together, the judge errs alike", shared=True),
    Case(told="the same with 12 and 10 labels a side", shared=True, good=12, bad=10),
    Case(told="200 pairs in conversations of 5", shared=True, pairs=200, size=5),
    Case(told="all labels together although the judge is harsher on B (80 %)", shared=True, candidate=0.8),
)


def simulated(case: Case, chance: random.Random) -> tuple[bool, bool] | None:
    """Whether the lower and the upper bound miss; None: these labels correct nothing."""

    def hits(share: float, of: int) -> int:
        return sum(chance.random() < share for _ in range(of))

    rows = []
    for cluster in range(case.pairs // case.size):
        common = tuple(chance.random() < share for share in GOOD)
        for _ in range(case.size):
            alike = case.size > 1 and chance.random() < 0.55  # a correlation of about .3
            good = common if alike else tuple(chance.random() < share for share in GOOD)
            a = chance.random() < (0.9 if good[0] else 0.2)
            b = chance.random() < (case.candidate if good[1] else 0.2)
            rows.append(Row(float(a), float(b), cluster))
    ours, theirs = (
        Calibration(good=case.good, accepted=hits(share, case.good), bad=case.bad, rejected=hits(0.8, case.bad))
        for share in (0.9, case.candidate)
    )
    used = (ours + theirs, ours + theirs) if case.shared else (ours, theirs)
    if not all(each.informs(ALPHA) for each in used):
        return None
    found = corrected_difference(rows, *used, alpha=ALPHA, shared=case.shared)
    return found.lower > TRUTH, found.upper < TRUTH


def main() -> None:
    """Print the table."""
    print("| labels and judge | corrected | lower bound misses | upper bound misses |")
    print("|---|---:|---:|---:|")
    chance = random.Random(3)  # noqa: S311 - a simulation
    for case in CASES:
        missed = [found for _ in range(RUNS) if (found := simulated(case, chance)) is not None]
        lower, upper = (sum(sides) / len(missed) for sides in zip(*missed, strict=True))
        print(f"| {case.told} | {len(missed):,} of {RUNS:,} | {100 * lower:.1f} % | {100 * upper:.1f} % |")


if __name__ == "__main__":
    main()
