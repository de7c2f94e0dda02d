"""One taught exchange: what somebody says, what is worked out, what is answered.

It knows the shape. It does not know tokens, sounds or pictures; skills make these and ``training`` turns them into
sequences.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Split = Literal["taught", "held out"]
"""Held-out pairs, words and templates are never taught, and are what examinations ask."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question with its answer."""

    said: str
    """As it would be typed: numbers in digits, a question mark where there is one."""
    answer: str
    thought: str = ""
    """Worked out before the answer and never shown: digits from the last to the first."""
    key: str = ""
    """What an answer must contain to be right, in lower case; empty: the whole answer counts."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A short conversation of one skill."""

    skill: str
    turns: tuple[Turn, ...]


Skill = Callable[[random.Random, Split], Exchange]
"""Makes one exchange; everything random comes from its first argument."""
