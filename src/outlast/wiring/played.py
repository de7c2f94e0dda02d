"""A day that is played instead of the real one, and may be moved while the gateway serves.

It knows one day, in one process. It does not know any story. Records keep real time: nothing asks it for theirs.
"""

import datetime as dt
from collections.abc import Callable


class Played:
    """Today, as everything that lives by calendars is told."""

    def __init__(self, day: dt.date) -> None:
        self._day = day
        self.moved: Callable[[], None] = lambda: None
        """Called after the day was moved; forgets what was seen on another day."""

    def __call__(self) -> dt.date:
        """The day."""
        return self._day

    def move(self, day: dt.date) -> None:
        """Play another day from now on; running calls end on the day that they began."""
        self._day = day
        self.moved()
