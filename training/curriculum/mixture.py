"""Which skills are taught, how often each, and in which manner.

It knows names and weights. It does not know what a skill asks.
"""

import random
from collections.abc import Mapping
from functools import partial
from typing import Final

from training.curriculum import arithmetic, beyond, pictures, reading, small_talk, time, words
from training.curriculum.agree import agree
from training.curriculum.exchange import Exchange, Skill, Split
from training.curriculum.manners import PLAIN, Character, draw_manner, dressed

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
    "small talk": (small_talk.small_talk, 3.0),
    "ability": (small_talk.ability, 0.2),
    "agree": (agree, 1.0),
    "beyond": (beyond.beyond, 2.0),
    "name shapes": (pictures.name_shapes, 1.5),
    "count shapes": (pictures.count_shapes, 1.5),
    "compare shapes": (pictures.compare_shapes, 1.0),
    "read digits": (reading.read_digits, 1.5),
    "read word": (reading.read_word, 1.5),
    "without picture": (reading.without_picture, 0.4),
    "strange picture": (reading.strange_picture, 0.5),
}
"""Each in the manner ``default``: cores alone."""
SEEING: Final = frozenset(
    ("name shapes", "count shapes", "compare shapes", "read digits", "read word", "strange picture")
)
"""Skills whose questions come with a picture."""
_NAMES: Final = tuple(SKILLS)
_WEIGHTS: Final = tuple(weight for _, weight in SKILLS.values())


def draw_exchange(rng: random.Random, split: Split, character: Character = PLAIN, *, seeing: bool = True) -> Exchange:
    """One exchange of a skill drawn by weight, dressed in a drawn manner as ``character`` does.

    Without ``seeing`` no question comes with a picture.
    """
    name = rng.choices(_NAMES, _WEIGHTS)[0]
    while not seeing and name in SEEING:
        name = rng.choices(_NAMES, _WEIGHTS)[0]
    skill = partial(agree, gives_in=character.gives_in) if name == "agree" else SKILLS[name][0]
    return dressed(skill(rng, split), draw_manner(rng), character, rng)
