"""One target's health as calls show it: closed, open for a while, then one probe at a time.

It knows outcomes and times that are told to it. It does not know what a status means (``gateway.asking``), which
target is chosen (``gateway.balance``) nor any clock. A breaker only says who is better left alone: whoever has
nobody else asks all the same.
"""

from typing import Literal

SECOND_NS = 1_000_000_000
IN_A_ROW = 5
"""Failures without an answer between them that open: one or two are a hiccup, five are not."""
REMEMBERED = 20
"""Calls that a share is judged by. Calls and not seconds: a target with little traffic is judged by as many."""
HALF = REMEMBERED // 2
"""Failures among the remembered calls that open: below it, trying again somewhere else costs less than the
capacity that would be lost."""
FIRST_REST_NS = SECOND_NS
"""A restarted process or a moved address is back within about a second."""
LONGEST_REST_NS = 60 * SECOND_NS
"""Each failed probe doubles the rest up to this: a mended target has its traffic back within a minute."""
LONGEST_TOLD_NS = 600 * SECOND_NS
"""A ``Retry-After`` is believed up to here; then a probe asks whether it was meant."""

_WINDOW = (1 << REMEMBERED) - 1

State = Literal["closed", "open", "half_open"]
"""closed: asked as usual. open: left alone for a while. half_open: rested, one call at a time finds out."""

Token = int
"""What ``begin`` gives and an outcome brings back: outcomes from before the last turn of the breaker are void."""


class Breaker:
    """Health of one target. Every ``begin`` is followed by exactly one outcome; times are monotonic nanoseconds."""

    __slots__ = (
        "_calm",
        "_epoch",
        "_history",
        "_in_a_row",
        "_probing",
        "_rest_ns",
        "last_error",
        "pending",
        "since_ns",
        "target",
        "until_ns",
    )

    def __init__(self, target: str) -> None:
        self.target = target
        self.pending = 0
        """Calls that are there now, streams until they end."""
        self.last_error = ""
        """The code of the last failure; it stays when the target is well again."""
        self.until_ns = 0
        """When its rest ends; 0: it is closed. Read by whoever chooses, in a hurry."""
        self.since_ns = 0
        """When the state last turned; 0: it never did."""
        self._calm = True  # closed, and no failure is remembered: an answer changes nothing
        self._history = self._in_a_row = 0
        self._rest_ns = 0
        self._probing = False
        self._epoch = 1

    def admits(self, now_ns: int) -> bool:
        """Whether a call should go there: it is closed, or has rested and no probe is on its way."""
        return not self.until_ns or (now_ns >= self.until_ns and not self._probing)

    def state(self, now_ns: int) -> State:
        """How it is to be shown."""
        if not self.until_ns:
            return "closed"
        return "half_open" if now_ns >= self.until_ns else "open"

    def rests_ns(self, now_ns: int) -> int:
        """How long it is still left alone."""
        return max(0, self.until_ns - now_ns)

    # One call.

    def begin(self, now_ns: int) -> Token:
        """A call goes there; the first after the rest is the probe."""
        self.pending += 1
        if self.until_ns and now_ns >= self.until_ns and not self._probing:
            self._probing = True
            return -self._epoch
        return self._epoch

    def answered(self, token: Token, now_ns: int) -> None:
        """It answered well."""
        self.pending -= 1
        if not self._calm:
            self._well(token, now_ns)

    def streaming(self, token: Token, now_ns: int) -> None:
        """It answers well so far, and the call goes on until ``ended``."""
        if not self._calm:
            self._well(token, now_ns)

    def ended(self) -> None:
        """A stream has ended, however it did."""
        self.pending -= 1

    def failed(self, token: Token, now_ns: int, error: str) -> None:
        """It failed, or could not be reached."""
        self.pending -= 1
        self.last_error = error
        if abs(token) != self._epoch:
            return
        if not self.until_ns:
            self._count(now_ns)
        elif token < 0:
            self._open(now_ns, min(max(self._rest_ns * 2, FIRST_REST_NS), LONGEST_REST_NS))

    def told_to_wait(self, token: Token, now_ns: int, wait_ns: int, error: str) -> None:
        """It asked to be left alone for so long, at most ``LONGEST_TOLD_NS``."""
        self.pending -= 1
        self.last_error = error
        if abs(token) == self._epoch:
            until = max(self.until_ns, now_ns + wait_ns)
            self._rest_until(now_ns, until)

    def refused(self, token: Token, now_ns: int) -> None:
        """It refused what the caller sent: no failure of its own, and a sign of life."""
        self.pending -= 1
        if self.until_ns and abs(token) == self._epoch:
            self._close(now_ns)

    def left(self, token: Token) -> None:
        """The call ended without telling anything: its caller left, or the model is gone."""
        self.pending -= 1
        if -token == self._epoch:
            self._probing = False

    def broke_off(self, now_ns: int, error: str) -> None:
        """A stream that had begun well broke; its end is told by ``ended``."""
        self.last_error = error
        if not self.until_ns:
            self._count(now_ns)

    # Turns.

    def _well(self, token: Token, now_ns: int) -> None:
        if abs(token) != self._epoch:
            return
        if self.until_ns:
            self._close(now_ns)
            return
        self._in_a_row = 0
        self._history = self._history << 1 & _WINDOW
        self._calm = not self._history

    def _count(self, now_ns: int) -> None:
        self._calm = False
        self._in_a_row += 1
        self._history = (self._history << 1 | 1) & _WINDOW
        if self._in_a_row >= IN_A_ROW or self._history.bit_count() >= HALF:
            self._open(now_ns, FIRST_REST_NS)

    def _open(self, now_ns: int, rest_ns: int) -> None:
        self._rest_ns = rest_ns
        self._rest_until(now_ns, now_ns + rest_ns)

    def _rest_until(self, now_ns: int, until_ns: int) -> None:
        if not self.until_ns:
            self.since_ns = now_ns
        self.until_ns = max(1, until_ns)
        self._turn()
        self._calm = False

    def _close(self, now_ns: int) -> None:
        self.until_ns = self._rest_ns = 0
        self._history = self._in_a_row = 0
        self._turn()
        self._calm = True
        self.since_ns = now_ns

    def _turn(self) -> None:
        self._epoch += 1
        self._probing = False
