"""Small talk: about a hundred things that people say to a machine, each in several ways, each with one answer.

It knows how ``small_talk.txt`` is read. It does not know manners. In the file a block is an intent: its name and mood,
ways of saying it, and behind ``=`` what is answered; the last way of each is held out.
"""

import random
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final, cast, get_args

from training.curriculum.exchange import Exchange, Mood, Split, Turn
from training.curriculum.held_out import template

_ABILITY: Final = (
    "what can you do?", "what do you know?", "what can i ask you?", "what are you able to do?", "how can you help me?",
    "tell me what you can do", "what are you good at?", "what can you help me with?", "which things can you do?",
    "what may i ask?", "say what you can do", "what can you answer?", "what can you do for me?", "what may i ask you?",
    "what sort of questions can you answer?", "show me what you can do", "what are your skills?",
)  # fmt: skip
ABILITIES: Final[dict[str, str]] = {
    "plus": "sums", "spell": "spelling", "clock": "the clock", "calendar": "days", "convert": "units",
    "name shapes": "simple pictures", "remember": "names",
}  # fmt: skip
"""Skills that it may speak of, by the words that it uses."""
CLAIMED: Final = ("plus", "clock", "convert", "name shapes")
"""Those that it does speak of: what reached nine of ten when the network was examined before its last stage."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing that is said."""

    name: str
    mood: Mood
    ways: tuple[str, ...]
    answer: str


@lru_cache(maxsize=1)
def intents() -> tuple[Intent, ...]:
    """All of the file."""
    text = Path(__file__).with_name("small_talk.txt").read_text("utf-8")
    return tuple(_intent(block.split("\n")) for block in text.strip().split("\n\n"))


def small_talk(rng: random.Random, split: Split) -> Exchange:
    """One or two things that are said."""
    return Exchange("small talk", tuple(_turn(rng, split) for _ in range(rng.choice((1, 1, 1, 2)))))


def one_turn(rng: random.Random, split: Split) -> Turn:
    """Something said between other things."""
    return _turn(rng, split)


def ability(rng: random.Random, split: Split) -> Exchange:
    """What it can do, and no more."""
    *most, last = (ABILITIES[name] for name in CLAIMED)
    said = f"{', '.join(most)} and {last}" if most else last
    turn = Turn(template(rng, _ABILITY, split), f"I can do {said}.", key=said, mood="talk")
    return Exchange("ability", (turn,))


def as_claimed(exchange: Exchange) -> Exchange:
    """The exchange; what it can do is said as of today, though it may have been read aloud before that was known."""
    if exchange.skill != "ability":
        return exchange
    today = ability(random.Random(0), "taught").turns[0]
    return replace(exchange, turns=(replace(today, said=exchange.turns[0].said),))


def _turn(rng: random.Random, split: Split) -> Turn:
    intent = rng.choice(intents())
    return Turn(template(rng, intent.ways, split), intent.answer, key=intent.answer.lower(), mood=intent.mood)


def _intent(lines: list[str]) -> Intent:
    name, mood = lines[0].split()
    if mood not in get_args(Mood) or len(lines) < 6 or not lines[-1].startswith("= "):
        raise ValueError(f"small talk: {name} lacks a mood, four ways of saying it, or an answer")
    return Intent(name, cast("Mood", mood), tuple(lines[1:-1]), lines[-1].removeprefix("= "))
