"""How fast style is read, and whether a gate on it holds its level.

Turns a second on one core, best of rounds of processor time, at two sizes of turn; ``--level`` prints the table of
docs/tone.md instead: samples with a candidate exactly at the margin, and equal ones, from a fixed seed.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from outlast.replay.tone_bars import tone_bars
from outlast.stats.closeness import assess_closeness
from outlast.stats.rows import Row
from outlast.stats.verdict import Rule
from outlast.tone.language import language_of
from outlast.tone.measure import measure
from outlast.tone.profile import Turn, profile_of

PARAGRAPH = (
    "Great question! I think it's a good idea to start small, and here's why.\n\n- **First**, you need to look at what "
    "you've already got.\n- **Second**, make a list of things that might break.\n\nIn most cases the move takes an "
    "afternoon, but it depends on how many tables you have and whether anything else writes to them while you work. If "
    "you can, stop the writers first; it makes sense to be careful here. You could also copy the data to a new place, "
    "check it there, and then switch over in one go. That way nothing is lost when something goes wrong, and you can "
    "go back at any time without asking anybody. I'd probably do it on a quiet evening.\n\n"
    "Would you like me to write it?\n\n"
)
"""125 words."""
SAMPLES = 1_000
Floats = npt.NDArray[np.float64]
Make = Callable[[np.random.Generator, int], tuple[Floats, Floats]]


def turns_per_second(text: str, *, turns: int, rounds: int = 30) -> float:
    """The best round of telling the language and measuring."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(turns):
            measure(text, language_of(text))
        best = min(best, time.process_time() - start)
    return turns / best


def speed() -> None:
    """Reading at two sizes, and putting profiles together at two sizes."""
    assert tone_bars(()) == ()
    print("| words a turn | turns a second |\n| --- | --- |")
    for times, turns in ((1, 100), (8, 20)):
        text = PARAGRAPH * times
        print(f"| {len(text.split())} | {turns_per_second(text, turns=turns):,.0f} |")
    print("\n| turns in a profile | turns a second |\n| --- | --- |")
    values = measure(PARAGRAPH, "en")
    for count in (2_000, 20_000):
        said = [Turn(str(number // 5), number % 5 + 1, "en", values) for number in range(count)]
        start = time.process_time()
        profile_of(said)
        print(f"| {count:,} | {count / (time.process_time() - start):,.0f} |")


def _normal(shift: float) -> Make:
    return lambda random, count: (random.normal(0, 1, count), random.normal(shift, 1, count))


def _lengths(shift: float) -> Make:
    """Lognormal words with a long tail; the shift is in their own spreads."""
    mean, spread = float(np.exp(0.245) * 100), float(np.sqrt(np.expm1(0.49)) * np.exp(0.245) * 100)
    return lambda random, count: (
        100 * random.lognormal(0, 0.7, count),
        (1 + shift * spread / mean) * 100 * random.lognormal(0, 0.7, count),
    )


def _events(ours: float, theirs: float) -> Make:
    return lambda random, count: (
        (random.random(count) < ours).astype(np.float64),
        (random.random(count) < theirs).astype(np.float64),
    )


SETTINGS: tuple[tuple[str, float, Make, Make], ...] = (
    ("even amounts", 1.0, _normal(0.5), _normal(0.0)),
    ("words, long tail", 100.0, _lengths(0.5), _lengths(0.0)),
    ("in 10 % of turns (at the margin: 25 %)", 1.0, _events(0.1, 0.25), _events(0.1, 0.1)),
    ("never (at the margin: 5 %)", 1.0, _events(0.0, 0.05), _events(0.0, 0.0)),
)


def level() -> str:
    """The table."""
    random = np.random.default_rng(20_261_122)
    rule = Rule(margin=0.5)
    lines = [
        "| feature | conversations | passes at the margin | fails at the margin | passes when equal |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, step, at_margin, equal in SETTINGS:
        for count in (30, 60, 100, 300):
            shares = []
            for make, word in ((at_margin, "PASS"), (at_margin, "FAIL"), (equal, "PASS")):
                found = 0
                for _ in range(SAMPLES):
                    ours, theirs = make(random, count)
                    rows = [Row(float(a), float(b)) for a, b in zip(ours, theirs, strict=True)]
                    found += assess_closeness(rows, rule, step).verdict == word
                shares.append(f"{100 * found / SAMPLES:.1f} %")
            lines.append(f"| {name} | {count} | {' | '.join(shares)} |")
    return "\n".join(lines)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--level", action="store_true", help="the level of the gate instead of the speed")
    if parser.parse_args().level:
        print(level())
    else:
        speed()


if __name__ == "__main__":
    main()
