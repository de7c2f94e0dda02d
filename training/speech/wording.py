"""A typed text in words, so that every synthesiser reads the same: ``505 + 3`` is five hundred and five plus three.

It knows numbers, times, signs, units and the names of letters. It does not know how words sound. Signs that lend a
sentence its melody stay.
"""

import random
import re
from typing import Final

_ONES: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS: Final = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_NAMED: Final = (
    "eigh,bee,see,dee,ee,ef,gee,aitch,eye,jay,kay,ell,em,en,oh,pee,cue,are,ess,tee,you,vee,double you,ex,why,zee"
)
"""Spelled so that both espeak-ng and flite say the letter's name: ``ay`` is an eye to one of them."""
_LETTERS: Final = dict(zip("abcdefghijklmnopqrstuvwxyz", _NAMED.split(","), strict=True))
_SIGNS: Final = {
    "+": "plus", "-": "minus", "*": "times", "/": "divided by", "=": "equals", "%": "percent", "&": "and", "@": "at",
    "$": "dollars", "<": "less than", ">": "greater than", "#": "number", "^": "to the power of",
}  # fmt: skip
_UNITS: Final = {
    "km": "kilometres", "cm": "centimetres", "mm": "millimetres", "kg": "kilograms", "ml": "millilitres",
    "mg": "milligrams", "pm": "pee em", "ok": "okay",
}  # fmt: skip
_ORDINALS: Final = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_PIECE: Final = re.compile(
    r"(?P<time>\d{1,2}:\d\d)(?!\d)|(?P<ordinal>\d+)(?:st|nd|rd|th)\b|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z]+(?:'[A-Za-z]+)*)|(?P<melody>[.,!?;:])|(?P<sign>[^\sA-Za-z0-9])"
)
_LARGEST: Final = 999_999
_YEARS: Final = range(1100, 2000)
_PAUSES: Final = {";": ",", ":": ","}


class _Plain(random.Random):
    """No chance at all: the first way of each."""

    def random(self) -> float:
        """Just below 1: what happens with some probability does not happen."""
        return 1.0 - 2.0**-53


PLAIN: Final = _Plain(0)


def spoken(text: str, rng: random.Random = PLAIN) -> str:
    """``text`` as somebody says it; ``rng`` lends variety (``five hundred five``, ``oh``, ``nineteen eighty``)."""
    said = ""
    found = list(_PIECE.finditer(text))
    for number, piece in enumerate(found):
        if piece["melody"]:
            said += _PAUSES.get(piece["melody"], piece["melody"])
            continue
        said += " " + _said(piece, _is_letter(found, number), rng)
    return re.sub(r"\s+", " ", said).strip()


def in_words(number: int, rng: random.Random = PLAIN) -> str:
    """0 to 999,999; larger ones digit by digit."""
    if number > _LARGEST:
        return " ".join(_ONES[int(digit)] for digit in str(number))
    if number in _YEARS and number % 100 > 9 and rng.random() < 0.5:
        return f"{in_words(number // 100, rng)} {in_words(number % 100, rng)}"
    thousands, rest = divmod(number, 1000)
    if not thousands:
        return _below_thousand(rest, rng)
    more = f" {'' if rest > 99 else 'and '}{_below_thousand(rest, rng)}" if rest else ""
    return f"{_below_thousand(thousands, rng)} thousand{more}"


def _below_thousand(number: int, rng: random.Random) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(rest)
    first = "a" if hundreds == 1 and rng.random() < 0.1 else _ONES[hundreds]
    if not rest:
        return f"{first} hundred"
    return f"{first} hundred {'' if rng.random() < 0.4 else 'and '}{_below_hundred(rest)}"


def _below_hundred(number: int) -> str:
    if number < len(_ONES):
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f" {_ONES[ones]}" if ones else "")


def _clock(text: str, rng: random.Random) -> str:
    hour, minutes = (int(part) for part in text.split(":"))
    if not minutes:
        return f"{in_words(hour)} o'clock"
    if minutes < 10:
        return f"{in_words(hour)} oh {in_words(minutes)}"
    return f"{in_words(hour)} {in_words(minutes, rng)}"


def _ordinal(number: int) -> str:
    *before, last = in_words(number).split()
    if last in _ORDINALS:
        return " ".join([*before, _ORDINALS[last]])
    return " ".join([*before, f"{last[:-1]}ieth" if last.endswith("y") else f"{last.removesuffix('t')}th"])


def _is_letter(found: list[re.Match[str]], at: int) -> bool:
    """A single letter: a capital one, but "A dog" and "I am" have words there; small ones but "a" and "i"."""
    here = found[at]["word"] or ""
    if len(here) != 1:
        return False
    beside = [found[near]["word"] or "" for near in (at - 1, at + 1) if 0 <= near < len(found)]
    if here not in "AIai":
        return True
    alone = at + 1 == len(found) or bool(found[at + 1]["melody"])
    return here.isupper() and (alone or any(len(other) == 1 and other.isupper() for other in beside))


def _said(piece: re.Match[str], is_letter: bool, rng: random.Random) -> str:  # noqa: FBT001 (beside its piece)
    if piece["time"]:
        return _clock(piece["time"], rng)
    if piece["ordinal"]:
        return _ordinal(int(piece["ordinal"]))
    if piece["number"]:
        whole, _, part = piece["number"].partition(".")
        said = in_words(int(whole), rng)
        return f"{said} point {' '.join(_ONES[int(digit)] for digit in part)}" if part else said
    if piece["word"]:
        word = piece["word"]
        return _LETTERS[word.lower()] if is_letter else _UNITS.get(word, word)
    return _SIGNS.get(piece["sign"], "")
