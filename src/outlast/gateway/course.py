"""What was settled of one call before anybody was asked: who goes first, who comes last, and who wants to hear of it.

It knows one call's way beside its plan, as values and hooks. It does not know why it was chosen (``rollout``) nor
who settles it (``gateway.steering``).
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from outlast.exchange import Exchange
from outlast.gateway.plan import Candidate


class Course(Protocol):
    """One call's way."""

    @property
    def lead(self) -> Candidate | None:
        """Asked before the plan's own; None: the plan as it is."""
        ...

    @property
    def heir(self) -> Candidate | None:
        """Asked when the last of the plan's targets turns out to be gone in this very call."""
        ...

    @property
    def shadow(self) -> Candidate | None:
        """Asked beside, unseen by the caller."""
        ...

    @property
    def settling(self) -> "asyncio.Future[Course] | None":
        """What this call's way is for certain, where this one is only likely; None: this one is certain.

        It never fails, and is never cancelled by a caller. Along a likely way a model may be asked, and nobody may
        hear of its answer.
        """
        ...

    @property
    def heard(self) -> int:
        """How many bytes of the answer ``ended`` wants to see at most; 0: none."""
        ...

    async def affords(self, pico_usd: int | None) -> bool:
        """Set money aside for what is asked beside; None: its price is not known. False: it is not to be asked."""
        ...

    def ended(self, exchange: Exchange, sent: Sequence[bytes], *, cut: bool) -> None:
        """Take note of how it ended, in microseconds: no waiting, no error.

        ``sent`` is what the caller got, in its own dialect; ``cut``: there was more than was wanted.
        """
        ...

    def shadowed(self, exchange: Exchange, sent: Sequence[bytes], *, cut: bool) -> None:
        """The same of what was asked beside."""
        ...
