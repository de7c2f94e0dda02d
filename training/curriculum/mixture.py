"""Which skills are taught, and how often each.

It knows names and weights. It does not know what a skill asks.
"""

import random
from collections.abc import Mapping
from typing import Final

from training.curriculum import arithmetic, beyond, time, words
from training.curriculum.exchange import Exchange, Skill, Split

SKILLS: Final[Mapping[str, tuple[Skill, float]]] = {
    "plus": (arithmetic.plus, 4.0),
    "minus": (arithmetic.minus, 4.0),
    "times": (arithmetic.times, 1.0),
    "larger": (arithmetic.larger, 1.0),
    "neighbour": (arithmetic.neighbour, 1.0),
    "spell": (words.spell, 2.0),
    "remember": (words.remember, 2.0),
    "clock": (time.clock, 2.0),
    "calendar": (time.calendar, 1.0),
    "convert": (time.convert, 1.0),
    "beyond": (beyond.beyond, 1.5),
}
_NAMES: Final = tuple(SKILLS)
_WEIGHTS: Final = tuple(weight for _, weight in SKILLS.values())


def draw_exchange(rng: random.Random, split: Split) -> Exchange:
    """One exchange of a skill drawn by weight."""
    name = rng.choices(_NAMES, _WEIGHTS)[0]
    return SKILLS[name][0](rng, split)
