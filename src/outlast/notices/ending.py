"""A model's end as notices see it: what ends, when as far as is known, who uses it, who takes over.

It knows values, and how a moved date is told from the one that was known before. It does not know how ends are found
(``horizon``) nor where known dates are kept (``delivery``).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NOBODY = ""
"""The key of calls that came without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What one key asked for in the window."""

    key: str
    """Its public name; empty for calls without one."""
    owner: str = ""
    team: str = ""
    names: tuple[str, ...]
    """The model names that it called, as it called them."""
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A model on a surface: what has a date of its own."""

    model: str
    """``provider/id`` of the catalogue."""
    surface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """One model on one surface on which somebody here depends."""

    place: Place
    ends: dt.date | None
    """None: no end is known."""
    unsure: bool = False
    """The date is nobody's exact word."""
    source: str = ""
    names: tuple[str, ...] = ()
    """The names that lead to it: virtual models, and direct names that were called."""
    uses: tuple[Use, ...] = ()
    successor: str | None = None
    """``provider/id`` of who takes over, or is recommended."""
    switch_day: dt.date | None = None
    """The day on which calls go over by themselves; None: they do not, or no exact day is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """The date that is known of a place, and how often it has moved since it was first seen."""

    ends: dt.date | None
    sequence: int = 0
    """0 for the first date; one more each time that it moves, is withdrawn or comes back."""
    previous: dt.date | None = None
    since_ns: int = 0
    """When this date was first seen here (Unix nanoseconds)."""


Known = Mapping[Place, Dated]


def moved(known: Known, endings: Iterable[Ending], now_ns: int) -> dict[Place, Dated]:
    """What changes in the known dates: places that are new and have a date, and dates that are others now."""
    changed: dict[Place, Dated] = {}
    for ending in endings:
        before = known.get(ending.place)
        if before is None:
            if ending.ends is not None:
                changed[ending.place] = Dated(ends=ending.ends, since_ns=now_ns)
        elif before.ends != ending.ends:
            changed[ending.place] = Dated(
                ends=ending.ends,
                sequence=before.sequence + 1,
                previous=before.ends or (before.previous if before.previous != ending.ends else None),
                since_ns=now_ns,
            )
    return changed
