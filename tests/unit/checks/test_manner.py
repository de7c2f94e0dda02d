"""Refusals, languages and style as outcomes of a pair."""

import pytest

from outlast.checks.check import Check, Outcome, Pair
from outlast.checks.draw import Draw, Item, Said
from outlast.checks.manner import MANNER, TONE, TONE_GATES
from outlast.checks.suite import gates_named, standard_suite, unknown_gates
from outlast.cli.margins import parse_margins
from outlast.replay.judge import collect_all, judge, together
from outlast.replay.plan import Plan
from outlast.replay.tone_bars import tone_bars

BY_NAME: dict[str, Check] = {check.name: check for check in (*MANNER, *TONE)}
PLAIN = "The table has three rows and you can read all of them."
FRENCH = "Le tableau a trois lignes et vous pouvez les lire dans la page."
REFUSED = "I'm sorry, but I can't help with that."


def said(text: str = "", refusal: str = "") -> Draw:
    return Draw(said=Said(text=text, refusal=refusal))


def pair(ours: Draw, theirs: Draw, *, name: str = "r", language: str = "en") -> Pair:
    return Pair(item=Item(id=name, cluster=name, request=b"{}", language=language), incumbent=ours, candidate=theirs)


def outcome(check: str, ours: Draw, theirs: Draw) -> Outcome | None:
    return next(iter(BY_NAME[check].compare(pair(ours, theirs))), None)


@pytest.mark.parametrize(
    ("draw", "reason"),
    [
        (said(REFUSED), "refused"),
        (said(PLAIN, refusal="policy"), "refused, says the provider"),
        (said("Lo siento, pero no puedo ayudarte con eso."), "refused"),
        (said("I can't wait to see it."), ""),
        (said('It said "I can\'t help with that".'), ""),
        (said("You can't use an alias there in SQL."), ""),
    ],
)
def test_a_refusal_by_the_providers_field_or_by_its_words(draw: Draw, reason: str) -> None:
    found = outcome("contract.refusal", said(PLAIN), draw)
    assert found == Outcome(a=1.0, b=float(not reason), reason=reason)


def test_another_language_than_the_incumbents_is_a_fault() -> None:
    assert outcome("contract.language", said(PLAIN), said(FRENCH)) == Outcome(
        a=1.0, b=0.0, reason="answered in fr instead of en"
    )
    assert outcome("contract.language", said(FRENCH), said(FRENCH)) == Outcome(a=1.0, b=1.0)
    assert outcome("contract.language", said("42"), said(FRENCH)) is None
    assert outcome("contract.language", said(PLAIN), said("42")) == Outcome(a=1.0, b=1.0)


def test_style_says_more_or_less() -> None:
    praised = said(f"Great question! {PLAIN}")
    assert outcome("tone.praise", said(PLAIN), praised) == Outcome(a=0.0, b=1.0, reason="more")
    assert outcome("tone.praise", praised, said(PLAIN)) == Outcome(a=1.0, b=0.0, reason="less")
    assert outcome("tone.praise", said(PLAIN), said(PLAIN)) == Outcome(a=0.0, b=0.0)


def test_what_cannot_be_measured_of_the_candidate_is_unanswered_and_of_the_incumbent_no_pair() -> None:
    portuguese = said("A tabela tem três linhas e você pode ler todas elas com calma, mas não é muito para um dia.")
    for theirs, reason in ((portuguese, "not measured"), (said(""), "no text"), (Draw(error="e"), "e")):
        assert outcome("tone.praise", said(PLAIN), theirs) == Outcome(a=0.0, b=None, reason=reason)
    assert outcome("tone.praise", portuguese, said(PLAIN)) is None
    assert outcome("tone.words", said(""), said(PLAIN)) is None


def result_of(pairs: list[Pair], gates: list[str], margins: str = "5%") -> dict[str, str]:
    suite = standard_suite()
    plan = Plan(
        model="m", incumbent="a", candidates=("b",), items=(), margins=parse_margins(margins),
        gates=gates_named(gates, suite), checks=(),
    )  # fmt: skip
    return {each.check: each.verdict for each in judge(plan, collect_all(TONE, pairs)) if each.gates}


def talks(count: int, ours: str, theirs: str) -> list[Pair]:
    return [pair(said(ours), said(theirs), name=str(number)) for number in range(count)]


def test_a_gate_on_style_passes_fails_and_waits() -> None:
    praised = f"Great question! {PLAIN}"
    assert result_of(talks(80, PLAIN, PLAIN), ["tone.praise"]) == {"tone.praise": "PASS"}
    assert result_of(talks(80, PLAIN, praised), ["tone.praise"]) == {"tone.praise": "FAIL"}
    assert result_of(talks(80, praised, PLAIN), ["tone.praise"]) == {"tone.praise": "FAIL"}
    assert result_of(talks(10, PLAIN, PLAIN), ["tone.praise"]) == {"tone.praise": "NOT YET"}


def test_a_gate_that_could_be_measured_nowhere_is_not_passed_in_silence() -> None:
    japanese = "\u8868\u306f\u4e09\u884c\u3067\u3059\u3002"
    found = result_of(talks(80, japanese, japanese), ["tone.praise", "tone.emoji"])
    assert found == {"tone.praise": "NOT YET", "tone.emoji": "PASS"}


def test_the_margin_is_in_spreads() -> None:
    pairs = [
        pair(said("word " * (50 + number)), said("word " * (58 + number)), name=str(number)) for number in range(60)
    ]
    assert result_of(pairs, ["tone.words"], "tone=0.9sd") == {"tone.words": "PASS"}
    assert result_of(pairs, ["tone.words"], "tone.words=0.1sd") == {"tone.words": "FAIL"}


def test_the_words_of_gate() -> None:
    suite = standard_suite()
    assert gates_named(["tone"], suite) == TONE_GATES
    assert unknown_gates(["tone", "tone.validation", "tone.mood"], suite) == ("tone.mood",)
    contract = next(check for check in suite if check.name == "contract")
    [whole] = contract.compare(pair(said(PLAIN), said(REFUSED)))
    assert (whole.a, whole.b, whole.reason) == (1, 0, "refused")


def test_bars_are_in_spreads_and_only_of_what_is_measured() -> None:
    bars = {bar.feature: bar for bar in tone_bars(talks(5, PLAIN, f"Great question! {PLAIN}"))}
    assert bars["praise"].difference == pytest.approx(1 / bars["praise"].spread)
    assert "formal_address" not in bars
    assert tone_bars(talks(1, PLAIN, PLAIN)) == ()
    assert together([]) == ("NOT YET", ())
