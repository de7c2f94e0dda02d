"""Text as numbers and back: whole words where the curriculum uses them often, letters for all else.

A number of two or three digits is its digits, each with its place: of ``505`` the first is five hundreds, whatever
stands before it. So what has to be worked out, heard or said column by column can be found by column.

It knows pieces, which stand in the head of a file of weights. It does not know how they were chosen
(``training.tokens``). Every printable ASCII sign is a piece, so that nobody's name is unknown; no text, whatever it
says, becomes a special token.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from outlast.errors import WeightsInvalid
from outlast.omni.grammar import SPECIAL

CHARACTERS: Final = tuple(chr(code) for code in range(32, 127))
PLACE: Final = "\u00b7"
"""Behind a digit, once for each digit that follows it in its number. No text has it: it is no ASCII sign."""
PLACES: Final = tuple(f"{space}{digit}{PLACE * more}" for space in ("", " ") for more in (1, 2) for digit in range(10))
_LONGEST: Final = 3
"""Digits of a number with places; those of longer ones are like any sign."""
_PIECE: Final = re.compile(r" ?[A-Za-z]+| ?[0-9]+| ?[^A-Za-z0-9 ]| ")
_SAME: Final = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2212": "-", "\u2013": "-", "\u2014": "-",
     "\u00d7": "*", "\u00f7": "/", "\u00df": "ss", "\n": " ", "\r": " ", "\t": " "}
)  # fmt: skip
"""Signs that mean what an ASCII sign means."""


class Vocabulary:
    """Pieces by their numbers; the special tokens have the first ones."""

    def __init__(self, pieces: Sequence[str]) -> None:
        """Raises ``WeightsInvalid`` where the special tokens do not come first, or a sign of ASCII is missing."""
        self.pieces: Final = tuple(pieces)
        if self.pieces[: len(SPECIAL)] != SPECIAL:
            raise WeightsInvalid("the vocabulary does not begin with the special tokens of this version")
        texts = enumerate(self.pieces[len(SPECIAL) :], len(SPECIAL))
        self._numbers: Final = {piece: number for number, piece in texts}
        if missing := [sign for sign in CHARACTERS if sign not in self._numbers]:
            raise WeightsInvalid(f"the vocabulary has no pieces for {' '.join(missing)}")

    def __len__(self) -> int:
        return len(self.pieces)

    def encode(self, text: str) -> list[int]:
        """Numbers of a text. Letters lose their accents; what is not ASCII then is left out."""
        return self.numbers(pieces(text))

    def numbers(self, cut: Iterable[str]) -> list[int]:
        """Numbers of pieces; one that is not known is its signs."""
        numbers: list[int] = []
        for piece in cut:
            known = self._numbers.get(piece)
            numbers += [known] if known is not None else [self._numbers[sign] for sign in piece.replace(PLACE, "")]
        return numbers

    def decode(self, numbers: Iterable[int]) -> str:
        """The text; special tokens say nothing."""
        return "".join(self.pieces[each] for each in numbers if each >= len(SPECIAL)).replace(PLACE, "")


def pieces(text: str) -> Iterator[str]:
    """A text cut into words, digits and signs, each with the space before it."""
    plain = unicodedata.normalize("NFKD", text.translate(_SAME)).encode("ascii", "ignore").decode()
    for found in _PIECE.finditer("".join(sign for sign in plain if sign.isprintable())):
        piece = found.group()
        if piece[-1].isdigit():
            yield from _digits(piece)
        else:
            yield piece


def _digits(run: str) -> Iterator[str]:
    """The digits of a number, the first one with the space before it."""
    space, number = (" ", run[1:]) if run[0] == " " else ("", run)
    for at, digit in enumerate(number):
        more = len(number) - 1 - at if len(number) <= _LONGEST else 0
        yield (space if not at else "") + digit + PLACE * more
