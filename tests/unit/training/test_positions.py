"""What of a conversation stands where, and which positions are to be predicted."""

import random

import numpy as np
import pytest
from training.curriculum.exchange import Exchange, Turn
from training.positions import Clip, Kind, Phrase, Sounds, lay_out
from training.spelling import Spelling
from training.tokens import make_vocabulary

from outlast.omni import grammar
from outlast.omni.engine import Manner
from outlast.omni.reply import phrases

VOCABULARY = make_vocabulary()
EXCHANGE = Exchange("plus", (Turn("what is 3 plus 4?", "3 plus 4 is 7.", "7 0 0 0", "is 7"),))
CLIP = Clip(
    np.zeros((5, 160), np.float16),
    np.arange(5, dtype=np.int16),
    np.array([0, 0, 1, 0, 2], np.int16),
    np.arange(20, 30, dtype=np.int16).reshape(5, 2),
)
SPOKEN = {
    "3 plus 4 is 7.": Phrase(
        np.arange(12, dtype=np.int16).reshape(3, 4), np.arange(30, 39, dtype=np.int16).reshape(3, 3)
    )
}


def specials(laid_out: list[int]) -> list[str]:
    return [grammar.SPECIAL[token] for token in laid_out if 0 <= token < len(grammar.SPECIAL)]


def test_a_typed_question_is_asked_thought_about_and_answered_in_this_order() -> None:
    laid = lay_out(EXCHANGE, VOCABULARY, Sounds())
    assert specials(laid.tokens)[:1] + specials(laid.tokens)[5:] == [
        "<begin>",
        "<user>",
        "<think>",
        "<answer>",
        "<end>",
    ]
    assert set(laid.kinds) == {Kind.TOKEN}


def test_what_is_heard_is_written_down_before_it_is_answered_or_not_at_all() -> None:
    written = lay_out(EXCHANGE, VOCABULARY, Sounds(questions={0: CLIP}))
    silent = lay_out(EXCHANGE, VOCABULARY, Sounds(questions={0: CLIP}, transcribed=False))
    assert "<heard>" in specials(written.tokens)
    assert "<heard>" not in specials(silent.tokens)
    assert written.kinds.count(Kind.PATCH) == silent.kinds.count(Kind.PATCH) == 5
    assert [mark for mark in silent.marks if mark[0] >= 0] == [
        (0, 0, 20, 21),
        (1, 0, 22, 23),
        (2, 1, 24, 25),
        (3, 0, 26, 27),
        (4, 2, 28, 29),
    ]


def test_an_answer_is_spoken_behind_its_phrase_and_its_last_frame_ends_it() -> None:
    laid = lay_out(EXCHANGE, VOCABULARY, Sounds(phrases=SPOKEN))
    frames = [codes for kind, codes in zip(laid.kinds, laid.codes, strict=True) if kind is Kind.FRAME]
    assert [list(each) for each in frames] == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9, 10, 11],
        [grammar.SILENCE_CODE, 0, 0, 0],
    ]
    assert [mark for mark in laid.marks if mark[0] >= 0] == [(30, 31, 32, -1), (33, 34, 35, -1), (36, 37, 38, -1)]
    assert specials(laid.tokens)[-2:] == ["<speak>", "<end>"]


def test_nothing_that_the_caller_decides_is_to_be_predicted() -> None:
    laid = lay_out(EXCHANGE, VOCABULARY, Sounds(questions={0: CLIP}, phrases=SPOKEN))
    decided = {
        *grammar.opening_tokens(Manner(), "talk"),
        grammar.USER,
        grammar.SOUND,
        grammar.SOUND_END,
        grammar.SPEAK,
    }
    for kind, token, weight in zip(laid.kinds, laid.tokens, laid.weights, strict=True):
        assert weight == 0 or (kind is Kind.FRAME) or token not in decided
        assert weight == 0 or kind is not Kind.PATCH


def test_for_a_transcript_nothing_is_answered() -> None:
    laid = lay_out(EXCHANGE, VOCABULARY, Sounds(questions={0: CLIP}), task="transcribe")
    assert "<answer>" not in specials(laid.tokens)
    assert specials(laid.tokens)[-2:] == ["<heard>", "<end>"]


@pytest.mark.parametrize(
    ("answer", "cut"),
    [
        ("It is 3:45.", ["It is 3:45."]),
        ("Of course! 3 plus 4 is 7, I think.", ["Of course!", "3 plus 4 is 7,", "I think."]),
        ("no sign", ["no sign"]),
    ],
)
def test_a_phrase_ends_behind_a_sign_that_a_space_follows(answer: str, cut: list[str]) -> None:
    assert phrases(answer) == cut


def test_a_word_that_is_spelled_is_spelled_wherever_it_stands_in_a_conversation() -> None:
    spelling = Spelling(VOCABULARY, random.Random(1), 1.0)
    said, answered = spelling.encode(" my name is anna"), spelling.encode(" Nice to meet you, Anna!")
    assert VOCABULARY.decode(said) == " my name is anna"
    assert VOCABULARY.decode(answered) == " Nice to meet you, Anna!"
    assert len(said) == 1 + len(" name") + 1 + len(" anna")


def test_nothing_is_spelled_where_no_share_is() -> None:
    text = " what is 3 plus 4?"
    assert Spelling(VOCABULARY, random.Random(1), 0.0).encode(text) == VOCABULARY.encode(text)
