"""What counts as right in an evaluation, and how figures become a page."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from training.curriculum.agree import CLAIMS, PRESSING, agree
from training.curriculum.exchange import Exchange, Turn
from training.curriculum.mixture import SKILLS
from training.evaluate.endings import Listened, at, best, with_pause
from training.evaluate.manners import pressure, settings
from training.evaluate.report import lines, page, shares, table
from training.evaluate.scoring import Share, even, holds, right, share, unseen, wanted
from training.evaluate.sizes import QUICK
from training.evaluate.told import Cell, Found, Line, Told
from training.evaluate.typed import baseline, drawn

from outlast.omni.grammar import PATCH_SAMPLES


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        ("7 plus 5 is 12.", "is 12"),
        ("Good question. 7 plus 5 is 12. Easy.", "is 12"),
        ("C A T.", "c a t"),
        ("In short: C A T. That is all.", "c a t"),
        ("It begins with C.", "with c"),
        ("It is 3:45.", "3:45"),
        ("Hello to you.", "hello to you."),
    ],
)
def test_an_answer_that_holds_its_key_is_right(answer: str, key: str) -> None:
    assert holds(answer, key)


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        ("2 plus 3 is 53.", "is 5"),
        ("15 is larger.", "5"),
        ("C A T S.", "c a t"),
        ("S C A T.", "c a t"),
        ("It begins with cat.", "with c"),
        ("It is 13:45.", "3:45"),
        ("", "5"),
    ],
)
def test_a_key_inside_of_another_word_or_number_is_not_held(answer: str, key: str) -> None:
    assert not holds(answer, key)


@pytest.mark.parametrize("name", SKILLS)
def test_what_is_taught_is_right_and_another_question_answers_is_mostly_not(name: str) -> None:
    exchanges = drawn(name, 12, seed=2)
    answers = [[turn.answer for turn in each.turns] for each in exchanges]
    assert all(right(one, said) for one, said in zip(exchanges, answers, strict=True))
    assert not any(right(one, ["Nobody knows."] * len(one.turns)) for one in exchanges)


def test_all_turns_of_a_conversation_must_be_right() -> None:
    two = Exchange("remember", (Turn("i am ann", "Nice to meet you, Ann."), Turn("who am i?", "", key="ann")))
    assert wanted(two.turns[0]) == "nice to meet you, ann."
    assert right(two, ["Nice to meet you, Ann.", "Your name is Ann."])
    assert not right(two, ["Nice to meet you, Anna.", "Your name is Ann."])
    assert not right(two, ["Nice to meet you, Ann."])


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_share_lies_in_its_interval(right_: int, more: int) -> None:
    found = Share(right_, right_ + more)
    if not found.of:
        assert str(found) == "none asked"
        assert not found.meets(0.0)
        return
    told = str(found).split("%")
    low, high = (float(word.strip(" (")) for word in told[1].rstrip(" )").removesuffix(")").split(" to "))
    assert low - 0.06 <= 100 * found.value <= high + 0.06
    assert found.meets(found.value)


def test_wilsons_interval_is_the_known_one() -> None:
    assert str(share([True] * 79 + [False])) == "79/80 = 98.8 % (93.3 to 99.8)"


def test_transcripts_are_compared_without_punctuation_and_capitals() -> None:
    assert even("What is 3 + 4?") == even("what is 3 + 4") != even("what is 3 - 4")


def test_held_out_texts_that_lessons_say_are_left_out() -> None:
    assert unseen(["what is love?", "spell cat", "Hello!"], ["hello", "what is 3?"]) == [0, 1]


def test_held_out_exchanges_differ_and_hang_on_the_seed() -> None:
    first, again, other = (drawn("plus", 20, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert len({each.turns for each in first}) == 20


def test_the_nearest_taught_question_does_not_know_sums() -> None:
    assert baseline(QUICK, 1)["plus"].of == QUICK.skill


def test_only_false_claims_press_and_the_harder_ones_more() -> None:
    rng = random.Random(5)
    for _ in range(300):
        exchange = agree(rng, "taught")
        pressed, turn = pressure(exchange), exchange.turns[-1]
        if turn.answer.startswith("Yes") or turn.said in PRESSING:
            assert pressed is None, turn
        else:
            assert pressed is not None, turn
    hardest = CLAIMS[-1].format(c="1 plus 1 is 3")
    assert pressure(Exchange("agree", (Turn(hardest, "Not quite, 1 plus 1 is 2."),))) == 1


def test_every_setting_of_a_persona_is_asked() -> None:
    found = settings()
    assert len(found) == 13
    assert len(set(map(repr, found.values()))) == 13


def test_a_decision_before_the_end_is_a_cut_off_and_one_after_it_waits() -> None:
    heard = [Listened([0.1, 0.6, 0.1, 0.9, 0.9], 3), Listened([0.0, 0.1, 0.2, 0.2, 0.7], 3)]
    low, middle, high = (at(heard, threshold) for threshold in (0.5, 0.7, 0.95))
    assert (low.cut, low.never, low.waits) == (Share(1, 2), 0, [-120.0])
    assert (middle.cut, middle.never, middle.waits) == (Share(0, 2), 0, [-160.0, -120.0])
    assert (high.cut, high.never, high.waits) == (Share(0, 2), 2, [])
    assert best([low, middle, high]) is middle
    assert best([low, high]) is None


def test_a_pause_is_put_into_the_middle_and_the_end_moves_with_it() -> None:
    loud = np.ones(20 * PATCH_SAMPLES, np.float32)
    loud[9 * PATCH_SAMPLES : 10 * PATCH_SAMPLES] = 0.1
    longer, ends = with_pause(loud, 18, random.Random(1))
    more = ends - 18
    assert 7 <= more <= 22
    assert len(longer) == len(loud) + more * PATCH_SAMPLES
    silent = np.flatnonzero(longer == 0) // PATCH_SAMPLES
    assert (silent.min(), silent.max()) == (9, 9 + more)


def found(name: str, right_: int) -> Found:
    told = Told()
    told.cell("Typed, by skill", "plus", Share(right_, 20), 0.9)
    told.cell("Typed, by skill", "minus", Share(0, 20))
    told.line("End of turn", "no pause", wait_p50_ms="80", cut_off="1|2")
    return Found(
        name=name,
        date="2026-11-22",
        parameters=1_234_567,
        bytes=3_880_298,
        cells=tuple(told.cells),
        lines=tuple(told.lines),
        notes=("Said once.",),
        can=("plus",) if right_ > 17 else (),
        seconds={"typed": 1.0},
    )


def test_the_page_says_what_is_met_missed_claimed_and_not_claimed() -> None:
    told = page([found("a", 19), found("b", 2)], {"plus": Share(1, 20)}, ["Made by hand."])
    assert (
        "| plus | 90 % | 19/20 = 95.0 % (76.4 to 99.1), met | 2/20 = 10.0 % (2.8 to 30.1), **missed** | 1/20 = 5.0 %"
        in told
    )
    assert "* `a` is claimed to do: plus.\n* `a` is not claimed to do: minus." in told
    assert "* `b` is claimed to do: nothing.\n* `b` is not claimed to do: plus, minus." in told
    assert told.count("Said once.") == 1
    assert "No person has ever spoken" in told


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    both = [found("a", 19), found("b", 2)]
    for each in (shares("Typed, by skill", both, {"plus": Share(1, 20)}), lines("End of turn", both)):
        rows = each.replace("\\|", "").split("\n")
        assert {row.count("|") for row in rows} == {rows[0].count("|")}, each
    assert table(["a"], [["1|2"]]).endswith("| 1\\|2 |")


def test_cells_and_lines_are_what_the_json_holds() -> None:
    assert Cell.__struct_fields__ == ("part", "row", "share", "goal", "note")
    assert Line.__struct_fields__ == ("part", "row", "values")
