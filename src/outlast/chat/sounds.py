"""How the answers of this process sound, while they are made and for a moment afterwards; in memory alone.

It knows samples as they came. It does not know texts (``chat.hub``), files or pages. Nobody else has the sound: another
process, or a page that comes later, has the words.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Final

MOST: Final = 6 << 20
"""Bytes of one answer: over two minutes. What comes behind them is not heard, only read."""
HELD: Final = 8
"""Answers that have ended whose sound can still be fetched; a page fetches it from the beginning on."""


class Sounding:
    """One answer's."""

    def __init__(self) -> None:
        self._pcm = bytearray()
        self._ended = False
        self._more = asyncio.Event()

    def add(self, pcm: bytes) -> None:
        """Some more."""
        self._pcm += pcm[: MOST - len(self._pcm)]
        self._wake()

    def end(self) -> None:
        """Nothing more comes."""
        self._ended = True
        self._wake()

    async def follow(self) -> AsyncIterator[bytes]:
        """All of it, as it comes; ends with the answer."""
        at = 0
        while True:
            more = self._more
            if at < len(self._pcm):
                piece = bytes(self._pcm[at:])
                at += len(piece)
                yield piece
            elif self._ended:
                return
            else:
                await more.wait()

    def _wake(self) -> None:
        self._more.set()
        self._more = asyncio.Event()


class Sounds:
    """Those of a process."""

    def __init__(self) -> None:
        self._made: dict[str, Sounding] = {}
        self._ended: OrderedDict[str, Sounding] = OrderedDict()

    def begin(self, message: str) -> Sounding:
        """An answer is written here from now on."""
        self._made[message] = Sounding()
        return self._made[message]

    def end(self, message: str) -> None:
        """It has come to its end."""
        sounding = self._made.pop(message, None)
        if sounding is None:
            return
        sounding.end()
        self._ended[message] = sounding
        while len(self._ended) > HELD:
            self._ended.popitem(last=False)

    def of(self, message: str) -> Sounding | None:
        """How an answer sounds; None: this process does not have it (any more)."""
        return self._made.get(message) or self._ended.get(message)
