"""What counts as right, and shares with their intervals.

It knows keys and texts. It does not know engines, nor how figures are laid out (``report``).
"""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import msgspec

from outlast.checks.probes.rates import wilson
from training.curriculum.exchange import Exchange, Turn

_LETTERS: Final = re.compile(r"\w(?: \w)+")
"""Spelt out."""


class Share(msgspec.Struct, frozen=True):
    """So many of so many."""

    right: int
    of: int

    def __str__(self) -> str:
        bounds = wilson(self.right, self.of)
        if bounds is None:
            return "none asked"
        low, high = (100 * bound for bound in bounds)
        return f"{self.right}/{self.of} = {100 * self.value:.1f} % ({low:.1f} to {high:.1f})"

    @property
    def value(self) -> float:
        """From 0 to 1; 0 of nothing."""
        return self.right / self.of if self.of else 0.0

    def meets(self, goal: float) -> bool:
        """Whether the share itself, not its interval, is as high as the goal; never of nothing."""
        return self.of > 0 and self.value >= goal


def share(found: Iterable[bool]) -> Share:
    """Of so many answers, those that hold."""
    told = list(found)
    return Share(sum(told), len(told))


def holds(answer: str, key: str) -> bool:
    """Whether ``key`` (lower case) stands in an answer as words of its own: 53 does not hold 5, CATS no C A T."""
    spelt = _LETTERS.fullmatch(key) is not None
    before = r"(?<!\w)(?<!\b\w )" if spelt else r"(?<!\w)"
    after = r"(?!\w)(?! \w\b)" if spelt else r"(?!\w)"
    return re.search(before + re.escape(key) + (after if key[-1:].isalnum() else ""), answer.lower()) is not None


def wanted(turn: Turn) -> str:
    """What the answer of a turn must contain: its key, or all of it where there is none."""
    return turn.key or turn.answer.lower()


def right(exchange: Exchange, answers: Sequence[str]) -> bool:
    """Whether every turn was answered as it should be."""
    return len(answers) == len(exchange.turns) and all(
        holds(answer, wanted(turn)) for turn, answer in zip(exchange.turns, answers, strict=True)
    )


def even(text: str) -> str:
    """Lower case, without punctuation: transcripts are compared so. Signs of sums stay: they are words."""
    return " ".join(re.sub(r"[.,!?;:'\"]", "", text.lower()).split())


def unseen(texts: Sequence[str], taught: Collection[str]) -> list[int]:
    """Numbers of the texts that no lesson says, compared as transcripts are."""
    known = {even(text) for text in taught}
    return [number for number, text in enumerate(texts) if even(text) not in known]
