"""The evidence behind ``outlast verdict``: ``python benchmarks/evidence`` prints every table of docs/evidence.md.

Fixed seeds: the same figures each time. About twelve minutes on two idle cores, ten of them for ratios, which go on
where they were interrupted; ``--quick`` is a smaller one for a look, ``--only`` prints one part. The figures are kept
in ``benchmarks/results/evidence.json``.
"""

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))  # `python benchmarks/evidence` finds its neighbours

from bench.report import table

from evidence import clusters, independent, looks, ratios
from evidence.draws import DRAWS

BUILD = Path(__file__).parents[2] / "build"
BLOCKS = 9
RESULTS = Path(__file__).parents[1] / "results" / "evidence.json"


def percent(value: float | None) -> str:
    """A share in per cent."""
    return "" if value is None else f"{100 * value:.1f}"


def independent_tables(*, quick: bool) -> list[independent.Line]:
    """False PASS over the whole nuisance range, candidates well past the margin, and power."""
    sizes = independent.SIZES[:5] if quick else independent.SIZES
    lines = [independent.measure(n, margin) for margin in independent.MARGINS for n in sizes]
    names = list(lines[0].false_pass)
    for title, field in (("At the margin, worst case", "false_pass"), ("1.6 margins worse", "worse")):
        print(f"\n{title}: share passed, %\n")
        rows = [[f"{x.pairs}, {x.margin:.0%}", *(percent(getattr(x, field)[name]) for name in names)] for x in lines]
        print(table(["pairs, margin", *names], rows))
    print("\nEqual candidate, 10 % discordant: share passed, %\n")
    rows = [
        [f"{x.pairs}, {x.margin:.0%}", percent(x.power["exact (ours)"]), percent(x.power["Tango"]), percent(x.bound)]
        for x in lines
    ]
    print(table(["pairs, margin", "exact (ours)", "Tango", "no test of this size is above"], rows))
    return lines


def cluster_tables(*, quick: bool) -> list[clusters.Line]:
    """False PASS and power of each rule for clusters, on the same draws."""
    repetitions = 500 if quick else 2_500
    cases = [(5, n, d) for n in (200, 400, 1_000) for d in (0.1, 0.2)]
    cases += [(20, n, d) for n in (400, 1_000, 2_000) for d in (0.1, 0.2)]
    lines = [clusters.measure(kind, *case, repetitions) for kind in DRAWS for case in cases]
    names = list(clusters.RULES)
    error = 1.645 * math.sqrt(0.05 * 0.95 / repetitions)
    print(f"\nClusters, correlation {clusters.ALIKE}, margin 5 points: false PASS / power, %", end="")
    print(f" (Monte Carlo error of a true 5.0: +{100 * error:.1f})\n")
    rows = [
        [
            f"{x.kind}, {x.size} x {x.pairs // x.size}, {x.discordance:.0%}",
            *(f"{percent(x.false_pass[name])} / {100 * x.power[name]:.0f}" for name in names),
        ]
        for x in lines
    ]
    print(table(["draws, clusters, discordant", *names], rows))
    worst = {name: max(x.false_pass[name] for x in lines) for name in names}
    print("\nLargest false PASS: " + ", ".join(f"{name} {percent(share)}" for name, share in worst.items()))
    return lines


def look_tables(*, quick: bool) -> list[looks.Line]:
    """False PASS at any look."""
    lines = [looks.measure(size, 500 if quick else 2_000) for size in (1, 5, 10, 20)]
    print(f"\nLooking after every pair, {looks.PAIRS:,} pairs, margin 5 points, 10 % discordant\n")
    columns = ["cluster size", "ours, false PASS %", "bet per pair, %", f"re-checked every {looks.EVERY}, %"]
    rows = [
        [
            str(x.size),
            percent(x.by_cluster),
            percent(x.by_pair),
            percent(x.rechecked),
            _until(x.median),
            _until(x.most),
        ]
        for x in lines
    ]
    print(table([*columns, "equal: median pairs", "80th percentile"], rows))
    return lines


def _until(pairs: float) -> str:
    return f"over {looks.PAIRS:,}" if pairs > looks.PAIRS else f"{pairs:,.0f}"


def drawn_tallies(blocks: int) -> list[ratios.Tally]:
    """Every case of the first block, then of the next; what an interrupted run has drawn is not drawn again."""
    cases, partial = ratios.all_cases(), BUILD / f"evidence-ratios-{ratios.method_digest()}.jsonl"
    partial.parent.mkdir(exist_ok=True)
    partial.touch()
    drawn = msgspec.json.Decoder(ratios.Tally).decode_lines(partial.read_bytes())[: blocks * len(cases)]
    left = [(case, block) for block in range(blocks) for case in cases][len(drawn) :]
    with ProcessPoolExecutor() as pool, partial.open("ab") as kept:
        for found in pool.map(ratios.tally, *zip(*left, strict=True)) if left else ():
            drawn.append(found)
            kept.write(msgspec.json.encode(found) + b"\n")
            kept.flush()
    return drawn


def ratio_tables(*, quick: bool) -> list[ratios.Line]:
    """False PASS, false FAIL and power of the bounds of ratios."""
    cases = ratios.all_cases()
    wanted = 1 if quick else BLOCKS
    tallies = drawn_tallies(wanted)
    lines = [ratios.line_of(case, tallies[number :: len(cases)]) for number, case in enumerate(cases)]
    repetitions = lines[0].repetitions
    error = 1.645 * math.sqrt(0.05 * 0.95 / repetitions)
    print(
        f"\nRatios, correlation {ratios.ALIKE}, margin {ratios.MARGIN:g}: at the margin PASS and FAIL, equal PASS, %",
        end="",
    )
    print(f" (Monte Carlo error of a true 5.0: +{100 * error:.1f})\n")
    rows = [
        [f"{x.shape}, {x.statistic}, {x.clusters} x {x.size}", *map(percent, (x.false_pass, x.false_fail, x.power))]
        for x in lines
    ]
    print(table(["amounts, statistic, clusters", "PASS at the margin", "FAIL at the margin", "equal PASS"], rows))
    return lines


PARTS: dict[str, Callable[..., Sequence[Any]]] = {
    "independent": independent_tables,
    "clusters": cluster_tables,
    "looks": look_tables,
    "ratios": ratio_tables,
}


def main() -> None:
    """All tables, and the figures kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=PARTS)
    given = parser.parse_args()
    parts = [given.only] if given.only else list(PARTS)
    found = {part: [asdict(line) for line in PARTS[part](quick=given.quick)] for part in parts}
    if not given.quick:
        before = msgspec.json.decode(RESULTS.read_bytes()) if RESULTS.exists() else {}
        RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(before | found), indent=1) + b"\n")


if __name__ == "__main__":
    main()
