"""A stream that passes through: events go on whole, unchanged and at once, and what ends it is held until the record.

It knows events and holding. It does not know what an event means: each dialect's ``relay`` does.
"""

from abc import ABC, abstractmethod

from outlast.dialects.sse import LARGEST_EVENT, Splitter
from outlast.errors import UpstreamBroken


class PassingStream(ABC):
    """Reads one stream; see ``StreamReading``."""

    __slots__ = ("_splitter", "_terminal", "done", "events", "failed")

    def __init__(self) -> None:
        self.done = False
        """The terminal event was seen."""
        self.failed = False
        """An error event was seen."""
        self.events = 0
        """How many events were seen; a provider sends about a token in each."""
        self._splitter = Splitter()
        self._terminal = b""

    def feed(self, chunk: bytes) -> bytes:
        """The bytes that may go to the caller now.

        Raises:
            UpstreamBroken: an event, or what follows the terminal one, is larger than ``LARGEST_EVENT``.
        """
        events = self._splitter.feed(chunk)
        self.events += len(events)
        return b"".join([event for event in events if self._passes(event)])

    def finish(self) -> bytes:
        """The upstream has ended: the bytes of a last event that no blank line completed, if they may pass."""
        rest = self._splitter.finish()
        return rest if rest and self._passes(rest) else b""

    def held(self) -> bytes:
        """What is held back from the terminal event on: to be written when the call is recorded."""
        return self._terminal + self._splitter.rest if self.done else b""

    @abstractmethod
    def _passes(self, event: bytes) -> bool:
        """Note an event; whether it may go on. From the terminal one on, whatever ``_hold`` says."""

    def _hold(self, event: bytes) -> bool:
        self._terminal += event
        if len(self._terminal) > LARGEST_EVENT:
            raise UpstreamBroken("the upstream goes on after the end of its stream")
        return False
