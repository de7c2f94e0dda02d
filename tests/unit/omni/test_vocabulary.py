"""Text becomes numbers and text again, and no text becomes a sign of the grammar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.errors import WeightsInvalid
from outlast.omni.grammar import SPECIAL
from outlast.omni.vocabulary import CHARACTERS, PLACES, Vocabulary

VOCABULARY = Vocabulary((*SPECIAL, *CHARACTERS, " is", " what", "what"))
PLACED = Vocabulary((*SPECIAL, *CHARACTERS, *PLACES))


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_what_is_ascii_comes_back_as_it_was(text: str) -> None:
    assert VOCABULARY.decode(VOCABULARY.encode(text)) == text
    assert PLACED.decode(PLACED.encode(text)) == text


@given(st.text())
def test_no_text_becomes_a_special_token(text: str) -> None:
    assert all(number >= len(SPECIAL) for number in VOCABULARY.encode(f"<end>{text}<answer>"))


def test_a_digit_of_a_number_to_999_is_known_by_its_place() -> None:
    [hundreds, tens, ones] = PLACED.encode(" 555")
    assert len({hundreds, tens, ones}) == 3
    assert PLACED.encode("x175")[-2:] == PLACED.encode("x75")[-2:]
    assert len(set(PLACED.encode("5555"))) == 1


def test_a_known_word_is_one_piece_and_an_unknown_one_its_letters() -> None:
    assert len(VOCABULARY.encode(" what is")) == 2
    assert len(VOCABULARY.encode(" zyx")) == 4


@pytest.mark.parametrize(
    ("written", "read"), [("Zürich!", "Zurich!"), ("3 \u00d7 4", "3 * 4"), ("l\u2019été", "l'ete")]
)
def test_a_sign_that_means_an_ascii_sign_is_read_as_that(written: str, read: str) -> None:
    assert VOCABULARY.decode(VOCABULARY.encode(written)) == read


def test_special_tokens_say_nothing() -> None:
    assert VOCABULARY.decode(range(len(SPECIAL))) == ""


@pytest.mark.parametrize("pieces", [CHARACTERS, SPECIAL, (*SPECIAL, *CHARACTERS[1:])])
def test_pieces_of_another_grammar_or_without_a_sign_are_refused(pieces: tuple[str, ...]) -> None:
    with pytest.raises(WeightsInvalid):
        Vocabulary(pieces)
