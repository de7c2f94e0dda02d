"""``python -m training.evaluate --weights A.weights --weights B.weights --lessons FOLDER --out docs/omni-report.md``.

Each snapshot is asked in a process of its own. ``--lessons`` holds the examinations' sounds (``python -m
training.speech --set voices --count 300 --out FOLDER``, and likewise the other sets); ``--taught`` the lessons, so that
what they say can be left out. ``--json`` keeps the figures, with the list ``can`` for each head of weights.
"""

import argparse
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import msgspec

from training.evaluate.aloud import check
from training.evaluate.examining import PARTS, examined
from training.evaluate.report import page
from training.evaluate.sizes import FULL, QUICK
from training.evaluate.typed import baseline


def main() -> None:
    """Ask all, write both files."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--weights", type=Path, action="append", required=True)
    asked.add_argument("--lessons", type=Path, required=True)
    asked.add_argument("--taught", type=Path, help="where the lessons lie, if not there")
    asked.add_argument("--out", type=Path, required=True)
    asked.add_argument("--json", type=Path, required=True)
    asked.add_argument("--quick", action="store_true", help="a few questions of each kind: whether all of it runs")
    asked.add_argument("--seed", type=int, default=8)
    asked.add_argument("--parts", nargs="*", choices=PARTS, default=list(PARTS))
    given = asked.parse_args()
    if {"aloud", "network"} & set(given.parts):
        check()
    size = QUICK if given.quick else FULL
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    work = partial(
        examined,
        lessons=given.lessons,
        taught=given.taught or given.lessons,
        size=size,
        seed=given.seed,
        parts=given.parts,
    )
    anew = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=anew) as pool:
        found = list(pool.map(work, given.weights))
    intro = (
        "Made by `python -m training.evaluate --weights omni-mini-1.weights --weights omni-mini-2.weights --lessons "
        f"FOLDER --out docs/omni-report.md --json FOLDER/report.json`{' with `--quick`' if given.quick else ''}, seed "
        f"{given.seed}. Nothing on this page was written by hand."
    )
    given.out.write_text(page(found, baseline(size, given.seed), [intro]))
    given.json.write_bytes(msgspec.json.format(msgspec.json.encode(found)))


if __name__ == "__main__":
    main()
