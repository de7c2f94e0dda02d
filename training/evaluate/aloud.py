"""Whether a recogniser that had no part in any of it understands what the engine says.

It knows the numbers of answers, and that a recogniser has a ceiling: the same texts in the voice that the mouth was
taught with, and that voice through the mouth's codes. It does not know what the engine was asked by whom.
"""

import random
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from typing import Final

import numpy as np

from outlast.omni.codebook import Codebook
from outlast.omni.engine import MOUTH_HZ, Engine, Samples
from training.evaluate.asking import PATIENCE, one
from training.evaluate.scoring import Share, share
from training.evaluate.sizes import Size
from training.evaluate.told import Told
from training.evaluate.typed import drawn
from training.speech.answers import numbers
from training.speech.recognise import AnswerJudge, Judge, number_words
from training.speech.wording import spoken as worded
from training.voice.flite import spoken, trimmed
from training.voice.judge import NumberJudge
from training.voice.report import coded

PART: Final = "Spoken answers, understood by PocketSphinx"
VOICE: Final = "rms"
UNDERSTOOD, OF_CEILING = 0.9, 0.95
_SUM: Final = re.compile(r"\d{1,4} (?:plus|minus|times) \d{1,4} is \d{1,4}\.")
_EMPTY: Final = 160
"""Samples: less is no sound."""


def check() -> None:
    """Whether the recogniser and the reference's synthesiser are there, before anything is asked."""
    if find_spec("pocketsphinx") is None or shutil.which("flite") is None:
        raise SystemExit("spoken answers need PocketSphinx and flite: pip install pocketsphinx; apt-get install flite")


def measure(engine: Engine, codebook: Codebook, size: Size, seed: int, told: Told) -> None:
    """Answers to typed sums, and numbers that are read aloud."""
    answers = list(answered(engine, size.spoken, seed))
    texts = [text for text, _ in answers if _SUM.fullmatch(text)]
    own = [sound for text, sound in answers if _SUM.fullmatch(text)]
    told.notes.append(
        "Spoken answers: PocketSphinx is told the form of a sum's answer and that numbers are 0 to 1,999, not which. "
        f"An answer that goes on for more than {PATIENCE // MOUTH_HZ} seconds is cut there. "
        "Answers that have another form are not put to it, and counted."
    )
    told.cell(PART, "answers of that form, of spoken sums", Share(len(texts), len(answers)))
    _beside(told, "all numbers of an answer", (texts, own), AnswerJudge(), codebook)
    untaught = numbers("held out")
    single = random.Random(f"{seed} aloud").sample(untaught, min(size.spoken, len(untaught)))
    read = [one(engine, text=text, task="read aloud", aloud=True).sound for text in single]
    _beside(told, "a single number that was never read aloud alone", (single, read), NumberJudge(), codebook)


def answered(engine: Engine, count: int, seed: int) -> Iterable[tuple[str, Samples]]:
    """Spoken answers to typed sums that nobody taught."""
    for skill, share_ in (("plus", count - count // 2), ("minus", count // 2)):
        for exchange in drawn(skill, share_, seed + 2):
            answer = one(engine, text=exchange.turns[0].said, aloud=True)
            yield answer.text, answer.sound


def understood(texts: Sequence[str], sounds: Iterable[Samples], judge: Judge) -> Share:
    """Of how many texts all numbers were heard; no sound, or a text without a number, counts as not understood."""
    heard = [judge.hears(sound) if len(sound) > _EMPTY else "" for sound in sounds]
    said = [number_words(text) for text in texts]
    return share(bool(one) and one == number_words(other) for one, other in zip(said, heard, strict=True))


def _beside(
    told: Told, row: str, said: tuple[Sequence[str], Sequence[Samples]], judge: Judge, codebook: Codebook
) -> None:
    texts, own = said
    reference = [spoken(worded(text), VOICE) for text in texts]
    through: Callable[[Samples], Samples] = lambda sound: coded(codebook, trimmed(sound))  # noqa: E731 (one line)
    mine = understood(texts, own, judge)
    ceiling = understood(texts, reference, judge)
    told.cell(PART, f"{row}: the engine's own speech", mine, UNDERSTOOD)
    told.cell(PART, f"{row}: ceiling, flite's {VOICE} itself", ceiling)
    told.cell(
        PART,
        f"{row}: ceiling of the codes, {VOICE} through the code book",
        understood(texts, map(through, reference), judge),
    )
    of_ceiling = mine.value / ceiling.value if ceiling.right else 0.0
    loud = [sound for sound in own if len(sound) > _EMPTY]
    told.line(
        PART,
        row,
        of_the_ceiling=f"{of_ceiling:.2f} ({'met' if of_ceiling >= OF_CEILING else 'missed'}: {OF_CEILING})",
        seconds=f"{np.mean([len(sound) / MOUTH_HZ for sound in loud]):.1f}" if loud else "no sound",
        reference_seconds=f"{np.mean([len(trimmed(sound)) / MOUTH_HZ for sound in reference]):.1f}"
        if reference
        else "",
    )
