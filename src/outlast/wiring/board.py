"""A board that the processes of one gateway share: a page for each, written by one process, read by all.

It knows memory that was mapped before the processes were forked. It lives as long as the gateway and no longer: what
a killed process had written stays, no file is left behind, and no disk is waited for. It does not know what the pages
say (``wiring.told``).
"""

import mmap
import struct
import zlib
from typing import Final

PAGE_BYTES: Final = 4 << 20
"""Memory that is not written to is not taken from the machine."""
_TURN: Final = struct.Struct("<Q")
_HEAD: Final = struct.Struct("<II")
_TRIES: Final = 5


class Board:
    """Each page is kept twice, and written where nobody reads: a reader sees a whole page or the one before."""

    def __init__(self, pages: int, *, page_bytes: int = PAGE_BYTES) -> None:
        self._half = page_bytes
        self._memory = mmap.mmap(-1, pages * self._place(1))

    def write(self, page: int, text: bytes) -> bool:
        """Replace a page; False: it is too long, and the page stays as it is."""
        if _HEAD.size + len(text) > self._half:
            return False
        turn = self._turn(page) + 1
        start = self._start(page, turn)
        _HEAD.pack_into(self._memory, start, len(text), zlib.crc32(text))
        self._memory[start + _HEAD.size : start + _HEAD.size + len(text)] = text
        _TURN.pack_into(self._memory, self._place(page), turn)
        return True

    def read(self, page: int) -> bytes:
        """What a page says; empty where nothing was written."""
        for _ in range(_TRIES):
            turn = self._turn(page)
            if not turn:
                return b""
            start = self._start(page, turn)
            length, check = _HEAD.unpack_from(self._memory, start)
            text = self._memory[start + _HEAD.size : start + _HEAD.size + min(length, self._half)]
            if zlib.crc32(text) == check:
                return text
        return b""  # overwritten at each look: nobody writes that often

    def _place(self, page: int) -> int:
        return page * (_TURN.size + 2 * self._half)

    def _turn(self, page: int) -> int:
        return int(_TURN.unpack_from(self._memory, self._place(page))[0])

    def _start(self, page: int, turn: int) -> int:
        return self._place(page) + _TURN.size + (turn % 2) * self._half
