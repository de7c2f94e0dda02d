"""A judge in a replay: which calls it takes, and what its words amount to as checks.

It knows that every pair is asked in both orders and that only what holds in both counts. It does not know how a rubric
is worded (``checks.rubric``). The judge's answers are evidence like all others: begun before they are asked for, kept,
never paid twice; their key is made of the texts that are judged, so that another answer is another question.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from outlast.checks.check import Family, Measure, Outcome, Pair
from outlast.checks.draw import Draw, Item, Said
from outlast.checks.rubric import Opinion, Rubric, question, read_opinion
from outlast.checks.shapes import PASS_FAIL
from outlast.replay.plan import JudgeTerms, Plan
from outlast.replay.ports import Asker, DrawKey, Evidence
from outlast.replay.run import TYPICAL_OUTPUT, Errand
from outlast.stats.rows import Range

Drawn = Callable[[DrawKey], Draw | None]
UNREAD = "no readable word of the judge"
_BYTES_PER_TOKEN = 4
_FRAME = 1_500
"""Bytes of a request to a judge beside what is judged."""


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """Two opinions on one pair, one for each order."""

    forward: Opinion
    """A was shown first."""
    backward: Opinion

    @property
    def met_a(self) -> tuple[bool, ...]:
        """Criteria that A met in both orders."""
        return _both(self.forward.first, self.backward.second)

    @property
    def met_b(self) -> tuple[bool, ...]:
        """The same of B."""
        return _both(self.forward.second, self.backward.first)

    @property
    def better(self) -> Literal["a", "b", ""]:
        """Who was preferred in both orders; empty: nobody."""
        words = (self.forward.better, self.backward.better)
        return "a" if words == ("first", "second") else "b" if words == ("second", "first") else ""

    @property
    def swayed(self) -> bool:
        """Whether another order changed the preference."""
        turned = {"first": "second", "second": "first", "tie": "tie"}
        return self.backward.better != turned[self.forward.better]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A judge, its rubric, and where its answers lie."""

    terms: JudgeTerms
    drawn: Drawn

    @property
    def rubric(self) -> Rubric:
        """As it was declared."""
        return Rubric(self.terms.criteria)

    def questions(self, item: Item, ours: Said, theirs: Said) -> tuple[Item, Item]:
        """Both orders; of two equal answers they are one and the same."""
        return question(item, ours, theirs, self.rubric), question(item, theirs, ours, self.rubric)

    def judgement(self, item: Item, ours: Said, theirs: Said) -> Judgement | None:
        """What came of both orders; None: one of them is not there or cannot be read."""
        asked = self.questions(item, ours, theirs)
        read = [read_opinion(each, self.drawn(DrawKey(each.id, self.terms.target)), self.rubric) for each in asked]
        forward, backward = read
        return None if forward is None or backward is None else Judgement(forward=forward, backward=backward)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeCheck:
    """What the judge says, as paired passes and failures.

    ``judge.acceptable``: an answer passes where it met every criterion in both orders. ``judge.preferred``: who was
    preferred in both orders passes and the other fails; nobody preferred is a tie. A word that is missing or cannot be
    read leaves the pair unanswered.
    """

    judge: Judge
    asks: Literal["acceptable", "preferred"]
    family: Family = "judge"
    measure: Measure = "share"
    range: Range = PASS_FAIL

    @property
    def name(self) -> str:
        """``judge.acceptable``."""
        return f"judge.{self.asks}"

    def compare(self, pair: Pair) -> Sequence[Outcome]:
        """One outcome for every answered request; A against A' only where that was declared."""
        noise = pair.second is not None and pair.second is pair.incumbent
        if pair.incumbent.said is None or (noise and not self.judge.terms.floor):
            return ()
        if pair.candidate.said is None:
            return (Outcome(a=1.0, b=None, reason=pair.candidate.error),)
        judgement = self.judge.judgement(pair.item, pair.incumbent.said, pair.candidate.said)
        if judgement is None:
            # Whether A is acceptable is not known either: the bound that lets B pass takes the worst for B.
            return () if noise else (Outcome(a=1.0, b=None, reason=UNREAD),)
        return (self._outcome(judgement),)

    def _outcome(self, judgement: Judgement) -> Outcome:
        if self.asks == "preferred":
            better = judgement.better
            reason = "incumbent preferred" if better == "a" else ""
            return Outcome(a=float(better != "b"), b=float(better != "a"), reason=reason)
        a, b = all(judgement.met_a), all(judgement.met_b)
        missed = "" if b else f"criterion {judgement.met_b.index(False) + 1}"
        return Outcome(a=float(a), b=float(b), reason=missed)


def judge_checks(terms: JudgeTerms | None, drawn: Drawn) -> tuple[JudgeCheck, ...]:
    """Both checks of a declared judge."""
    if terms is None:
        return ()
    judge = Judge(terms=terms, drawn=drawn)
    return tuple(JudgeCheck(judge=judge, asks=word) for word in ("acceptable", "preferred"))


def judge_errands(plan: Plan, items: Sequence[Item], drawn: Drawn) -> tuple[Errand, ...]:
    """Every call that the answers which are there allow, each once; of all candidates in turn."""
    if plan.judge is None:
        return ()
    judge, found = Judge(terms=plan.judge, drawn=drawn), dict[DrawKey, Errand]()
    for item in items:
        for ours, theirs in _to_judge(plan, plan.candidates, item, drawn):
            for asked in judge.questions(item, ours, theirs):
                key = DrawKey(asked.id, plan.judge.target)
                found.setdefault(key, Errand(asked, key))
    return tuple(found.values())


def words_of_judge(plan: Plan, item: Item, target: str, drawn: Drawn) -> tuple[tuple[str, Draw | None], ...]:
    """What the judge said of one candidate's pair, with the order in which it saw the answers."""
    pairs = _to_judge(msgspec.structs.replace(plan, judge=None), (target,), item, drawn)
    if plan.judge is None or not pairs:
        return ()
    asked = Judge(terms=plan.judge, drawn=drawn).questions(item, *pairs[0])
    words = (drawn(DrawKey(each.id, plan.judge.target)) for each in asked)
    return tuple(zip(("judge, A shown first", "judge, B shown first"), words, strict=True))


def expected_judging(
    plan: Plan, items: Sequence[Item], target: str, evidence: Evidence, asker: Asker
) -> tuple[int, int | None]:
    """Calls to the judge for one candidate that are still to be made, and their price; None: it is not known."""
    if plan.judge is None:
        return 0, 0
    judge, asked = Judge(terms=plan.judge, drawn=evidence.draw), list[Item]()
    for item in items:
        known = _to_judge(plan, (target,), item, evidence.draw)
        for ours, theirs in known:
            asked += {each.id: each for each in judge.questions(item, ours, theirs)}.values()
        # Of answers that are not there yet the typical length is taken.
        wanted = 1 + plan.judge.floor * (evidence.draw(DrawKey(item.id, plan.incumbent, 1)) is not None)
        padding = b" " * (2 * TYPICAL_OUTPUT * _BYTES_PER_TOKEN + _FRAME)
        asked += [msgspec.structs.replace(item, request=item.request + padding)] * (2 * max(0, wanted - len(known)))
    who = plan.judge.target
    missing = [each for each in asked if evidence.draw(DrawKey(each.id, who)) is None]
    costs = [asker.expected_cost(each, who, TYPICAL_OUTPUT // 4) for each in missing]
    known_costs = [cost for cost in costs if cost is not None]
    return len(missing), sum(known_costs) if len(known_costs) == len(costs) else None


def _to_judge(plan: Plan, targets: Sequence[str], item: Item, drawn: Drawn) -> list[tuple[Said, Said]]:
    """A with each candidate's answer, and with A' where that was declared."""
    ours = drawn(DrawKey(item.id, plan.incumbent))
    if ours is None or ours.said is None:
        return []
    others = [drawn(DrawKey(item.id, target)) for target in targets]
    if plan.judge is not None and plan.judge.floor:
        others.append(drawn(DrawKey(item.id, plan.incumbent, 1)))
    return [(ours.said, other.said) for other in others if other is not None and other.said is not None]


def _both(one: tuple[bool, ...], other: tuple[bool, ...]) -> tuple[bool, ...]:
    return tuple(a and b for a, b in zip(one, other, strict=True))
