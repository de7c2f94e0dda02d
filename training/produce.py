"""``python -m training.produce --out FOLDER``: from nothing to both snapshots and their report, in one command.

It knows which command comes after which, and what each leaves behind; each makes only what is missing, so that a run
that was stopped goes on. It does not know what any of them does. ``--show`` prints them and does nothing.
"""

import argparse
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

SNAPSHOTS: Final = ("omni-mini-1", "omni-mini-2")
EXAMINATIONS: Final = ("familiar", "voices", "texts", "both", "noise", "telephone", "family", "synthesiser")
"""Sets of ``training.speech.sets``, made anew for each seed."""
_BEFORE: Final = "altered"
"""The stage behind which the snapshots part."""
_OF_THE_LAST: Final = 0.25
"""So much of what a snapshot's own stage changed is kept."""
_ANSWERED: Final = 14
"""Shards of lessons whose answers are read aloud: one takes as long as seven questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be made."""

    out: Path
    seed: int
    date: str
    """Of the snapshots, ``YYYY-MM-DD``."""
    questions: int
    """Exchanges that are read aloud for the ears; of texts that mean nothing less than half as many."""
    examined: int
    """Exchanges of each examination."""
    more: tuple[str, ...] = ()
    """For the course alone."""
    heads: int = 6

    @property
    def report(self) -> Path:
        """Its figures."""
        return self.out / "report.json"


@dataclass(frozen=True, slots=True)
class Step:
    """One command, and the file that says that it is done; without such a file it is run, and makes what is missing."""

    module: str
    given: tuple[str, ...]
    leaves: Path | None = None


def steps(wish: Wish) -> Iterator[Step]:
    """All, in their order."""
    lessons, exams, run, book = (wish.out / name for name in ("lessons", "examinations", "run", "codebook.npz"))
    seed = ("--seed", str(wish.seed))
    yield Step("training.voice.fit", ("--out", str(book), *seed), book)
    for name, count in (("taught", wish.questions), ("mixed", wish.questions * 3 // 8)):
        yield Step("training.speech", ("--count", str(count), "--set", name, "--out", str(lessons), *seed))
    aloud = ("--codebook", str(book), "--shards", str(_ANSWERED))
    yield Step("training.speech.answers", ("--lessons", str(lessons), *aloud))
    for name in EXAMINATIONS:
        yield Step("training.speech", ("--count", str(wish.examined), "--set", name, "--out", str(exams), *seed))
    yield Step(
        "training", ("--lessons", str(lessons), "--out", str(run), *seed, "--heads", str(wish.heads), *wish.more)
    )
    examined = wish.out / "examined"
    yield from _exports(wish, examined)
    yield Step(
        "training.evaluate",
        (
            *(word for name in SNAPSHOTS for word in ("--weights", str(examined / f"{name}.weights"))),
            *("--lessons", str(exams), "--taught", str(lessons)),
            *("--out", str(wish.out / "report.md"), "--json", str(wish.report)),
        ),
        wish.report,
    )
    yield from _exports(wish, wish.out / "snapshots")


def _exports(wish: Wish, folder: Path) -> Iterator[Step]:
    for name in SNAPSHOTS:
        file = folder / f"{name}.weights"
        run = wish.out / "run"
        given = {"checkpoint": run / _BEFORE / "checkpoint.pt", "towards": run / name / "checkpoint.pt"}
        given |= {"codebook": wish.out / "codebook.npz", "head": folder / f"{name}.json", "out": file}
        words = (word for each, path in given.items() for word in (f"--{each}", str(path)))
        yield Step("training.export", (*words, "--share", str(_OF_THE_LAST)), file)


def heads(wish: Wish, folder: Path, can: Sequence[Sequence[str]]) -> None:
    """What the files of weights say of themselves; ``can`` is known after the examination."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, skills in zip(SNAPSHOTS, can, strict=True):
        head = {"name": name, "family": "omni-mini", "date": wish.date, "heads": wish.heads, "can": list(skills)}
        training = {"seed": wish.seed, "voice": "flite rms", "course": " ".join(wish.more)}
        (folder / f"{name}.json").write_bytes(msgspec.json.encode({**head, "training": training}))


def produce(wish: Wish) -> None:
    """Do what is missing, one command after the other; the first that fails ends it.

    Raises:
        subprocess.CalledProcessError: it has said why.
    """
    wish.out.mkdir(parents=True, exist_ok=True)
    heads(wish, wish.out / "examined", ((), ()))
    for step in steps(wish):
        if step.leaves is None or not step.leaves.exists():
            subprocess.run([sys.executable, "-m", step.module, *step.given], check=True)  # noqa: S603 (our own commands)
        if step.leaves == wish.report:
            found = msgspec.json.decode(wish.report.read_bytes())
            heads(wish, wish.out / "snapshots", [each["can"] for each in found])


def main() -> None:
    """All of it, or a list of it."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--out", type=Path, required=True)
    asked.add_argument("--date", required=True, help="of the snapshots, YYYY-MM-DD")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--questions", type=int, default=40_000, help="that are read aloud as lessons")
    asked.add_argument("--examined", type=int, default=400, help="of each examination by voice")
    for name, usual in (("width", 192), ("layers", 6), ("heads", 6)):
        asked.add_argument(f"--{name}", type=int, default=usual, help="of the network")
    asked.add_argument("--device", default="cpu", help="of torch, for the course")
    asked.add_argument(
        "--short", action="store_true", help="multiply in bfloat16, for processors that do so themselves"
    )
    asked.add_argument("--show", action="store_true", help="print the commands and do nothing")
    given = asked.parse_args()
    more = ("--width", str(given.width), "--layers", str(given.layers), "--device", given.device)
    wish = Wish(
        out=given.out,
        seed=given.seed,
        date=given.date,
        questions=given.questions,
        examined=given.examined,
        more=(*more, "--short") if given.short else more,
        heads=given.heads,
    )
    if given.show:
        for step in steps(wish):
            print(shlex.join(["python", "-m", step.module, *step.given]))  # noqa: T201 (a command)
        return
    produce(wish)


if __name__ == "__main__":
    main()
