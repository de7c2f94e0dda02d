"""Words of a text as a search sees them, in any script: the same for what is kept and for what is typed.

It knows letters. It does not know where texts are kept. Scripts that put no spaces between words (Han, Kana, Thai,
Khmer and others) are taken sign by sign, so that any part of a sentence is found in them; in the others a typed word
finds every word that begins with it. Case, accents and widths make no difference.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

MOST_TEXT: Final = 200_000
"""Characters of one text that are searched."""
MOST_TYPED: Final = 1_000
MOST_WORDS: Final = 32
LONGEST_WORD: Final = 64
"""Characters of a word that count; what is longer is data."""
SHORTEST_BEGINNING: Final = 2
"""Letters; of a shorter one only the word itself is found."""
BEGIN: Final = "\x02"
END: Final = "\x03"
_BEFORE: Final = 60
_EXCERPT: Final = 220
_NEAR: Final = 10_000
"""Characters that are looked at first; most texts have it there, and a long one is cut into words only if need be."""
_SIGNS: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, Han, Kana."""
_PICTURES: Final = "\u2600-\u27bf\U0001f000-\U0001faff"
_MARKS: Final = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
"""Signs that belong to the letter before them and are no letters themselves."""
_PLAIN: Final = re.compile(r"[^\W_]+")
_ANY: Final = re.compile(rf"[{_SIGNS}{_PICTURES}]|(?:(?![{_SIGNS}])[^\W_]|[{_MARKS}])+")
_ACCENTS: Final = re.compile("[\u0300-\u036f]+")
_NO_WORD: Final = re.compile(r"[^a-z0-9\x80-\U0010ffff]+")


class Word(NamedTuple):
    """One word where it stands."""

    begin: int
    end: int
    folded: str


Phrase = tuple[str, ...]
"""Folded words that stand beside each other; the last one may be the beginning of a word, unless it is very short."""


def words_of(text: str) -> Iterator[Word]:
    """Every word of a text, up to ``MOST_TEXT`` characters."""
    text = text[:MOST_TEXT]
    if text.isascii():
        for found in _PLAIN.finditer(text):
            yield Word(found.start(), found.end(), found[0][:LONGEST_WORD].lower())
        return
    for found in _ANY.finditer(text):
        folded = _folded(found[0][:LONGEST_WORD])
        if folded:
            yield Word(found.start(), found.end(), folded)


@lru_cache(maxsize=4_096)
def _folded(word: str) -> str:
    """A word without case, accents and width."""
    if word.isascii():
        return word.lower()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", word.casefold()))
    return _NO_WORD.sub("", unicodedata.normalize("NFC", bare).casefold())


def phrases_of(typed: str) -> tuple[Phrase, ...]:
    """What is looked for: every phrase has to be there. Whatever was typed is words."""
    found = (tuple(word.folded for word in words_of(piece)) for piece in typed[:MOST_TYPED].split())
    return tuple(dict.fromkeys(phrase for phrase in found if phrase))[:MOST_WORDS]


def spans_of(text: str, phrases: Sequence[Phrase]) -> list[tuple[int, int]]:
    """Where the phrases stand, in order; nothing where one of them does not."""
    words = list(words_of(text))
    folded = [word.folded for word in words]
    found: list[tuple[int, int]] = []
    for phrase in phrases:
        places = _places(folded, phrase)
        if not places:
            return []
        found.extend((words[at].begin, words[at + len(phrase) - 1].end) for at in places)
    return sorted(found)


def _places(folded: Sequence[str], phrase: Phrase) -> list[int]:
    """At which words a phrase begins."""
    *whole, last = phrase
    if len(last) < SHORTEST_BEGINNING:
        return [at for at in range(len(folded) - len(whole)) if list(folded[at : at + len(phrase)]) == list(phrase)]
    if not whole:
        return [at for at, word in enumerate(folded) if word.startswith(last)]
    behind = len(whole)
    return [
        at
        for at, word in enumerate(folded[: max(len(folded) - behind, 0)])
        if word == whole[0] and folded[at + behind].startswith(last) and list(folded[at : at + behind]) == whole
    ]


def excerpt(text: str, phrases: Sequence[Phrase]) -> str:
    """One line around the first place, with every phrase in it between ``BEGIN`` and ``END``."""
    text = text[:MOST_TEXT].replace(BEGIN, " ").replace(END, " ")
    spans = spans_of(text[:_NEAR], phrases) or spans_of(text, phrases)
    begin = max((spans[0][0] if spans else 0) - _BEFORE, 0)
    if begin:
        begin = next((at + 1 for at in range(begin, begin + 20) if text[at : at + 1].isspace()), begin)
    end = min(begin + _EXCERPT, len(text))
    pieces: list[str] = ["… " if begin else ""]
    at = begin
    for first, last in spans:
        if first < at or last > end:
            continue
        pieces += (text[at:first], BEGIN, text[first:last], END)
        at = last
    pieces += (text[at:end], " …" if end < len(text) else "")
    return " ".join("".join(pieces).split())
