"""Everything that is known of one model's dates: a clock for each surface, and how each date came to be what it is.

It knows one model on one day. It does not know who depends on it (``horizon.calendar``) nor how it is shown.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from outlast.catalog.claims import Claim, Event, Standing
from outlast.catalog.models import Model
from outlast.catalog.notice import notices
from outlast.catalog.port import Chain, Knowledge

Weight = Literal["followed", "overtaken", "disputed", "observed", "beside"]
"""beside: it speaks of the date that is followed too, and another source is named for it."""
ORDER: tuple[Event, ...] = (
    "released",
    "legacy",
    "announced",
    "deprecated",
    "extended-access",
    "withdrawn",
    "restored",
    "retired",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A model's life on one surface."""

    surface: str
    standing: Standing
    days_left: int | None
    notice_days: int | None
    """From the first word to the end; None where one of the two is not known exactly."""
    chain: Chain
    channel_id: str
    """What it is called there; empty: as everywhere."""


@dataclass(frozen=True, slots=True)
class Word:
    """One claim, and what it counts for."""

    claim: Claim
    weight: Weight
    moved: bool
    """It names another date than the word before it."""


@dataclass(frozen=True, slots=True)
class History:
    """All that was said of one event on one surface, in the order in which it was said."""

    surface: str
    event: Event
    words: tuple[Word, ...]

    @property
    def changed(self) -> bool:
        """Whether sources ever named more than one date."""
        return any(word.moved for word in self.words)


@dataclass(frozen=True, slots=True)
class Life:
    """One model's clocks and the histories behind them."""

    model: Model
    clocks: tuple[Clock, ...]
    histories: tuple[History, ...]


def life_of(model: Model, knowledge: Knowledge, today: dt.date) -> Life:
    """The life of a model as it is known on a day."""
    given = {notice.surface: notice.days for notice in notices(model.claims)}
    return Life(
        model=model,
        clocks=tuple(_clock(model, surface, knowledge, today, given.get(surface)) for surface in model.surfaces),
        histories=tuple(_histories(model)),
    )


def _clock(model: Model, surface: str, knowledge: Knowledge, today: dt.date, notice_days: int | None) -> Clock:
    standing = knowledge.standing(model.ref, surface, today)
    return Clock(
        surface=surface,
        standing=standing,
        days_left=None if standing.ends is None else (standing.ends - today).days,
        notice_days=notice_days,
        chain=knowledge.chain(model.ref, surface, today),
        channel_id=model.channel_ids.get(surface, ""),
    )


def _histories(model: Model) -> Iterator[History]:
    """By surface as the model has them, then in the order of a life."""
    places = {surface: number for number, surface in enumerate(model.surfaces)}

    def place(claim: Claim) -> tuple[int, int]:
        return places[claim.surface], ORDER.index(claim.event)

    ordered = sorted(model.claims, key=lambda claim: (*place(claim), claim.seen, claim.date))
    for _, found in groupby(ordered, key=place):
        claims = tuple(found)
        yield History(claims[0].surface, claims[0].event, tuple(_words(claims)))


def _words(claims: Sequence[Claim]) -> Iterator[Word]:
    before = None
    deciding = {claim.said for claim in claims if claim.decides}
    for claim in claims:
        yield Word(claim, _weight(claim, deciding), moved=before is not None and before.said != claim.said)
        before = claim


def _weight(claim: Claim, deciding: set[str]) -> Weight:
    if claim.origin == "observed":
        return "observed"
    if claim.decides:
        return "followed"
    if claim.said in deciding:
        return "beside"
    return "disputed" if claim.disputed else "overtaken"
