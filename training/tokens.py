"""Text as tokens: whole words where the curriculum uses them often, letters for all else.

It knows the vocabulary, made from the curriculum itself by a fixed draw. A word in brackets of letters can be anything
that is typed, so that nobody's name is unknown; every ASCII letter, digit and sign is a token of its own.
"""

import random
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from training.curriculum.exchange import Turn
from training.curriculum.mixture import draw_exchange

SPECIAL = ("<pad>", "<user>", "<think>", "<answer>", "<end>")
_PIECE = re.compile(r" ?[A-Za-z]+| ?[0-9]| ?[^A-Za-z0-9 ]| ")
_CHARACTERS = tuple(chr(code) for code in range(32, 127))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Tokens by number and back."""

    pieces: tuple[str, ...]
    numbers: dict[str, int]

    def encode(self, text: str) -> list[int]:
        """Numbers of a text; what is no ASCII is left out."""
        found: list[int] = []
        for piece in _PIECE.findall(text.encode("ascii", "ignore").decode()):
            known = self.numbers.get(piece)
            found += [known] if known is not None else [self.numbers[each] for each in piece]
        return found

    def decode(self, numbers: Iterable[int]) -> str:
        """The text; special tokens say nothing."""
        return "".join(self.pieces[each] for each in numbers if each >= len(SPECIAL))


def make_vocabulary(draws: int = 40_000, least: int = 30) -> Vocabulary:
    """Every piece that the curriculum uses at least so often, after all characters; the same on every machine."""
    rng = random.Random(20_260_101)
    counted: Counter[str] = Counter()
    for _ in range(draws):
        for turn in draw_exchange(rng, "taught").turns:
            counted.update(_pieces(turn))
    words = sorted(piece for piece, times in counted.items() if times >= least and len(piece) > 1)
    pieces = (*SPECIAL, *_CHARACTERS, *words)
    return Vocabulary(pieces, {piece: number for number, piece in enumerate(pieces)})


def _pieces(turn: Turn) -> Iterable[str]:
    for text in (turn.said, turn.answer, turn.thought):
        yield from _PIECE.findall(text)
