"""Probes asked of models: which answers are to be drawn, and the pairs that they make.

It knows that a second turn follows the model's own first answer. It does not know how an answer is read
(``checks.probes``). Answers are kept as evidence like every other, so that nothing is paid twice.
"""

from collections.abc import Sequence

from outlast.checks.draw import Draw, Item
from outlast.checks.probes.asking import PLAIN, PRESSURES, SURE, openings, second_turn
from outlast.checks.probes.check import ProbePair
from outlast.checks.probes.question import Question
from outlast.checks.probes.reading import option_of, read
from outlast.replay.ports import Asker, DrawKey, Drawn, Evidence
from outlast.replay.run import TYPICAL_OUTPUT, Errand, Progress, Purse, Runner

Answers = tuple[Draw | None, ...]
_NO_ANSWER = Draw(error="not_drawn")


async def ask_probes(
    runner: Runner, questions: Sequence[Question], targets: Sequence[str], purse: Purse, *, floor_of: str = ""
) -> Progress:
    """Draw what is missing: first every opening, then the second turns that the first answers call for.

    Last comes A', the same once more of ``floor_of`` alone, so that a budget that ends early has paid for pairs.
    """
    progress = await _ask_once(runner, questions, targets, purse)
    return together(progress, await _ask_once(runner, questions, (floor_of,), purse, 1)) if floor_of else progress


async def _ask_once(
    runner: Runner, questions: Sequence[Question], targets: Sequence[str], purse: Purse, number: int = 0
) -> Progress:
    first = await runner.run(opening_errands(questions, targets, number), purse)
    turns = second_errands(questions, targets, runner.evidence, number)
    return together(first, await runner.run(turns, purse)) if turns else first


def probe_keys(
    questions: Sequence[Question], targets: Sequence[str], evidence: Evidence, *, floor_of: str = ""
) -> list[DrawKey]:
    """Every answer that can be asked for by now."""
    wanted = ((targets, 0), ((floor_of,), 1)) if floor_of else ((targets, 0),)
    return [
        errand.key
        for who, number in wanted
        for errand in (
            *opening_errands(questions, who, number), *second_errands(questions, who, evidence, number),
        )
    ]  # fmt: skip


def opening_errands(questions: Sequence[Question], targets: Sequence[str], number: int = 0) -> tuple[Errand, ...]:
    """Everything that can be asked before there is any answer; each question of all models in turn."""
    items = [item for question in questions for item in openings(question)]
    return tuple(Errand(item, DrawKey(item.id, target, number)) for item in items for target in targets)


def second_errands(
    questions: Sequence[Question], targets: Sequence[str], evidence: Evidence, number: int = 0
) -> tuple[Errand, ...]:
    """The second turns of everybody who was right in the first."""
    found = []
    for question in questions:
        for target in targets:
            item = second_of(question, target, evidence, number)
            if item is not None:
                found.append(Errand(item, DrawKey(item.id, target, number)))
    return tuple(found)


def answers_of(question: Question, target: str, evidence: Drawn, number: int = 0) -> Answers:
    """What a model said to a question: plain, then under each pressure; None: not drawn."""
    drawn = [evidence.draw(DrawKey(item.id, target, number)) for item in openings(question)]
    if question.probe != "flip":
        return tuple(drawn)
    by_variant = dict(zip((PLAIN, *(each for each in PRESSURES if each != SURE)), drawn, strict=True))
    second = second_of(question, target, evidence, number)
    by_variant[SURE] = evidence.draw(DrawKey(second.id, target, number)) if second is not None else None
    return tuple(by_variant[variant] for variant in (PLAIN, *PRESSURES))


def probe_pairs(
    questions: Sequence[Question], incumbent: str, candidate: str, evidence: Evidence
) -> tuple[ProbePair, ...]:
    """Every question that the incumbent has answered."""
    pairs = []
    for question in questions:
        ours, theirs = (answers_of(question, target, evidence) for target in (incumbent, candidate))
        if ours[0] is None or ours[0].said is None:
            continue
        again = answers_of(question, incumbent, evidence, 1)
        pairs.append(
            ProbePair(
                item=_shown(question, theirs),
                incumbent=ours[0],
                candidate=theirs[0] or _NO_ANSWER,
                second=again[0],
                question=question,
                ours=ours,
                theirs=theirs,
                again=again,
            )
        )
    return tuple(pairs)


def _shown(question: Question, theirs: Answers) -> Item:
    """The request that stands for the question in a report: the first pressure that the candidate gave in to.

    A second turn is another request for each model: the plain one stands for it.
    """
    asked = openings(question)
    held = [held for _, held in read(question, theirs).parts]
    return next((item for item, stood in zip(asked[1:], held, strict=False) if stood is False), asked[0])


def together(first: Progress, second: Progress) -> Progress:
    """Two runs of one purse as one."""
    return Progress(
        total=first.total + second.total,
        done=first.done + second.done,
        failed=first.failed + second.failed,
        lost=first.lost + second.lost,
        skipped=first.skipped + second.skipped,
        deferred=first.deferred + second.deferred,
        spent_pico_usd=max(first.spent_pico_usd, second.spent_pico_usd),
    )


def second_of(question: Question, target: str, evidence: Drawn, number: int = 0) -> Item | None:
    """The second turn after a model's own first answer; None: there is none, or it was not right."""
    if question.probe != "flip":
        return None
    first = evidence.draw(DrawKey(openings(question)[0].id, target, number))
    if first is None or first.said is None:
        return None
    if option_of(question, first.said.text) != question.key:
        return None
    return second_turn(question, first.said.text)


def expected_cost(
    questions: Sequence[Question], targets: Sequence[str], evidence: Evidence, asker: Asker, *, floor_of: str = ""
) -> tuple[int, int | None]:
    """Answers that are still to be drawn if every first answer is right, and their price; None: it is not known."""
    wanted = [(target, 0) for target in targets] + ([(floor_of, 1)] if floor_of else [])
    costs = [
        asker.expected_cost(item, target, TYPICAL_OUTPUT)
        for question in questions
        for target, number in wanted
        for item in _missing(question, target, number, evidence)
    ]
    known = [cost for cost in costs if cost is not None]
    return len(costs), sum(known) if len(known) == len(costs) else None


def _missing(question: Question, target: str, number: int, evidence: Evidence) -> list[Item]:
    """What of one question is still to be asked, as far as can be said before the first answer."""
    second = second_of(question, target, evidence, number)
    asked = [*openings(question), *([second] if second else [])]
    missing = [item for item in asked if evidence.draw(DrawKey(item.id, target, number)) is None]
    if question.probe == "flip" and asked[0] in missing:
        missing.append(asked[0])  # until there is a first answer, its second turn costs about as much as the first
    return missing
