"""Whether it is one network: answers hang on what only the sound carries, and speech on more than written text.

It knows two experiments and says what they do and do not show. It does not know how a reply is made.
"""

import random
from typing import Final

import numpy as np

from outlast.omni.choice import Habits
from outlast.omni.engine import Engine, Samples
from outlast.omni.mini import Mini
from outlast.omni.weights import Weights
from training.evaluate.aloud import understood
from training.evaluate.asking import converse, one
from training.evaluate.scoring import right, share
from training.evaluate.sizes import Size
from training.evaluate.told import Told
from training.evaluate.voices import Heard
from training.speech.recognise import AnswerJudge
from training.speech.shards import Spoken

PART: Final = "One network"
_SETS: Final = ("voices", "familiar", "both")
_SUMS: Final = frozenset(("plus", "minus"))
_AUDIBLE: Final = 0.003
"""Root mean square: -50 dB."""
_SHORTEST: Final = 4_800
_Asked = tuple[Spoken, Samples]


def measure(weights: Weights, heard: list[Heard], size: Size, seed: int, told: Told) -> None:
    """Two sounds with everything else the same; then speech that cannot see the text."""
    asked = _sums(heard, 2 * size.pairs, seed)
    if not asked:
        told.notes.append("One network: no set with spoken sums was there.")
        return
    engine = Mini(weights)
    _two_sounds(engine, asked, told)
    _blanked(
        engine, Mini(weights, habits=Habits(blank_monologue=True)), [sound for _, sound in asked[: size.pairs]], told
    )
    told.notes.append(
        "One network: nothing but the sound differs between the two questions of a pair, no recogniser stands before "
        "the network and no synthesiser behind it, so what differs in the answers came through the sound. With the "
        "monologue blanked, frames of speech see the sound but none of the text that was written; what is still "
        "understood then comes from the sound alone. That speech goes on shows that the mouth is not a reader of text; "
        "where it is not understood, the mouth needs the text, and this shows that as plainly. Neither shows that the "
        "network reasons in sound."
    )


def _sums(heard: list[Heard], count: int, seed: int) -> list[_Asked]:
    by_name = {each.name: each for each in heard}
    kept = next((by_name[name] for name in _SETS if name in by_name), None)
    if kept is None:
        return []
    good = [each for each in kept.exchanges if each.answers[0.0].skill in _SUMS and len(each.answers[0.0].turns) == 1]
    random.Random(f"{seed} pairs").shuffle(good)
    return [(each, kept.cache.sound(each.questions[0])) for each in good[:count]]


def _two_sounds(engine: Engine, asked: list[_Asked], told: Told) -> None:
    pairs = list(zip(asked[::2], asked[1::2], strict=False))
    differ, both = [], []
    for pair in pairs:
        texts = [converse(engine, spoken.answers[0.0], {0: sound})[0].text for spoken, sound in pair]
        if pair[0][0].answers[0.0].turns[0].key == pair[1][0].answers[0.0].turns[0].key:
            continue
        differ.append(texts[0] != texts[1])
        both.append(all(right(spoken.answers[0.0], [text]) for (spoken, _), text in zip(pair, texts, strict=True)))
    told.cell(PART, "two sounds, all else the same: answers differ", share(differ))
    told.cell(PART, "and both are right", share(both))


def _blanked(engine: Engine, blind: Engine, sounds: list[Samples], told: Told) -> None:
    judge = AnswerJudge()
    for name, by in (("speech sees the text", engine), ("the text monologue blanked", blind)):
        said = [one(by, sound=sound, aloud=True) for sound in sounds]
        told.cell(PART, f"{name}: something is spoken", share(audible(each.sound) for each in said))
        found = understood([each.text for each in said], [each.sound for each in said], judge)
        told.cell(PART, f"{name}: its numbers are understood as they were written", found)


def audible(sound: Samples) -> bool:
    """At least 0.3 seconds that are louder than -50 dB."""
    return len(sound) >= _SHORTEST and float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) > _AUDIBLE
