"""Where a stage's conversations come from: typed, heard, shown, read aloud; each drawn from a random source alone.

It knows the curriculum and the folder of what was read aloud (``training.speech``). It does not know networks, nor how
often which kind is drawn (``training.stages``).
"""

import random
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from outlast.omni.vocabulary import Vocabulary
from training.curriculum.exchange import Exchange, Turn
from training.curriculum.manners import Character, draw_manner, dressed
from training.curriculum.mixture import BLIND, SEEING, draw_conversation
from training.curriculum.small_talk import as_claimed
from training.positions import Phrase, Positions, Sounds, lay_out
from training.speech.altered import altered
from training.speech.answers import of_answers
from training.speech.shards import Cache, read_phrases
from training.spelling import Spelling

Kind = Literal[
    "sums", "talk", "typed", "shown", "writing", "heard", "heard and shown", "spoken", "read aloud", "numbers",
    "sayings", "transcribed", "mixed", "beyond", "ability",
]  # fmt: skip
SUMS: Final = frozenset(("plus", "minus", "times", "larger", "neighbour", "spell"))
"""What can only be learnt by finding digits and letters where they stand: taught first, and alone."""
TALK: Final = frozenset(("small talk", "clock", "calendar", "remember", "agree", "beyond"))
"""What is many single facts, each of which wants to be met some hundred times."""
WRITING: Final = frozenset(("read digits", "read word"))
"""What wants more pictures than it has weight among all that is shown."""
_AMONG: Final[Mapping[Kind, frozenset[str]]] = {
    "sums": SUMS, "talk": TALK, "typed": BLIND, "writing": WRITING, "beyond": frozenset(("beyond",)),
    "ability": frozenset(("ability",)),
}  # fmt: skip
_SPELLED: Final = (0.0, 0.0, 0.0, 0.15)
"""Shares of the words that people type in letters, drawn for each conversation: so look words that nobody taught."""
_TYPED: Final = 0.4
"""Share of the questions of longer conversations that are typed, or these would seldom fit into a row."""
_UNTRANSCRIBED: Final = 0.15
"""Share of the heard conversations in which nothing is written down before it is answered."""


class Lessons:
    """All kinds, for one character; ``draw`` is the same for the same random source."""

    def __init__(self, vocabulary: Vocabulary, folder: Path) -> None:
        self._vocabulary = vocabulary
        self._folder = folder

    @cached_property
    def _heard(self) -> Cache:
        return Cache(self._folder, "taught", alter=altered)

    @cached_property
    def _mixed(self) -> Cache:
        return Cache(self._folder, "mixed", alter=altered)

    @cached_property
    def _phrases(self) -> Mapping[str, Phrase]:
        return read_phrases(self._folder)

    @cached_property
    def _speakable(self) -> tuple[int, ...]:
        """The heard conversations of which every answer can be spoken: phrases are made for a part of the lessons."""
        return tuple(
            number
            for number, spoken in enumerate(self._heard.exchanges)
            if of_answers([spoken.answers[0.0]]) <= self._phrases.keys()
        )

    @cached_property
    def _aloud(self) -> Mapping[Kind, tuple[tuple[str, Phrase], ...]]:
        """What is read aloud by itself."""
        return {
            "read aloud": tuple(self._phrases.items()),
            "numbers": tuple(read_phrases(self._folder, "numbers").items()),
            "sayings": tuple(read_phrases(self._folder, "sayings").items()),
        }

    def draw(self, kind: Kind, rng: random.Random, character: Character) -> Positions:
        """One conversation of a kind."""
        if kind in {"read aloud", "numbers", "sayings"}:
            text, phrase = rng.choice(self._aloud[kind])
            said = Exchange("read aloud", (Turn(text, text),))
            return lay_out(said, self._vocabulary, Sounds({}, {text: phrase}), task="read aloud")
        if kind in {"transcribed", "mixed"}:
            lessons = self._mixed if kind == "mixed" else self._heard
            number = rng.randrange(len(lessons))
            exchange = Exchange("transcribed", (Turn(lessons.entries[number].text, ""),))
            return lay_out(exchange, self._vocabulary, Sounds({0: lessons.clip(number, rng)}), task="transcribe")
        if kind in {"heard", "spoken"}:
            return self._conversation(rng, character, aloud=kind == "spoken")
        among = _AMONG.get(kind, SEEING)
        exchange = draw_conversation(rng, "taught", character, among=among)
        if kind != "heard and shown":
            spelling = Spelling(self._vocabulary, rng, rng.choice(_SPELLED))
            return lay_out(exchange, self._vocabulary, Sounds(), typed=spelling)
        clips = {
            number: clip
            for number, turn in enumerate(exchange.turns)
            if (clip := self._heard.of_text(turn.said, rng)) is not None
        }
        return lay_out(exchange, self._vocabulary, Sounds(clips, self._phrases if rng.random() < 0.5 else {}))

    def _conversation(self, rng: random.Random, character: Character, *, aloud: bool) -> Positions:
        number = rng.choice(self._speakable if aloud else range(len(self._heard.exchanges)))
        exchange, clips = self._heard.conversation(number, rng, gives_in=character.gives_in)
        exchange = dressed(as_claimed(exchange), draw_manner(rng), character, rng)
        if len(exchange.turns) > 1:
            clips = {number: clip for number, clip in clips.items() if rng.random() >= _TYPED}
        sounds = Sounds(clips, self._phrases if aloud else {}, transcribed=rng.random() >= _UNTRANSCRIBED)
        return lay_out(exchange, self._vocabulary, sounds)
