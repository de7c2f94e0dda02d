"""Every feature is found where it is, and not where it is not."""

import pytest
from tests.unit.tone.examples import EXAMPLES, SHAPES

from outlast.tone.feature import FEATURES, LEXICAL, NAMES
from outlast.tone.lexicon import LANGUAGES, lexicon_of
from outlast.tone.measure import FEWEST_WORDS, measure, value_of


def found(text: str, feature: str, language: str) -> float | None:
    return value_of(measure(text, language), feature)


CASES = [(language, feature) for language, features in EXAMPLES.items() for feature in features]


@pytest.mark.parametrize(("language", "feature"), CASES)
def test_a_feature_is_found_where_it_is_and_only_there(language: str, feature: str) -> None:
    has, has_not = EXAMPLES[language][feature]
    assert found(has, feature, language)
    assert found(has_not, feature, language) == 0


@pytest.mark.parametrize("feature", SHAPES)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_shape_is_found_in_every_language(feature: str, language: str) -> None:
    has, has_not = SHAPES[feature]
    assert found(has, feature, language)
    assert found(has_not, feature, language) == 0


def test_there_are_examples_for_all_that_is_measured() -> None:
    assert set(EXAMPLES) == set(LANGUAGES)
    for language in LANGUAGES:
        measured = {name for name in LEXICAL if found("a b c du tu вы 你 usted Lei", name, language) is not None}
        assert measured >= set(EXAMPLES[language]) - {"formal_address"}
        assert measured <= set(EXAMPLES[language])
    assert {*SHAPES, *LEXICAL, "words", "sentence_words"} == set(NAMES)


@pytest.mark.parametrize("language", ["ja", "pt", "", "xx"])
def test_without_words_of_the_language_nothing_is_measured_and_never_0(language: str) -> None:
    values = measure("Isto não é uma pergunta, mas uma resposta muito boa para você.", language or "pt")
    for feature, value in zip(FEATURES, values, strict=True):
        assert (value is None) == feature.lexicon


def test_russian_is_measured_in_address_alone() -> None:
    assert found("Вот ваш билет.", "praise", "ru") is None
    lexicon = lexicon_of("ru")
    assert lexicon is not None
    assert "refusal" not in lexicon.has


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_no_text_is_not_measured(text: str) -> None:
    assert set(measure(text, "en")) == {None}


def test_code_and_quotations_are_not_the_speakers_words() -> None:
    quoted = 'It said "I am sorry, I cannot help with that". \u201cGreat question!\u201d \u00abI apologize.\u00bb'
    fenced = "```\nI'm sorry, I can't help with that!\n```\n> Great question!\n`I apologize!`"
    for text in (quoted, fenced):
        for feature in ("refusal", "praise", "apologies", "exclamation", "contractions"):
            assert not found(text, feature, "en"), (feature, text)


def test_a_block_of_code_that_is_not_closed_goes_to_the_end() -> None:
    assert found("Look:\n```\nGreat question!", "praise", "en") == 0


def test_a_rate_is_per_hundred_words() -> None:
    assert found("you " * 10 + "word " * 190, "second_person", "en") == pytest.approx(5)


def test_one_word_of_a_short_turn_does_not_weigh_as_a_hundred() -> None:
    assert found("You.", "second_person", "en") == pytest.approx(100 / FEWEST_WORDS)


def test_a_refusal_is_said_at_once() -> None:
    later = "Here is the plan. It has two parts. The first is short. The second is long. "
    refusal = "I can't help with that."
    assert found(refusal, "refusal", "en") == 1
    assert found(later + refusal, "refusal", "en") == 0


def test_a_caution_before_a_long_answer_is_no_refusal() -> None:
    caution = "I can't give medical advice. "
    assert found(caution, "refusal", "en") == 1
    assert found(caution + "Iron is taken with water. " * 30, "refusal", "en") == 0


def test_a_follow_up_is_offered_at_the_end() -> None:
    offer = "Would you like me to go on?"
    assert found(f"Done. {offer}", "follow_up", "en") == 1
    assert found(f"{offer} That is asked first. Then comes the rest. It is long.", "follow_up", "en") == 0


def test_a_phrase_does_not_run_across_sentences() -> None:
    assert found("It was great. Question three is next.", "praise", "en") == 0


@pytest.mark.parametrize(
    ("text", "share"),
    [("Wie Sie sehen, habe ich Ihre Karte.", 1.0), ("Sie sind klein.", None), ("Du siehst Ihre Karte.", 0.5)],
)
def test_polite_forms_are_told_by_their_capital_inside_a_sentence(text: str, share: float | None) -> None:
    assert found(text, "formal_address", "de") == share


def test_words_are_signs_where_no_blanks_are_written() -> None:
    assert found("今天天气好", "words", "zh") == 5
    assert found("L'idée est à lui.", "words", "fr") == 5
