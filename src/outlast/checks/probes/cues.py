"""Cues: short phrases that are looked for in a text.

It knows their notation (``word*`` for a stem, ``..`` for up to four words between) and word boundaries, which Chinese
does not have. It does not know what a cue means. Finding one is not understanding: see docs/probes.md.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

_LOOKED_AT: Final = 20_000
_QUOTES: Final = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u00a0": " ", "\u202f": " "})
_UNSPACED: Final = frozenset({"zh"})


def plain(text: str) -> str:
    """A text as cues see it: lower case, straight apostrophes, no more than its first 20,000 characters."""
    return text[:_LOOKED_AT].translate(_QUOTES).lower()


def found(cues: Sequence[str], text: str, language: str) -> tuple[str, ...]:
    """What of a text the cues hit, in the text's order."""
    pattern = _pattern(tuple(cues), language)
    return tuple(match[0] for match in pattern.finditer(plain(text))) if pattern else ()


def found_after(firsts: Sequence[str], cues: Sequence[str], text: str, language: str) -> tuple[str, ...]:
    """What the cues hit right after one of the first words: ``so sad``."""
    pattern = _pattern(tuple(cues), language, tuple(firsts))
    return tuple(match[0] for match in pattern.finditer(plain(text))) if pattern else ()


def share_found(cues: Sequence[str], text: str, language: str) -> float:
    """How many of the cues occur, as a share."""
    return sum(bool(found((cue,), text, language)) for cue in cues) / len(cues) if cues else 0.0


@lru_cache(maxsize=4096)
def _pattern(cues: tuple[str, ...], language: str, firsts: tuple[str, ...] = ()) -> re.Pattern[str] | None:
    if not cues:
        return None
    spaced = language not in _UNSPACED
    parts = _any_of(cues, spaced=spaced)
    if firsts:
        parts = f"{_any_of(firsts, spaced=spaced)}{'[ ]' if spaced else ''}{parts}"
    return re.compile(rf"(?<!\w){parts}(?!\w)" if spaced else parts)


def _any_of(cues: tuple[str, ...], *, spaced: bool) -> str:
    # The longest first: an alternation takes the first branch that fits.
    phrases = (_phrase(plain(cue), spaced=spaced) for cue in sorted(cues, key=len, reverse=True))
    return f"(?:{'|'.join(phrases)})"


def _phrase(cue: str, *, spaced: bool) -> str:
    gap = r"(?:\W+\w+){0,4}?\W+" if spaced else r".{0,8}?"
    pieces = [r"\s+".join(_word(word) for word in piece.split()) for piece in cue.split("..")]
    return gap.join(pieces)


def _word(word: str) -> str:
    return re.escape(word[:-1]) + r"\w*" if word.endswith("*") else re.escape(word)
