"""Labels of people: their file, and what is refused in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.errors import EvidenceInvalid
from outlast.replay.labels import FEWEST, Label, Side, calibrations, correct, parse_labels
from outlast.stats.rogan_gladen import Calibration, rogan_gladen
from outlast.stats.rows import Row

B, C = "x/b", "x/c"


def parsed(*lines: str, candidates: tuple[str, ...] = (B,)) -> tuple[Label, ...]:
    return parse_labels("\n".join(lines).encode(), candidates=candidates, name="l.jsonl")


def test_a_line_is_a_label_and_the_same_twice_is_one() -> None:
    line = '{"id": "r1", "side": "b", "acceptable": 0}'
    found = parsed('{"id": "r1", "side": "a", "acceptable": 1}', "", line, line)
    assert found == (
        Label(id="r1", side="a", acceptable=1),
        Label(id="r1", side="b", acceptable=0, candidate=B),
    )


def test_of_several_candidates_a_label_says_whose_answer_it_means() -> None:
    told = parsed('{"id": "r1", "side": "b", "acceptable": 0, "candidate": "x/c"}', candidates=(B, C))
    assert told[0].candidate == C
    with pytest.raises(EvidenceInvalid, match="there are 2 candidates"):
        parsed('{"id": "r1", "side": "b", "acceptable": 0}', candidates=(B, C))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "truncated"),
        ('{"id": "r1", "side": "c", "acceptable": 1}', "side"),
        ('{"id": "r1", "side": "a", "acceptable": 2}', "acceptable"),
        ('{"id": "r1", "side": "a", "acceptable": true}', "acceptable"),
        ('{"id": "r1", "side": "a"}', "acceptable"),
        ('{"id": "r1", "side": "a", "acceptable": 1, "by": "me"}', "by"),
        ('{"id": "r0", "side": "a", "acceptable": 0}', "the opposite"),
        ('{"id": "r1", "side": "b", "acceptable": 0, "candidate": "x/z"}', "no candidate here"),
    ],
)
def test_what_is_no_label_is_refused_with_its_line(line: str, told: str) -> None:
    with pytest.raises(EvidenceInvalid, match=told) as refused:
        parsed('{"id": "r0", "side": "a", "acceptable": 1}', line)
    assert "l.jsonl, line 2" in str(refused.value)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_labels_or_refused(text: bytes) -> None:
    try:
        parse_labels(text, candidates=(B,), name="l")
    except EvidenceInvalid as refused:
        assert "line" in str(refused)  # noqa: PT017 - either of two outcomes is right


def test_a_judge_is_counted_by_side_and_by_what_people_said() -> None:
    labels = [
        *(Label(id=name, side="a", acceptable=good) for name, good in (("r1", 1), ("r2", 1), ("r3", 0))),
        *(Label(id=name, side="b", acceptable=good) for name, good in (("r1", 0), ("r9", 1))),
    ]
    judged: dict[tuple[str, Side], bool] = {
        ("r1", "a"): True,
        ("r2", "a"): False,
        ("r3", "a"): False,
        ("r1", "b"): True,
    }
    ours, theirs, unused = calibrations(labels, judged)
    assert ours == Calibration(good=2, accepted=1, bad=1, rejected=1)
    assert theirs == Calibration(good=0, accepted=0, bad=1, rejected=0)
    assert unused == 1


def test_sides_are_corrected_apart_only_where_each_has_enough_labels() -> None:
    rows = [Row(float(number % 3 > 0), float(number % 4 > 0), f"c{number}") for number in range(60)]
    enough = Calibration(good=FEWEST, accepted=FEWEST, bad=FEWEST, rejected=FEWEST - 1)
    few = Calibration(good=FEWEST - 1, accepted=FEWEST - 1, bad=FEWEST, rejected=FEWEST)
    apart, together = correct(rows, enough, enough, alpha=0.05)[0], correct(rows, enough, few, alpha=0.05)[0]
    assert apart is not None
    assert together is not None
    assert (apart.by_side, together.by_side) == (True, False)
    harsh = Calibration(good=20, accepted=14, bad=20, rejected=19)
    by_side = correct(rows, enough, harsh, alpha=0.05)[0]
    assert by_side is not None
    shares = [sum(row.a for row in rows) / 60, sum(row.b or 0 for row in rows) / 60]
    assert by_side.a == pytest.approx(rogan_gladen(shares[0], enough.sensitivity, enough.specificity))
    assert by_side.b == pytest.approx(rogan_gladen(shares[1], harsh.sensitivity, harsh.specificity))
    none, why = correct(rows, few, Calibration(good=0, accepted=0, bad=0, rejected=0), alpha=0.05)
    assert none is None
    assert f"{FEWEST - 1} of acceptable and {FEWEST} of unacceptable" in why


def test_one_conversation_is_not_corrected() -> None:
    enough = Calibration(good=30, accepted=29, bad=30, rejected=28)
    assert correct([Row(1.0, 0.0, "c"), Row(1.0, 1.0, "c")], enough, enough, alpha=0.05)[0] is None
