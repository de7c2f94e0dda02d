"""Answers made in this process, for the recorded and the scripted kind: pieces, their pace, how they end.

It knows time between pieces and an end that may be a failure. It does not know where the pieces come from.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from outlast.errors import UpstreamBroken, UpstreamError
from outlast.gateway.ports import Headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds before a piece is there; 0 costs no time at all."""

    each: float = 0.0
    ending: float = 0.0
    """Before an ending that is a failure."""


class LocalAnswer:
    """An ``UpstreamAnswer`` whose pieces are known beforehand."""

    __slots__ = ("_closed", "_ending", "_next", "_pace", "_pieces", "headers", "status")

    def __init__(
        self,
        status: int,
        headers: Headers,
        pieces: Sequence[bytes],
        *,
        pace: Pace = Pace(),
        ending: UpstreamError | None = None,
    ) -> None:
        self.status = status
        self.headers = headers
        self._pieces = pieces
        self._next = 0
        self._pace = pace
        self._ending = ending
        """What happens after the last piece in place of an end."""
        self._closed = False

    async def read(self) -> bytes:
        """The rest of the body, whole."""
        rest = []
        while piece := await self.chunk():
            rest.append(piece)
        return b"".join(rest)

    async def chunk(self) -> bytes:
        """The next piece; empty at the end."""
        await asyncio.sleep(self._pace.each)
        if self._closed:
            raise UpstreamBroken("the answer was closed before its end")
        if self._next < len(self._pieces):
            self._next += 1
            return self._pieces[self._next - 1]
        if self._ending is not None:
            await asyncio.sleep(self._pace.ending)
            raise self._ending
        return b""

    def leave(self) -> None:
        """The rest is not wanted."""
        self.close()

    def close(self) -> None:
        """Stop; what was not read is lost."""
        self._closed = self._next < len(self._pieces) or self._ending is not None


def split_events(text: bytes) -> tuple[bytes, ...]:
    """Server-sent events one by one, each with the blank line that ends it; nothing is lost."""
    events = []
    start = 0
    for end in _event_ends(text):
        events.append(text[start:end])
        start = end
    if start < len(text):
        events.append(text[start:])
    return tuple(events)


def _event_ends(text: bytes) -> list[int]:
    ends = []
    line_start = 0
    while (newline := text.find(b"\n", line_start)) >= 0:
        if not text[line_start:newline].strip(b"\r"):
            ends.append(newline + 1)
        line_start = newline + 1
    return ends
