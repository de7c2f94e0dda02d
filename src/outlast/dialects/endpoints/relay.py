"""A stream of an endpoint on its way through: sounds as bytes, or events of which only the counts are read.

It knows that every byte passes at once. It does not know what the bytes are.
"""

from outlast.dialects.answer import Answer
from outlast.dialects.endpoints.facts import read_counts
from outlast.dialects.sse import data_of

LONGEST_TAIL = 64 * 1024
"""Bytes of the end that are kept to read counts from; the event with a whole picture is larger, and is not read."""


class Passing:
    """One stream; it ends when the upstream's body does."""

    __slots__ = ("_tail", "done", "events", "failed")

    def __init__(self) -> None:
        self.done = False
        self.failed = False
        self.events = 0
        self._tail = b""

    @property
    def answer(self) -> Answer:
        """The counts of the last event, where it has some."""
        last = self._tail.strip().rpartition(b"\n\n")[2]
        facts = read_counts(data_of(last + b"\n\n")) if b'"usage"' in last else Answer()
        return Answer(facts.model, facts.usage, "stop")

    def feed(self, chunk: bytes) -> bytes:
        """The same bytes."""
        self.events += 1
        self._tail = (self._tail + chunk)[-LONGEST_TAIL:]
        return chunk

    def finish(self) -> bytes:
        """Nothing is ever held back."""
        return b""

    def held(self) -> bytes:
        """The same."""
        return b""
