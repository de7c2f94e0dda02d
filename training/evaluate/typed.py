"""What is typed and shown: each skill on forms, pairs and words that nobody taught, and what lies beyond all of them.

It knows the curriculum's held-out side and a baseline that needs no network: the answer of the taught question whose
words are nearest. It does not know sound.
"""

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from outlast.omni.engine import Engine
from training.curriculum.exchange import Exchange, Turn
from training.curriculum.mixture import SEEING, SKILLS
from training.evaluate.asking import converse
from training.evaluate.scoring import Share, holds, right, share
from training.evaluate.sizes import Size
from training.evaluate.told import Told

TYPED: Final = "Typed, by skill"
SHOWN: Final = "Pictures, by skill"
BEYOND: Final = "Out of scope"
CLAIMED: Final = 0.9
"""Of a skill's held-out exchanges: from here on it is claimed."""
FEWEST: Final = 10
"""Different questions; with fewer, nothing is claimed."""
REFUSALS: Final = frozenset(("beyond", "strange picture", "without picture", "ability"))
"""What is answered by the same sentence always: no skill to be claimed, whatever the share."""
RECALL, PRECISION = 0.9, 0.95
_REFUSED: Final = "beyond me"
_OUTSIDE: Final = frozenset(("beyond", "strange picture"))
_SUM: Final = re.compile(r"\d+ ?(?:\+|-|plus|minus) ?\d+|\d+ (?:and|from) \d+")
_LESSONS: Final = 4_000
"""Taught exchanges among which the nearest is looked for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An exchange and what was answered."""

    exchange: Exchange
    answers: list[str]

    @property
    def right(self) -> bool:
        """In every turn."""
        return right(self.exchange, self.answers)


def drawn(skill: str, count: int, seed: int) -> list[Exchange]:
    """Held-out exchanges, each another one as far as a skill has so many."""
    rng = random.Random(f"{seed} {skill}")
    found: dict[str, Exchange] = {}
    for _ in range(20 * count):
        exchange = SKILLS[skill][0](rng, "held out")
        found.setdefault(repr(exchange.turns), exchange)
        if len(found) == count:
            break
    return list(found.values())


def ask(engine: Engine, exchanges: Sequence[Exchange]) -> list[Asked]:
    """Typed, in the manner ``default``."""
    return [Asked(one, [each.text for each in converse(engine, one)]) for one in exchanges]


def skills(engine: Engine, size: Size, seed: int, told: Told, among: Iterable[str] = SKILLS) -> None:
    """A cell for each skill; and how many pictures that have a name here are refused."""
    refused: list[bool] = []
    for name in among:
        found = ask(engine, drawn(name, size.skill, seed))
        told.cell(SHOWN if name in SEEING else TYPED, name, share(each.right for each in found), CLAIMED)
        if name in SEEING - REFUSALS:
            refused += [any(holds(answer, _REFUSED) for answer in each.answers) for each in found]
    told.cell(
        BEYOND, "pictures of what it was taught that are answered, rightly or not", share(not each for each in refused)
    )


def beyond(engine: Engine, size: Size, seed: int, told: Told, among: Iterable[str] = SKILLS) -> None:
    """Recall and precision of refusing, over as many questions outside as inside."""
    outside = ask(engine, drawn("beyond", size.beyond, seed + 1))
    inside = ask(engine, _inside(size.beyond, seed, among))
    refused = [holds(each.answers[-1], _REFUSED) for each in outside]
    near = [hit for each, hit in zip(outside, refused, strict=True) if _SUM.search(each.exchange.turns[0].said)]
    wrongly = [any(holds(answer, _REFUSED) for answer in each.answers) for each in inside]
    told.cell(BEYOND, "recall: questions out of scope that are refused", share(refused), RECALL)
    told.cell(BEYOND, "of those, near misses: sums that are too large or below zero", share(near))
    judged = [True] * sum(refused) + [False] * sum(wrongly)
    told.cell(
        BEYOND, "precision: refusals that were due, of as many questions inside as outside", share(judged), PRECISION
    )
    told.cell(BEYOND, "questions in scope that are answered, rightly or not", share(not each for each in wrongly))


def _inside(count: int, seed: int, among: Iterable[str]) -> list[Exchange]:
    rng = random.Random(f"{seed} inside")
    names = [name for name in among if name not in _OUTSIDE]
    weights = [SKILLS[name][1] for name in names]
    return [SKILLS[name][0](rng, "held out") for name in rng.choices(names, weights, k=count)]


def baseline(size: Size, seed: int) -> dict[str, Share]:
    """Of each skill, what is right where every question gets the answer of the nearest taught one."""
    return {name: share(right(one, _nearest(one)) for one in drawn(name, size.skill, seed)) for name in SKILLS}


def _nearest(exchange: Exchange) -> list[str]:
    lessons = _lessons()
    answers = []
    for turn in exchange.turns:
        words = _words(turn.said)
        answers.append(max(lessons, key=lambda one: len(words & one[0]) / len(words | one[0]))[1])
    return answers


@lru_cache(maxsize=1)
def _lessons() -> list[tuple[frozenset[str], str]]:
    rng = random.Random(11)
    names, weights = list(SKILLS), [weight for _, weight in SKILLS.values()]
    turns: list[Turn] = []
    for name in rng.choices(names, weights, k=_LESSONS):
        turns += SKILLS[name][0](rng, "taught").turns
    return [(_words(turn.said), turn.answer) for turn in turns]


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+|[+*-]", text.lower()))
