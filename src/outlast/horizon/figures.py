"""What a whole calendar comes to, in a few figures: the next end, calls at risk, the month now and after.

It knows sums over entries. It does not know how an entry came about nor how a figure is shown.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from outlast.catalog.mix import DAYS_OF_A_MONTH
from outlast.horizon.calendar import Entry, Horizon

SOON_DAYS: Final = 90
"""From here on an end is near enough to act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """A month's spend now, and at the successors' list prices, of the same names."""

    now: Decimal
    after: Decimal
    names: int
    """How many names both sums are of."""
    left_out: int
    """Names with calls of which one of the two is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the calendar says at a glance."""

    next: Entry | None
    """The one that ends next, on the day or later; None: no end is known."""
    ended: tuple[Entry, ...]
    """Those whose model no longer answers."""
    at_risk: tuple[Entry, ...]
    """Those that have ended or end within ``SOON_DAYS``."""
    calls_a_day_at_risk: Decimal
    """Of those, in the mean of the last 30 days."""
    uncovered: tuple[Entry, ...]
    """Of those, virtual models for which no living successor is declared, and direct names, which have none."""
    money: Money | None
    """None: nothing that was called has a known price and a successor with one."""


def figures_of(made: Horizon) -> Figures:
    """The figures of one calendar."""
    at_risk = tuple(entry for entry in made.entries if entry.ends_within(SOON_DAYS))
    coming = [entry for entry in made.entries if entry.days_left is not None and entry.days_left >= 0]
    return Figures(
        next=min((entry for entry in coming if not entry.ended), key=_days, default=None),
        ended=tuple(entry for entry in made.entries if entry.ended),
        at_risk=at_risk,
        calls_a_day_at_risk=Decimal(sum(entry.recorded.calls for entry in at_risk)) / DAYS_OF_A_MONTH,
        uncovered=tuple(entry for entry in at_risk if not entry.covered),
        money=_money(made),
    )


def _days(entry: Entry) -> int:
    return entry.days_left if entry.days_left is not None else 0


def _money(made: Horizon) -> Money | None:
    called = [entry for entry in made.entries if entry.recorded.calls]
    pairs = [
        (entry.recorded.cost_usd, entry.successor_monthly_cost_usd)
        for entry in called
        if entry.recorded.cost_usd is not None and entry.successor_monthly_cost_usd is not None
    ]
    if not pairs:
        return None
    return Money(
        now=sum((now for now, _ in pairs), Decimal(0)),
        after=sum((after for _, after in pairs), Decimal(0)),
        names=len(pairs),
        left_out=len(called) - len(pairs),
    )
