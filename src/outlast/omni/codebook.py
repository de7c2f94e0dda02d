"""The code book of the mouth: what four codes mean as sound, 25 times a second.

It knows how a frame is described and how descriptions are put together from codes. It does not know how sound is made
of them (``mouth``) nor how they are found in a recording (``training.voice``).

A frame of 40 ms has two descriptions, of the moments 10 and 30 ms after its begin. Residual vector quantisation: each
book adds what the books before it left over.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from outlast.errors import WeightsInvalid
from outlast.omni.grammar import BOOKS, CODES

Matrix = npt.NDArray[np.float32]

MOMENTS: Final = 2
"""Descriptions in a frame."""
ENVELOPE: Final = 30
"""Points of the spectral envelope, evenly on the mel scale from 0 to 8 kHz: logarithms of an amplitude."""
STRENGTHS: Final = 4
"""Bands of which each says how much of it is voice and how much is breath, from 0 to 1."""
PITCH: Final = ENVELOPE + STRENGTHS
"""Where the logarithm of the fundamental stands, in logarithms of hertz; where nothing is voiced, a bridge."""
DESCRIPTION: Final = PITCH + 1
_VALUES: Final = MOMENTS * DESCRIPTION


@dataclass(frozen=True, slots=True)
class Codebook:
    """Weighted descriptions: a distance between two of them is about what an ear makes of their difference."""

    books: Matrix
    """``(4, 256, 70)``."""
    middle: Matrix
    """``(70,)``: what is added to the sum of the books."""
    weights: Matrix
    """``(70,)``: what a description was multiplied with before it was coded."""

    def __post_init__(self) -> None:
        shapes = ((BOOKS, CODES, _VALUES), (_VALUES,), (_VALUES,))
        for name, shape in zip(("books", "middle", "weights"), shapes, strict=True):
            array = getattr(self, name)
            if array.shape != shape or not np.isfinite(array).all():
                raise WeightsInvalid(f"the code book's {name} should be finite numbers of shape {shape}")
        if not (self.weights > 0).all():
            raise WeightsInvalid("the code book's weights should all be above zero")

    def describe(self, codes: npt.ArrayLike) -> Matrix:
        """``(frames, 4)`` codes to ``(frames * 2, 35)`` descriptions; a code that is too large counts as the last."""
        chosen = np.clip(np.asarray(codes, np.intp), 0, CODES - 1).reshape(-1, BOOKS)
        total = self.books[np.arange(BOOKS), chosen].sum(1) + self.middle
        return np.asarray(total / self.weights, np.float32).reshape(-1, DESCRIPTION)

    def code(self, descriptions: Matrix) -> npt.NDArray[np.int64]:
        """``(moments, 35)`` descriptions, two a frame, to ``(frames, 4)`` codes: the nearest of each book in turn."""
        left = descriptions.reshape(-1, _VALUES) * self.weights - self.middle
        codes = np.zeros((len(left), BOOKS), np.int64)
        for number, book in enumerate(self.books):
            codes[:, number] = nearest(left, book)
            left = left - book[codes[:, number]]
        return codes


def nearest(rows: Matrix, centres: Matrix) -> npt.NDArray[np.int64]:
    """For each row the number of the centre that is nearest to it."""
    return np.asarray(np.argmax(rows @ centres.T - 0.5 * (centres * centres).sum(1), axis=1), np.int64)
