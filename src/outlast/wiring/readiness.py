"""What ``/readyz`` looks at, from what is known already.

It knows the record's own account of itself, the keys that were missing at start or rest now, how targets fare, and
the catalogue's age. It does not call anybody.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from outlast.gateway.health import TargetHealth, in_words
from outlast.gateway.ports import Upstream
from outlast.ledger.recorder import RecorderStats
from outlast.providers.vendor import VendorUpstream
from outlast.web.health import Check

STALE_DAYS = 180
"""A catalogue older than this misses most notices: the usual notice is about half a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The checks of one gateway.

    Two can make it not ready: calls that cannot be recorded, and no place for new callers. Everything else it works
    without.
    """

    stats: Callable[[], RecorderStats]
    configuration: Callable[[], str]
    full: Callable[[], bool]
    limits: Callable[[], str]
    notices: Callable[[], Sequence[str]]
    catalogue_day: Callable[[], dt.date]
    today: Callable[[], dt.date]
    targets: Callable[[], tuple[TargetHealth, ...]] = tuple
    keys: Callable[[], Sequence[str]] = tuple
    """Which of several keys of a provider rest, by their place."""
    unread: Callable[[], str] = str
    """Why the callers' keys could not be read at the last look; empty: they could."""

    def __call__(self) -> Sequence[Check]:
        """Every check by name."""
        stats, day = self.stats(), self.catalogue_day()
        age = (self.today() - day).days
        stale = f"; older than {STALE_DAYS} days, dates may have moved" if age > STALE_DAYS else ""
        return (
            Check("journal", stats.journal_ok, _journal(stats)),
            Check("database", ok=True, says=_database(stats)),
            Check("callers", ok=not (full := self.full()), says=_callers(full=full)),
            Check("limits", ok=True, says=self.limits()),
            Check("keys", ok=True, says=_keys(self.unread())),
            Check("configuration", ok=True, says=self.configuration()),
            Check("providers", ok=True, says="; ".join((*self.notices(), *self.keys())) or "every key was found"),
            Check("targets", ok=True, says=in_words(self.targets())),
            Check("catalogue", ok=True, says=f"as known on {day}{stale}"),
        )


def resting_keys(upstreams: Mapping[str, Upstream]) -> tuple[str, ...]:
    """A line for each provider of which some keys rest; never a key."""
    openai = ((name, each.resting) for name, each in upstreams.items() if isinstance(each, VendorUpstream))
    return tuple(f"[providers.{name}]: {said}" for name, said in openai if said)


def _callers(*, full: bool) -> str:
    return "new ones wait: no descriptor is free (ulimit -n, LimitNOFILE)" if full else "there is room"


def _keys(unread: str) -> str:
    return f"not read ({unread}); those that were known before hold" if unread else "as they are kept"


def _journal(stats: RecorderStats) -> str:
    said = f"{stats.appended} kept, {stats.lag} waiting for the database"
    if stats.lost or stats.bodies_lost:
        said += f", {stats.lost} LOST and {stats.bodies_lost} kept without bodies: the disk was full"
    if stats.damaged:
        said += f", {stats.damaged} damaged places"
    if stats.sync_failures:
        said += f", {stats.sync_failures} refusals of the disk to sync: a loss of power may take more than 100 ms"
    return said


def _database(stats: RecorderStats) -> str:
    if stats.database_ok:
        return f"{stats.drained} kept"
    return f"away ({stats.last_error}); calls go on and the journal waits for it"
