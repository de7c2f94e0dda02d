"""Manner: whether an answer refuses, which language it is in, and how it sounds.

It knows how ``tone``'s readings become outcomes of a pair. It does not know words or features. The provider's own
word for a refusal goes before any reading of the text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from outlast.checks.check import Family, Measure, Outcome, Pair
from outlast.checks.draw import Draw, Item, Said
from outlast.checks.shapes import Agreement, Reason, SideCheck
from outlast.stats.rows import Range
from outlast.tone.feature import FEATURES, Feature, Values
from outlast.tone.language import language_of
from outlast.tone.measure import measured_once, value_of
from outlast.tone.refusal import refuses

_LOOKED_AT = 4_000
"""Signs: more of an answer does not tell its language better."""
_MAY_LACK = frozenset({"formal_address", "sentence_words"})
"""What a text need not have: nobody is addressed, or there is no sentence."""


@lru_cache(maxsize=256)
def spoken_in(text: str) -> str:
    """The language of an answer; kept, since several checks ask for the same one."""
    return language_of(text[:_LOOKED_AT])


def refused(item: Item, draw: Draw) -> Reason:
    """Whether the answer declines: by the provider's field, else by its words.

    In a language without a list of such words nothing is taken for a refusal, on either side.
    """
    said = draw.said
    if said is None:
        return ""
    if said.refusal:
        return "refused, says the provider"
    if said.tool_calls or not said.text:
        return ""
    return "refused" if refuses(said.text, spoken_in(said.text) or item.language) else ""


def tone_of(item: Item, draw: Draw) -> Values | None:
    """Every feature of an answer; None: there is no answer, or no text in it."""
    if draw.said is None or not draw.said.text.strip():
        return None
    text = draw.said.text
    return measured_once(text, spoken_in(text) or item.language)


def _other_language(_item: Item, reference: Said, said: Said) -> Reason:
    ours, theirs = spoken_in(reference.text), spoken_in(said.text)
    return f"answered in {theirs} instead of {ours}" if theirs and theirs != ours else ""


MANNER: tuple[SideCheck | Agreement, ...] = (
    SideCheck(name="contract.refusal", applies=lambda _item: True, judge=refused),
    Agreement(
        name="contract.language",
        applies=lambda _item, said: bool(spoken_in(said.text)),
        differ=_other_language,
        needs_second=False,
    ),
)
"""Part of the contract."""


@dataclass(frozen=True, slots=True)
class ToneCheck:
    """One feature of style: the candidate shall have neither more nor less of it, within the margin."""

    feature: Feature
    family: Family = "tone"
    measure: Measure = "spread"

    @property
    def name(self) -> str:
        """``tone.`` and the feature."""
        return f"tone.{self.feature.name}"

    @property
    def range(self) -> Range:
        """As wide as one single occurrence can move a turn."""
        return Range(0.0, self.feature.step, pass_fail=False)

    def compare(self, pair: Pair) -> Sequence[Outcome]:
        """One outcome where the incumbent's answer can be measured; a candidate's that cannot be is unanswered."""
        ours = _value(tone_of(pair.item, pair.incumbent), self.feature)
        if ours is None:
            return ()
        if pair.candidate.said is None:
            return (Outcome(a=ours, b=None, reason=pair.candidate.error),)
        values = tone_of(pair.item, pair.candidate)
        theirs = _value(values, self.feature)
        if theirs is None:
            lacks = values is not None and self.feature.name in _MAY_LACK
            return () if lacks else (Outcome(a=ours, b=None, reason="not measured" if values else "no text"),)
        return (Outcome(a=ours, b=theirs, reason="" if ours == theirs else "more" if theirs > ours else "less"),)


def _value(values: Values | None, feature: Feature) -> float | None:
    return None if values is None else value_of(values, feature.name)


TONE = tuple(ToneCheck(feature) for feature in FEATURES)
TONE_GATES = tuple(
    f"tone.{name}" for name in ("words", "lists", "exclamation", "emoji", "second_person", "validation", "praise")
)
"""What ``--gate tone`` stands for: what people notice first. Others gate by their own names."""
