"""The rehearsal of a gateway, connected: its played day and the story in its catalogue."""

import datetime as dt
from collections.abc import Callable

from outlast.chat.rehearsal import Clock, Story, clocks, stories
from outlast.wiring.generation import Generation
from outlast.wiring.played import Played


class Rehearsed:
    """What the page of a rehearsal asks."""

    def __init__(self, played: Played, current: Callable[[], Generation]) -> None:
        self._played = played
        self._current = current

    @property
    def today(self) -> dt.date:
        """The day that is played."""
        return self._played()

    @property
    def stories(self) -> tuple[Story, ...]:
        """As the catalogue tells them."""
        return stories(self._current().knowledge.whole)

    def clocks(self) -> tuple[Clock, ...]:
        """The cast today."""
        return clocks(self._current().knowledge.whole, self._played())

    def move(self, day: dt.date) -> None:
        """Play another day."""
        self._played.move(day)
