"""What the claims add up to: status and end of one model on one surface and day. Pure.

It knows the glossary's rule for **status**. It does not know where claims come from, nor what anybody does about
a status; that disputed, overtaken and observed claims decide nothing is settled by ``Claim.decides``.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from outlast.catalog.claims import Claim, Event, Precision, Standing, Status

GONE: frozenset[Status] = frozenset({"retired", "redirected"})
ORIGINS = ("user", "catalogue", "observed")
PRECISIONS: tuple[Precision, ...] = ("exact", "derived", "unspecified", "month", "not_before")
NOTICES: tuple[Event, ...] = ("announced", "deprecated")
ENDS: tuple[Event, ...] = ("withdrawn", "retired")
REACHED: tuple[tuple[Event, Status], ...] = (
    ("extended-access", "extended"),
    ("deprecated", "deprecated"),
    ("announced", "deprecated"),
)
PREVIEW = re.compile(r"(?:^|[^a-z])(?:preview|exp|experimental|beta|alpha)(?:[^a-z]|$)")


def is_preview(model_id: str) -> bool:
    """Whether a model is not generally available: providers say so in the id and nowhere else."""
    return PREVIEW.search(model_id.lower()) is not None


def standing(claims: Iterable[Claim], day: dt.date, *, preview: bool = False) -> Standing:
    """The standing on ``day`` by every claim about one model on one surface, in any order."""
    known = sorted(claims, key=_weight)
    clocks = Clocks.read(known)
    if not clocks.first:
        return Standing(status="unknown", conflicts=_against(known, clocks.end, day, status="unknown"))
    status, rests_on = _status(clocks, day, preview=preview)
    end = clocks.end
    grounds = [*rests_on, *([end] if end else [])]
    return Standing(
        status=status,
        unsure=any(claim.precision != "exact" for claim in grounds),
        ends=end.date if end else None,
        precision=end.precision if end else None,
        announced=_date(clocks.first.get("announced")),
        deprecated=_date(clocks.first.get("deprecated")),
        redirect_to=end.redirect_to if end else None,
        decided_by=end,
        conflicts=_against(known, end, day, status=status),
    )


@dataclass(frozen=True, slots=True)
class Clocks:
    """The claims that decide: the weightiest of each event, and every turn of being offered or not."""

    first: Mapping[Event, Claim]
    turns: Sequence[Claim]
    """``withdrawn``, ``restored`` and the weightiest ``retired`` by day; floors are no turns."""

    @classmethod
    def read(cls, known: Sequence[Claim]) -> "Clocks":
        """Sort claims into clocks; ``known`` is ordered by weight."""
        first: dict[Event, Claim] = {}
        for claim in known:
            if claim.decides:
                first.setdefault(claim.event, claim)
        swings = [c for c in known if c.decides and c.event in {"withdrawn", "restored"}]
        retired = first.get("retired")
        ends = [retired] if retired and retired.precision != "not_before" else []
        return cls(first, sorted(swings + ends, key=_turn))

    @property
    def end(self) -> Claim | None:
        """The last word on the end, whatever the day: None where a restoration follows every end."""
        last = self.turns[-1] if self.turns else None
        if last is not None and last.event != "restored":
            return last
        floor = self.first.get("retired")
        return floor if floor is not None and floor.precision == "not_before" else None

    def turn(self, day: dt.date) -> Claim | None:
        """The last turn on or before ``day``."""
        past = [claim for claim in self.turns if claim.date <= day]
        return past[-1] if past else None

    def reached(self, event: Event, day: dt.date) -> Claim | None:
        """The claim of this event, if its day has come."""
        claim = self.first.get(event)
        return claim if claim is not None and claim.date <= day else None


def followed(claims: Iterable[Claim], event: Event) -> Claim | None:
    """The claim that is followed for an event, of all claims about one model on one surface."""
    return Clocks.read(sorted(claims, key=_weight)).first.get(event)


def _status(clocks: Clocks, day: dt.date, *, preview: bool) -> tuple[Status, list[Claim]]:
    """The status and the claims that it rests on, the strongest rule first."""
    turn = clocks.turn(day)
    if turn is not None and turn.event in ENDS:
        return ("redirected" if turn.redirect_to else "retired"), [turn]
    # A restoration makes what was said before it void; only later words count against the model again.
    since = turn.date if turn is not None else dt.date.min
    grounds = [turn] if turn is not None else []
    for event, status in REACHED:
        claim = clocks.reached(event, day)
        if claim is not None and claim.date >= since:
            return status, [*grounds, claim]
    released = clocks.first.get("released")
    if released is not None and released.date > day:
        return "unknown", [released]
    end = clocks.end
    dated_notice = any(event in clocks.first and clocks.first[event].date >= since for event in NOTICES)
    if end is not None and end.precision == "exact" and not dated_notice:
        return "deprecated", grounds
    legacy = clocks.reached("legacy", day)
    if legacy is not None:
        return "legacy", [*grounds, legacy]
    return ("preview" if preview else "active"), grounds


def _against(known: Sequence[Claim], end: Claim | None, day: dt.date, *, status: Status) -> tuple[Claim, ...]:
    """What speaks against the end or its notice: disputed or overridden claims, and what was last observed."""
    told = [
        claim
        for claim in known
        if claim.event in {*ENDS, *NOTICES}
        and (claim.disputed or (claim.overtaken and end is not None and end.origin == "user"))
        and (end is None or claim.event != end.event or claim.date != end.date)
    ]
    seen = sorted(
        (c for c in known if c.origin == "observed" and not c.overtaken and c.date <= day),
        key=lambda c: (c.seen, c.event, _weight(c)),
    )
    gone = seen[-1:] if seen and seen[-1].event == "retired" and status not in GONE else []
    return (*told, *gone)


def _weight(claim: Claim) -> tuple[int, int, int, dt.date, tuple[str, ...], tuple[bool, ...]]:
    """Weightiest first: the operator's, the latest said, the most precise, the earliest day.

    What follows only fixes an order among equals: a standing must not depend on the order of a file.
    """
    return (
        ORIGINS.index(claim.origin),
        -claim.seen.toordinal(),
        PRECISIONS.index(claim.precision),
        claim.date,
        (claim.event, claim.redirect_to or "", claim.source, claim.note, claim.basis, claim.provider_state),
        (claim.disputed, claim.overtaken, claim.month_only),
    )


def _turn(claim: Claim) -> tuple[dt.date, int]:
    """By day; on one day a model is withdrawn before it is restored, and a retirement has the last word."""
    return claim.date, ("withdrawn", "restored", "retired").index(claim.event)


def _date(claim: Claim | None) -> dt.date | None:
    return claim.date if claim is not None else None
