"""One process of a gateway as its supervisor sees it: how it lives, what it says, when it may be started again.

It knows one process. It does not know the others, nor why one is started (``wiring.supervisor``).
"""

import os
import signal
from dataclasses import dataclass, field
from typing import Final

from outlast.wiring.line import Adopted, Failed, Line, Order, Prepared, Refused, Up, Word

STEADY_SECONDS: Final = 10.0
"""A process that lived so long is started again at once; others wait twice as long each time."""
FIRST_WAIT: Final = 0.1
LONGEST_WAIT: Final = 30.0


@dataclass(slots=True)
class Mate:
    """One place, and the process that has it now."""

    place: int
    pid: int = 0
    """0: nobody has it."""
    line: Line[Word] | None = None
    number: int = 0
    """Of the configuration that it has."""
    up: Up | None = None
    """Its word that callers are answered."""
    failed: Failed | None = None
    answers: list[Prepared | Refused | Adopted] = field(default_factory=list)
    born: float = 0.0
    wait: float = 0.0
    due: float = 0.0
    """When the next one may be started, monotonic."""

    def begin(self, pid: int, line: Line[Word], *, number: int, now: float) -> None:
        """A process has the place."""
        self.pid, self.line, self.number, self.born = pid, line, number, now
        self.up = self.failed = None
        self.answers.clear()

    def listen(self) -> bool:
        """Take in what it said; False: it says no more."""
        if self.line is None:
            return False
        try:
            words = self.line.receive()
        except EOFError:
            return False
        for word in words:
            if isinstance(word, Up):
                self.up = word
            elif isinstance(word, Failed):
                self.failed = word
            else:
                self.answers.append(word)
        return True

    def send(self, order: Order) -> bool:
        """Tell it something; False: it is dead, or hangs."""
        return self.line is not None and self.line.send(order)

    def answer(self, number: int) -> Prepared | Refused | Adopted | None:
        """What it said to the order of this number, once."""
        for each in self.answers:
            if each.number == number:
                self.answers.remove(each)
                return each
        return None

    def ended(self, now: float) -> None:
        """Its process is dead: the next one may come at once, or after a while if this one did not live long."""
        self.wait = (
            FIRST_WAIT if now - self.born >= STEADY_SECONDS else min(max(FIRST_WAIT, 2 * self.wait), LONGEST_WAIT)
        )
        self.due = now + self.wait
        if self.line is not None:
            self.line.close()
        self.pid, self.line, self.up = 0, None, None

    def kill(self) -> None:
        """End it as nothing else would."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)


def how(status: int) -> str:
    """How a process ended, from what the system says of it."""
    code = os.waitstatus_to_exitcode(status)
    return f"by signal {-code} ({signal.Signals(-code).name})" if code < 0 else f"with exit code {code}"
