"""A ledger in a few numbers: how large, how many calls, since when, what waits, what retention took.

It knows where each number comes from, and changes nothing. It does not know what is healthy (``verify``).
"""

import datetime as dt
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from outlast.errors import LedgerUnavailable
from outlast.ledger.companions import companions_of
from outlast.ledger.database import migrations, open_for_reading, version_of
from outlast.ledger.extents import Position
from outlast.ledger.location import journal_folder
from outlast.ledger.queries import QUERIES
from outlast.ledger.survey import NOWHERE, survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One ledger now."""

    file: Path
    version: int
    bytes: int
    """The database with what SQLite keeps beside it."""
    free_bytes: int
    """Of these, free for what comes."""
    journal_bytes: int
    responses_bytes: int
    """The file of responses that callers asked to keep; 0: none ever was."""
    rollouts_bytes: int
    """The file of rollouts, their assignments and what was measured; 0: there is none."""
    chats_bytes: int
    """The file of conversations and accounts; 0: there is none."""
    notices_bytes: int
    """The file of dates that were seen and notices that were sent; 0: there is none."""
    calls: int
    bodies: int
    first_day: dt.date | None
    """The oldest call that has a row."""
    last_day: dt.date | None
    waiting: int
    """Records in the journals that the database does not have yet."""
    processes: int
    """How many processes have, or had, a journal here."""
    deleted_calls: int
    deleted_bodies: int


def summarise(database: Path) -> Summary:
    """Look.

    Raises:
        LedgerUnavailable: there is no ledger, it cannot be read, or another version made it.
    """
    if not database.is_file():
        raise LedgerUnavailable(f"there is no ledger at {database}: nothing was recorded there yet")
    try:
        with survey(journal_folder(database)) as journals, closing(open_for_reading(database)) as connection:
            connection.execute("BEGIN")
            _check_version(connection, database)
            places = {name: Position(*place) for name, *place in connection.execute(QUERIES["positions"])}
            waiting = sum(each.waiting(places.get(each.name or "", NOWHERE)).records for each in journals)
            return _summary(connection, database, waiting, [journal.bytes for journal in journals])
    except (sqlite3.Error, OSError) as error:
        raise LedgerUnavailable(f"the ledger {database} cannot be read: {error}") from error


def _check_version(connection: sqlite3.Connection, database: Path) -> None:
    version = version_of(connection, database)
    if version < len(migrations()):
        raise LedgerUnavailable(
            f"{database} has version {version} of {len(migrations())}: start the gateway once to bring it up to date"
        )


def _summary(connection: sqlite3.Connection, database: Path, waiting: int, journals: list[int]) -> Summary:
    calls, bodies, first, last, deleted_calls, deleted_bodies = connection.execute(QUERIES["summary"]).fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    (page,) = connection.execute("PRAGMA page_size").fetchone()
    sizes = {what: path.stat().st_size for what, path in companions_of(database).items()}
    beside = (database.with_name(database.name + end) for end in ("", "-wal"))
    return Summary(
        file=database,
        version=version_of(connection, database),
        bytes=sum(path.stat().st_size for path in beside if path.exists()),
        free_bytes=free * page,
        journal_bytes=sum(journals),
        responses_bytes=sizes.get("responses", 0),
        rollouts_bytes=sizes.get("rollouts", 0),
        chats_bytes=sizes.get("chats", 0),
        notices_bytes=sizes.get("notices", 0),
        calls=calls,
        bodies=bodies,
        first_day=_day(first),
        last_day=_day(last),
        waiting=waiting,
        processes=len(journals),
        deleted_calls=deleted_calls,
        deleted_bodies=deleted_bodies,
    )


def _day(started_ns: int | None) -> dt.date | None:
    return None if started_ns is None else dt.datetime.fromtimestamp(started_ns // 10**9, dt.UTC).date()
