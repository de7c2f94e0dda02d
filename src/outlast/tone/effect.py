"""What a persona changed: how answers sounded before it and since, and whether that is what it asks for.

It knows which features each setting is about. It does not know where answers come from, nor who is asked for proof.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from outlast.tone.language import language_of
from outlast.tone.measure import measured_once
from outlast.tone.persona import Voice
from outlast.tone.profile import Bar, Turn, compare

Way = Literal["up", "down", "not yet", "against"]

ABOUT: Final[Mapping[str, tuple[str, ...]]] = {
    "warmth": ("validation", "empathy", "second_person", "praise", "follow_up"),
    "enthusiasm": ("exclamation", "boosters"),
    "headings": ("headings", "lists"),
    "emoji": ("emoji",),
}
"""The features that a setting is to move; the others are to stay as they are."""


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """One setting, and what its features did."""

    setting: str
    degree: str
    way: Way
    """``up`` or ``down``: at least one of its features moved so, and none the other way. ``not yet``: none moved.
    ``against``: one moved the other way than was asked for."""


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """Two sets of answers beside each other."""

    bars: tuple[Bar, ...]
    """Features that were measured on both sides; each says from how many answers."""
    before: int
    since: int
    """Answers."""
    moved: tuple[Moved, ...] = ()
    """Of the settings that are no default."""

    @property
    def measured(self) -> bool:
        """Whether there are answers on both sides."""
        return bool(self.bars)


def effect(before: Sequence[str], since: Sequence[str], voice: Voice | None = None) -> Effect:
    """Answers before a setting and answers since, each for itself. Without answers on a side nothing is measured."""
    # An answer that is too short to tell is taken to be in the language of the others: one that were measured on one
    # side alone would move everything.
    usual = language_of("\n".join((*before, *since)))
    sides = compare(_turns(before, usual), _turns(since, usual))
    bars = tuple(bar for bar in sides if bar.a is not None and bar.b is not None)
    return Effect(
        bars=bars,
        before=len(before),
        since=len(since),
        moved=() if voice is None or not bars else _moved(bars, voice),
    )


def _turns(answers: Sequence[str], usual: str) -> list[Turn]:
    # One position for all: these are single answers of many conversations, not turns of one.
    spoken = [(text, language_of(text) or usual) for text in answers]
    return [Turn(f"{place}", 1, each[1], measured_once(*each)) for place, each in enumerate(spoken)]


def _moved(bars: Sequence[Bar], voice: Voice) -> tuple[Moved, ...]:
    by_name = {bar.feature: bar for bar in bars}
    found = []
    for setting, features in ABOUT.items():
        degree = getattr(voice, setting)
        if degree != "default":
            found.append(
                Moved(setting=setting, degree=degree, way=_way([by_name.get(each) for each in features], degree))
            )
    return tuple(found)


def _way(bars: Sequence[Bar | None], degree: str) -> Way:
    differences = [bar.b - bar.a for bar in bars if bar is not None and bar.a is not None and bar.b is not None]
    wanted = 1 if degree == "more" else -1
    if any(difference * wanted < 0 for difference in differences):
        return "against"
    if not any(differences):
        return "not yet"
    return "up" if wanted > 0 else "down"
