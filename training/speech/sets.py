"""What is made: lessons, and examinations in which one thing, or everything, was never taught.

It knows which voices, texts and hardships belong together. It does not know files.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from outlast.omni.ears import patches_of
from outlast.omni.engine import Samples
from training.curriculum.agree import agree
from training.curriculum.exchange import Exchange, Split, Turn
from training.curriculum.manners import FIRST, PLAIN, SECOND
from training.curriculum.mixture import SKILLS
from training.positions import Clip
from training.speech import voices
from training.speech.mixed import mixed
from training.speech.reading import Readers, ask, examine
from training.speech.recording import SILENCE
from training.speech.shards import Asked, Made
from training.speech.spoil import LESSONS, NONE, TELEPHONE, Hardships, spoiled
from training.speech.voices import Voice

_BACKGROUND: Final = 12
"""Utterances that are kept to talk in the background."""
_SEEING_SHARE: Final = 0.4
"""Of the questions about pictures: they are the same again and again."""
GIVING_IN: Final = tuple(sorted({PLAIN.gives_in, FIRST.gives_in, SECOND.gives_in}))
"""What the characters do under pressure; their answers differ in nothing else that lessons keep."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One set."""

    split: Split
    voice: Callable[[random.Random], Voice]
    hardships: Hardships
    examined: bool = True
    """Asked plainly, and its sound kept."""


KINDS: Final = {
    "taught": Kind("taught", voices.taught, LESSONS, examined=False),
    "mixed": Kind("taught", voices.taught, LESSONS, examined=False),
    "familiar": Kind("taught", voices.taught, NONE),
    "voices": Kind("taught", voices.held_out, NONE),
    "texts": Kind("held out", voices.taught, NONE),
    "both": Kind("held out", voices.held_out, NONE),
    "noise": Kind("taught", voices.held_out, LESSONS),
    "telephone": Kind("taught", voices.held_out, TELEPHONE),
    "family": Kind("taught", voices.held_out_flite, NONE),
    "synthesiser": Kind("taught", voices.other_synthesiser, NONE),
    "everything": Kind("held out", voices.other_synthesiser, LESSONS),
}
"""Each is drawn apart: ``mixed`` means nothing and is only written down; ``familiar`` is new sentences of taught
voices, ``family`` flite's voices that teach nothing."""


def core(rng: random.Random, split: Split, gives_in: float = 0.0) -> Exchange:
    """An exchange in the manner ``default``; the same chance asks the same, whoever gives in."""
    while True:
        name = rng.choices(list(SKILLS), [weight for _, weight in SKILLS.values()])[0]
        skill = partial(agree, gives_in=gives_in) if name == "agree" else SKILLS[name][0]
        exchange = skill(rng, split)
        if all(turn.scene is None for turn in exchange.turns) or rng.random() < _SEEING_SHARE:
            return exchange


class Maker:
    """Makes the exchanges of one shard, one behind the other.

    Each hangs on the seed and its number alone, but for what talks in the background and for what the synthesiser
    remembers; both begin anew with each shard.
    """

    def __init__(self, name: str, seed: int, readers: Readers) -> None:
        self._name = name
        self._seed = seed
        self._kind = KINDS[name]
        self._readers = readers
        self._others: deque[Samples] = deque(maxlen=_BACKGROUND)

    def make(self, number: int) -> Asked:
        """The exchange, and what of it is asked by voice."""
        seed = f"{self._seed} {self._name} {number}"
        answers, rng = self._answers(seed), random.Random(f"{seed} sound")
        exchange = answers.get(PLAIN.gives_in) or Exchange("", (Turn(mixed(random.Random(seed)), ""),))
        voice = self._kind.voice(rng)
        made = [
            self._made(turn.said, at, voice, rng)
            for at, turn in enumerate(exchange.turns)
            if turn.by_voice and turn.said.strip()
        ]
        return Asked(answers if all(turn.scene is None for turn in exchange.turns) else {}, made)

    def _answers(self, seed: str) -> dict[float, Exchange]:
        """Empty where nothing is asked."""
        if self._name == "mixed":
            return {}
        return {gives_in: core(random.Random(seed), self._kind.split, gives_in) for gives_in in GIVING_IN}

    def _made(self, text: str, turn: int, voice: Voice, rng: random.Random) -> Made:
        said = (examine if self._kind.examined else ask)(self._readers, text, voice, rng)
        chance = np.random.default_rng(rng.getrandbits(63))
        sound = spoiled(said, self._kind.hardships, chance, self._others)
        self._others.append(said.samples[said.begins : said.ends])
        phonemes, phases = said.labels()
        if len(set(said.phonemes.tolist()) - {SILENCE}) == 1:  # a synthesiser that says nothing of its sounds
            phonemes = np.full_like(phonemes, -1)
        clip = Clip(patches_of(sound).astype(np.float16), phonemes, phases, said.heard())
        return Made(text, str(voice), clip, sound, turn)
