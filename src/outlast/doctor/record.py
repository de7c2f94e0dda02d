"""The record and the machine below it: database, journal, disk, clock.

It knows which figures are healthy. It does not know how they were obtained.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Final

import msgspec

from outlast.doctor.finding import Finding, fault, ok, warning

MEGABYTE = 1_000_000
LITTLE_BYTES = 500 * MEGABYTE
SCARCE_BYTES = 100 * MEGABYTE
FEW_DAYS = 30
SLOW_S = 60.0
WRONG_S = 300.0
JUMP_S = 1.0


class RecordFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of the database and its journal."""

    path: str
    exists: bool = False
    error: str = ""
    """Why it could not be read; empty where it could."""
    version: int = 0
    """Migrations that it has."""
    known_version: int = 0
    writable: bool = True
    size: int = 0
    """Bytes, with its write-ahead log."""
    calls_a_day: float = 0.0
    """Over the last week; 0 where nothing is known."""
    bytes_a_call: float = 0.0
    segments: int = 0
    """Files of the journal that the database may not have yet."""
    strange: tuple[str, ...] = ()
    """Files among them that are none of the journal's."""
    chats: int = 0
    """Bytes of the file of conversations and accounts; 0: there is none."""
    chats_error: str = ""
    """Why that could not be read."""
    unreadable: tuple[tuple[str, str], ...] = ()
    """Of the other files beside the database: what is in one, and why it could not be read."""


_LOST: Final = {
    "responses": "no kept response is found, and no file or batch of a caller's",
    "rollouts": "every model answers as its configuration says, and no rollout can be taken on or back",
    "notices": "nobody is told of anything",
}
"""What a file beside the database is missed by."""


class DiskFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The file system of the database."""

    free: int
    total: int


class ClockFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the clocks said while everything else was looked at."""

    today: dt.date
    """The real day."""
    catalogue_day: dt.date
    drift_s: float = 0.0
    """By how much real time moved more than the monotonic clock, meanwhile."""
    offsets_s: tuple[tuple[str, float], ...] = ()
    """Of each provider that answered: by how much its clock is ahead of ours."""


def record_findings(facts: RecordFacts, *, running: bool) -> Iterator[Finding]:
    """Of the database and the journal."""
    yield _database(facts)
    if facts.chats or facts.chats_error:
        yield _chats(facts)
    for what, error in facts.unreadable:
        yield fault(
            what,
            f"{facts.path}.{what}.db: {error}",
            why=_LOST[what],
            do="restore the file from a backup; moved away, it is made anew and empty",
        )
    if facts.strange:
        yield warning(
            "journal",
            f"{', '.join(facts.strange)}: named like a segment, and none",
            why="a disk that lost a beginning, or somebody else's file; calls in it cannot be read",
            do="look at the file; move it away once you know whose it is",
        )
    if facts.segments and not running:
        yield warning(
            "journal",
            f"{facts.segments} segments may hold calls that the database does not have",
            why="the last gateway ended without time to bring them in; nothing is lost",
            do="outlast serve",
        )
    elif not facts.strange:
        yield ok("journal", "a running gateway drains it" if running else "empty")


def _database(facts: RecordFacts) -> Finding:
    if facts.error:
        return fault(
            "database",
            f"{facts.path}: {facts.error}",
            why="usage cannot be read, and what the gateway records waits in the journal",
            do="restore the file from a backup, or move it away: a new one is made",
        )
    if not facts.writable:
        return fault(
            "database",
            f"{facts.path} or its folder cannot be written by this user",
            why="a gateway of this user cannot record",
            do=f"chown -R USER {facts.path}*, or run as the user that owns it",
        )
    if not facts.exists:
        return ok("database", f"{facts.path} is made at the first start")
    if facts.version < facts.known_version:
        return ok("database", f"{facts.path}, {_size(facts.size)}; the next start renews its form")
    return ok("database", f"{facts.path}, {_size(facts.size)}")


def _chats(facts: RecordFacts) -> Finding:
    if not facts.chats_error:
        return ok("chats", f"conversations and accounts, {_size(facts.chats)}")
    return fault(
        "chats",
        f"{facts.path}.chats.db: {facts.chats_error}",
        why="nobody can log in, and no conversation can be read or begun",
        do="restore the file from a backup; moved away, it is made anew without any account",
    )


def disk_finding(disk: DiskFacts, facts: RecordFacts) -> Finding:
    """Whether there is room, and for how many days at the recorded growth."""
    growth = facts.calls_a_day * facts.bytes_a_call
    days = disk.free / growth if growth > 0 else None
    room = f"{_size(disk.free)} free of {_size(disk.total)}"
    if days is not None:
        room += f"; at {_size(int(growth))} a day room for {_days(days)}"
    why = "once the journal's reserve is used up, calls go on and cannot be recorded"
    do = 'free some, or set [ledger] keep = "90d"'
    if disk.free < SCARCE_BYTES:
        return fault("disk", room, why=why, do=do)
    if disk.free < LITTLE_BYTES or (days is not None and days < FEW_DAYS):
        return warning("disk", room, why=why, do=do)
    return ok("disk", room)


def clock_finding(clock: ClockFacts) -> Finding:
    """Whether the real time can be believed: limits, budgets, expiries and retirements go by it."""
    why = "retirements, key expiries and budgets go by this clock"
    do = "set the clock (timedatectl set-ntp true)"
    if clock.today < clock.catalogue_day:
        said = f"today is {clock.today} here, before the catalogue's newest knowledge of {clock.catalogue_day}"
        return fault("clock", said, why=why, do=do)
    # One provider's clock may be wrong itself: the nearest to ours speaks for all.
    name, offset = min(clock.offsets_s, key=lambda each: abs(each[1]), default=("", 0.0))
    if abs(offset) > SLOW_S:
        said = f"{abs(offset):.0f} s {'behind' if offset > 0 else 'ahead of'} {name}'s"
        return fault("clock", said, why=why, do=do) if abs(offset) > WRONG_S else warning("clock", said, why=why, do=do)
    if abs(clock.drift_s) > JUMP_S:
        return warning("clock", f"it jumped by {clock.drift_s:+.1f} s while this ran", why=why, do=do)
    return ok("clock", f"{clock.today}" + (f", within {max(abs(offset), 1):.0f} s of {name}'s" if name else ""))


def _size(number: int) -> str:
    return f"{number / 10**9:.1f} GB" if number >= 10**9 else f"{number / MEGABYTE:.1f} MB"


def _days(days: float) -> str:
    return f"{days:.0f} days" if days < 3650 else "years"
