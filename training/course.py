"""One course, stage behind stage: where checkpoints lie, and what is looked at on the way.

It knows the order of the stages. It does not know what is taught.
"""

import json
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import torch

from training.curriculum.mixture import SKILLS
from training.exam import examine
from training.learn import Learner
from training.lessons import Lessons
from training.network import Decoder, Shape
from training.speech.recording import PHONEMES
from training.speech.said import classes
from training.stages import STAGES, Stage
from training.together import rank, wait
from training.tokens import make_vocabulary

_LOOK_EVERY: Final = 600
_LOOK_WIDER_EVERY: Final = 1_800
_LOOKED_AT: Final = ("plus", "minus", "beyond", "small talk")
_ASKED: Final = 40


def _take(stage: Stage, lessons: Lessons, plan: "Plan", shape: Shape) -> None:
    """One stage, from where it was left."""
    torch.manual_seed(plan.seed)
    here = plan.out / stage.name
    here.mkdir(parents=True, exist_ok=True)
    if (here / "done").exists():
        return
    network = Decoder(shape)
    if stage.after is not None:
        before = torch.load(plan.out / stage.after / "checkpoint.pt", weights_only=True, map_location="cpu")
        network.load_state_dict(before["network"])
    network.to(plan.device)
    for block in network.blocks:
        block.compile(dynamic=False)
    learner = Learner(network, stage.course, here, short=plan.short)
    learner.resume()
    words = make_vocabulary()

    def watch(step: int) -> None:
        if step % _LOOK_EVERY == 0:
            skills = SKILLS if step % _LOOK_WIDER_EVERY == 0 else _LOOKED_AT
            with torch.compiler.set_stance("force_eager"):
                seen = examine(network, words, skills, count=_ASKED)
            _tell(here, {"step": step, "at": time.strftime("%H:%M:%S"), **seen})

    learner.learn(partial(stage.batch, lessons, plan.seed), watch)
    if not rank():
        (here / "done").touch()


def _tell(folder: Path, what: dict[str, object]) -> None:
    with (folder / "looks.jsonl").open("a") as file:
        file.write(json.dumps(what) + "\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is asked for."""

    out: Path
    lessons: Path
    seed: int
    stages: tuple[str, ...]
    width: int
    layers: int
    heads: int
    short: bool = False
    """Multiply in 16 bits (``learn.products``)."""
    device: str = "cpu"
    batches: int = 1
    """So many of a stage's batches are one batch of this process."""


def run(plan: Plan) -> None:
    """The stages of a plan, in this process."""
    vocabulary = make_vocabulary()
    shape = Shape(
        len(vocabulary),
        phonemes=len(PHONEMES),
        words=1 + len(classes()),
        width=plan.width,
        layers=plan.layers,
        heads=plan.heads,
    )
    lessons = Lessons(vocabulary, plan.lessons)
    if plan.device != "cpu":
        torch.set_default_device(plan.device)
    for stage in STAGES:
        if stage.name in plan.stages:
            _take(replace(stage, rows=plan.batches * stage.rows), lessons, plan, shape)
            wait()
