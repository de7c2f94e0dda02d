"""A provider's keys in rotation: which one is used next, and which rest.

It knows places in a list and times. It does not know the keys themselves, so that none of them can be repeated
by accident, nor what a request looks like (``openai``).
"""

from outlast.gateway.ports import Headers

LIMITED_REST_S = 10.0
"""After a 429 that does not say how long: a minute's limit has moved on a little by then."""
REFUSED_REST_S = 300.0
"""After a 401 or 403: somebody has to mend it, and a mended key is back in use within minutes."""
LONGEST_REST_S = 3600.0
"""A ``Retry-After`` is believed up to here."""
RESTED = frozenset({401, 403, 429})
"""Statuses that speak of the key."""


class Rotation:
    """Round robin over ``count`` keys; times are seconds of one monotonic clock."""

    __slots__ = ("_next", "_said", "_until")

    def __init__(self, count: int) -> None:
        self._until = [0.0] * count
        self._said = [0] * count
        self._next = 0

    def take(self, now: float) -> int:
        """The place of the next key that does not rest; where all rest, of the one that wakes first."""
        until = self._until
        count = len(until)
        for step in range(count):
            place = (self._next + step) % count
            if until[place] <= now:
                self._next = place + 1
                return place
        return until.index(min(until))

    def rest(self, place: int, status: int, seconds: float, now: float) -> None:
        """A key was answered with a status that speaks of it, and is left alone for a while."""
        self._until[place] = now + min(seconds, LONGEST_REST_S)
        self._said[place] = status

    def awake(self, now: float) -> bool:
        """Whether any key does not rest."""
        return min(self._until) <= now

    def in_words(self, now: float) -> str:
        """Which keys rest, by their place; empty where none does."""
        count = len(self._until)
        return ", ".join(
            f"key {place + 1} of {count} rests for {until - now:.0f} s more after a {self._said[place]}"
            for place, until in enumerate(self._until)
            if until > now
        )


def rest_seconds(status: int, headers: Headers) -> float:
    """How long a key rests after such an answer: as long as the provider says, else a stated time."""
    for name, value in headers:
        if name in ("retry-after", "retry-after-ms"):
            try:
                seconds = float(value) / (1000 if name == "retry-after-ms" else 1)
            except ValueError:
                break  # a date: its clock is not ours
            if seconds > 0:
                return seconds
    return LIMITED_REST_S if status == 429 else REFUSED_REST_S
