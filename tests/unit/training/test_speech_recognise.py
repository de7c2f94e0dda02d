"""How what was understood is counted."""

import numpy as np
from training.speech.recognise import compared, evaluate, number_words


def test_numbers_are_the_same_in_digits_and_in_words() -> None:
    for said, heard in [
        ("505 plus 3 is 508.", "Five hundred and five plus three is five hundred eight"),
        ("It will be 12:05.", "it will be twelve oh five"),
        ("It is 4:00.", "it is 4 o'clock"),
        ("5 metres are 5000 millimetres", "five metres are 5,000 millimetres"),
        ("what is 20 - 3?", "what is twenty minus 3"),
    ]:
        told = compared([said], [heard])
        assert (told.whole, told.numbers, told.errors) == (1, 1, 0), (said, heard)


def test_a_wrong_number_and_a_wrong_word_are_counted_apart() -> None:
    told = compared(["3 plus 4 is 7.", "3 plus 4 is 7.", "hello there"], ["3 plus 4 is 8", "3 less 4 is 7", "hello"])
    assert (told.texts, told.whole, told.with_numbers, told.numbers) == (3, 0, 2, 1)
    assert (told.errors, told.words) == (3, 12)


def test_only_numbers_are_number_words() -> None:
    assert number_words("add 21 and 300, please") == ["twenty", "one", "three", "hundred"]


def test_every_sound_is_heard_once() -> None:
    class Counting:
        def hears(self, samples: object) -> str:
            assert isinstance(samples, np.ndarray)
            return str(len(samples))

    told = evaluate(["3", "4"], [np.zeros(3, np.float32), np.zeros(5, np.float32)], Counting())
    assert (told.texts, told.whole) == (2, 1)
    assert "1/2 = 50.0 %" in str(told)
