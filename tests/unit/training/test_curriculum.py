"""What the omni models are taught is right, and nothing of the examination is in it."""

import operator
import random
import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from training.curriculum.exchange import Exchange, Split, Turn
from training.curriculum.held_out import is_held_out
from training.curriculum.mixture import BLIND, SKILLS, draw_conversation, draw_exchange
from training.curriculum.small_talk import ability, as_claimed
from training.positions import Sounds, lay_out
from training.tokens import MOST, counted, make_vocabulary

from outlast.omni.grammar import ANSWER, END, THINK, USER, opening_tokens

OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "plus": operator.add,
    "minus": operator.sub,
    "times": operator.mul,
}


@pytest.mark.parametrize("split", ["taught", "held out"])
@pytest.mark.parametrize("skill", OPERATIONS)
def test_sums_are_right_and_thought_from_the_last_digit_on(skill: str, split: Split) -> None:
    rng = random.Random(7)
    for _ in range(500):
        [turn] = SKILLS[skill][0](rng, split).turns
        found = re.fullmatch(r"(\d+) \w+ (\d+) is (\d+)\.", turn.answer)
        assert found is not None
        a, b, result = map(int, found.groups())
        assert OPERATIONS[skill](a, b) == result
        worked = [int(digit) for digit in turn.thought.split()]
        digits = worked if skill == "times" else [*worked[2::4], worked[-1]]
        assert sum(digit * 10**place for place, digit in enumerate(digits)) == result
        assert turn.key in turn.answer


def test_no_pair_of_the_examination_is_taught() -> None:
    rng = random.Random(3)
    taught, asked = set[str](), set[str]()
    for _ in range(20_000):
        taught.add(SKILLS["plus"][0](rng, "taught").turns[0].answer)
        asked.add(SKILLS["plus"][0](rng, "held out").turns[0].answer)
    assert not taught & asked
    assert len(asked) > 5_000


def test_a_tenth_is_held_out() -> None:
    share = sum(is_held_out("sum", (a, b)) for a in range(300) for b in range(300)) / 90_000
    assert 0.095 < share < 0.105


@pytest.mark.parametrize("name", SKILLS)
def test_an_answer_holds_what_makes_it_right(name: str) -> None:
    rng = random.Random(11)
    for split in ("taught", "held out"):
        for _ in range(200):
            for turn in SKILLS[name][0](rng, split).turns:
                assert (turn.key or turn.answer.lower()) in turn.answer.lower()


def test_unrelated_exchanges_stand_behind_each_other_and_only_what_is_told_is_interrupted() -> None:
    rng = random.Random(4)
    lengths = set[int]()
    for _ in range(400):
        turns = draw_conversation(rng, "taught", among=BLIND).turns
        lengths.add(len(turns))
        for before, turn in pairwise(turns):
            if turn.answer.startswith("I am sure, "):
                assert before.key in turn.answer.lower()
    assert {1, 2, 3, 4} <= lengths


def test_the_same_seed_draws_the_same() -> None:
    first, second = random.Random(5), random.Random(5)
    assert [draw_exchange(first, "taught") for _ in range(50)] == [draw_exchange(second, "taught") for _ in range(50)]


def test_an_exchange_stands_in_the_order_of_the_grammar_and_only_replies_count_in_full() -> None:
    vocabulary = make_vocabulary()
    rng = random.Random(2)
    for _ in range(300):
        exchange = draw_exchange(rng, "held out", among=BLIND)
        laid = lay_out(exchange, vocabulary, Sounds())
        tokens, weights = laid.tokens, laid.weights
        opening = opening_tokens(exchange.manner, "talk")
        assert tuple(tokens[: len(opening)]) == opening
        assert len(tokens) == len(weights) <= 400
        assert set(weights[: len(opening)]) == {0.0}
        assert [token for token in tokens if token in {USER, THINK, ANSWER, END}] == [
            sign for turn in exchange.turns for sign in ([USER, THINK] if turn.thought else [USER]) + [ANSWER, END]
        ]
        start = len(tokens) - 1 - tokens[::-1].index(ANSWER)
        assert vocabulary.decode(tokens[start:]) == f" {exchange.turns[-1].answer}"
        assert exchange.turns[-1].said in vocabulary.decode(tokens)
        assert set(weights[start:]) == {1.0}


def test_the_vocabulary_is_small_and_knows_what_is_used_most() -> None:
    vocabulary = make_vocabulary()
    assert len(vocabulary) <= MOST
    assert set(counted(draws=3_000, least=60)) <= set(vocabulary.pieces)


def test_what_it_can_do_is_said_as_of_today_whenever_the_question_was_read_aloud() -> None:
    old = Exchange("ability", (Turn("what may i ask?", "I can do everything.", key="everything"),))
    (turn,) = as_claimed(old).turns
    today = ability(random.Random(1), "taught").turns[0]
    assert (turn.said, turn.answer, turn.key) == ("what may i ask?", today.answer, today.key)
    other = draw_exchange(random.Random(1), "taught")
    assert as_claimed(other) is other
