"""One key's usage as bytes that several processes share: where each number stands, and how it is replaced.

It knows the layout, and that whoever is killed in the middle of a change leaves the state before it. It does not
know what the numbers decide (``window``, ``money``, ``book``) nor where the bytes lie (``shared``).
"""

import struct
from typing import Final

PAGE_SIZE: Final = 4096
SEATS: Final = 64
"""Processes that can share one book."""
ENTRIES: Final = 124
"""More closed spans than begin in a window: ``window`` explains."""

SINCE, LAST, REQUESTS_NOW, TOKENS_NOW, REQUESTS, TOKENS, FIRST, COUNT, OLDEST = range(9)
"""Of a state, the window. SINCE, LAST: monotonic ns of the open span's first and last event; REQUESTS_NOW and
TOKENS_NOW: what it holds; REQUESTS, TOKENS: all spans together; FIRST, COUNT: the closed ones in their ring;
OLDEST: LAST of the first of them."""
DAY, DAY_SPENT, MONTH, MONTH_SPENT = range(9, 13)
"""Of a state, the money: the UTC day and month that are counted, and their pico-USD."""
MOST: Final = (1 << 64) - 1
"""Of any number here. As money: 18 million dollars; what is more counts as this."""

State = list[int]
"""Everything that is decided by, in the order above."""

_STATE: Final = struct.Struct("<13Q")
_TURN: Final = 16
"""The word that counts the changes; even or odd, it says which of the two states holds. It is written last."""
_STATES: Final = (32, 32 + _STATE.size)
_ENTRY: Final = struct.Struct("<QQQ")
_RING: Final = _STATES[1] + _STATE.size
_RUNNING: Final = _RING + ENTRIES * _ENTRY.size
_RESERVED: Final = _RUNNING + SEATS * 4
_END: Final = _RESERVED + SEATS * 8
assert _END <= PAGE_SIZE  # noqa: S101 - the layout's own arithmetic, checked when it is loaded
assert _RESERVED % 8 == 0  # noqa: S101 - same: whole words

_unpack = _STATE.unpack_from
_pack = _STATE.pack_into


class Page:
    """One key's page, in whatever memory it lies."""

    __slots__ = ("_view", "digest", "reserved", "running", "turn")

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self.digest = view[:16].cast("Q")
        """Whose page it is, as two words; both 0: nobody's."""
        self.turn = view[_TURN : _TURN + 8].cast("Q")
        """How often the state was replaced: who has seen this turn has seen the state."""
        self.running = view[_RUNNING:_RESERVED].cast("I")
        """Calls that run now, by seat. A seat's number is worth as much as its process is alive."""
        self.reserved = view[_RESERVED:_END].cast("Q")
        """Tokens that they hold, by seat."""

    def read(self) -> State:
        """The state that holds."""
        return list(_unpack(self._view, _STATES[self.turn[0] & 1]))

    def write(self, state: State) -> int:
        """Let another state hold: all of it, or, where the process is killed here, nothing of it. Returns its turn.

        Raises:
            struct.error: a number that no page can hold; nothing has changed.
        """
        turn = self.turn[0] + 1 & MOST
        _pack(self._view, _STATES[turn & 1], *state)
        self.turn[0] = turn
        return turn

    def entry(self, index: int) -> tuple[int, int, int]:
        """A closed span: its last event, its requests, its tokens."""
        last, requests, tokens = _ENTRY.unpack_from(self._view, _RING + index % ENTRIES * _ENTRY.size)
        return last, requests, tokens

    def set_entry(self, index: int, last: int, requests: int, tokens: int) -> None:
        """Write a span where no state that holds looks."""
        _ENTRY.pack_into(self._view, _RING + index % ENTRIES * _ENTRY.size, last, requests, tokens)

    def clear(self) -> None:
        """Nothing used, and nobody's."""
        self._view[:] = bytes(PAGE_SIZE)

    def forget_usage(self) -> None:
        """Nothing used, the same owner."""
        self._view[_TURN:] = bytes(PAGE_SIZE - _TURN)


def private_page() -> Page:
    """A page of this process alone."""
    return Page(memoryview(bytearray(PAGE_SIZE)))
