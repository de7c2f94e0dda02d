"""Where things stand on an axis that runs forward from today, in per cent of its length.

It knows days and places. It does not know how they are drawn (``templates/horizon.html``) nor what an entry is worth.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

from outlast.horizon.calendar import Entry, Horizon
from outlast.horizon.figures import SOON_DAYS

SPANS: Final = (200, 400, 800)
"""Days that the axis may show: the first that holds every end, else the longest."""
_MONTHS_APART: Final = {200: 1, 400: 2, 800: 4}
_ROOM: Final = 1.04
"""An end needs a little room behind it."""
_FIRST_TICK: Final = 6.0
_LAST_TICK: Final = 96.0
_THINNEST: Final = 3.0
_THICKEST: Final = 14.0
_AT_ONCE: Final = 30
"""Days: nearer than that is a colour of its own."""

Fate = Literal["over", "near", "soon", "later", "open"]
"""over: has ended. near, soon, later: ends within 30, within 90 days, later. open: no end is known."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A month's first day."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One entry's life from today on."""

    entry: Entry
    fate: Fate
    until: float
    """Where it ends; 100 where that lies beyond the axis or is not known."""
    beyond: bool
    """Its end is known and lies further away than the axis shows."""
    thickness: float
    """In pixels: the share of calls, by area a circle would have."""
    after: float | None
    """From where on a declared successor answers; None: nobody does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The whole picture."""

    days: int
    ticks: tuple[Tick, ...]
    bars: tuple[Bar, ...]


def timeline(made: Horizon) -> Timeline:
    """The picture of one calendar; its rows are in the calendar's order."""
    furthest = max((entry.days_left for entry in made.entries if entry.days_left is not None), default=0)
    days = next((span for span in SPANS if furthest * _ROOM <= span), SPANS[-1])
    return Timeline(
        days=days,
        ticks=tuple(_ticks(made.today, days)),
        bars=tuple(_bar(entry, made.today, days) for entry in made.entries),
    )


def _ticks(today: dt.date, days: int) -> list[Tick]:
    ticks: list[Tick] = []
    month = today.year * 12 + today.month  # of the next first day, counted from month 0 of year 0
    while True:
        first = dt.date(month // 12, month % 12 + 1, 1)
        at = 100 * (first - today).days / days
        if at > _LAST_TICK:
            return ticks
        if at >= _FIRST_TICK and (first.month - 1) % _MONTHS_APART[days] == 0:
            ticks.append(Tick(round(at, 2), f"{first:%b %Y}" if first.month == 1 else f"{first:%b}"))
        month += 1


def _bar(entry: Entry, today: dt.date, days: int) -> Bar:
    left = entry.days_left
    ended = entry.ended or (left is not None and left < 0)
    until = 0.0 if ended else 100.0 if left is None else min(100.0, 100 * left / days)
    share = float(entry.calls_share) ** 0.5
    after = None
    if entry.covered and (entry.switch_day is not None or ended):
        switch = 0 if entry.switch_day is None else max(0, (entry.switch_day - today).days)
        after = round(100 * switch / days, 2) if switch < days else None
    return Bar(
        entry=entry,
        fate=_fate(left, ended=ended),
        until=round(until, 2),
        beyond=left is not None and left > days,
        thickness=round(_THINNEST + (_THICKEST - _THINNEST) * share, 1),
        after=after,
    )


def _fate(left: int | None, *, ended: bool) -> Fate:
    if ended:
        return "over"
    if left is None:
        return "open"
    return "near" if left <= _AT_ONCE else "soon" if left <= SOON_DAYS else "later"
