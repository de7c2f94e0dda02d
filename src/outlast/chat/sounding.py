"""How each model's answers in the chat sound, as a few means with how many answers they are of.

It knows which features are worth a line. It does not know where answers are kept (``chat.ports``) nor how one is
measured (``tone.measure``). Whatever persona was asked for is in the answers.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Final

import msgspec

from outlast.chat.ports import Spoken
from outlast.tone.feature import BY_NAME, Unit
from outlast.tone.language import language_of
from outlast.tone.measure import measure, value_of

MAIN: Final = ("praise", "validation", "empathy", "hedges", "refusal", "exclamation", "emoji", "lists", "words")


class Mean(msgspec.Struct, frozen=True, kw_only=True):
    """One feature."""

    feature: str
    unit: Unit
    mean: float
    answers: int
    """Those that it could be measured in: not all languages have words for all features."""


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """One model's answers, each for itself."""

    answers: int
    means: tuple[Mean, ...]


def sounds(spoken: Sequence[Spoken]) -> Mapping[str, Sound]:
    """By the model that answered; a model without an answer is not in it."""
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for each in spoken:
        texts[each.served].append(each.text)
    return {served: _sound(those) for served, those in texts.items()}


def _sound(texts: Sequence[str]) -> Sound:
    # An answer that is too short to tell is taken to be in the language of the others.
    usual = language_of("\n".join(texts))
    measured = [measure(text, language_of(text) or usual) for text in texts]
    means: list[Mean] = []
    for name in MAIN:
        values = [value for each in measured if (value := value_of(each, name)) is not None]
        if values:
            means.append(Mean(feature=name, unit=BY_NAME[name].unit, mean=fmean(values), answers=len(values)))
    return Sound(answers=len(texts), means=tuple(means))
