"""What ``/readyz`` looks at, from what is known already.

It knows the record's own account of itself, the keys that were missing at start, and the catalogue's age. It
does not call anybody.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outlast.ledger.recorder import RecorderStats
from outlast.web.health import Check

STALE_DAYS = 180
"""A catalogue older than this misses most notices: the usual notice is about half a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The checks of one gateway. Only the journal can make it not ready: everything else it works without."""

    stats: Callable[[], RecorderStats]
    notices: Callable[[], Sequence[str]]
    catalogue_day: Callable[[], dt.date]
    today: Callable[[], dt.date]

    def __call__(self) -> Sequence[Check]:
        """Every check by name."""
        stats, day = self.stats(), self.catalogue_day()
        age = (self.today() - day).days
        stale = f"; older than {STALE_DAYS} days, dates may have moved" if age > STALE_DAYS else ""
        return (
            Check("journal", stats.journal_ok, _journal(stats)),
            Check("database", ok=True, says=_database(stats)),
            Check("providers", ok=True, says="; ".join(self.notices()) or "every key was found"),
            Check("catalogue", ok=True, says=f"as known on {day}{stale}"),
        )


def _journal(stats: RecorderStats) -> str:
    said = f"{stats.appended} kept, {stats.lag} waiting for the database"
    if stats.lost or stats.bodies_lost:
        said += f", {stats.lost} LOST and {stats.bodies_lost} kept without bodies: the disk was full"
    if stats.damaged:
        said += f", {stats.damaged} damaged places"
    return said


def _database(stats: RecorderStats) -> str:
    if stats.database_ok:
        return f"{stats.drained} kept"
    return f"away ({stats.last_error}); calls go on and the journal waits for it"
