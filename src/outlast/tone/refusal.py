"""Whether a text declines to do what was asked for.

It knows where in an answer a refusal stands. Its phrases are the lexicon's. It does not know why something is
declined, nor the provider's own refusal field, which goes before any reading of words (``checks.manner``).
"""

from collections.abc import Iterable

from outlast.tone.lexicon import Found, lexicon_of
from outlast.tone.prose import take_apart
from outlast.tone.words import Words, read_words

OPENING_SENTENCES = 3
"""A refusal is said at once: later ones decline a part, or tell of somebody else's."""
SHORT_ANSWER = 90
"""Words. "I can't give medical advice" before a long answer is a caution; with nothing behind it, it is a refusal."""
_LOOKED_AT = 6_000


def refuses(text: str, language: str) -> bool | None:
    """Whether the answer declines; None: there are no words to tell by in this language."""
    lexicon = lexicon_of(language)
    if lexicon is None or "refusal" not in lexicon.has:
        return None
    words = read_words(take_apart(text[:_LOOKED_AT]).prose, language)
    return declines(words, lexicon.find(words))


def declines(words: Words, found: Iterable[Found]) -> bool:
    """Whether phrases found in a text make it a refusal."""
    sentences = words.sentences
    opening = sentences[OPENING_SENTENCES] if len(sentences) > OPENING_SENTENCES else len(words.words)
    short = words.total <= SHORT_ANSWER
    return any(
        each.at < opening and (each.part == "refusal" or (short and each.part == "refusal_weak")) for each in found
    )
