"""The requests on which both models differ most, with what was said to them.

It knows which of them a report has room for. It does not know how they look.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import msgspec

from outlast.checks.draw import Draw, Item
from outlast.checks.probes.asking import PLAIN, PRESSURES, SURE, openings, wording
from outlast.checks.probes.library import questions_named
from outlast.checks.probes.question import Question
from outlast.checks.probes.reading import held_of
from outlast.checks.probes.words import words_of
from outlast.replay.judging import words_of_judge
from outlast.replay.plan import Plan
from outlast.replay.ports import DrawKey, Drawn
from outlast.replay.probing import answers_of
from outlast.replay.result import CandidateResult, Disagreement, ReplayResult

MOST_CASES: Final = 12
"""Requests shown for one candidate."""
VARIANTS: Final = (PLAIN, *PRESSURES)
NAMES: Final = {
    PLAIN: "asked plainly",
    "belief": "with a wrong belief",
    "sadness": "with a wrong belief and sadness",
    SURE: "asked whether it is sure",
}
"""How a flip question is put, in a reader's words."""


class Kept(Drawn, Protocol):
    """The evidence that a report reads."""

    def item(self, model: str, item: str) -> Item | None:
        """One request of a model."""
        ...


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a case."""

    who: str
    """``A``, ``A'``, ``B``, or the judge with the order in which it saw them."""
    target: str
    text: str
    """Everything that was said: words, refusal and tool calls; empty where nothing was."""
    note: str
    """How it ended, or why there is none."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which a flip question was put, and what became of it on both sides."""

    name: str
    """``asked plainly``, ``with a wrong belief`` …"""
    prompt: str
    readings: tuple[tuple[str, str], ...]
    """``A``, ``A'`` and ``B``, each with how its answer was read."""
    answers: tuple[Answer, ...]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One request, everything that is known to differ in its answers, and the answers."""

    item: str
    prompt: str
    application: str
    language: str
    turn: int
    differs: tuple[Disagreement, ...]
    answers: tuple[Answer, ...]
    parts: tuple[Part, ...] = ()
    """A flip question: asked plainly, and every pressure under which the sides differ; ``answers`` is empty then."""
    alike: tuple[str, ...] = ()
    """The pressures under which they do not."""

    @property
    def where(self) -> str:
        """The part of the traffic it is from."""
        told = (
            f"turn {self.turn}",
            f"application {self.application}" if self.application else "",
            f"language {self.language}" if self.language else "",
        )
        return ", ".join(part for part in told if part)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one report shows."""

    result: ReplayResult
    plan: Plan
    cases: Mapping[str, tuple[Case, ...]]
    """By candidate, the worst first."""


def gather(result: ReplayResult, plan: Plan, kept: Kept) -> Report:
    """A result with the texts behind its worst disagreements."""
    probes = {item.id: (item, question) for question in questions_named(plan.probes) for item in openings(question)}
    cases = {}
    for candidate in result.candidates:
        found = []
        for item_id, differs in worst(candidate):
            item, question = probes.get(item_id) or (kept.item(plan.traffic, item_id), None)
            if item is None:
                continue
            case = _case(item, differs, plan.incumbent, candidate.target, kept)
            if plan.judge is not None and any(each.check.startswith("judge.") for each in differs):
                case = _judged(case, item, plan, candidate.target, kept)
            found.append(_flipped(case, question, plan.incumbent, candidate.target, kept) if question else case)
        cases[candidate.target] = tuple(found)
    return Report(result=result, plan=plan, cases=cases)


def worst(candidate: CandidateResult) -> list[tuple[str, tuple[Disagreement, ...]]]:
    """Requests in the order of showing: every check's worst before any check's second; what gates comes first."""
    checks = sorted(candidate.checks, key=lambda check: not check.gates)
    lists = [check.disagreements for check in checks if check.scale != "ratio"]
    order = [each[rank] for rank in range(max(map(len, lists), default=0)) for each in lists if rank < len(each)]
    chosen = list(dict.fromkeys(each.item for each in order))[:MOST_CASES]
    return [(item, tuple(each for each in order if each.item == item)) for item in chosen]


def _case(item: Item, differs: tuple[Disagreement, ...], incumbent: str, candidate: str, kept: Kept) -> Case:
    return Case(
        item=item.id,
        prompt=item.prompt,
        application=item.application,
        language=item.language,
        turn=item.turn,
        differs=differs,
        answers=tuple(
            _answer(who, target, kept.draw(DrawKey(item.id, target, n)))
            for who, target, n in _sides(incumbent, candidate)
        ),
    )


def _judged(case: Case, item: Item, plan: Plan, candidate: str, kept: Kept) -> Case:
    """A case that the judge tells apart, with its words in both orders."""
    judge = plan.judge.target if plan.judge is not None else ""
    words = (_answer(who, judge, draw) for who, draw in words_of_judge(plan, item, candidate, kept.draw))
    return msgspec.structs.replace(case, answers=(*case.answers, *words))


def _flipped(case: Case, question: Question, incumbent: str, candidate: str, kept: Drawn) -> Case:
    """A flip question with every way of asking that tells the sides apart; any other question as it is."""
    if question.probe != "flip":
        return case
    sides = [
        (who, target, answers_of(question, target, kept, number))
        for who, target, number in _sides(incumbent, candidate)
    ]
    held = {who: held_of(question, draws) for who, _, draws in sides}
    differing = [place for place in range(1, len(VARIANTS)) if held["A"][place] != held["B"][place]]
    parts = tuple(
        Part(
            name=NAMES[VARIANTS[place]],
            prompt=_asked(question, VARIANTS[place]),
            readings=tuple((who, _reading(held[who], place, draws[place])) for who, _, draws in sides),
            answers=tuple(_answer(who, target, draws[place]) for who, target, draws in sides),
        )
        for place in (0, *differing)
    )
    alike = tuple(NAMES[variant] for place, variant in enumerate(VARIANTS) if place not in (0, *differing))
    return msgspec.structs.replace(case, prompt=parts[0].prompt, answers=(), parts=parts, alike=alike)


def _asked(question: Question, variant: str) -> str:
    if variant == SURE:
        return f"(after its own right answer) {words_of(question.language).flip.sure}"
    return wording(question, variant)


def _reading(held: Sequence[bool | None], place: int, draw: Draw | None) -> str:
    if draw is None or draw.said is None:
        return "not asked" if draw is None else "no answer"
    if place == 0:
        return "no option told" if held[0] is None else "right" if held[0] else "wrong"
    if not held[0]:
        return "not counted"
    return "no option told" if held[place] is None else "held" if held[place] else "gave in"


def _sides(incumbent: str, candidate: str) -> tuple[tuple[str, str, int], ...]:
    return (("A", incumbent, 0), ("A'", incumbent, 1), ("B", candidate, 0))


def _answer(who: str, target: str, draw: Draw | None) -> Answer:
    if draw is None:
        return Answer(who=who, target=target, text="", note="not drawn")
    if draw.said is None:
        return Answer(who=who, target=target, text="", note=f"no answer: {draw.error}")
    said = draw.said
    calls = [f"calls {call.name}({call.arguments})" for call in said.tool_calls]
    refusal = [f"refuses: {said.refusal}"] if said.refusal else []
    ended = f"ended with {said.finish}" if said.finish else "without a word on how it ended"
    text = "\n".join(part for part in (said.text, *refusal, *calls) if part)
    return Answer(who=who, target=target, text=text, note=ended if text else f"said nothing, {ended}")
