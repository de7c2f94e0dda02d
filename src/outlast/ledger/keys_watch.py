"""The keys of this moment for a running gateway: a thread that looks whether they changed, and a ring that it swaps.

It knows when to look, and that the keys it has are better than none. It does not know where looks are made
(``lookout``), what a key may do (``keys``) nor who asks with one (``gateway.caller``).
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Final

from outlast.errors import LedgerUnavailable
from outlast.keys.key import NO_KEYS, KeyRing, ring_of
from outlast.ledger.lookout import NOTHING_SEEN, Look, Looked, Lookout, Mark

LOOK_SECONDS: Final = 0.25


class KeyWatch:
    """Calling it gives the ring of this moment; one thread of its own keeps that current.

    Whatever happens to the database meanwhile, the ring that was read last stays. Keys are never deleted, so a
    database without any, after one with some, is another file in its place: the gateway does not become open by it.
    """

    def __init__(self, path: Path, *, elsewhere: Callable[[Mark], Looked], every: float = LOOK_SECONDS) -> None:
        """Read the keys once, in this process, which serves nobody yet; ``start`` goes on looking elsewhere.

        Args:
            path: the database.
            elsewhere: makes a look where it can end no call (``lookout``); raises what it likes.
            every: seconds between two looks.

        Raises:
            LedgerUnavailable: they cannot be read. Nobody may then say that no key is needed.
        """
        self._every = every
        self._ring = NO_KEYS
        self._mark = NOTHING_SEEN
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="outlast-keys", daemon=True)
        self.trouble = ""
        """Why the last look failed; empty when it did not."""
        with closing(Lookout(path)) as here:

            def looks(known: Mark) -> Looked:
                return here.look(Look(known))

            self._looks: Callable[[Mark], Looked] = looks
            self.look()
        self._looks = elsewhere
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
            self._refresh(self._looks(self._mark))
        except Exception as error:  # noqa: BLE001 - the boundary: a thread that ended here would never see a revocation
            self.trouble = str(error) or type(error).__name__
        else:
            self.trouble = ""

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            self.look()

    def _refresh(self, looked: Looked) -> None:
        if looked.keys is None:
            return
        ring = ring_of(looked.keys)
        if ring.empty and not self._ring.empty:
            raise LedgerUnavailable("another database is in its place, without a key; those known before hold")
        self._mark = looked.mark
        if ring != self._ring:
            self._ring = ring
