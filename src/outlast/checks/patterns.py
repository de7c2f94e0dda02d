"""Which regular expressions may be tried on a text whose author is not to be trusted.

It knows what makes backtracking long: a repetition inside another one, a choice inside one, and many beside each other.
It does not run anything. A pattern that it cannot read is not cheap.
"""

import re
import warnings
from functools import lru_cache

# Python gives no other look at a parsed pattern; the two constants used here are as old as the module.
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Final

MOST_STEPS: Final = 10_000_000
_LONGEST_PATTERN: Final = 1_000
_FEW: Final = 16
"""A repetition of at most so many times is no repetition here."""


def bounded(pattern: str) -> bool:
    """Whether the pattern's steps grow as a power of the text's length at most."""
    return _repeats(pattern) is not None


def cheap(pattern: str, length: int) -> bool:
    """Whether trying the pattern at every place of a text takes few steps, however the text is made."""
    repeats = _repeats(pattern)
    return repeats is not None and (max(length, 1) + 1) ** (repeats + 1) <= MOST_STEPS


@lru_cache(maxsize=512)
def _repeats(pattern: str) -> int | None:
    """How many repetitions stand beside each other; None: some are inside others, or it cannot be read."""
    if len(pattern) > _LONGEST_PATTERN:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return None
    try:
        return _count(parsed, inside=False)
    except (_Nested, RecursionError):
        return None


class _Nested(Exception):
    """A repetition or a choice inside a repetition."""


def _count(parsed: object, *, inside: bool) -> int:
    """Repetitions of a parsed pattern, whatever they stand in."""
    found = 0
    if isinstance(parsed, tuple) and len(parsed) == 2 and parsed[0] in _REPEATS:
        least, most, body = parsed[1]
        long = most is constants.MAXREPEAT or most > _FEW
        if inside and most != least:
            raise _Nested
        return _count(body, inside=inside or long) * (1 if long else max(1, int(most))) + long
    if isinstance(parsed, tuple) and parsed and parsed[0] in (constants.BRANCH, constants.GROUPREF) and inside:
        raise _Nested
    if isinstance(parsed, (tuple, list, parser.SubPattern)):
        found = sum(_count(part, inside=inside) for part in parsed)
    return found


_REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT)
