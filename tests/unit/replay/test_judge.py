"""From outcomes to verdicts: Holm against its definition, who decides, and gaps that never help and never hurt."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.replay.doubles import item, said

from outlast.checks.check import Check, Family, Measure, Outcome, Pair
from outlast.checks.draw import Draw
from outlast.checks.suite import DEFAULT_GATES, standard_suite
from outlast.replay.judge import Judged, collect_all, judge, margin_of, together
from outlast.replay.plan import Margin, Plan
from outlast.replay.result import CheckResult
from outlast.stats.multiplicity import holm
from outlast.stats.rows import Range, Row

MARGIN = Margin(of="share", value=0.05)
RATIO = Margin(of="ratio", value=1.2, scale="ratio")


@dataclass(frozen=True)
class Stub:
    """A check that has no opinion of its own."""

    name: str
    family: Family = "contract"
    measure: Measure = "share"
    range: Range = Range()  # noqa: RUF009 - frozen

    def compare(self, pair: Pair) -> Sequence[Outcome]:
        raise NotImplementedError


def judged(name: str, *, both: int = 0, worse: int = 0, better: int = 0, lost: int = 0) -> Judged:
    kinds = ((both, 1.0, 1.0), (worse, 1.0, 0.0), (better, 0.0, 1.0), (lost, 1.0, None))
    rows = [Row(a, b, number) for number, (a, b) in enumerate((a, b) for n, a, b in kinds for _ in range(n))]
    own = tuple(Row(row.a, row.b) for row in rows)
    outcomes = tuple((f"r{n}", Outcome(a=row.a, b=row.b, reason="")) for n, row in enumerate(rows))
    return Judged(check=Stub(name), rows=own, outcomes=outcomes, floor=None)


def plan(*gates: str, margins: tuple[Margin, ...] = (MARGIN, RATIO), alpha: float = 0.05) -> Plan:
    return Plan(
        model="m", incumbent="x/a", candidates=("x/b",), items=(), margins=margins, gates=gates, checks=gates,
        alpha=alpha,
    )  # fmt: skip


def words(results: Sequence[CheckResult]) -> dict[str, str]:
    return {result.check: result.verdict for result in results}


# Holm.


def p_of_fail(each: Judged) -> float:
    """The smallest level at which the check says FAIL, by halving."""
    low, high = 0.0, 0.499
    verdict = each.assess(MARGIN, high)
    if verdict is None or verdict.verdict != "FAIL":
        return 1.0
    for _ in range(22):
        middle = (low + high) / 2
        verdict = each.assess(MARGIN, max(middle, 1e-9))
        low, high = (low, middle) if verdict is not None and verdict.verdict == "FAIL" else (middle, high)
    return high


@settings(max_examples=8, deadline=None)
@given(losses=st.lists(st.integers(30, 75), min_size=1, max_size=6))
def test_a_fail_is_holms_over_the_gates(losses: list[int]) -> None:
    family = [judged(f"g{number}", both=600 - worse, worse=worse) for number, worse in enumerate(losses)]
    wanted = holm([p_of_fail(each) for each in family])
    found = judge(plan(*(each.check.name for each in family)), family)
    for adjusted, result in zip(wanted, found, strict=True):
        if abs(adjusted - 0.05) > 1e-5:
            assert (result.verdict == "FAIL") == (adjusted <= 0.05)


def test_one_that_fails_alone_does_not_among_many() -> None:
    suspect = judged("suspect", both=558, worse=42)
    others = [judged(f"fine{number}", both=600) for number in range(9)]
    assert words(judge(plan("suspect"), [suspect])) == {"suspect": "FAIL"}
    found = judge(plan("suspect", *(each.check.name for each in others)), [suspect, *others])
    assert words(found)["suspect"] == "NOT YET"
    assert together(found) == ("NOT YET", ("suspect",))


def test_what_does_not_gate_is_neither_corrected_nor_counted() -> None:
    suspect = judged("suspect", both=558, worse=42)
    shown = [judged(f"shown{number}", both=500, worse=100) for number in range(9)]
    found = judge(plan("suspect"), [suspect, *shown])
    assert words(found)["suspect"] == "FAIL"
    assert {result.verdict for result in found if not result.gates} == {"FAIL"}
    assert together(judge(plan("fine"), [judged("fine", both=600), *shown])) == ("PASS", ())


# Together.


def test_every_gate_has_to_pass_and_any_one_fails() -> None:
    fine, open_, bad = judged("fine", both=600), judged("open", both=30), judged("bad", both=500, worse=100)
    assert together(judge(plan("fine"), [fine])) == ("PASS", ())
    assert together(judge(plan("fine", "open"), [fine, open_])) == ("NOT YET", ("open",))
    assert together(judge(plan("fine", "open", "bad"), [fine, open_, bad])) == ("FAIL", ("bad",))


def test_without_a_gate_nothing_passes() -> None:
    assert together(judge(plan(), [judged("fine", both=600)])) == ("NOT YET", ())
    assert together(()) == ("NOT YET", ())


@pytest.mark.parametrize("measure", ["share", "ratio_p95", "spread"])
def test_a_declared_gate_that_applies_to_no_pair_is_not_passed_in_silence(measure: Measure) -> None:
    unseen = Judged(check=Stub("unseen", measure=measure), rows=(), outcomes=(), floor=None)
    fine, bad = judged("fine", both=600), judged("bad", both=500, worse=100)
    found = judge(plan("fine", "unseen"), [fine, unseen])
    assert together(found) == ("NOT YET", ("unseen",))
    assert found[1].needed is None
    assert together(judge(plan("fine"), [fine, unseen])) == ("PASS", ())
    assert together(judge(plan("bad", "unseen"), [bad, unseen])) == ("FAIL", ("bad",))


def test_the_margin_of_a_check_is_the_narrowest_that_names_it() -> None:
    check = next(check for check in standard_suite() if check.name == "latency.total_p95")
    by = {of: Margin(of=of, value=1 + place, scale="ratio") for place, of in enumerate(
        ("latency.total_p95", "total_p95", "latency_p95", "latency", "ratio"), 1)}  # fmt: skip
    named = list(by.values())
    for place, margin in enumerate(named):
        assert margin_of(named[place:][::-1], check) == margin


# Gaps.

SAID = st.sampled_from(["fine", "", '{"a": 1}', "I'm sorry, but I can't help with that."])


@st.composite
def pair_lists(draw: st.DrawFn) -> list[Pair]:
    """Many pairs of a few kinds, as runs are."""
    pairs: list[Pair] = []
    for kind in range(draw(st.integers(1, 4))):
        a, b = draw(SAID), draw(st.none() | SAID)
        candidate = Draw(error="status 500") if b is None else said(b)
        for number in range(draw(st.sampled_from([1, 3, 20, 90]))):
            asked = item(f"{kind}-{number}", cluster=draw(st.sampled_from(["", "", "talk"])))
            asked = msgspec.structs.replace(asked, wants_json=kind % 2 == 0)
            pairs.append(Pair(item=asked, incumbent=said(a), candidate=candidate, second=said(a)))
    return pairs


SUITE: tuple[Check, ...] = tuple(check for check in standard_suite() if check.family in ("contract", "facts"))
ORDER = {"FAIL": 0, "NOT YET": 1, "PASS": 2}


def verdict(pairs: Sequence[Pair]) -> str:
    return together(judge(plan(*DEFAULT_GATES), collect_all(SUITE, pairs)))[0]


@settings(max_examples=10, deadline=None)
@given(pair_lists(), st.data())
def test_an_answer_that_goes_missing_never_makes_a_pass_and_a_lost_one_no_fail(
    pairs: list[Pair], data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.integers(0, len(pairs) - 1), min_size=1, max_size=8))
    gaps = [
        msgspec.structs.replace(pair, candidate=Draw(error="not_drawn")) if place in gone else pair
        for place, pair in enumerate(pairs)
    ]
    before, after = verdict(pairs), verdict(gaps)
    assert not (after == "PASS" and before != "PASS")
    if after == "FAIL":
        assert verdict([pair for pair in gaps if pair.candidate.said is not None]) == "FAIL"


@settings(max_examples=10, deadline=None)
@given(pair_lists())
def test_a_request_that_the_incumbent_did_not_answer_is_no_pair(pairs: list[Pair]) -> None:
    unasked = [msgspec.structs.replace(pair, incumbent=Draw(error="status 500")) for pair in pairs]
    assert [each.rows for each in collect_all(SUITE, [*pairs, *unasked])] == [
        each.rows for each in collect_all(SUITE, pairs)
    ]


def test_an_unanswered_pair_is_counted_and_named() -> None:
    pairs = [Pair(item=item("r1"), incumbent=said("yes"), candidate=Draw(error="rate_limited"))]
    [result, *_] = judge(plan("contract"), collect_all(SUITE, pairs))
    assert (result.n, result.unanswered, result.reasons) == (1, 1, (("rate_limited", 1),))


def test_the_worst_disagreements_are_shown_and_all_are_counted() -> None:
    pairs = [
        Pair(item=item(f"r{number}"), incumbent=said("yes"), candidate=said("" if number < 9 else "yes"))
        for number in range(40)
    ]
    [result, *_] = judge(plan("contract"), collect_all(SUITE, pairs))
    assert result.discordant == 9
    assert len(result.disagreements) == 5
    assert result.reasons == (("empty answer", 9),)


@pytest.mark.parametrize("agreed", [0, 7, 10])
def test_the_floor_is_how_often_the_incumbent_departs_from_itself(agreed: int) -> None:
    pairs = [
        Pair(
            item=item(f"r{number}"), incumbent=said("yes"), candidate=said("yes"),
            second=said("yes" if number < agreed else ""),
        )
        for number in range(10)
    ]  # fmt: skip
    [result, *_] = judge(plan("contract"), collect_all(SUITE, pairs))
    assert result.floor == pytest.approx(1 - agreed / 10)
    assert result.floor_pairs == 10


def test_a_check_that_applies_to_nothing_has_no_result() -> None:
    pairs = [Pair(item=item("r1"), incumbent=said("yes"), candidate=said("yes"))]
    found = judge(plan("contract"), collect_all(SUITE, pairs))
    assert "contract.json" not in words(found)
