"""What can be seen of a database and its journal without changing either.

It knows files, SQLite's own account and segments. It does not know what is healthy (``doctor``).
"""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import msgspec

from outlast.doctor.record import RecordFacts
from outlast.errors import LedgerUnavailable
from outlast.ledger.companions import companions_of
from outlast.ledger.database import migrations, open_for_reading, version_of
from outlast.ledger.denied import why
from outlast.ledger.leftovers import leftovers
from outlast.ledger.location import chats_path, journal_folder
from outlast.ledger.slots import slot_folders

_WEEK_HOURS = 7 * 24
_HOUR_S = 3600
_CALLS = "SELECT coalesce(sum(calls), 0), max(0, :now - min(hour)) FROM totals WHERE hour > :now - :hours"
_ROWS = "SELECT coalesce(max(seq) - min(seq) + 1, 0) FROM exchanges"


def look_at_record(path: Path) -> RecordFacts:
    """Everything about one database file and the journal beside it; an error is part of the answer."""
    facts = _journal(RecordFacts(path=str(path), known_version=len(migrations()), writable=_writable(path)), path)
    facts = _beside(_chats(facts, chats_path(path)), path)
    if not path.exists():
        return facts
    try:
        with closing(open_for_reading(path)) as connection:
            return _read(facts, connection, path)
    except (sqlite3.Error, LedgerUnavailable) as error:
        return msgspec.structs.replace(facts, exists=True, error=str(error))


def _read(facts: RecordFacts, connection: sqlite3.Connection, path: Path) -> RecordFacts:
    version = version_of(connection, path)
    size = sum(each.stat().st_size for each in (path, path.with_name(path.name + "-wal")) if each.exists())
    known = msgspec.structs.replace(facts, exists=True, version=version, size=size)
    if not version:
        return known
    now = int(time.time()) // _HOUR_S
    calls, hours = connection.execute(_CALLS, {"now": now, "hours": _WEEK_HOURS}).fetchone()
    (rows,) = connection.execute(_ROWS).fetchone()
    return msgspec.structs.replace(
        known,
        calls_a_day=calls * 24 / max(hours, 24) if calls else 0.0,
        bytes_a_call=size / rows if rows else 0.0,
    )


def _journal(facts: RecordFacts, path: Path) -> RecordFacts:
    """Files that a process left, in the folders of every slot."""
    try:
        found = [leftovers(folder) for folder in slot_folders(journal_folder(path)).values()]
    except (OSError, LedgerUnavailable) as error:
        return msgspec.structs.replace(facts, error=str(error))
    return msgspec.structs.replace(
        facts,
        segments=sum(len(each.extents) for each in found),
        strange=tuple(str(one) for each in found for one in each.strange),
    )


def _chats(facts: RecordFacts, file: Path) -> RecordFacts:
    """The file of conversations beside it, as far as that can be opened and read."""
    if not file.exists():
        return facts
    try:
        size = file.stat().st_size
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as connection:
            connection.execute("SELECT count(*) FROM accounts").fetchone()
    except (sqlite3.Error, OSError) as error:
        return msgspec.structs.replace(facts, chats_error=str(error))
    return msgspec.structs.replace(facts, chats=size)


def _beside(facts: RecordFacts, database: Path) -> RecordFacts:
    """The other files beside it that cannot be opened and read."""
    found: list[tuple[str, str]] = []
    for what, file in companions_of(database).items():
        if file != chats_path(database):
            try:
                with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as kept:
                    kept.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            except sqlite3.Error as error:
                # What a killed process left half written is taken back by the next one that opens it for writing.
                if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_READONLY_ROLLBACK:
                    found.append((what, why(error, file)))
    return msgspec.structs.replace(facts, unreadable=tuple(found))


def _writable(path: Path) -> bool:
    """Whether this user could write the file, and the files beside it that SQLite needs."""
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    return os.access(folder, os.W_OK | os.X_OK) and (not path.exists() or os.access(path, os.W_OK))
