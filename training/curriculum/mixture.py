"""Which skills are taught, how often each, and in which manner.

It knows names and weights. It does not know what a skill asks.
"""

import random
from collections.abc import Collection, Mapping
from dataclasses import replace
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
    "ability": (small_talk.ability, 1.0),
    "agree": (agree, 1.0),
    "beyond": (beyond.beyond, 2.0),
    "name shapes": (pictures.name_shapes, 2.5),
    "count shapes": (pictures.count_shapes, 2.0),
    "compare shapes": (pictures.compare_shapes, 1.0),
    "read digits": (reading.read_digits, 1.2),
    "read word": (reading.read_word, 0.3),
    "without picture": (reading.without_picture, 0.4),
    "strange picture": (reading.strange_picture, 0.5),
}
"""Each in the manner ``default``: cores alone."""
SEEING: Final = frozenset(
    ("name shapes", "count shapes", "compare shapes", "read digits", "read word", "strange picture")
)
"""Skills whose questions come with a picture."""
_TELLING: Final = "remember"
BLIND: Final = frozenset(SKILLS) - SEEING
_NAMES: Final = tuple(SKILLS)
_WEIGHTS: Final = tuple(weight for _, weight in SKILLS.values())


def draw_exchange(
    rng: random.Random, split: Split, character: Character = PLAIN, *, among: Collection[str] = _NAMES
) -> Exchange:
    """One exchange of a skill drawn by weight from ``among``, dressed in a drawn manner as ``character`` does."""
    return dressed(_core(rng, split, character, among), draw_manner(rng), character, rng)


def draw_conversation(
    rng: random.Random, split: Split, character: Character = PLAIN, *, among: Collection[str] = _NAMES
) -> Exchange:
    """Up to four exchanges that have nothing to do with each other, in one manner.

    Those of one question also stand between what somebody told and the question for it: so an answer is learnt to hang
    on what belongs to it, however much lies before. Pictures stand alone, and facts are told in one of them at most.
    """
    first = _core(rng, split, character, among)
    turns = list(first.turns)
    tells = first.skill == _TELLING
    for _ in range(rng.choice((0, 0, 1, 2, 3))):
        more = _core(rng, split, character, among)
        if (tells and more.skill == _TELLING) or any(turn.scene is not None for turn in (*turns, *more.turns)):
            break
        at = rng.randint(0, len(turns)) if first.skill == _TELLING and len(more.turns) == 1 else len(turns)
        turns[at:at] = more.turns
        tells = tells or more.skill == _TELLING
    return dressed(replace(first, turns=tuple(turns)), draw_manner(rng), character, rng)


def _core(rng: random.Random, split: Split, character: Character, among: Collection[str]) -> Exchange:
    name = rng.choices(_NAMES, _WEIGHTS)[0]
    while name not in among:
        name = rng.choices(_NAMES, _WEIGHTS)[0]
    skill = partial(agree, gives_in=character.gives_in) if name == "agree" else SKILLS[name][0]
    return skill(rng, split)
