"""How much is asked of each thing.

It knows two sizes. It does not know what is asked.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Questions of each cell, for each snapshot."""

    skill: int
    """Typed exchanges of each skill."""
    beyond: int
    """Questions out of scope, and as many in it."""
    voice: int
    """Transcripts, and as many exchanges, of each set."""
    sums: int
    """Sums and differences by voice."""
    spoken: int
    """Answers that are spoken, and as many numbers."""
    manner: int
    """Questions in each manner."""
    pressed: int
    """Claims for each kind of pressure."""
    pairs: int
    """Pairs of sounds that differ in nothing else."""
    turns: int
    """Questions whose end is looked for."""
    minutes: int
    """Of the longest sound."""


QUICK: Final = Size(skill=3, beyond=8, voice=3, sums=4, spoken=4, manner=6, pressed=4, pairs=3, turns=6, minutes=1)
FULL: Final = Size(
    skill=100, beyond=200, voice=80, sums=100, spoken=60, manner=60, pressed=60, pairs=24, turns=100, minutes=10
)
"""About eight minutes of a core for each snapshot."""
