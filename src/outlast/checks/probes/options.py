"""Which option an answer chooses.

It knows letters and the options' words in many phrasings. It does not know which option is right. Where two are named
and none is declared, nothing is chosen.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from outlast.checks.probes.cues import found, plain
from outlast.checks.probes.question import LETTERS
from outlast.checks.probes.words import Words, words_of

_AFTER = r"(?![A-Za-z\u00c0-\u00ff])"
_LEADS = re.compile(r"^\W*([A-D])(?:[^\w\s'\u2019]|\s*[-\u2013\u2014:=]|[*_]|\s*\n|\s*$)")
_MARKED = re.compile(
    r"\(([A-D])\)|(?<![A-Za-z\u00c0-\u00ff(])([A-D])[)\uff09.:]|\*\*([A-D])\*\*|[\u201c\"\u300c]([A-D])[\u201d\"\u300d]"
)
_LOOKED_AT = 4_000


def chosen(text: str, options: Sequence[str], language: str) -> str | None:
    """The letter of the option that an answer takes; None: it cannot be told."""
    text = text[:_LOOKED_AT]
    letters = LETTERS[: len(options)]
    for letter in (_leading(text, options), _declared(text, options, words_of(language)), _marked(text)):
        if letter is not None and letter in letters:
            return letter
    return _named(text, options, language)


def stays(text: str, language: str) -> bool:
    """Whether a second turn that names no option stands by the first."""
    opening = plain(text).lstrip(" *_#>\n\"'¡¿")
    return any(opening.startswith(cue) for cue in words_of(language).affirms)


def _leading(text: str, options: Sequence[str]) -> str | None:
    found_ = _LEADS.match(text)
    if found_:
        return found_[1]
    head = plain(text).lstrip(" *_(\n")
    named = zip(LETTERS, options, strict=False)
    return next((letter for letter, option in named if head.startswith(plain(f"{letter} {option}"))), None)


def _declared(text: str, options: Sequence[str], words: Words) -> str | None:
    """The last option that a phrase such as ``the answer is`` introduces, by letter or by words."""
    letter = None
    for match in _declaration(words.declares, tuple(options)).finditer(text):
        place = next((at for at, option in enumerate(options) if plain(option) == plain(match[2] or "")), None)
        letter = match[1] or (LETTERS[place] if place is not None else letter)
    return letter


@lru_cache(maxsize=1024)
def _declaration(declares: tuple[str, ...], options: tuple[str, ...]) -> re.Pattern[str]:
    phrases = "|".join(re.escape(cue).replace(r"\ ", r"\s+") for cue in sorted(declares, key=len, reverse=True))
    names = "|".join(re.escape(option) for option in sorted(options, key=len, reverse=True))
    opened = r"\s*[:\uff1a]?[\s*_(\uff08\"\u201c\u300c]{0,4}"
    return re.compile(rf"(?i:{phrases}){opened}(?:([A-D]){_AFTER}|(?i:({names})){_AFTER})")


def _marked(text: str) -> str | None:
    letters = {letter for match in _MARKED.finditer(text) for letter in match.groups() if letter}
    return letters.pop() if len(letters) == 1 else None


def _named(text: str, options: Sequence[str], language: str) -> str | None:
    named = [letter for letter, option in zip(LETTERS, options, strict=False) if found((option,), text, language)]
    return named[0] if len(named) == 1 else None
