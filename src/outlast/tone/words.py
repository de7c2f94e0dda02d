"""Prose as words and sentences, in a form that phrases can be looked up in.

It knows word boundaries: elisions in French and Italian, signs in scripts that write no blanks. It does not know what
any word means.
"""

import re
from typing import Final, NamedTuple

from outlast.tone.phrases import END

_ENDS: Final = frozenset(".!?\u2026\u3002\uff01\uff1f\n;\uff1b")
_TOKEN: Final = re.compile(
    r"[^\W\d_]++(?:'[^\W\d_]++)*+|\d++(?:[.,:]\d++)*+|[!?\u2026\u3002\uff01\uff1f]++|\.++(?=\s|$|[\"')\]])|[\n;\uff1b]"
)
_ELIDING: Final = re.compile(
    r"[^\W\d_]++'?+|\d++(?:[.,:]\d++)*+|[!?\u2026\u3002\uff01\uff1f]++|\.++(?=\s|$|[\"')\]])|[\n;\uff1b]"
)
_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0e7f]")
ELIDING: Final = frozenset({"fr", "it"})


class Words(NamedTuple):
    """Words in order, with an ``END`` between sentences."""

    words: list[str]
    """In lower case."""
    written: list[str]
    """As they were written, place by place."""
    total: int
    """Without ``END``."""
    sentences: list[int]
    """Where each sentence begins."""
    questions: int
    exclamations: int
    ends_asking: bool


def read_words(prose: str, language: str) -> Words:
    """Words and sentences of a turn's prose."""
    if not prose.isascii():
        prose = _UNSPACED.sub(r" \g<0> ", prose)
    tokens = (_ELIDING if language in ELIDING else _TOKEN).findall(prose)
    words: list[str] = []
    written: list[str] = []
    sentences: list[int] = []
    questions = exclamations = count = 0
    inside = asking = False
    for token in tokens:
        if token[0] in _ENDS:
            if "?" in token or "\uff1f" in token:
                questions += 1
                asking = True
            elif "!" in token or "\uff01" in token:
                exclamations += token.count("!") + token.count("\uff01")
            if inside:
                words.append(END)
                written.append(END)
                inside = False
            continue
        if not inside:
            sentences.append(len(words))
            inside = True
        asking = False
        count += 1
        words.append(token.lower())
        written.append(token)
    return Words(words, written, count, sentences, questions, exclamations, asking)


def phrase_words(phrase: str, language: str) -> list[str]:
    """A phrase of a lexicon, cut as texts are."""
    spaced = _UNSPACED.sub(r" \g<0> ", phrase)
    return [token.lower() for token in (_ELIDING if language in ELIDING else _TOKEN).findall(spaced)]
