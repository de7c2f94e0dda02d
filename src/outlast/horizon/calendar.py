"""The calendar that runs forward: what ends when, how much traffic and spend hang on it, what the move costs.

It knows how dependants, standings and prices make one entry each. It does not know where any of them come from
nor how a calendar is shown.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from outlast.catalog.claims import Standing
from outlast.catalog.mix import Mix, monthly_usd
from outlast.catalog.port import Knowledge
from outlast.catalog.prices import rates_of
from outlast.catalog.reference import reference
from outlast.catalog.status import GONE
from outlast.exchange import SeenModel, Usage
from outlast.horizon.dependants import Dependant, dependants
from outlast.horizon.record import Recorded
from outlast.horizon.successors import Successor, successor_of
from outlast.settings import Settings

SHARE_DIGITS = Decimal("1e-12")
"""A share of calls is a fraction; twelve digits are more than any count of calls can tell apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One dependant's place in the calendar."""

    name: str
    virtual: bool
    shared: bool = False
    """One of several targets of its name, with the calls that it served."""
    target: str
    model: str
    """``provider/id`` of the catalogue."""
    surface: str
    standing: Standing
    days_left: int | None
    """Negative once the end has passed; None where no end is known."""
    switch_day: dt.date | None
    """The day from which a virtual model's successors answer; None: never by itself, or no exact end is known."""
    recorded: Recorded
    calls_share: Decimal
    """0 to 1, of all calls in the window."""
    successor: Successor | None
    successor_monthly_cost_usd: Decimal | None
    """The recorded mix at the successor's list price."""

    @property
    def label(self) -> str:
        """How it is told from others: by its name, and by its target too where the name has several."""
        return f"{self.name} ({self.target})" if self.shared else self.name

    @property
    def ended(self) -> bool:
        """Whether the model itself no longer answers on the day."""
        return self.standing.status in GONE

    @property
    def covered(self) -> bool:
        """Whether a living successor takes over by the operator's own word."""
        return self.successor is not None and self.successor.basis != "recommended"

    def ends_within(self, days: int) -> bool:
        """Whether it has ended or ends in at most that many days, on any date that is known, sure or not."""
        return self.ended or (self.days_left is not None and self.days_left <= days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The calendar on one day, most urgent first."""

    today: dt.date
    entries: tuple[Entry, ...]
    calls: int
    """All calls of the window, the ones of names that are no longer configured included."""


def horizon(settings: Settings, seen: Sequence[SeenModel], knowledge: Knowledge, today: dt.date) -> Horizon:
    """One entry per virtual model and per direct model seen, most urgent first; unknown ends last."""
    calls = sum(one.row.calls for one in seen)
    entries = [
        _entry(dependant, settings, knowledge, today=today, calls=calls)
        for dependant in dependants(settings, seen, knowledge)
    ]
    return Horizon(today=today, entries=tuple(sorted(entries, key=_urgency)), calls=calls)


def _entry(dependant: Dependant, settings: Settings, knowledge: Knowledge, *, today: dt.date, calls: int) -> Entry:
    behind, recorded = dependant.behind, dependant.recorded
    standing = knowledge.standing(behind.ref, behind.surface, today)
    successor = successor_of(dependant, settings.providers, knowledge, today)
    return Entry(
        name=dependant.name,
        virtual=dependant.declared is not None,
        shared=dependant.declared is not None and len(dependant.declared.targets) > 1,
        target=dependant.target,
        model=behind.ref,
        surface=behind.surface,
        standing=standing,
        days_left=None if standing.ends is None else (standing.ends - today).days,
        switch_day=_switch_day(dependant, settings, knowledge, today),
        recorded=recorded,
        calls_share=(Decimal(recorded.calls) / calls).quantize(SHARE_DIGITS) if calls else Decimal(0),
        successor=successor,
        successor_monthly_cost_usd=None if successor is None else _month_at(successor.ref, recorded.usage, knowledge),
    )


def _switch_day(dependant: Dependant, settings: Settings, knowledge: Knowledge, today: dt.date) -> dt.date | None:
    """The declared day; else the last target's, where an exact day is known of every one."""
    declared = dependant.declared
    if declared is None or declared.switch == "manual":
        return None
    if declared.switch_day is not None:
        return declared.switch_day
    found = (reference(each.to, settings.providers, declared.catalog_model_of(each.to)) for each in declared.targets)
    standings = [knowledge.standing(behind.ref, behind.surface, today) for behind in found]
    ends = [standing.ends for standing in standings if standing.switches and standing.ends]
    return max(ends) if len(ends) == len(standings) else None


def _month_at(ref: str, usage: Usage, knowledge: Knowledge) -> Decimal | None:
    model = knowledge.find(ref)
    return monthly_usd(Mix(usage=usage), rates_of(model.price if model else None))


def _urgency(entry: Entry) -> tuple[bool, int, int, str]:
    """Ended without a known day first, then by days left, then the busiest; unknown ends last."""
    if entry.days_left is None:
        return (not entry.ended, -(10**6), -entry.recorded.calls, entry.name)
    return (False, entry.days_left, -entry.recorded.calls, entry.name)
