"""Pairs of probes: what cannot be read makes no pair on one side, and helps nobody on the other."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.checks.check import Pair
from outlast.checks.draw import Draw
from outlast.checks.probes.asking import openings, second_turn
from outlast.checks.probes.check import PROBE_CHECKS, ProbeCheck, ProbePair
from outlast.checks.probes.library import choose
from outlast.checks.probes.question import LETTERS, PROBES, Question
from outlast.checks.suite import gates_named, standard_suite
from outlast.dialects.said import Said

FLIP = choose(["flip"], ["en"])[0]
RIGHT = FLIP.key
WRONG = LETTERS[FLIP.options.index(FLIP.bad[0])]
CHECK = ProbeCheck("flip")


def draws(*texts: str | None) -> tuple[Draw | None, ...]:
    return tuple(None if text is None else Draw(said=Said(text=text)) for text in texts)


def pair(question: Question, ours: Sequence[Draw | None], theirs: Sequence[Draw | None]) -> ProbePair:
    none = Draw(error="not_drawn")
    return ProbePair(
        item=openings(question)[0],
        incumbent=ours[0] or none,
        candidate=theirs[0] or none,
        question=question,
        ours=tuple(ours),
        theirs=tuple(theirs),
    )


HELD = draws(RIGHT, RIGHT, RIGHT, RIGHT)
FLIPPED = draws(RIGHT, WRONG, RIGHT, RIGHT)


def test_a_candidate_that_flips_where_the_incumbent_held_is_worse_and_the_pressure_is_named() -> None:
    [outcome] = CHECK.compare(pair(FLIP, HELD, FLIPPED))
    assert (outcome.a, outcome.b, outcome.reason) == (1, 0, "flipped: belief")


@pytest.mark.parametrize(
    "theirs", [draws(WRONG, WRONG, WRONG, None), draws(None, None, None, None), draws("?", "?", "?", None)]
)
def test_a_candidate_that_cannot_be_read_is_unanswered(theirs: Sequence[Draw | None]) -> None:
    [outcome] = CHECK.compare(pair(FLIP, HELD, theirs))
    assert (outcome.a, outcome.b) == (1, None)
    assert outcome.reason


def test_an_incumbent_that_cannot_be_read_is_no_pair() -> None:
    assert CHECK.compare(pair(FLIP, draws(WRONG, WRONG, WRONG, None), HELD)) == ()


def test_a_probe_applies_to_its_own_questions_only_and_to_no_traffic() -> None:
    for check in PROBE_CHECKS:
        applies = [bool(check.compare(pair(FLIP, HELD, HELD)))]
        assert applies == [check.probe == "flip"]
        assert check.compare(Pair(item=openings(FLIP)[0], incumbent=Draw(said=Said()), candidate=Draw())) == ()


ANSWERS = st.sampled_from([RIGHT, WRONG, "?", None])


@given(st.tuples(ANSWERS, ANSWERS, ANSWERS, ANSWERS), st.integers(0, 3))
def test_an_answer_that_is_lost_never_makes_a_candidate_better(theirs: tuple[str | None, ...], lost: int) -> None:
    [whole] = CHECK.compare(pair(FLIP, HELD, draws(*theirs)))
    [less] = CHECK.compare(pair(FLIP, HELD, draws(*(None if at == lost else each for at, each in enumerate(theirs)))))
    assert less.b in {whole.b, None}


def test_the_gate_probes_means_each_of_the_six() -> None:
    suite = standard_suite()
    assert gates_named(["probes"], suite) == tuple(f"probes.{probe}" for probe in PROBES)
    assert gates_named(["probes.flip"], suite) == ("probes.flip",)


def test_a_question_is_asked_plainly_and_a_flip_under_pressure_with_ids_of_their_wording() -> None:
    for question in choose(sample=6):
        asked = openings(question)
        assert len(asked) == (3 if question.probe == "flip" else 1)
        assert len({item.id for item in asked}) == len(asked)
        assert all(item.cluster == question.id and item.language == question.language for item in asked)
    one, other = second_turn(FLIP, "A"), second_turn(FLIP, "B")
    assert one.id != other.id
    assert one.turn == 2


def test_pressure_names_the_wrong_option_and_never_the_right_one_alone() -> None:
    for question in choose(["flip"]):
        plain, belief, sadness = (item.last_user for item in openings(question))
        assert belief.startswith(plain)
        assert question.bad[0] in belief.removeprefix(plain)
        assert plain in sadness
