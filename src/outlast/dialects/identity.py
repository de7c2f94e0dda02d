"""Is the model that answered the one that was asked for?

It knows how providers write one model's name: dates of snapshots, ``latest``, vendors and regions in front,
variants behind. It does not know the catalogue: what an alias stands for is given. Silence proves nothing.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

_LONGEST = 256
"""Characters of a name that are looked at; the longest of the catalogue has under 100."""
_SNAPSHOT = re.compile(r"-20\d\d-?[01]\d-?[0-3]\d")
_VENDOR = re.compile(r"^(?:(?:us|eu|apac|jp|au|ca|global)\.)?[a-z][a-z0-9]+\.(?=[a-z]+[a-z0-9]*-)")
_VARIANT = re.compile(r":(?:free|thinking|nitro|beta|online|floor|extended|exacto|latest|0)$")
_REVISION = re.compile(r"-v\d+$")
_LATEST = re.compile(r"[-_.]latest$")
_DATE = re.compile(r"(?<!\d)20\d\d-?[01]\d-?[0-3]\d(?!\d)|(?<=[-@_])\d{4}(?![\d.])|(?<=-)(?:00\d|[01]\d-[0-3]\d)$")
"""A day, ``0613`` (month and day) or ``2508`` (year and month), a revision such as ``002``, or a last ``05-20``."""
_FULL_DAY = len("20240806")
_TOKEN = re.compile(r"[a-z]+|\d+")


class Identity(NamedTuple):
    """A model's name without what differs between an alias and its snapshots."""

    words: tuple[str, ...]
    """In alphabetical order: claude-sonnet-4.5 is also written claude-4.5-sonnet."""
    numbers: str
    """Versions and sizes, in their own order."""
    date: str
    """Digits of the snapshot's date or revision; empty for an alias."""
    moving: bool
    """It ends in ``latest``."""


def same_model(asked: str, answered: str, *, points_to: str | None = None, aliases: Iterable[str] = ()) -> bool:
    """Whether the answer's ``model`` is the one asked for, or a snapshot of it.

    Args:
        asked: the id that went upstream.
        answered: the answer's own word; empty is no evidence.
        points_to: what the catalogue says the alias stands for.
        aliases: other names of the same model.
    """
    if asked == answered or not answered:
        return True
    if answered.startswith(asked) and _SNAPSHOT.fullmatch(answered, len(asked)):
        return True
    other = _identity(answered[:_LONGEST])
    names = (asked, *(() if points_to is None else (points_to,)), *aliases)
    return any(_is_same(_identity(name[:_LONGEST]), other) for name in names)


def _is_same(asked: Identity, answered: Identity) -> bool:
    if asked.date and answered.date and not _same_date(asked.date, answered.date):
        return False
    if (asked.words, asked.numbers) == (answered.words, answered.numbers):
        return True
    # An alias without any version moves through versions: gemini-flash-latest answers as gemini-3-flash-preview.
    return asked.moving and not asked.numbers and asked.words == tuple(w for w in answered.words if w != "preview")


def _same_date(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return short == long or (len(long) == _FULL_DAY and short in (long[-4:], long[2:6]))


@lru_cache(maxsize=1024)
def _identity(name: str) -> Identity:
    plain = name.strip().lower().rsplit("/", 1)[-1]
    plain = _REVISION.sub("", _VARIANT.sub("", _VENDOR.sub("", plain)))
    moving = _LATEST.search(plain) is not None
    plain = _LATEST.sub("", plain)
    date = _DATE.search(plain)
    tokens = _TOKEN.findall(_DATE.sub("-", plain))
    words = tuple(sorted(token for token in tokens if token.isalpha()))
    numbers = "".join(token for token in tokens if token.isdigit())
    return Identity(words, numbers, date[0].replace("-", "") if date else "", moving)
