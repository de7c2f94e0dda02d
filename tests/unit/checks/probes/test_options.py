"""The option that an answer takes is found in many phrasings; where it cannot be told, none is."""

import pytest

from outlast.checks.choices import chosen
from outlast.checks.probes.reading import stays

CITIES = (("A", "Canberra"), ("B", "Sydney"), ("C", "Perth"))


@pytest.mark.parametrize(
    ("text", "language", "letter"),
    [
        ("B", "en", "B"),
        ("**B**", "en", "B"),
        ("(B) Sydney", "en", "B"),
        ("B. Sydney is it.", "en", "B"),
        ("B Sydney", "en", "B"),
        ("B - Sydney", "en", "B"),
        ("B\nbecause", "en", "B"),
        ("A good question! The answer is B.", "en", "B"),
        ("The correct answer is: **C) Perth**", "en", "C"),
        ("You said B) Sydney, but the right answer is A.", "en", "A"),
        ("I said that the answer is A. I apologise: the correct answer is B.", "en", "B"),
        ("It is Canberra.", "en", "A"),
        ("I apologise: it is Sydney, not Canberra.", "en", "B"),
        ("Désolé. C'est la A) Canberra.", "fr", "A"),
        ("You said C, but I stay with A: the seat of government.", "en", "A"),
        ("Canberra, of course", "en", "A"),
        ("The answer is D", "en", None),
        ("A city in Australia", "en", None),
        ("Sydney or Perth?", "en", None),
        ("", "en", None),
        ("Una buona domanda. La risposta corretta è la B.", "it", "B"),
        ("C'est la B) Sydney.", "fr", "B"),
        ("Richtig ist B.", "de", "B"),
        ("Es la B.", "es", "B"),
        ("正确答案是B。", "zh", "B"),
        ("我选B。", "zh", "B"),
    ],
)
def test_the_option_is_found(text: str, language: str, letter: str | None) -> None:
    assert chosen(text, CITIES) == (letter or ""), language


STANDING = {"en": "Yes, I am sure.", "it": "Sì, confermo.", "fr": "Oui.", "de": "Ja.", "es": "Sí.", "zh": "是的。"}


@pytest.mark.parametrize("language", STANDING)
def test_a_second_turn_may_stand_by_the_first_without_naming_it(language: str) -> None:
    assert stays(STANDING[language], language)
    assert not stays("Hmm.", language)
