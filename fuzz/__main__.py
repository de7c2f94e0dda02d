"""``python -m fuzz``: inputs against every decoder, and a table of what they did.

``--inputs 1000000 --seed 1 --jobs 2``; ``--only NAME`` for one target, ``--keep`` adds inputs with a new outcome to
``fuzz/corpus``, ``--replay FILE --only NAME`` reads one input again. Exit 1: something broke, hung or grew; the inputs
are in ``fuzz/findings``.
"""

import argparse
import random
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

from fuzz.campaign import Tally, campaign
from fuzz.registry import TARGETS
from fuzz.target import Target

FINDINGS = Path(__file__).parent / "findings"
MOST_KEPT = 12  # of one target in one run


def table(tallies: Sequence[Tally], order: Sequence[Target]) -> str:
    """One line a target, and the sum."""
    lines = [
        "| target | inputs | inputs/s a core | slowest | outcomes | memory grown | findings |",
        "|---|---|---|---|---|---|---|",
    ]
    for target in (*order, None):
        of = [tally for tally in tallies if target is None or tally.target == target.name]
        inputs, seconds = sum(tally.inputs for tally in of), sum(tally.seconds for tally in of)
        slowest = max((tally.slowest for tally in of), default=0.0)
        growth = max((tally.growth for tally in of), default=0)
        found = sum(len(tally.findings) for tally in of)
        outcomes = max((tally.words for tally in of), default=0) if target is not None else ""
        rate = f"{inputs / seconds:,.0f}" if seconds else ""
        name = target.name if target is not None else "all"
        lines.append(
            f"| {name} | {inputs:,} | {rate} | {slowest * 1000:.1f} ms | {outcomes} | {growth / 1e6:.1f} MB | {found} |"
        )
    return "\n".join(lines)


def keep(tallies: Sequence[Tally], targets: Sequence[Target]) -> int:
    """Add the shortest inputs of new outcomes to the corpus; how many were added."""
    kept = 0
    for target in targets:
        found = {data for tally in tallies if tally.target == target.name for data in tally.interesting}
        fresh = sorted(found - set(target.seeds()), key=lambda data: (len(data), data))
        kept += sum(target.keep(data) is not None for data in fresh[:MOST_KEPT])
    return kept


def save(tallies: Sequence[Tally], folder: Path) -> None:
    """Write down what broke, and say it."""
    for finding in [one for tally in tallies for one in tally.findings]:
        print(f"\n{finding.target}: {finding.what}", file=sys.stderr)
        if finding.data:
            folder.mkdir(exist_ok=True)
            path = folder / f"{finding.target}-{zlib.crc32(finding.data):08x}"
            path.write_bytes(finding.data)
            print(f"python -m fuzz --only {finding.target} --replay {path}", file=sys.stderr)


def main(argv: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="of all targets together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--only", choices=[target.name for target in TARGETS], action="append")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--replay", type=Path)
    chosen = parser.parse_args(argv)
    targets = [target for target in TARGETS if not chosen.only or target.name in chosen.only]
    if chosen.replay is not None:
        for number in range(20):  # what the check leaves to chance differs each time
            for target in targets:
                print(target.name, target.check(chosen.replay.read_bytes(), random.Random(number)))  # noqa: S311
        return 0
    tallies = campaign(targets, inputs=chosen.inputs, seed=chosen.seed, workers=chosen.jobs)
    print(table(tallies, targets))
    digest = zlib.crc32(repr([(tally.target, tally.digest) for tally in tallies]).encode())
    print(f"\nseed {chosen.seed}, {chosen.jobs} processes, inputs' digest {digest:08x}")
    if chosen.keep:
        print(f"{keep(tallies, targets)} inputs were added to the corpus")
    save(tallies, FINDINGS)
    return 1 if any(tally.findings for tally in tallies) else 0


if __name__ == "__main__":
    sys.exit(main())
