"""A recording is described as what the mouth would have to be told to say it."""

import numpy as np
import pytest
from training.voice.describe import describe, encode
from training.voice.fit import fitted

from outlast.omni.codebook import DESCRIPTION, ENVELOPE, MOMENTS, PITCH, Codebook, Matrix
from outlast.omni.engine import Samples
from outlast.omni.grammar import BOOKS, CODES
from outlast.omni.mouth import Mouth

VALUES = MOMENTS * DESCRIPTION


def told(hertz: float, voice: float) -> Matrix:
    one = np.zeros(DESCRIPTION, np.float32)
    one[:ENVELOPE] = -3.0 + np.cos(np.arange(ENVELOPE) / 4)
    one[ENVELOPE:PITCH] = voice
    one[PITCH] = np.log(hertz)
    return np.tile(one, MOMENTS)


def book() -> Codebook:
    """Code 0: a voice at 120 hertz; 1: the same at 180; 2: breath; others: as 0."""
    books = np.zeros((BOOKS, CODES, VALUES), np.float32)
    books[0] = told(120.0, 1.0)
    books[0, 1], books[0, 2] = told(180.0, 1.0), told(150.0, 0.0)
    return Codebook(books, np.zeros(VALUES, np.float32), np.ones(VALUES, np.float32))


def said(code: int, frames: int = 20) -> Samples:
    mouth = Mouth(book())
    return np.concatenate((mouth.say(np.tile([code, 0, 0, 0], (frames, 1))), mouth.finish()))


@pytest.mark.parametrize(("code", "hertz"), [(0, 120.0), (1, 180.0)])
def test_a_voice_has_its_pitch_and_its_envelope_again(code: int, hertz: float) -> None:
    inside = describe(said(code))[6:30]
    assert np.exp(inside[:, PITCH]) == pytest.approx(hertz, rel=0.01)
    assert (inside[:, ENVELOPE:PITCH] > 0.7).all()
    assert np.abs(inside[:, 3:-2] - told(hertz, 1.0)[:DESCRIPTION][3:-2])[:, : ENVELOPE - 5].mean() < 0.2


def test_breath_is_no_voice() -> None:
    assert describe(said(2))[6:30, ENVELOPE:PITCH].mean() < 0.2


def test_what_is_said_is_coded_as_what_was_said() -> None:
    assert (encode(book(), said(1))[2:15, 0] == 1).all()
    assert (encode(book(), said(2))[2:15, 0] == 2).all()


@pytest.mark.parametrize("length", [1, 639, 640, 641, 5_000])
def test_each_begun_frame_has_codes_whatever_is_heard(length: int) -> None:
    for sound in (np.zeros(length, np.float32), np.ones(length, np.float32)):
        assert np.isfinite(describe(sound)).all()
        assert encode(book(), sound).shape == (-(-length // 640), BOOKS)
    assert encode(book(), np.zeros(0, np.float32)).shape == (0, BOOKS)


def test_a_book_is_fitted_the_same_from_the_same_seed_and_serves_what_it_was_fitted_to() -> None:
    rows = np.random.default_rng(0).standard_normal((600, VALUES)).astype(np.float32)
    first, again = (fitted(rows, np.random.default_rng(4)) for _ in range(2))
    assert (first.books == again.books).all()
    left = first.describe(first.code(rows)).reshape(-1, VALUES) - rows
    assert left.var() < 0.5 * rows.var()
