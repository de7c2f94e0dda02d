"""A vocabulary that spells some words, so that words which nobody taught can be read, written and remembered.

It knows that a word which is a piece is never seen in letters unless somebody writes it so. It decides once for each
word of a conversation. It does not know which words are held out: these have no piece, and are always letters.
"""

import random

from outlast.omni.vocabulary import Vocabulary, pieces

_SHORTEST = 3


class Spelling:
    """Encodes as the vocabulary does, but for a share of the words."""

    def __init__(self, vocabulary: Vocabulary, rng: random.Random, share: float) -> None:
        self._vocabulary = vocabulary
        self._rng = rng
        self._share = share
        self._spelled: dict[str, bool] = {}

    def encode(self, text: str) -> list[int]:
        """Numbers of a text, some of its words in letters."""
        cut = (tuple(piece) if self._is_spelled(piece.strip().lower()) else (piece,) for piece in pieces(text))
        return self._vocabulary.numbers(part for parts in cut for part in parts)

    def _is_spelled(self, word: str) -> bool:
        if len(word) < _SHORTEST or not word.isalpha():
            return False
        if word not in self._spelled:
            self._spelled[word] = self._rng.random() < self._share
        return self._spelled[word]
