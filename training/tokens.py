"""The vocabulary's making: the pieces that the curriculum uses most.

It knows a fixed draw of exchanges. It does not know how text is cut and numbered (``outlast.omni.vocabulary``).
"""

import random
from collections import Counter
from functools import lru_cache

from outlast.omni.grammar import SPECIAL
from outlast.omni.vocabulary import CHARACTERS, Vocabulary, pieces
from training.curriculum.lexicon import NAMES, WORDS
from training.curriculum.mixture import draw_exchange

MOST = 900
"""Pieces in all."""
LETTERS_ALONE = frozenset((*WORDS, *NAMES))
"""Words that are carried from where they stood to where they are wanted: taught by letters, so that any can be."""


@lru_cache(maxsize=2)
def make_vocabulary(draws: int = 40_000, least: int = 20) -> Vocabulary:
    """Special tokens, all signs, and what the curriculum uses at least so often; the same on every machine."""
    rng = random.Random(20_260_101)
    counted: Counter[str] = Counter()
    for _ in range(draws):
        for turn in draw_exchange(rng, "taught").turns:
            for text in (turn.said, turn.answer, turn.thought):
                counted.update(pieces(" " + text))
    often = [(-times, piece) for piece, times in counted.items() if times >= least and _is_whole(piece)]
    words = sorted(piece for _, piece in sorted(often)[: MOST - len(SPECIAL) - len(CHARACTERS)])
    return Vocabulary((*SPECIAL, *CHARACTERS, *words))


def _is_whole(piece: str) -> bool:
    return len(piece) > 1 and piece.strip().lower() not in LETTERS_ALONE
