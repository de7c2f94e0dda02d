"""When the journal is brought to the disk, so that a loss of power takes little: in groups, or each record.

It knows the rhythm and counts refusals. It does not know what a sync is made of (``journal``).
"""

from threading import Event, Thread
from typing import Final

from outlast.ledger.journal import Journal

INTERVAL_SECONDS: Final = 0.1


class Syncer:
    """Syncs one journal: in a thread of its own, or where ``always``, when it is told to."""

    def __init__(self, journal: Journal, *, always: bool = False, interval: float = INTERVAL_SECONDS) -> None:
        """Start nothing yet.

        Args:
            journal: what is synced.
            always: every record is synced before its append returns; there is no thread.
            interval: seconds between two groups.
        """
        self._journal = journal
        self._interval = interval
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="outlast-sync", daemon=True)
        self.always = always
        self.failures = 0
        self.last_error = ""
        """Why the disk refused last; empty when it took the last group."""

    def start(self) -> None:
        """Begin to sync in groups."""
        if not self.always:
            self._thread.start()

    def stop(self) -> None:
        """Sync what is there, once more, and stop."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        self.sync()

    def sync(self) -> None:
        """Bring to the disk what is not there yet."""
        try:
            if self._journal.sync():
                self.last_error = ""
        except OSError as error:
            self.failures += 1
            self.last_error = str(error)

    def _run(self) -> None:
        while not self._stopping.wait(self._interval):
            self.sync()
