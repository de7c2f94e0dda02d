"""Files beside a database that belong to it and that a copy takes along: responses, rollouts, chats, notices.

It knows their names, how one is copied while others write it, and whether SQLite finds it whole. It does not know what
is in them, nor what else a copy is made of (``ledger.backup``). Those who write one of them wait while it is copied or
looked through: it keeps no second state.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from outlast.ledger.denied import why
from outlast.ledger.desk import PATIENCE
from outlast.ledger.location import chats_path, notices_path, responses_path, rollouts_path

_PATHS: Final = {
    "responses": responses_path,
    "rollouts": rollouts_path,
    "chats": chats_path,
    "notices": notices_path,
}


def companions(database: Path, copy: Path) -> tuple[tuple[Path, Path], ...]:
    """Each file that may lie beside the database, and its place beside the copy."""
    return tuple((path(database), path(copy)) for path in _PATHS.values())


def companions_of(database: Path) -> dict[str, Path]:
    """Those that lie beside the database, by what is in them."""
    found = {what: path(database) for what, path in _PATHS.items()}
    return {what: path for what, path in found.items() if path.exists()}


def harm_to(companion: Path, most: int) -> Iterator[str]:
    """What SQLite finds wrong with one, page by page, the first ``most``; nothing: it is whole."""
    try:
        with closing(_opened(companion)) as connection:
            yield from (says for (says,) in connection.execute(f"PRAGMA integrity_check({most})") if says != "ok")
    except sqlite3.Error as error:
        yield f"it cannot be read: {why(error, companion)}"


def copy_companion(source: Path, target: Path) -> Path:
    """Copy one into a new file for its owner alone, on the disk, whose name is not yet the last one; returns it.

    Raises:
        sqlite3.Error: it cannot be read or written.
        OSError: the same.
    """
    partial = target.with_name(f"{target.name}.partial")
    drop_partial(target)
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    with (
        closing(_opened(source)) as kept,
        closing(sqlite3.connect(partial)) as made,
    ):
        kept.execute("BEGIN")
        kept.backup(made)
        made.execute("PRAGMA journal_mode = DELETE")
    descriptor = os.open(partial, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return partial


def _opened(companion: Path) -> sqlite3.Connection:
    """Not for reading alone: what a killed process left in the journal is taken back first."""
    address = f"{companion.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(address, uri=True, timeout=PATIENCE, isolation_level=None)


def drop_partial(target: Path) -> None:
    """Take away what was not finished."""
    for end in ("", "-journal"):
        with suppress(FileNotFoundError):
            target.with_name(f"{target.name}.partial{end}").unlink()
