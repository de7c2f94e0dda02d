"""One taught exchange: what somebody says or shows, what is worked out, what is answered.

It knows the shape. It does not know tokens or sounds; skills make these and ``training`` turns them into sequences.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from outlast.omni.engine import Manner, Pixels
from training.curriculum.forms import Marks

Split = Literal["taught", "held out"]
"""Held-out pairs, words and templates are never taught, and are what examinations ask."""
Mood = Literal["answer", "regret", "talk", "care"]
"""Something found out, something that cannot be given, talk, or comfort: manners suit it."""


class Scene(Protocol):
    """What a picture shows; drawn only when it is looked at, always the same."""

    def draw(self) -> Pixels:
        """``(64, 64, 3)``."""
        ...

    def marks(self) -> Marks:
        """What stands in each tile."""
        ...


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
    mood: Mood = "answer"
    scene: Scene | None = None
    """What is shown with the question."""
    by_voice: bool = True
    """Whether it may be asked by voice as well."""

    @property
    def picture(self) -> Pixels | None:
        """The pixels that are shown."""
        return None if self.scene is None else self.scene.draw()


@dataclass(frozen=True, slots=True)
class Exchange:
    """A short conversation of one skill."""

    skill: str
    turns: tuple[Turn, ...]
    manner: Manner = field(default_factory=Manner)


Skill = Callable[[random.Random, Split], Exchange]
"""Makes one exchange; everything random comes from its first argument."""
