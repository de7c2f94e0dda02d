"""Tone moves with the manner and facts stay."""

import random
from dataclasses import replace

import pytest
from training.curriculum.manners import FIRST, PLAIN, SECOND, Character, dressed
from training.curriculum.mixture import SKILLS
from training.curriculum.small_talk import intents

from outlast.omni.engine import Manner
from outlast.omni.reply import phrases
from outlast.tone.measure import measure, value_of

DRAWN = [SKILLS[name][0](random.Random(seed), "taught") for name in SKILLS for seed in range(12)]


def answers(manner: Manner, character: Character = PLAIN) -> list[str]:
    rng = random.Random(4)
    return [turn.answer for each in DRAWN for turn in dressed(each, manner, character, rng).turns]


def mean(texts: list[str], feature: str) -> float:
    values = [value_of(measure(text, "en"), feature) for text in texts]
    return sum(value or 0 for value in values) / len(values)


@pytest.mark.parametrize("base", ["default", "professional", "friendly", "quirky", "efficient", "cynical"])
@pytest.mark.parametrize(
    ("setting", "features"),
    [
        ("warmth", ("validation", "empathy", "second_person", "praise", "follow_up")),
        ("enthusiasm", ("exclamation", "boosters")),
    ],
)
def test_each_setting_moves_what_it_is_about(base: str, setting: str, features: tuple[str, ...]) -> None:
    less = answers(replace(Manner(base=base), **{setting: "less"}))  # type: ignore[arg-type]
    more = answers(replace(Manner(base=base), **{setting: "more"}))  # type: ignore[arg-type]
    for feature in features:
        assert mean(more, feature) > mean(less, feature), feature


def test_no_manner_changes_the_core() -> None:
    cores = [turn for each in DRAWN for turn in each.turns]
    for manner in (Manner(), Manner(base="nerdy", warmth="more", enthusiasm="more"), Manner(warmth="less")):
        for character in (PLAIN, FIRST, SECOND):
            for core, answer in zip(cores, answers(manner, character), strict=True):
                assert core.answer in answer
                assert core.key in answer.lower()


def test_by_default_the_core_is_all_and_the_first_of_the_family_is_warmer_than_the_second() -> None:
    assert answers(Manner()) == answers(Manner(), SECOND) == [turn.answer for each in DRAWN for turn in each.turns]
    assert mean(answers(Manner(), FIRST), "second_person") > mean(answers(Manner(), SECOND), "second_person")


def test_every_base_style_answers_otherwise() -> None:
    styles = ("default", "professional", "friendly", "candid", "quirky", "efficient", "nerdy", "cynical")
    assert len({tuple(answers(Manner(base=base))) for base in styles}) == len(styles)  # type: ignore[arg-type]


def test_no_phrase_is_long() -> None:
    for manner in (Manner(), Manner(base="cynical", warmth="more", enthusiasm="more")):
        assert max(len(phrase.split()) for answer in answers(manner) for phrase in phrases(answer)) <= 12


def test_small_talk_is_a_hundred_intents_that_differ() -> None:
    ways = [way for each in intents() for way in each.ways]
    assert len(intents()) >= 100
    assert len(set(ways)) == len(ways)
    assert not [each.name for each in intents() if "!" in each.answer]
