"""What people write of keys on a command line: ``5USD``, ``90d``, ``none``, a name, a pattern.

It knows notation and says what a word should look like. It does not know which flag it stands behind.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import click

from outlast.cli.amounts import Count
from outlast.exchange import PICO_PER_USD
from outlast.keys.rules import checked_name, checked_pattern, checked_plan, checked_word

NONE = "none"
"""Lifts what was set."""
NS = 10**9
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_LENGTH = re.compile(r"([0-9]{1,9})([smhdw])")
_LONGEST_NS = 36_525 * UNITS["d"] * NS
_LAST_DAY = dt.date(2200, 1, 1)
_EPOCH = dt.date(1970, 1, 1)
_MONEY = re.compile(r"([0-9]+(?:\.[0-9]+)?) *(?:USD)?", re.IGNORECASE)
_MOST_USD = 9_000_000
"""What the ledger counts in one number of picodollars."""
_MOST_COUNT = 10**12


class Checked(click.ParamType[str]):
    """A text that a rule holds for; ``none`` is empty where something can be lifted.

    An empty text lifts nothing: a script whose variable is unset would open a key to every model.
    """

    def __init__(self, name: str, rule: Callable[[str], str], *, liftable: bool = True) -> None:
        self.name = name
        self._rule = rule
        self._liftable = liftable

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read the text, or say what is wrong with it."""
        if self._liftable and str(value).lower() == NONE:
            return ""
        try:
            return self._rule(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


NAME = Checked("name", checked_name, liftable=False)
WORD = Checked("word", checked_word)
PATTERN = Checked("pattern", checked_pattern)
PLAN = Checked("plan", checked_plan)


class Limit(Count):
    """At least one, written as a count; ``none`` is 0: no limit."""

    name = "limit"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the limit, or say what one looks like."""
        if str(value).lower() == NONE:
            return 0
        count = super().convert(value, param, ctx)
        if not 1 <= count <= _MOST_COUNT:
            self.fail(f"{value!r} is no limit; write 1 or more, like 60 or 20k, or none", param, ctx)
        return count


class Money(click.ParamType[int]):
    """Dollars, written ``5USD`` or ``0.50USD``, as picodollars; ``none`` is 0: no budget."""

    name = "money"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the amount, or say what one looks like."""
        text = str(value).strip()
        if text.lower() == NONE:
            return 0
        found = _MONEY.fullmatch(text)
        exact = Decimal(found[1]) * PICO_PER_USD if found else Decimal(0)
        if not 0 < exact <= _MOST_USD * PICO_PER_USD or exact != int(exact):
            self.fail(f"{value!r} is no budget; write US dollars, like 5USD or 0.50USD, or none", param, ctx)
        return int(exact)


class Length(click.ParamType[int]):
    """A length of time, written ``24h``, ``90d``, ``30m``; ``0`` is none. Nanoseconds."""

    name = "length"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the length, or say what one looks like."""
        length = length_ns(str(value))
        if length is None:
            self.fail(f"{value!r} is no length of time; write it like 24h, 7d or 30m", param, ctx)
        return length


def length_ns(text: str) -> int | None:
    """A length in nanoseconds; None where the text is none, or one of more than a century."""
    found = _LENGTH.fullmatch(text.strip().lower())
    length = 0 if text.strip() == "0" else int(found[1]) * UNITS[found[2]] * NS if found else -1
    return length if 0 <= length <= _LONGEST_NS else None


@dataclass(frozen=True, slots=True)
class End:
    """When a key ends: so long after now, or with the first moment of a day (UTC), or never."""

    after_ns: int = 0
    day: dt.date | None = None

    def at(self, now_ns: int) -> int | None:
        """The instant in Unix nanoseconds; None: never.

        Raises:
            click.UsageError: it has passed.
        """
        if self.day is None:
            return now_ns + self.after_ns if self.after_ns else None
        instant = (self.day - _EPOCH).days * UNITS["d"] * NS
        if instant <= now_ns:
            raise click.UsageError(f"--expires {self.day} has passed: a key ends with the first moment of that day")
        return instant


class Ending(click.ParamType[End]):
    """An end, written ``90d``, ``2027-01-15`` or ``none``."""

    name = "end"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> End:
        """Read the end, or say what one looks like."""
        if isinstance(value, End):
            return value
        text = str(value).strip()
        if text.lower() == NONE:
            return End()
        if length := length_ns(text):
            return End(after_ns=length)
        try:
            day = dt.date.fromisoformat(text)
        except ValueError:
            day = dt.date.max
        if day > _LAST_DAY:
            self.fail(f"{value!r} is no end; write it like 90d, 12h, 2027-01-15, or none", param, ctx)
        return End(day=day)
