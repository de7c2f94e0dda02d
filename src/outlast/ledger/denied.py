"""Why a file beside the record was refused, in words, and what whoever runs Outlast can do about it.

It knows what the system and SQLite say of a file. It does not know what is in the file, nor who asked.
"""

import errno
import os
import sqlite3
from pathlib import Path
from typing import Final

_DENIED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_PRIMARY: Final = 0xFF  # of SQLite's codes: the rest tells kinds of one refusal apart
_CODES: Final = {
    sqlite3.SQLITE_PERM: "denied",
    sqlite3.SQLITE_READONLY: "denied",
    sqlite3.SQLITE_CANTOPEN: "denied",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_CORRUPT: "broken",
    sqlite3.SQLITE_NOTADB: "broken",
}


def why(error: Exception, path: Path) -> str:
    """The refusal as an operator can act on it; one that means nothing known is repeated as it is.

    Args:
        error: of SQLite or of the system.
        path: the file that was to be read or written.
    """
    kind = _kind(error)
    if kind == "denied":
        return (
            f"this process (user {os.geteuid()}) may not; let that user read and write the file and its folder "
            f"{path.parent}, or let [server] database name another place"
        )
    if kind == "full":
        return f"the disk is full; make room where {path.parent} lies"
    if kind == "busy":
        return "another process has held it locked for too long; try again in a moment"
    if kind == "broken":
        return f"it is damaged, or no database ({error}); stop the gateway, move it away and put a backup in its place"
    return str(error)


def _kind(error: Exception) -> str:
    if isinstance(error, sqlite3.Error):
        # An error that Python itself raises carries no code.
        return _CODES.get(getattr(error, "sqlite_errorcode", 0) & _PRIMARY, "")
    number = error.errno if isinstance(error, OSError) else None
    return "denied" if number in _DENIED else "full" if number in _FULL else ""
