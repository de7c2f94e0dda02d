"""SQLite connections of the ledger and the migrations that its file needs.

It knows how the file is opened for writing and for reading and how its schema grows: the numbered files of
``schema/``, each applied once, never changed after it was released. It does not know rows.
"""

import sqlite3
import time
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Final

from outlast.errors import LedgerUnavailable

BUSY_SECONDS: Final = 1.0
"""How long a statement waits for another connection's lock."""
OPENING_SECONDS: Final = 5.0
"""The same at start, where a refusal ends the process: others may just be making the file, or an owner that was killed
may have left its worker in the middle of a step."""
_AGAIN_SECONDS: Final = 0.005


def migrations() -> tuple[str, ...]:
    """The statements of each migration, in order."""
    folder = files("outlast.ledger").joinpath("schema")
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name)
    return tuple(entry.read_text("utf-8") for entry in found)


def open_for_writing(path: Path, *, patience: float = BUSY_SECONDS) -> sqlite3.Connection:
    """The one writing connection, its file made and migrated.

    Commits are synced: what is in the database survives a loss of power.

    Args:
        path: the file.
        patience: seconds that a statement waits for another connection's lock.

    Raises:
        sqlite3.Error: the file is locked, away or no database.
        LedgerUnavailable: a newer version of Outlast made it.
    """
    connection = sqlite3.connect(path, timeout=patience, isolation_level=None)
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # heard by a file that is new, and by no other
        _write_ahead(connection, patience)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {64 << 20}")
        migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection, patience: float) -> None:
    """Turn a file that is new to its journal.

    SQLite refuses this at once while another connection does the same, as workers that begin together do.
    """
    until = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_AGAIN_SECONDS)
        else:
            return


def withhold_from_others(path: Path) -> bool:
    """Take from users outside the owner's group what an earlier version let them read; True: there was something.

    Raises:
        OSError: the file is not this process's to change.
    """
    found = False
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        beside = path.with_name(name)
        with suppress(FileNotFoundError):
            mode = beside.stat().st_mode & 0o777
            if mode & 0o007:
                beside.chmod(mode & ~0o007)
                found = True
    return found


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing.

    Raises:
        sqlite3.Error: the file is away or no database.
        LedgerUnavailable: another version of Outlast made it.
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(address, uri=True, timeout=5 * BUSY_SECONDS, isolation_level=None)


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """How many migrations the file has; 0: it holds nothing yet.

    Raises:
        LedgerUnavailable: more than this version of Outlast knows.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(migrations()):
        raise LedgerUnavailable(f"{path} was made by a newer version of Outlast; use that one, or another file")
    return int(version)


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Apply what is missing, all or nothing."""
    steps = migrations()
    if version_of(connection, path) == len(steps):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        missing = steps[version_of(connection, path) :]
        for statement in (part for step in missing for part in _statements(step)):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> list[str]:
    """The single statements of a script: ``executescript`` would commit in between."""
    found: list[str] = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    return found
