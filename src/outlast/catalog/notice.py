"""How many days of notice were given: per model and surface, and what a provider's notices come to. Pure.

It knows claims and the arithmetic of days. It does not know what was promised (``Model`` and ``Policy`` do).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from outlast.catalog.claims import Claim
from outlast.catalog.models import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The notice of one end on one surface."""

    surface: str
    told: dt.date
    ends: dt.date

    @property
    def days(self) -> int:
        """From the first word to the end."""
        return (self.ends - self.told).days


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedNotice:
    """The notices that a provider gave on one surface, in days."""

    provider: str
    surface: str
    count: int
    shortest: int
    median: int
    """The lower of the two middle ones where their number is even: a notice that was really given."""
    longest: int


def notices(claims: Iterable[Claim]) -> tuple[Notice, ...]:
    """Per surface with a dated notice and an exact end: the first word and the end, ordered by surface.

    Notice counts from the first of ``announced`` and ``deprecated``, if its day is exact: a month is no day to count
    from. A restored model's earlier end counts like any other.
    """
    told: dict[str, dt.date] = {}
    ends: dict[str, dt.date] = {}
    for claim in claims:
        if not claim.decides or claim.precision not in {"exact", "unspecified"}:
            continue
        if claim.event in {"announced", "deprecated"}:
            told[claim.surface] = min(claim.date, told.get(claim.surface, claim.date))
        elif claim.event == "retired" and claim.precision == "exact":
            ends[claim.surface] = min(claim.date, ends.get(claim.surface, claim.date))
    return tuple(Notice(surface=s, told=told[s], ends=ends[s]) for s in sorted(ends) if s in told)


def observed(models: Iterable[Model]) -> tuple[ObservedNotice, ...]:
    """What each provider's notices on its models' home surface came to."""
    days: dict[tuple[str, str], list[int]] = defaultdict(list)
    for model in models:
        for notice in notices(model.claims):
            days[model.provider, notice.surface].append(notice.days)
    return tuple(
        ObservedNotice(
            provider=provider,
            surface=surface,
            count=len(ordered),
            shortest=ordered[0],
            median=ordered[(len(ordered) - 1) // 2],
            longest=ordered[-1],
        )
        for (provider, surface), ordered in sorted((key, sorted(found)) for key, found in days.items())
    )
