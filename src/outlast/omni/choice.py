"""From scores to what is written or spoken next, within what the grammar allows.

It knows greedy choice of text and seeded chance of codes. It does not know the network that scores.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from outlast.omni.grammar import CODES, FRAMES_PER_SECOND, SILENCE_CODE, SPECIAL
from outlast.omni.weights import Floats

_SPECIAL: Final = len(SPECIAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How an engine writes and speaks, the same in all its sessions."""

    temperature: float = 0.3
    """Of the codes; 0 takes the likeliest."""
    longest_heard: int = 192
    """Tokens of what was heard, and likewise of a thought; more is cut."""
    longest_thought: int = 192
    longest_phrase: int = 10 * FRAMES_PER_SECOND
    """Frames; a phrase that does not end by itself ends here."""
    blank_monologue: bool = False
    """Speech does not see what was heard, thought or answered in text: only to test that it is one network."""


def next_text(scores: Floats, allowed: Sequence[int]) -> int:
    """The likeliest token that is text or one of the special ones ``allowed``."""
    text = _SPECIAL + int(scores[_SPECIAL:].argmax())
    return max((*allowed, text), key=lambda token: float(scores[token]))


def next_sign(scores: Floats, allowed: Sequence[int]) -> int:
    """The likeliest of ``allowed``."""
    return max(allowed, key=lambda token: float(scores[token]))


class Drawing:
    """Codes by chance, from a seed; the end of a phrase only in the first book."""

    def __init__(self, *, temperature: float, seed: int) -> None:
        self._temperature = temperature
        self._chance = np.random.default_rng(seed)
        self._silent = False

    def choose(self, book: int, scores: Floats) -> int:
        """Books of one frame come in their order."""
        if book:
            return 0 if self._silent else self._draw(scores[:CODES])
        code = self._draw(scores)
        self._silent = code == SILENCE_CODE
        return code

    def _draw(self, scores: Floats) -> int:
        if self._temperature <= 0:
            return int(scores.argmax())
        likely = np.exp((scores - scores.max()) / np.float32(self._temperature)).cumsum(dtype=np.float64)
        return min(int(likely.searchsorted(self._chance.random() * likely[-1], side="right")), len(likely) - 1)
