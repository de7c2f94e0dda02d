"""What codes say becomes sound within bounds, frame by frame as at once, with the pitch and colour that were coded."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.errors import WeightsInvalid
from outlast.omni.codebook import DESCRIPTION, ENVELOPE, MOMENTS, PITCH, Codebook
from outlast.omni.grammar import BOOKS, CODES, SILENCE_CODE
from outlast.omni.mouth import Mouth

VALUES = MOMENTS * DESCRIPTION


def plain_book() -> Codebook:
    """Code ``n`` of the first book: a vowel at ``100 + n`` hertz; of the others: nothing."""
    books = np.zeros((BOOKS, CODES, VALUES), np.float32)
    one = np.zeros((CODES, DESCRIPTION), np.float32)
    one[:, :ENVELOPE] = np.linspace(-2.0, -7.0, ENVELOPE)
    one[:, ENVELOPE:PITCH] = 1.0
    one[:, PITCH] = np.log(100.0 + np.arange(CODES))
    books[0] = np.tile(one, MOMENTS)
    return Codebook(books, np.zeros(VALUES, np.float32), np.ones(VALUES, np.float32))


def wild_book(seed: int) -> Codebook:
    books = np.random.default_rng(seed).standard_normal((BOOKS, CODES, VALUES)).astype(np.float32) * 50
    return Codebook(books, np.zeros(VALUES, np.float32), np.ones(VALUES, np.float32))


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4))
@settings(max_examples=10, deadline=None)
def test_frame_by_frame_sounds_as_at_once(groups: list[int]) -> None:
    codes = np.random.default_rng(3).integers(0, CODES, (sum(groups), BOOKS))
    once, bit_by_bit = Mouth(plain_book(), seed=1), Mouth(plain_book(), seed=1)
    edges = np.cumsum([0, *groups])
    pieces = [bit_by_bit.say(codes[a:b]) for a, b in itertools.pairwise(edges)]
    whole = np.concatenate((once.say(codes), once.finish()))
    assert np.concatenate((*pieces, bit_by_bit.finish())) == pytest.approx(whole, abs=1e-5)


def test_the_first_frame_gives_30_ms_each_other_40_and_the_end_what_was_held_back() -> None:
    mouth = Mouth(plain_book())
    assert [len(mouth.say([n, 0, 0, 0])) for n in range(3)] == [480, 640, 640]
    assert len(mouth.finish()) == 160 + 432
    assert len(mouth.finish()) == 0


def test_a_silent_frame_ends_the_phrase_and_the_next_begins_anew() -> None:
    mouth = Mouth(plain_book())
    mouth.say([[1, 0, 0, 0]])
    assert len(mouth.say([[SILENCE_CODE, 0, 0, 0]])) == 160 + 432
    assert len(mouth.say([[SILENCE_CODE, 0, 0, 0]])) == 0
    assert len(mouth.say([[1, 0, 0, 0]])) == 480


@pytest.mark.parametrize("hertz", [110, 180, 240])
def test_the_pitch_is_the_one_that_was_coded(hertz: int) -> None:
    sound = Mouth(plain_book()).say(np.tile([hertz - 100, 0, 0, 0], (25, 1)))[4_000:12_192]
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 16))
    assert np.argmax(spectrum[:2_000]) * 16_000 / (1 << 16) == pytest.approx(hertz, abs=1.5)


@given(st.integers(0, 5), st.lists(st.integers(0, SILENCE_CODE), min_size=4, max_size=24))
@settings(max_examples=25, deadline=None)
def test_no_code_makes_anything_but_samples_within_bounds(seed: int, codes: list[int]) -> None:
    frames = np.array(codes[: len(codes) // 4 * 4]).reshape(-1, 4)
    mouth = Mouth(wild_book(seed))
    sound = np.concatenate((mouth.say(frames), mouth.finish()))
    assert np.isfinite(sound).all()
    assert np.abs(sound).max(initial=0.0) <= 1.0


def test_coding_what_a_code_describes_gives_the_code_back() -> None:
    book = wild_book(1)
    codes = np.zeros((CODES, BOOKS), np.int64)
    codes[:, 0] = np.arange(CODES)
    only_first = Codebook(book.books * np.array([1, 0, 0, 0], np.float32)[:, None, None], book.middle, book.weights)
    assert (only_first.code(only_first.describe(codes))[:, 0] == codes[:, 0]).all()


@pytest.mark.parametrize("wrong", ["shape", "no number", "weights"])
def test_arrays_that_are_no_code_book_are_refused(wrong: str) -> None:
    good = plain_book()
    books = good.books[:3] if wrong == "shape" else good.books
    middle = good.middle * np.float32(np.nan) if wrong == "no number" else good.middle
    weights = good.weights * 0 if wrong == "weights" else good.weights
    with pytest.raises(WeightsInvalid):
        Codebook(books, middle, weights)
