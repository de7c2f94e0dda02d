"""``python -m training.speech --count 6000 --seed 1 --out FOLDER``: lessons for the ears, made once, read often.

A shard that is there is not made again, so that a run that was stopped goes on; each is made by a process of its own,
because a synthesiser's sound hangs on what it said before.
"""

import argparse
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from training.speech.making import SHARD, make_shard
from training.speech.sets import KINDS


def main() -> None:
    """Make what is missing."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--count", type=int, required=True, help="exchanges; most have one question")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--out", type=Path, required=True)
    asked.add_argument("--set", choices=tuple(KINDS), default="taught")
    asked.add_argument("--processes", type=int, default=2)
    given = asked.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    work = partial(make_shard, name=given.set, count=given.count, seed=given.seed, out=given.out)
    anew = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(given.processes, mp_context=anew, max_tasks_per_child=1) as pool:
        for told in pool.map(work, range(-(-given.count // SHARD))):
            print(told, flush=True)  # noqa: T201 (a command)


if __name__ == "__main__":
    main()
