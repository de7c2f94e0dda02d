"""The phrases of a language, found in a text in one pass.

It knows the files of ``tone/lexicon``. It does not know what is counted where (``tone.measure``), nor how phrases are
walked (``tone.phrases``). No pattern is run over a text here, so that no text can make it slow.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple

import msgspec

from outlast.tone.feature import LEXICAL
from outlast.tone.phrases import ANY, Phrases
from outlast.tone.words import Words, phrase_words

_FOLDER: Final = resources.files("outlast.tone").joinpath("lexicon")
LANGUAGES: Final = tuple(sorted(file.name[:2] for file in _FOLDER.iterdir() if file.name.endswith(".toml")))
"""With a file; which features a file has words for is the file's own matter."""
PARTS: Final = (*(name for name in LEXICAL if name != "formal_address"), "formal", "informal", "refusal_weak")
"""What a file may have phrases for; ``not_`` before one takes back what begins inside its phrases."""

_ODD: Final = re.compile(r"[^\w\s()\[\]|'^=-]")
_NONE: Final[dict[str, int]] = {}


class Found(NamedTuple):
    """A phrase in a text."""

    part: str
    at: int
    """Place of its first word."""


class Lexicon:
    """One language's phrases."""

    def __init__(self, language: str, phrases: Mapping[str, Sequence[str]]) -> None:
        self.language = language
        self.has = frozenset(phrases)
        self._anywhere, self._first = Phrases(), Phrases()
        self._exact: dict[str, list[str]] = {}
        for part, lines in phrases.items():
            for line in lines:
                self._add(part, line)
        self._anywhere.close()
        self._first.close()

    def find(self, text: Words) -> Iterator[Found]:
        """Every phrase of every part; from one word on, each part is found once."""
        words, starts, exact = text.words, frozenset(text.sentences), self._exact
        anywhere, first = self._anywhere.ends, self._first.ends
        begins, opens = self._anywhere.start.knows, self._first.start.knows
        taken_back: dict[str, int] = {}
        for at, word in enumerate(words):
            parts = anywhere(words, at) if word in begins else _NONE
            if at in starts:
                parts = {**parts, **first(words, at)} if word in opens else parts
            elif exact and (written := text.written[at]) in exact and written != word:
                parts = {**parts, **dict.fromkeys(exact[written], 1)}
            if parts:
                for part, length in parts.items():
                    if part.startswith("not_"):
                        taken_back[part[4:]] = max(taken_back.get(part[4:], 0), at + length)
                for part in parts:
                    if not part.startswith("not_") and taken_back.get(part, 0) <= at:
                        yield Found(part, at)

    def _add(self, part: str, line: str) -> None:
        if line.startswith("="):
            for word in line[1:].split("|"):
                self._exact.setdefault(word, []).append(part)
            return
        phrases = self._first if line.startswith("^") else self._anywhere
        phrases.add(part, line.removeprefix("^"), self._words)

    def _words(self, text: str) -> Iterator[str]:
        for chunk in text.split():
            if chunk == ANY:
                yield ANY
            else:
                yield from phrase_words(chunk, self.language)


@lru_cache(maxsize=len(LANGUAGES))
def lexicon_of(language: str) -> Lexicon | None:
    """The phrases of a language; None: there is no file for it."""
    if language not in LANGUAGES:
        return None
    return read_lexicon(language, _FOLDER.joinpath(f"{language}.toml").read_bytes())


def read_lexicon(language: str, raw: bytes) -> Lexicon:
    """A file's phrases, one a line, in the little language of ``tone.phrases``.

    ``^`` before a phrase: only where a sentence begins. ``=Word|Other``: in just this spelling, inside a sentence.

    Raises:
        ValueError: a part that nothing reads, or a phrase that cannot be read.
    """
    parts = msgspec.toml.decode(raw, type=dict[str, str])
    for part, text in parts.items():
        if odd := set(_ODD.findall(text)):
            raise ValueError(f"{language}: {part}: {', '.join(sorted(odd))} means nothing in a phrase")
    known = {*PARTS, *(f"not_{part}" for part in PARTS)}
    if strange := parts.keys() - known:
        raise ValueError(f"{language}: no feature reads {', '.join(sorted(strange))}")
    return Lexicon(language, {part: [line for line in text.split("\n") if line] for part, text in parts.items()})
