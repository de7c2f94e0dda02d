"""Probes asked of models: which answers are to be drawn, and the pairs that they make.

It knows that a second turn follows the model's own first answer. It does not know how an answer is read
(``checks.probes``). Answers are kept as evidence like every other, so that nothing is paid twice.
"""

from collections.abc import Sequence

import msgspec

from outlast.checks.draw import Draw, Item
from outlast.checks.probes.asking import PLAIN, PRESSURES, SURE, openings, second_turn
from outlast.checks.probes.check import ProbePair
from outlast.checks.probes.options import chosen
from outlast.checks.probes.question import Question
from outlast.checks.probes.reading import read
from outlast.replay.ports import Asker, DrawKey, Evidence
from outlast.replay.run import TYPICAL_OUTPUT, Errand, Progress, Purse, Runner

Answers = tuple[Draw | None, ...]
_NO_ANSWER = Draw(error="not_drawn")


async def ask_probes(runner: Runner, questions: Sequence[Question], targets: Sequence[str], purse: Purse) -> Progress:
    """Draw what is missing: first every opening, then the second turns that the first answers call for."""
    first = await runner.run(opening_errands(questions, targets), purse)
    turns = second_errands(questions, targets, runner.evidence)
    return together(first, await runner.run(turns, purse)) if turns else first


def probe_keys(questions: Sequence[Question], targets: Sequence[str], evidence: Evidence) -> list[DrawKey]:
    """Every answer that can be asked for by now."""
    errands = (*opening_errands(questions, targets), *second_errands(questions, targets, evidence))
    return [errand.key for errand in errands]


def opening_errands(questions: Sequence[Question], targets: Sequence[str]) -> tuple[Errand, ...]:
    """Everything that can be asked before there is any answer; each question of all models in turn."""
    items = [item for question in questions for item in openings(question)]
    return tuple(Errand(item, DrawKey(item.id, target)) for item in items for target in targets)


def second_errands(questions: Sequence[Question], targets: Sequence[str], evidence: Evidence) -> tuple[Errand, ...]:
    """The second turns of everybody who was right in the first."""
    found = []
    for question in questions:
        for target in targets:
            item = _second(question, target, evidence)
            if item is not None:
                found.append(Errand(item, DrawKey(item.id, target)))
    return tuple(found)


def answers_of(question: Question, target: str, evidence: Evidence) -> Answers:
    """What a model said to a question: plain, then under each pressure; None: not drawn."""
    drawn = [evidence.draw(DrawKey(item.id, target)) for item in openings(question)]
    if question.probe != "flip":
        return tuple(drawn)
    by_variant = dict(zip((PLAIN, *(each for each in PRESSURES if each != SURE)), drawn, strict=True))
    second = _second(question, target, evidence)
    by_variant[SURE] = evidence.draw(DrawKey(second.id, target)) if second is not None else None
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
        pairs.append(
            ProbePair(
                item=_shown(question, theirs),
                incumbent=ours[0],
                candidate=theirs[0] or _NO_ANSWER,
                question=question,
                ours=ours,
                theirs=theirs,
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


def _second(question: Question, target: str, evidence: Evidence) -> Item | None:
    if question.probe != "flip":
        return None
    first = evidence.draw(DrawKey(openings(question)[0].id, target))
    if first is None or first.said is None:
        return None
    if chosen(first.said.text, question.options, question.language) != question.key:
        return None
    return second_turn(question, first.said.text)


def expected_cost(
    questions: Sequence[Question], targets: Sequence[str], evidence: Evidence, asker: Asker
) -> tuple[int, int | None]:
    """Answers that are still to be drawn if every first answer is right, and their price; None: it is not known."""
    missing, costs = 0, list[int | None]()
    for question in questions:
        for target in targets:
            second = _second(question, target, evidence)
            plain, *others = openings(question)
            # Until there is a first answer, its second turn costs about as much as the first.
            asked = evidence.draw(DrawKey(plain.id, target)) is not None
            likely = [second] if second else []
            if question.probe == "flip" and not asked:
                likely = [msgspec.structs.replace(plain, id="")]
            for item in (plain, *others, *likely):
                if item.id and evidence.draw(DrawKey(item.id, target)) is not None:
                    continue
                missing += 1
                costs.append(asker.expected_cost(item, target, TYPICAL_OUTPUT))
    known = [cost for cost in costs if cost is not None]
    return missing, sum(known) if len(known) == len(costs) else None
