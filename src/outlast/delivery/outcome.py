"""What came of one try to send a message.

It knows four ends of a try. It does not know what is done about them (``delivery.round``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from outlast.delivery.store import Message

Result = Literal["sent", "failed", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One try's end."""

    result: Result
    """failed: nothing was taken, and it may be tried again. refused: it never will be. unknown: it may have arrived."""
    said: str = ""
    everybody: bool = False
    """The way itself is closed, so that nobody can be told by it now."""


Carrier = Callable[[Message], Outcome]
"""Sends one message by one way; raises nothing that is foreseen."""
