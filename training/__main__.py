"""``python -m training --lessons FOLDER --out FOLDER``: the whole course; one that was stopped goes on.

It knows what can be asked for. It does not know stages (``training.stages``) nor how they are gone through.
"""

import argparse
from functools import partial
from pathlib import Path
from typing import Final

from training.course import Plan, run
from training.stages import STAGES
from training.together import together

_STAGES: Final = [stage.name for stage in STAGES]


def main() -> None:
    """All stages, or those that are named."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--out", type=Path, required=True)
    asked.add_argument("--lessons", type=Path, required=True)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--stage", action="append", choices=_STAGES)
    asked.add_argument("--width", type=int, default=192)
    asked.add_argument("--layers", type=int, default=6)
    asked.add_argument("--heads", type=int, default=6)
    asked.add_argument(
        "--processes", type=int, default=2, help="of one core each; on another device one does their work"
    )
    asked.add_argument("--device", default="cpu", help="of torch: cuda, mps (nobody has taught on one yet)")
    asked.add_argument(
        "--short", action="store_true", help="multiply in bfloat16: for processors that do so themselves"
    )
    given = asked.parse_args()
    plan = Plan(
        out=given.out,
        lessons=given.lessons,
        seed=given.seed,
        stages=tuple(given.stage or _STAGES),
        width=given.width,
        layers=given.layers,
        heads=given.heads,
        short=given.short,
        device=given.device,
        batches=1 if given.device == "cpu" else given.processes,
    )
    together(partial(run, plan), given.processes if given.device == "cpu" else 1)


if __name__ == "__main__":
    main()
