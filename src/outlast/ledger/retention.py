"""How long calls and what was said in them are kept, by real time: what is older goes, hourly sums stay.

It knows days, clocks and when to look again. It does not know SQL (``pruning``). A rehearsed day never comes here,
and a clock that leaps ahead deletes nothing: no more time counts than has passed since the start.
"""

import time
from collections.abc import Callable
from typing import Final

import msgspec

from outlast.settings.words import LedgerSettings

_NS_PER_DAY: Final = 86_400 * 10**9
_NS_PER_SECOND: Final = 10**9
_AGAIN_SECONDS: Final = 60.0
"""Between two looks, where the last one left nothing to delete."""


class Prune(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """What may go: everything that began before these instants (Unix nanoseconds); None: nothing."""

    calls_before_ns: int | None
    bodies_before_ns: int | None


class Pruned(msgspec.Struct, array_like=True, tag=True):
    """What one step deleted."""

    calls: int = 0
    bodies: int = 0
    pages: int = 0
    """Given back to the file system."""
    more: bool = False
    """Another step would find more."""


def steady_ns() -> int:
    """Time since the machine's start, its sleep included where the system tells."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Retention:
    """What is due to go. The settings may be exchanged at any moment."""

    def __init__(
        self,
        ledger: LedgerSettings,
        *,
        unix_ns: Callable[[], int] = time.time_ns,
        elapsed_ns: Callable[[], int] = steady_ns,
    ) -> None:
        self._ledger = self._asked = ledger
        self._unix_ns = unix_ns
        self._elapsed_ns = elapsed_ns
        self._ahead_ns = unix_ns() - elapsed_ns()
        self._next_ns = elapsed_ns()

    def change(self, ledger: LedgerSettings) -> None:
        """Go by other settings from now on."""
        self._ledger = ledger
        self._next_ns = self._elapsed_ns()

    def due(self) -> Prune | None:
        """What to delete now; None: nothing, or it is not yet time to look again."""
        self._asked = self._ledger
        days, body_days = self._asked.days, self._asked.body_days
        if body_days is None or self._elapsed_ns() < self._next_ns:
            return None
        now = min(self._unix_ns(), self._ahead_ns + self._elapsed_ns())
        return Prune(None if days is None else now - days * _NS_PER_DAY, now - body_days * _NS_PER_DAY)

    def done(self) -> None:
        """Nothing older is left, by the settings that ``due`` went by; others that came meanwhile are due at once."""
        self._next_ns = self._elapsed_ns() + int(_AGAIN_SECONDS * _NS_PER_SECOND)
        if self._asked is not self._ledger:  # looked at last: ``change`` may run in another thread
            self._next_ns = self._elapsed_ns()
