"""The keys of this moment for a running gateway: a thread that looks whether they changed, and a ring that it swaps.

It knows when to look, and that the keys it has are better than none. It does not know what a key may do (``keys``)
nor who asks with one (``gateway.caller``).
"""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Final

from outlast.errors import LedgerUnavailable
from outlast.keys.key import NO_KEYS, KeyRing, ring_of
from outlast.ledger.database import open_for_reading
from outlast.ledger.keys import read_keys, read_version

LOOK_SECONDS: Final = 0.25
_BUSY_MS: Final = 250
_UNKNOWN: Final = -1


class KeyWatch:
    """Calling it gives the ring of this moment; one thread of its own keeps that current.

    Whatever happens to the database meanwhile, the ring that was read last stays. Keys are never deleted, so a
    database without any, after one with some, is another file in its place: the gateway does not become open by it.
    """

    def __init__(self, path: Path, *, every: float = LOOK_SECONDS) -> None:
        """Read the keys once, in the caller's thread; ``start`` goes on looking.

        Args:
            path: the database.
            every: seconds between two looks.

        Raises:
            LedgerUnavailable: they cannot be read. Nobody may then say that no key is needed.
        """
        self._path = path
        self._every = every
        self._ring = NO_KEYS
        self._version = _UNKNOWN
        self._file: tuple[int, int] | None = None
        self._connection: sqlite3.Connection | None = None
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="outlast-keys", daemon=True)
        self.trouble = ""
        """Why the last look failed; empty when it did not."""
        self.look()
        self._leave()  # a connection belongs to the thread that opened it
        if self.trouble:
            raise LedgerUnavailable(f"the keys in {path} cannot be read, so that nobody can be let in: {self.trouble}")

    def __call__(self) -> KeyRing:
        """The keys of this moment: the same object until one changes."""
        return self._ring

    def start(self) -> None:
        """Begin to look in the background."""
        self._thread.start()

    def close(self) -> None:
        """Stop looking; the ring stays as it is."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def look(self) -> None:
        """Look once, now; nothing is raised, see ``trouble``."""
        try:
            self._refresh()
        except Exception as error:  # noqa: BLE001 - the boundary: a thread that ended here would never see a revocation
            self.trouble = str(error) or type(error).__name__
            self._leave()
        else:
            self.trouble = ""

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            self.look()
        self._leave()

    def _refresh(self) -> None:
        """Read the version; the keys only where it moved or the file is another one."""
        connection = self._opened()
        version = read_version(connection)
        if version == self._version:
            return
        # A change in between is in these keys already and is read once more at the next look.
        ring = ring_of(read_keys(connection, self._path))
        if ring.empty and not self._ring.empty:
            raise LedgerUnavailable("another database is in its place, without a key; those known before hold")
        self._version = version
        if ring != self._ring:
            self._ring = ring

    def _opened(self) -> sqlite3.Connection:
        """A connection to the file that lies there now."""
        status = os.stat(self._path)  # noqa: PTH116 - four times a second, for two numbers
        file = (status.st_dev, status.st_ino)
        if self._connection is None or file != self._file:
            self._leave()
            self._connection = connection = open_for_reading(self._path)
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            self._version = _UNKNOWN
            self._file = file
        return self._connection

    def _leave(self) -> None:
        """Give the file back; the next look opens it again."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
