"""What people see does not say whose answer it is, and what they say is put back on the right side."""

import contextlib
import json
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.replay.doubles import item, said

from outlast.checks.check import Pair
from outlast.checks.draw import Draw
from outlast.checks.people import PeopleCheck
from outlast.errors import EvidenceInvalid
from outlast.replay.blind import (
    LONGEST_LABEL,
    HumanLabel,
    Label,
    agreement,
    human_labels,
    incumbent_is_left,
    read_labels,
    sheet_of,
    votes_of,
)
from outlast.replay.judge import collect
from outlast.replay.plan import Margin, Plan
from outlast.replay.report.blind_page import blind_page

NAMES = tuple(f"r{number}" for number in range(200))
PLAN = Plan(
    model="blind:support", incumbent="x/old-model", candidates=("x/new-model",), items=NAMES,
    margins=(Margin(of="share", value=0.1),), gates=("people",), checks=("people",),
)  # fmt: skip
HOSTILE = "</script><script>document.title='owned'</script> \u202eknil\u2066"


def pair(name: str, *, ours: str = "incumbent", theirs: str | None = "candidate", again: str = "") -> Pair:
    asked = msgspec.structs.replace(
        item(name), request=json.dumps({"messages": [{"role": "user", "content": f"ask {name}"}]}).encode()
    )
    candidate = Draw(error="status 500") if theirs is None else said(theirs)
    return Pair(item=asked, incumbent=said(ours), candidate=candidate, second=said(again) if again else None)


PAIRS = [pair(name) for name in NAMES]


def label(name: str, choice: str, **more: object) -> Label:
    return msgspec.convert({"sheet": PLAN.hash, "id": name, "choice": choice, "rater": "1"} | more, Label)


def for_candidate(name: str) -> str:
    return "right" if incumbent_is_left(PLAN, name) else "left"


def other(side: str) -> str:
    return {"left": "right", "right": "left"}[side]


def outcomes(votes: dict[str, int], pairs: Sequence[Pair]) -> list[tuple[float, float | None]]:
    return [(each.a, each.b) for _, each in collect(PeopleCheck(votes=votes), pairs).outcomes]


# The sheet.


def test_sides_and_order_are_by_lot_and_the_same_every_time() -> None:
    shown = sheet_of(PLAN, PAIRS)
    assert shown == sheet_of(PLAN, list(reversed(PAIRS)))
    assert {each.id for each in shown} == set(NAMES)
    assert [each.id for each in shown] != list(NAMES)
    left = sum(each.left == "incumbent" for each in shown)
    assert 70 < left < 130
    assert all((each.left == "incumbent") == incumbent_is_left(PLAN, each.id) for each in shown)
    again = sheet_of(msgspec.structs.replace(PLAN, seed=1), PAIRS)
    assert [each.left for each in again] != [each.left for each in shown]


def test_what_is_alike_or_missing_is_not_shown() -> None:
    pairs = [pair("r0", theirs="incumbent"), pair("r1", theirs=None), pair("r2")]
    assert [each.id for each in sheet_of(PLAN, pairs)] == ["r2"]


def test_the_page_names_no_model_and_lets_no_text_out_of_its_data() -> None:
    shown = sheet_of(PLAN, [pair("r0", ours=HOSTILE), pair("r1", theirs=HOSTILE)])
    page = blind_page(PLAN, shown, version="1")
    assert "old-model" not in page
    assert "new-model" not in page
    assert page.count("</script>") == 2
    assert "\u202e" not in page
    data = page.partition('<script type="application/json" id="sheet">')[2].partition("</script>")[0]
    assert {each["id"] for each in json.loads(data)["pairs"]} == {"r0", "r1"}


def test_a_page_that_would_be_too_large_is_refused_with_what_to_do() -> None:
    long = [pair(f"r{number}", ours="x" * 19_000, theirs="y" * 19_000 + str(number)) for number in range(200)]
    shown = sheet_of(PLAN, long)
    with pytest.raises(EvidenceInvalid, match="--sample"):
        blind_page(PLAN, [each for each in shown for _ in range(2)], version="1")


# Labels.


@given(st.lists(st.sampled_from(["a", "b", "tie"]), min_size=1, max_size=30))
def test_a_preference_counts_for_whom_it_was_said(wanted: list[str]) -> None:
    labels = [
        label(name, "tie" if who == "tie" else for_candidate(name) if who == "b" else other(for_candidate(name)))
        for name, who in zip(NAMES, wanted, strict=False)
    ]
    found = outcomes(votes_of(labels, PLAN, PAIRS), PAIRS[: len(wanted)])
    assert found == [{"a": (1.0, 0.0), "b": (0.0, 1.0), "tie": (1.0, 1.0)}[who] for who in wanted]


def test_nobody_decided_is_unanswered_and_alike_is_a_tie() -> None:
    pairs = [pair("r0"), pair("r1", theirs="incumbent"), pair("r2", theirs=None)]
    assert outcomes(votes_of([], PLAN, pairs), pairs) == [(1.0, None), (1.0, 1.0), (1.0, None)]


def test_several_people_decide_by_majority_and_even_ones_are_a_tie() -> None:
    b = for_candidate("r0")
    many = [label("r0", choice, rater=str(n)) for n, choice in enumerate([b, b, other(b)])]
    assert votes_of(many, PLAN, PAIRS) == {"r0": 1}
    assert votes_of(many[1:], PLAN, PAIRS) == {"r0": 0}
    assert agreement(many) == (1, 3)
    assert agreement([label("r0", "tie"), label("r1", "tie")]) == (0, 0)


def test_a_preference_says_nothing_of_the_incumbents_noise() -> None:
    pairs = [pair("r0", again="candidate"), pair("r1", theirs="incumbent", again="incumbent")]
    found = collect(PeopleCheck(votes={"r0": 1, "r1": 0}), pairs)
    assert (found.floor, found.floor_pairs) == (None, 0)


def test_labels_for_a_judge_say_whose_answer_is_acceptable() -> None:
    left = label("r0", "tie", left_ok=True, right_ok=False)
    a, b = (1, 0) if incumbent_is_left(PLAN, "r0") else (0, 1)
    assert list(human_labels([left], PLAN)) == [HumanLabel("r0", "a", a), HumanLabel("r0", "b", b, "x/new-model")]  # type: ignore[arg-type] # 0 or 1
    divided = msgspec.structs.replace(left, rater="2", left_ok=False, right_ok=None)
    assert [each.side for each in human_labels([left, divided], PLAN)] == ["b" if a else "a"]


# Files.


def lines(*labels: Label) -> list[bytes]:
    return [msgspec.json.encode(each) for each in labels]


def test_the_last_word_of_a_person_counts() -> None:
    found = read_labels(lines(label("r0", "left"), label("r0", "right"), label("r0", "tie", rater="2")), PLAN, "f")
    assert [(each.rater, each.choice) for each in found] == [("1", "right"), ("2", "tie")]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (lines(msgspec.structs.replace(label("r0", "tie"), sheet="0" * 64))[0], "belongs to the sheet"),
        (lines(label("r999", "tie"))[0], "is not on the sheet"),
        (b'{"sheet": "x"}', "no label"),
        (lines(label("r0", "tie"))[0].replace(b"tie", b"both"), "no label"),
        (b" " * 9 + b"x" * (LONGEST_LABEL + 1), "longer than"),
    ],
)
def test_a_line_that_does_not_belong_there_is_named(line: bytes, told: str) -> None:
    with pytest.raises(EvidenceInvalid, match=rf"f:2: .*{told}"):
        read_labels([*lines(label("r0", "tie")), line], PLAN, "f")


@given(st.lists(st.binary(max_size=80), max_size=5))
def test_any_bytes_are_labels_or_a_clear_error(data: list[bytes]) -> None:
    with contextlib.suppress(EvidenceInvalid):
        assert read_labels(data, PLAN, "f") == ()
