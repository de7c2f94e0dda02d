"""A question read aloud by a voice in one of the ways in which people ask: pace, pitch, pauses, an "uhm" in the middle.

It knows synthesisers and how sentences are interrupted. It does not know noise (``spoil``) nor what is asked.
"""

import random
from typing import Final, Protocol

from outlast.omni.engine import EARS_HZ
from training.speech.espeak import Espeak, Way
from training.speech.flite import Flite
from training.speech.recording import Recording
from training.speech.voices import Voice
from training.speech.wording import spoken

_HESITATIONS: Final = ("um", "erm", "uh", "er", "let me see", "well")
_MS: Final = EARS_HZ // 1_000


class Other(Protocol):
    """A synthesiser that is only examined with."""

    def say(self, text: str, voice: Voice) -> Recording:
        """Without labels."""
        ...


class Readers:
    """The synthesisers of one process, each begun when it is first needed."""

    def __init__(self, other: Other | None = None) -> None:
        self._espeak: Espeak | None = None
        self._flite: Flite | None = None
        self._other = other

    def read(self, words: str, voice: Voice, rng: random.Random, *, lively: bool = True) -> Recording:
        """Words in one voice; ``lively``: at any pace and pitch."""
        pace = rng.uniform(0.85, 1.15) if lively else 1.0
        if voice.family == "espeak":
            self._espeak = self._espeak or Espeak()
            way = Way(pace, rng.randint(25, 75), rng.randint(25, 80)) if lively else Way()
            return self._espeak.say(words, voice.name, way)
        if voice.family == "flite":
            self._flite = self._flite or Flite()
            return self._flite.say(words, voice.name, pace=pace)
        if self._other is None:
            raise SystemExit(f"{voice} needs a synthesiser that is only there for examinations")
        return self._other.say(words, voice)


def ask(readers: Readers, text: str, voice: Voice, rng: random.Random) -> Recording:
    """A question as lessons have it, with silence around it and sometimes inside."""
    interrupted = rng.random() < 0.3
    words = spoken(text, rng)
    said = readers.read(_interrupted(words, rng) if interrupted else words, voice, rng).trimmed()
    if rng.random() < (0.9 if voice.family == "flite" else 0.4):
        said = said.warped(rng.uniform(0.87, 1.13))
    if interrupted or rng.random() < 0.3:
        said = _with_pauses(said, rng)
    return _surrounded(said, rng)


def examine(readers: Readers, text: str, voice: Voice, rng: random.Random) -> Recording:
    """A question as examinations have it: uninterrupted, at the voice's own pace; a second of silence follows."""
    said = readers.read(spoken(text), voice, rng, lively=False).trimmed()
    return said.between(rng.randint(100, 500) * _MS, 1_000 * _MS)


def _interrupted(words: str, rng: random.Random) -> str:
    """With a comma, and in half of the cases a hesitation, somewhere between two words."""
    parts = words.split()
    if len(parts) < 3:
        return words
    at = rng.randrange(1, len(parts))
    pause = f", {rng.choice(_HESITATIONS)}," if rng.random() < 0.5 else ","
    return " ".join(parts[:at]).rstrip(",.?!;:") + f"{pause} " + " ".join(parts[at:])


def _with_pauses(said: Recording, rng: random.Random) -> Recording:
    """Longer silences at commas, sometimes one between any two words."""
    moments = said.pauses()
    between = [word for word in said.words if said.begins < word < said.ends]
    if between and (not moments or rng.random() < 0.15):
        moments.append(rng.choice(between))
    for moment in sorted(set(moments), reverse=True):
        if rng.random() < 0.8:
            said = said.with_silence(moment, int(1_000 * rng.uniform(0.1, 1.2) ** 1.5) * _MS)
    return said


def _surrounded(said: Recording, rng: random.Random) -> Recording:
    """Mostly little silence before it; behind it as much as the reader may want to cut from."""
    before = rng.randint(40, 300) if rng.random() < 0.85 else rng.randint(300, 1_500)
    behind = rng.randint(200, 700) if rng.random() < 0.75 else rng.randint(700, 1_500)
    return said.between(before * _MS, behind * _MS)
