"""The features of style: their names, units and what each of them means.

It knows the list and its order. It does not know how a feature is read from a text (``tone.measure``) nor which words
are which (``tone/lexicon``).
"""

from typing import Final, Literal

import msgspec

Unit = Literal[
    "words", "words a sentence", "per 100 words", "share of turns", "share of lines", "share of text", "share of forms"
]


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """One thing about how a text sounds or looks."""

    name: str
    unit: Unit
    means: str
    step: float = 1.0
    """How far one single occurrence can move a turn; a tenth of it is the smallest spread that matters."""
    lexicon: bool = False
    """Whether it needs words of the language; in a language without them it is not measured."""

    @property
    def least_spread(self) -> float:
        """Below this, differences between conversations are taken to be of this size: nobody notices smaller ones."""
        return self.step / 10


def _shape(name: str, unit: Unit, means: str, step: float = 1.0) -> Feature:
    return Feature(name=name, unit=unit, means=means, step=step)


def _said(name: str, means: str, unit: Unit = "share of turns") -> Feature:
    return Feature(name=name, unit=unit, means=means, lexicon=True)


FEATURES: Final[tuple[Feature, ...]] = (
    _shape("words", "words", "how much is said; signs in Chinese, Japanese and Thai", 100.0),
    _shape("sentence_words", "words a sentence", "how long a sentence is; a line ends one", 10.0),
    _shape("questions", "per 100 words", "question marks"),
    _shape("question_end", "share of turns", "the last sentence is a question"),
    _shape("exclamation", "per 100 words", "exclamation marks"),
    _shape("emoji", "per 100 words", "emoji; a joined sequence is one"),
    _shape("dashes", "per 100 words", "dashes between clauses"),
    _shape("bold", "per 100 words", "passages in bold"),
    _shape("headings", "share of lines", "lines that are headings"),
    _shape("lists", "share of lines", "lines that are items of a list"),
    _shape("tables", "share of lines", "lines that are rows of a table"),
    _shape("code", "share of text", "signs in code blocks and code words"),
    _said("contractions", "shortened forms where the long one is as right: it's, can't; geht's", "per 100 words"),
    _said("second_person", "the reader is addressed: you, your", "per 100 words"),
    _said("first_person", "the speaker speaks of itself: I, my", "per 100 words"),
    _said("formal_address", "vous, Sie, usted, Lei, 您, вы among all forms of address", "share of forms"),
    _said("hedges", "perhaps, it seems, in some cases", "per 100 words"),
    _said("boosters", "absolutely, truly, without a doubt", "per 100 words"),
    _said("praise", "the reader, their question or their work is praised"),
    _said("validation", "the reader's feeling or choice is called right or understandable"),
    _said("empathy", "the reader's trouble is felt with"),
    _said("apologies", "the speaker apologises for itself"),
    _said("preaching", "moral or safety advice, in set phrases"),
    _said("disagreement", "what the reader said is contradicted"),
    _said("follow_up", "more help is offered at the end"),
    _said("ai_disclosure", "the speaker calls itself a machine"),
    _said("refusal", "what was asked for is declined"),
)

NAMES: Final = tuple(feature.name for feature in FEATURES)
BY_NAME: Final = {feature.name: feature for feature in FEATURES}
PLACE: Final = {name: place for place, name in enumerate(NAMES)}
LEXICAL: Final = tuple(feature.name for feature in FEATURES if feature.lexicon)

Values = tuple[float | None, ...]
"""One turn's features in the order of ``FEATURES``; None: not measured."""
