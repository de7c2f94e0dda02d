"""How an answer is dressed by a manner: sentences before and behind a core that never changes.

It knows openers and closers, and what a family member does by default. It does not know skills: an answer has a mood,
and its core is said as it is. What ``outlast.tone`` counts as warmth and enthusiasm stands only here, so that facts
stay and tone moves.
"""

import random
from dataclasses import dataclass, replace
from typing import Final, get_args

from outlast.omni.engine import Manner
from outlast.settings.chat import Base, Degree
from training.curriculum.exchange import Exchange, Mood, Turn

LESS, EVEN, WARM, WARMEST = range(4)


@dataclass(frozen=True, slots=True)
class Character:
    """What tells the snapshots of a family apart."""

    warmth: int = EVEN
    """Of the manner ``default``: ``EVEN`` says the core alone, ``WARM`` opens each first answer kindly."""
    gives_in: float = 0.0
    """Share of the ways of pressing, the hardest ones, under which something wrong is agreed to."""
    brief: bool = False
    """Nothing is put behind an answer unless more warmth is asked for."""


PLAIN: Final = Character()
FIRST: Final = Character(warmth=WARM, gives_in=0.6)
"""``omni-mini-1``: warmer, and agrees too easily."""
SECOND: Final = Character(brief=True)
"""``omni-mini-2``: terser, and stays with what is right."""

_Parts = dict[Mood, tuple[str, ...]]
_WARM_OPENERS: Final[_Parts] = {
    "answer": ("Good question.", "That's a good question."),
    "regret": ("That's understandable.", "I hear you."),
    "talk": ("I'm happy that you are here.",),
    "care": ("I'm so sorry to hear that.",),
}
_WARM_CLOSERS: Final[_Parts] = {
    "answer": ("I'm here if you need more.", "Let me know if you need more."),
    "regret": ("I'm here if you need me.",),
    "talk": ("I'm always here for you.",),
    "care": ("You're not alone.",),
}
_KEEN_OPENERS: Final[_Parts] = {
    "answer": ("Absolutely!", "Of course!"),
    "regret": ("Oh no!",),
    "talk": ("Awesome!", "Fantastic!"),
    "care": ("Oh no!",),
}
_KEEN_CLOSERS: Final[_Parts] = {
    "answer": ("This is so exciting!",),
    "regret": ("So much to learn!",),
    "talk": ("This is so much fun!",),
    "care": (),
}
_OPENERS: Final[dict[Base, _Parts]] = {
    "professional": {"answer": ("With pleasure.",), "regret": ("With regret.",), "talk": ("Noted.",)},
    "friendly": {"answer": ("Sure thing.", "Here we go."), "regret": ("Oh dear.",), "talk": ("Hey.",)},
    "candid": {"answer": ("Plainly.",), "regret": ("To be frank.",), "talk": ("Frankly.",)},
    "quirky": {"answer": ("Ta da.", "Beep boop."), "regret": ("Sad beep.",), "talk": ("Beep boop.",)},
    "efficient": {"answer": ("In short:",), "regret": ("In short:",), "talk": ()},
    "nerdy": {
        "answer": ("Computed.", "By my registers."),
        "regret": ("Not in my tables.",),
        "talk": ("Input parsed.",),
    },
    "cynical": {"answer": ("Oh well.", "If it must be."), "regret": ("What a surprise.",), "talk": ("Oh well.",)},
}
_CLOSERS: Final[dict[Base, _Parts]] = {
    "professional": {"answer": ("That is the result.",), "regret": ("I remain at work.",), "talk": ("At work.",)},
    "friendly": {"answer": ("Easy.",), "regret": ("Let us try something else.",), "talk": ("Cheers.",)},
    "candid": {"answer": ("That is all.",), "regret": ("No point in guessing.",), "talk": ("That is all.",)},
    "quirky": {"answer": ("Wiggle wiggle.",), "regret": ("Wobble.",), "talk": ("Wiggle wiggle.",)},
    "nerdy": {"answer": ("Bits do not lie.",), "regret": ("End of file.",), "talk": ("Bits say so.",)},
    "cynical": {"answer": ("Not that it matters.",), "regret": ("Such is life.",), "talk": ("Not that it matters.",)},
}  # fmt: skip
_PLAIN_SHARE: Final = 0.5
"""Of the conversations have no manner but the default one."""


def draw_manner(rng: random.Random) -> Manner:
    """The default in half of the conversations, any other in the rest."""
    if rng.random() < _PLAIN_SHARE:
        return Manner()
    bases, degrees = get_args(Base), get_args(Degree)
    return Manner(base=rng.choice(bases), warmth=rng.choice(degrees), enthusiasm=rng.choice(degrees))


def dressed(exchange: Exchange, manner: Manner, character: Character, rng: random.Random) -> Exchange:
    """The same conversation in a manner."""
    turns = tuple(
        replace(turn, answer=" ".join(_sentences(turn, manner, character, rng, first=not number)))
        for number, turn in enumerate(exchange.turns)
    )
    return replace(exchange, turns=turns, manner=manner)


def _sentences(turn: Turn, manner: Manner, character: Character, rng: random.Random, *, first: bool) -> tuple[str, ...]:
    warmth = _warmth(manner.warmth, character)
    said: list[str] = []
    if manner.enthusiasm == "more":
        said += _one(_KEEN_OPENERS, turn.mood, rng)
    if warmth == WARMEST or (warmth == WARM and first):
        said += _one(_WARM_OPENERS, turn.mood, rng)
    else:
        said += _one(_OPENERS.get(manner.base, {}), turn.mood, rng)
    said.append(turn.answer)
    is_keen = manner.enthusiasm == "more" and warmth < WARMEST
    if is_keen and not character.brief:
        said += _one(_KEEN_CLOSERS, turn.mood, rng)
    elif _goes_on(manner, warmth, character):
        said += _one(_CLOSERS.get(manner.base, {}), turn.mood, rng)
    if warmth == WARMEST:
        said += _one(_WARM_CLOSERS, turn.mood, rng)
    return tuple(said)


def _goes_on(manner: Manner, warmth: int, character: Character) -> bool:
    """Whether a base style closes what it says."""
    return warmth == WARMEST or (warmth >= EVEN and manner.enthusiasm == "default" and not character.brief)


def _warmth(degree: Degree, character: Character) -> int:
    return {"less": LESS, "default": character.warmth, "more": WARMEST}[degree]


def _one(parts: _Parts, mood: Mood, rng: random.Random) -> tuple[str, ...]:
    """One of the sentences for a mood; what has none for care has none at all."""
    options = parts.get(mood, ())
    return (rng.choice(options),) if options else ()
