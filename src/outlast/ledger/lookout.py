"""What a gateway reads of the database while it serves, and the process in which that happens to nobody's harm.

SQLite maps the ``-shm`` file: where a file system turns read-only or a disk gives nothing back, touching it is a
signal that ends the process, and no error that could be caught. So these reads are made in the worker. This file
knows what is read and when keys need not be told again. It does not know who asks (``keys_watch``).
"""

import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from outlast.exchange import SeenModel
from outlast.keys.key import Key
from outlast.ledger.database import open_for_reading
from outlast.ledger.keys import read_keys, read_version
from outlast.ledger.reader import SqliteLedger

_BUSY_MS: Final = 250


class Mark(NamedTuple):
    """Which keys somebody has: those of one opening of the file, at one version."""

    opened_ns: int
    version: int


NOTHING_SEEN: Final = Mark(-1, -1)


class Look(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Which keys are there, and are they others than these?"""

    known: Mark


class Looked(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The keys of a moment."""

    mark: Mark
    keys: tuple[Key, ...] | None
    """Every key that was ever created; None: those that are known."""


class Sum(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """What was called since then?"""

    since_ns: int


class Summed(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Every (requested, served) pair since the beginning of the instant's hour."""

    seen: tuple[SeenModel, ...]


class Lookout:
    """Looks into one database, whichever file that is at the moment. Belongs to one thread."""

    def __init__(self, database: Path) -> None:
        """Open nothing yet."""
        self._path = database
        self._file = (0, 0)
        self._opened_ns = 0
        self._connection: sqlite3.Connection | None = None

    def look(self, question: Look) -> Looked:
        """The keys, where they are others than those known: read the version first, which is cheap.

        Raises:
            sqlite3.Error, OSError, msgspec.ValidationError, msgspec.DecodeError: the file is away, locked, or holds
                what Outlast never wrote. The next look opens it again.
            LedgerUnavailable: a newer version of Outlast made it.
        """
        try:
            connection = self._opened()
            mark = Mark(self._opened_ns, read_version(connection))
            # A change between the two reads is in these keys already, and is told once more at the next look.
            keys = None if mark == question.known else read_keys(connection, self._path)
        except BaseException:
            self.close()
            raise
        return Looked(mark, keys)

    def sum(self, question: Sum) -> Summed:
        """What was called, read anew; raises as ``look`` does."""
        return Summed(tuple(SqliteLedger(self._path).seen(question.since_ns)))

    def close(self) -> None:
        """Give the file back; the next look opens it again."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _opened(self) -> sqlite3.Connection:
        """A connection to the file that lies there now."""
        status = os.stat(self._path)  # noqa: PTH116 - four times a second, for two numbers
        file = (status.st_dev, status.st_ino)
        if self._connection is None or file != self._file:
            self.close()
            self._connection = open_for_reading(self._path)
            self._connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            self._file = file
            self._opened_ns = time.monotonic_ns()  # no other opening has it, in whichever process
        return self._connection
