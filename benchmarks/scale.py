"""How verdicts grow with the number of pairs: processor time and peak memory of ``outlast verdict`` and of scoring.

``python benchmarks/scale.py`` judges made-up files of 10,000, 100,000 and 1,000,000 pairs, each in a process of its
own (binary outcomes and scores; every row its own, named clusters of five, a name for each row; a sequence), and
scores made-up answers, a thousand pairs at a time. Beside each figure stands the exponent with which it grew from the
size before: 1 is in proportion. What a process needs that judges nothing is taken off first. ``--sizes``, ``--scored``
and ``--only`` make it shorter.
"""

import argparse
import json
import math
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.report import load, save, table
from scoring import FAMILIES, pairs_of, plan_of, suite_of

from outlast.checks.check import Pair
from outlast.replay.judge import collect_part, joined, judge

RESULTS = Path(__file__).parent / "results" / "scale.json"
SIZES = (10_000, 100_000, 1_000_000)
SCORED = (1_000, 4_000, 16_000)
PART = 1_000
SCORES = ("--range", "0:1")

_JUDGE = "from outlast.__main__ import main; main()"
_SCORE = "import sys, scale; scale.score_in_parts(int(sys.argv[1]))"
_MAKE = "import sys, scale; all(scale.make_parts(int(sys.argv[1])))"
_NOTHING = "import outlast.__main__, outlast.cli.verdict"
_USED = """
import resource, sys
try:
    {program}
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print("used", used.ru_utime + used.ru_stime, peak, file=sys.stderr)
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of file and the options that it is judged with."""

    name: str
    options: tuple[str, ...]
    cluster: int
    """Rows of a named cluster; 0: rows have none."""


CASES = (
    Case("pass/fail, each row its own", (), 0),
    Case("pass/fail, named clusters of 5", (), 5),
    Case("pass/fail, a name for each row", (), 1),
    Case("scores, each row its own", SCORES, 0),
    Case("scores, named clusters of 5", SCORES, 5),
    Case("scores, a name for each row", SCORES, 1),
    Case("sequence, each row its own", ("--sequential",), 0),
    Case("sequence, named clusters of 5", ("--sequential",), 5),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One case at one size; what the smallest process needs is taken off."""

    case: str
    pairs: int
    seconds: float
    megabytes: float


def rows(case: Case, count: int) -> Iterator[str]:
    """Lines of a file, each candidate a little worse than its incumbent."""
    chance = random.Random(count)  # noqa: S311 - made-up outcomes, no secret
    for number in range(count):
        if case.options == SCORES:
            a = chance.random()
            outcomes = f'"a": {a:.6f}, "b": {min(1.0, a * chance.uniform(0.8, 1.2)):.6f}'
        else:
            a, differs = chance.random() < 0.8, chance.random() < 0.1
            outcomes = f'"a": {int(a)}, "b": {int(a != differs)}'
        name = f'"cluster": "conversation-{number // case.cluster:09}", ' if case.cluster else ""
        yield f'{{"id": "r{number}", {name}{outcomes}}}\n'


def used_by(program: str, arguments: list[str]) -> tuple[float, float]:
    """Processor seconds and peak megabytes that a program says it used."""
    done = subprocess.run(
        [sys.executable, "-c", _USED.format(program=program), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent,
    )
    last = done.stderr.splitlines()[-1].split() if done.stderr else []
    if last[:1] != ["used"]:
        raise SystemExit(f"{arguments}: {done.stderr[-2_000:]}")
    return float(last[1]), int(last[2]) / 1024


def judged(case: Case, count: int, folder: Path) -> tuple[float, float]:
    """One file, made, judged and thrown away."""
    path = folder / "pairs.jsonl"
    with path.open("w") as file:
        file.writelines(rows(case, count))
    used = used_by(_JUDGE, ["verdict", str(path), "--margin", "2%", "--format", "json", *case.options])
    path.unlink()
    return used


def make_parts(count: int) -> Iterator[list[Pair]]:
    """Made-up pairs, a thousand at a time."""
    for part in range(0, count, PART):
        yield pairs_of(min(PART, count - part), first=part)


def score_in_parts(count: int) -> None:
    """The standard checks on every part, and one verdict over all."""
    suite = suite_of(FAMILIES["all but tone"])
    parts = [collect_part(suite, pairs) for pairs in make_parts(count)]
    judge(
        plan_of(suite), [joined(check, column) for check, column in zip(suite, zip(*parts, strict=True), strict=True)]
    )


def grown(lines: list[Line]) -> list[list[str]]:
    """Rows of the table, with exponents beside those that have a smaller size before them."""
    shown = []
    for before, line in zip([None, *lines[:-1]], lines, strict=True):
        exponents = ["", ""]
        if before is not None and before.case == line.case:
            steps = math.log(line.pairs / before.pairs)
            pairs = ((before.seconds, line.seconds), (before.megabytes, line.megabytes))
            exponents = [f"{math.log(b / a) / steps:.2f}" if a > 0 and b > 0 else "" for a, b in pairs]
        shown.append(
            [line.case, f"{line.pairs:,}", f"{line.seconds:.2f}", exponents[0], f"{line.megabytes:.1f}", exponents[1]]
        )
    return shown


def main() -> None:
    """Every case at every size, shown and kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--scored", type=int, nargs="*", default=SCORED)
    parser.add_argument("--only", default="", help="cases with this in their name")
    given = parser.parse_args()
    before, lines, base = load(), [], used_by(_NOTHING, [])
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            if given.only in case.name:
                for size in given.sizes:
                    used = judged(case, size, Path(folder))
                    lines.append(Line(case.name, size, used[0] - base[0], used[1] - base[1]))
                    print(json.dumps(asdict(lines[-1])), file=sys.stderr, flush=True)
    if given.only in "scoring":
        for size in given.scored:
            used = used_by(_SCORE, [str(size)])
            made = used_by(_MAKE, [str(size)])
            lines.append(Line("scoring, 1,000 pairs at a time", size, used[0] - made[0], used[1] - made[1]))
            print(json.dumps(asdict(lines[-1])), file=sys.stderr, flush=True)
    print(table(["case", "pairs", "CPU s", "exponent", "peak MB", "exponent"], grown(lines)))
    if given.sizes == SIZES and not given.only:
        save(RESULTS, {"load_before": before, "load_after": load(), "lines": [asdict(line) for line in lines]})


if __name__ == "__main__":
    main()
