"""One session's answer as it runs: its events, what they add up to, and an end to sound that has none.

It knows counts. It does not know what events become.
"""

from collections.abc import Iterator
from typing import Final, Literal

from outlast.omni.engine import MOUTH_HZ, Ended, Event, Session, Spoken
from outlast.omni.grammar import FRAMES_PER_SECOND
from outlast.providers.local.work import Stop

LONGEST_SPOKEN_S: Final = 120
"""Seconds of one spoken answer; one that is longer ends there, as one that is too long in words does."""


class Answering:
    """Of the turn that is open."""

    def __init__(self, session: Session, stop: Stop, *, longest_s: int = LONGEST_SPOKEN_S) -> None:
        self._session = session
        self._stop = stop
        self._left = longest_s * MOUTH_HZ
        self._spoken = 0
        self.finish: Literal["stop", "length"] = "stop"
        """Known when the events have ended, like the counts."""
        self.read = 0
        self.written = 0

    @property
    def frames(self) -> int:
        """Of sound, 40 ms each."""
        return self._spoken * FRAMES_PER_SECOND // MOUTH_HZ

    def events(self) -> Iterator[Event]:
        """All of them. Raises ``Stopped``, and as the session does."""
        for event in self._stop.events(self._session):
            if isinstance(event, Ended):
                self.read, self.written = event.read, event.written
                self.finish = "length" if event.reason == "length" or self._spoken > self._left else "stop"
            elif isinstance(event, Spoken):
                self._spoken += len(event.samples)
                if self._spoken > self._left:
                    self._session.cancel()
            yield event
