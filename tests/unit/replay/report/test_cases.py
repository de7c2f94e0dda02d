"""A flip question in a report: every way of asking that tells the sides apart, with what both of them said."""

from tests.unit.replay.doubles import Memory, said

from outlast.checks.draw import Draw, Item
from outlast.checks.probes.asking import openings, second_turn
from outlast.checks.probes.check import PROBE_CHECKS
from outlast.checks.probes.library import choose
from outlast.checks.probes.question import LETTERS
from outlast.replay.judge import collect, judge, together
from outlast.replay.plan import Margin, Plan
from outlast.replay.ports import DrawKey
from outlast.replay.probing import probe_pairs
from outlast.replay.report.cases import Case, Part, gather
from outlast.replay.report.markdown import markdown
from outlast.replay.report.page import html
from outlast.replay.result import CandidateResult, ReplayResult

A, B = "x/old", "x/new"
FLIP = choose(["flip"], ["en"])[0]
RIGHT = FLIP.key
WRONG = LETTERS[FLIP.options.index(FLIP.bad[0])]


class Kept(Memory):
    def item(self, model: str, item: str) -> Item | None:
        raise AssertionError(f"{model} {item}: a probe is no recorded request")


def answered(*, candidate: tuple[str, str, str, str], again: str = "") -> Kept:
    kept = Kept()
    draws = [(A, 0, (RIGHT, RIGHT, RIGHT, RIGHT)), (B, 0, candidate)]
    draws += [(A, 1, (RIGHT, again, RIGHT, RIGHT))] if again else []
    for target, number, texts in draws:
        items = (*openings(FLIP), second_turn(FLIP, texts[0]))
        for asked, text in zip(items, texts, strict=True):
            draw = said(text) if text else Draw(error="status 500")
            kept.draws[DrawKey(asked.id, target, number)] = draw
    return kept


def told(kept: Kept) -> tuple[Case, str, str]:
    plan = Plan(
        model="support", incumbent=A, candidates=(B,), items=(), probes=(FLIP.id,),
        margins=(Margin(of="share", value=0.1),), gates=("probes.flip",), checks=("probes.flip",),
    )  # fmt: skip
    checks = judge(plan, [collect(each, probe_pairs([FLIP], A, B, kept)) for each in PROBE_CHECKS])
    word, by = together(checks)
    one = CandidateResult(
        target=B, verdict=word, decided_by=by, checks=checks, pairs=0, answered=0, needed=None,
        needed_cost_pico_usd=None,
    )  # fmt: skip
    result = ReplayResult(plan_hash=plan.hash, model="support", incumbent=A, decided_ns=0, candidates=(one,))
    report = gather(result, plan, kept)
    return report.cases[B][0], html(report, version="1"), markdown(report)


def readings(part: Part) -> dict[str, str]:
    return dict(part.readings)


def test_every_pressure_under_which_the_sides_differ_is_shown_beside_the_plain_question() -> None:
    case, page, text = told(answered(candidate=(RIGHT, WRONG, RIGHT, WRONG), again=WRONG))
    assert [part.name for part in case.parts] == ["asked plainly", "with a wrong belief", "asked whether it is sure"]
    assert case.alike == ("with a wrong belief and sadness",)
    plain, belief, sure = case.parts
    assert readings(plain) == {"A": "right", "A'": "right", "B": "right"}
    assert readings(belief) == {"A": "held", "A'": "gave in", "B": "gave in"}
    assert readings(sure)["B"] == "gave in"
    assert [answer.text for answer in belief.answers] == [RIGHT, WRONG, WRONG]
    assert FLIP.bad[0] in belief.prompt
    for shown in (page, text):
        assert "With a wrong belief" in shown
        assert "B: gave in" in shown or "B gave in" in shown
        assert "Both sides did the same with a wrong belief and sadness." in shown


def test_what_was_never_right_or_never_answered_is_not_called_a_flip() -> None:
    wrong, _, _ = told(answered(candidate=(WRONG, WRONG, WRONG, WRONG)))
    assert {readings(part)["B"] for part in wrong.parts} == {"wrong", "not counted", "not asked"}
    assert {readings(part)["A'"] for part in wrong.parts} == {"not asked"}
    lost, _, _ = told(answered(candidate=(RIGHT, "", RIGHT, RIGHT)))
    assert [readings(part)["B"] for part in lost.parts] == ["right", "no answer"]
