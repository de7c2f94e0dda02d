"""The vocabulary: the pieces that the curriculum uses most, as they were counted once.

It knows ``pieces.txt`` and how it is made. It does not know how text is cut and numbered (``outlast.omni.vocabulary``).
Networks are bound to their pieces, so a curriculum that changes goes on with those it has:

    python -m training.tokens     counts again; every network has to be taught from its beginning after that
"""

import random
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Final

from outlast.omni.grammar import SPECIAL
from outlast.omni.vocabulary import CHARACTERS, PLACES, Vocabulary, pieces
from training.curriculum.lexicon import NAMES, WORDS
from training.curriculum.mixture import draw_exchange

MOST: Final = 900
"""Pieces in all."""
LETTERS_ALONE: Final = frozenset((*WORDS, *NAMES))
"""Words that are carried from where they stood to where they are wanted: taught by letters, so that any can be."""
_KEPT: Final = Path(__file__).with_name("pieces.txt")


@lru_cache(maxsize=1)
def make_vocabulary() -> Vocabulary:
    """Special tokens, all signs, digits in their places, what the curriculum uses often; the same on every machine."""
    return Vocabulary((*SPECIAL, *CHARACTERS, *PLACES, *_KEPT.read_text("utf-8").splitlines()))


def counted(draws: int = 40_000, least: int = 20) -> list[str]:
    """The pieces that are used at least so often in so many exchanges."""
    rng = random.Random(20_260_101)
    found: Counter[str] = Counter()
    for _ in range(draws):
        for turn in draw_exchange(rng, "taught").turns:
            for text in (turn.said, turn.answer, turn.thought):
                found.update(pieces(" " + text))
    often = [(-times, piece) for piece, times in found.items() if times >= least and _is_whole(piece)]
    most = MOST - len(SPECIAL) - len(CHARACTERS) - len(PLACES)
    return sorted(piece for _, piece in sorted(often)[:most])


def _is_whole(piece: str) -> bool:
    return len(piece) > 1 and piece not in PLACES and piece.strip().lower() not in LETTERS_ALONE


if __name__ == "__main__":
    _KEPT.write_text("".join(f"{piece}\n" for piece in counted()), encoding="utf-8")
