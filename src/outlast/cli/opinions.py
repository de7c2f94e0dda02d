"""The options of ``outlast replay`` that ask other models for their opinion: a judge, and embeddings.

It knows the options, and in which order what they name is opened. It does not know what is asked or decided.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from outlast.checks.check import Check
from outlast.checks.draw import Item
from outlast.checks.rubric import SERVES, parse_rubric
from outlast.errors import EvidenceInvalid
from outlast.replay.embedding import embedding_checks, embedding_errands, expected_embedding
from outlast.replay.judging import expected_judging, judge_checks, judge_errands
from outlast.replay.labels import parse_labels
from outlast.replay.opinions import with_opinions
from outlast.replay.plan import JudgeTerms, Plan
from outlast.replay.ports import DrawKey
from outlast.replay.result import ReplayResult
from outlast.replay.run import Purse, Runner
from outlast.wiring.embedding import EmbeddingAsker
from outlast.wiring.evidence import Bench
from outlast.wiring.judging import judge_terms, refuse_gone, standing_of

Command = TypeVar("Command", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line said of judge and embeddings."""

    judge: str = ""
    rubric: Path | None = None
    labels: Path | None = None
    same_family: bool = False
    floor: bool = False
    embed: str = ""

    def refuse(self, gates: Sequence[str]) -> None:
        """Refuse what cannot be meant together.

        Raises:
            click.UsageError: an option lacks another, or embeddings would decide alone.
        """
        if not self.judge:
            for name, given in (
                ("--rubric", self.rubric), ("--labels", self.labels),
                ("--same-family-judge", self.same_family), ("--judge-floor", self.floor),
            ):  # fmt: skip
                if given:
                    raise click.UsageError(f"{name} goes with --judge PROVIDER/MODEL")
        for word, option in (("judge", self.judge), ("embedding", self.embed)):
            if not option and any(gate.partition(".")[0] == word for gate in gates):
                raise click.UsageError(
                    f"--gate {word} needs --{'judge' if word == 'judge' else 'embed'} PROVIDER/MODEL"
                )
        if gates and all(gate.partition(".")[0] == "embedding" for gate in gates):
            raise click.UsageError(
                "--gate embedding cannot decide alone: answers that are close may still be wrong; name another gate "
                "beside it, such as contract"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinions:
    """What was asked for, opened on a bench."""

    bench: Bench
    judge: JudgeTerms | None
    embed: str
    labels: bytes | None
    labels_name: str

    @property
    def targets(self) -> tuple[str, ...]:
        """Who is asked."""
        return tuple(target for target in (self.judge.target if self.judge else "", self.embed) if target)

    @property
    def checks(self) -> tuple[Check, ...]:
        """What the judge and embeddings amount to."""
        draw = self.bench.evidence.draw
        return (*judge_checks(self.judge, draw), *embedding_checks(self.embed, draw))

    def refuse_gone(self, plan: Plan, items: Sequence[Item]) -> None:
        """Refuse instruments that have ended, unless everything of them is kept already."""
        means = (self.bench.evidence, self.bench.asker)
        if plan.judge is not None:
            missing = sum(expected_judging(plan, items, target, *means)[0] for target in plan.candidates)
            refuse_gone(standing_of(self.bench, plan.judge.target), "--judge", missing=missing)
        if plan.embed:
            missing = sum(expected_embedding(plan, items, target, *means)[0] for target in plan.candidates)
            refuse_gone(standing_of(self.bench, plan.embed), "--embed", missing=missing)

    def keys(self, plan: Plan, items: Sequence[Item]) -> tuple[DrawKey, ...]:
        """Every answer of both that the answers which are there allow."""
        draw = self.bench.evidence.draw
        errands = (*judge_errands(plan, items, draw), *embedding_errands(plan, items, draw))
        return tuple(errand.key for errand in errands)

    async def ask(self, plan: Plan, items: Sequence[Item], runner: Runner, purse: Purse) -> None:
        """Draw what is missing, once the answers themselves are there."""
        draw = self.bench.evidence.draw
        if errands := judge_errands(plan, items, draw):
            runner.adapt = True  # the question is ours: what a judge refuses in it is no part of the traffic
            await runner.run(errands, purse)
        if errands := embedding_errands(plan, items, draw):
            runner.asker = EmbeddingAsker(self.bench.asker)
            await runner.run(errands, purse)

    def told(self, result: ReplayResult, plan: Plan, items: Sequence[Item]) -> ReplayResult:
        """The result with what both said."""
        labels = (
            () if self.labels is None else parse_labels(self.labels, candidates=plan.candidates, name=self.labels_name)
        )
        return with_opinions(
            result, plan, items, self.bench.evidence,
            standings={target: standing_of(self.bench, target) for target in self.targets}, labels=labels,
        )  # fmt: skip


def opinion_options(command: Command) -> Command:
    """Add the options; the command receives them as keywords that ``asked`` takes."""
    for option in (
        click.option("--embed", metavar="PROVIDER/MODEL", help="Embeds answers: how close they are is shown."),
        click.option("--judge-floor", "floor", is_flag=True, help="Judge A against A', too: up to twice the calls."),
        click.option(
            "--same-family-judge", "same_family", is_flag=True, help="Allow a judge of a compared model's family."
        ),
        click.option("--labels", type=_FILE, help="Labels of people, JSONL: correct the judge by them."),
        click.option("--rubric", type=_FILE, help="Yes-or-no criteria for the judge, one a line."),
        click.option("--judge", metavar="PROVIDER/MODEL", help="Judges every pair, in both orders."),
    ):
        command = option(command)
    return command


def open_opinions(bench: Bench, asked: Asked, compared: Sequence[str]) -> Opinions:
    """Judge and embeddings by name, with their files read.

    Raises:
        EvidenceInvalid: a file cannot be read or meant, or the judge is of a compared model's family.
        UnknownModel: nobody has a name here.
    """
    rubric = SERVES
    if asked.rubric is not None:
        rubric = parse_rubric(_read(asked.rubric, "--rubric"), name=asked.rubric.name)
    terms = None
    if asked.judge:
        terms = judge_terms(
            bench, asked.judge, rubric, compared, same_family=asked.same_family, floor=asked.floor
        )  # fmt: skip
    labels = None if asked.labels is None else _read(asked.labels, "--labels")
    if labels is not None:
        parse_labels(labels, candidates=compared[1:], name=asked.labels.name if asked.labels else "")
    return Opinions(
        bench=bench,
        judge=terms,
        embed=bench.target_of(asked.embed) if asked.embed else "",
        labels=labels,
        labels_name=asked.labels.name if asked.labels else "",
    )


def _read(path: Path, option: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EvidenceInvalid(f"{option} {path}: {error.strerror}") from error
