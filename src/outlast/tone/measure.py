"""One turn's text as the values of all features.

It knows which count becomes which feature, and where in a turn a phrase has to stand. It does not know who speaks, nor
what is compared with what (``tone.profile``).
"""

from collections import Counter
from functools import lru_cache

from outlast.tone.feature import FEATURES, LEXICAL, NAMES, PLACE, Values
from outlast.tone.language import language_of
from outlast.tone.lexicon import Lexicon, lexicon_of
from outlast.tone.prose import Text, take_apart
from outlast.tone.refusal import declines
from outlast.tone.words import Words, read_words

FEWEST_WORDS = 25
"""A turn with fewer words counts as one with so many, lest one word of a short turn weigh as a hundred."""
_CLOSING_SENTENCES = 2
_NOTHING: Values = (None,) * len(NAMES)
_RATES = tuple(each.name for each in FEATURES if each.lexicon and each.unit == "per 100 words")
_ANYWHERE = tuple(
    each.name
    for each in FEATURES
    if each.lexicon and each.unit == "share of turns" and each.name not in {"follow_up", "refusal"}
)


def measure(text: str, language: str = "") -> Values:
    """Every feature of one turn; None: not measured, because there are no words, or no lexicon.

    Args:
        text: what the assistant said.
        language: ISO 639-1; empty: by the text itself.
    """
    laid_out = take_apart(text)
    spoken = language or language_of(laid_out.prose)
    words = read_words(laid_out.prose, spoken)
    if not words.total and not laid_out.code_share and not laid_out.lines:
        return _NOTHING
    shape = _shape(laid_out, words)
    lexicon = lexicon_of(spoken)
    if lexicon is None:
        return (*shape, *(None for _ in LEXICAL))
    return (*shape, *_said(words, lexicon))


@lru_cache(maxsize=1 << 16)
def measured_once(text: str, language: str = "") -> Values:
    """``measure``, kept: several checks read the same answer."""
    return measure(text, language)


def value_of(values: Values, feature: str) -> float | None:
    """One feature of a turn."""
    return values[PLACE[feature]]


def _shape(text: Text, words: Words) -> tuple[float | None, ...]:
    per = 100 / max(words.total, FEWEST_WORDS)
    lines = text.lines or 1
    return (
        float(words.total),
        words.total / len(words.sentences) if words.sentences else None,
        words.questions * per,
        float(words.ends_asking),
        words.exclamations * per,
        text.emoji * per,
        text.dashes * per,
        text.bold * per,
        text.headings / lines,
        text.items / lines,
        text.rows / lines,
        text.code_share,
    )


def _said(words: Words, lexicon: Lexicon) -> tuple[float | None, ...]:
    found = list(lexicon.find(words))
    counts = Counter(each.part for each in found)
    per = 100 / max(words.total, FEWEST_WORDS)
    values: dict[str, float] = {name: counts[name] * per for name in _RATES}
    values.update((name, float(counts[name] > 0)) for name in _ANYWHERE)
    sentences = words.sentences
    closing = sentences[-_CLOSING_SENTENCES] if len(sentences) >= _CLOSING_SENTENCES else 0
    values["follow_up"] = float(any(each.part == "follow_up" and each.at >= closing for each in found))
    values["refusal"] = float(declines(words, found))
    formal, forms = counts["formal"], counts["formal"] + counts["informal"]
    if forms:
        values["formal_address"] = formal / forms
    return tuple(values.get(name) if _reads(lexicon, name) else None for name in LEXICAL)


def _reads(lexicon: Lexicon, name: str) -> bool:
    return ("formal" if name == "formal_address" else name) in lexicon.has
