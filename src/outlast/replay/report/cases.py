"""The requests on which both models differ most, with what was said to them.

It knows which of them a report has room for. It does not know how they look.
"""

from collections.abc import Mapping
from typing import Final, Protocol

import msgspec

from outlast.checks.draw import Draw, Item
from outlast.checks.probes.asking import openings
from outlast.checks.probes.library import questions_named
from outlast.replay.plan import Plan
from outlast.replay.ports import DrawKey
from outlast.replay.result import CandidateResult, Disagreement, ReplayResult

MOST_CASES: Final = 12
"""Requests shown for one candidate."""


class Kept(Protocol):
    """The evidence that a report reads."""

    def item(self, model: str, item: str) -> Item | None:
        """One request of a model."""
        ...

    def draw(self, key: DrawKey) -> Draw | None:
        """An answer that was kept."""
        ...


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a case."""

    who: str
    """``A``, ``A'`` or ``B``."""
    target: str
    text: str
    """Everything that was said: words, refusal and tool calls; empty where nothing was."""
    note: str
    """How it ended, or why there is none."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One request, everything that is known to differ in its answers, and the answers."""

    item: str
    prompt: str
    application: str
    language: str
    turn: int
    differs: tuple[Disagreement, ...]
    answers: tuple[Answer, ...]

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
    probes = {item.id: item for question in questions_named(plan.probes) for item in openings(question)}
    cases = {}
    for candidate in result.candidates:
        found = []
        for item_id, differs in worst(candidate):
            item = probes.get(item_id) or kept.item(plan.model, item_id)
            if item is not None:
                found.append(_case(item, differs, plan.incumbent, candidate.target, kept))
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
    sides = (("A", incumbent, 0), ("A'", incumbent, 1), ("B", candidate, 0))
    return Case(
        item=item.id,
        prompt=item.prompt,
        application=item.application,
        language=item.language,
        turn=item.turn,
        differs=differs,
        answers=tuple(_answer(who, target, kept.draw(DrawKey(item.id, target, n))) for who, target, n in sides),
    )


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
