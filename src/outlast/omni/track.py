"""One conversation's positions as they are written: into memory, and the state that the next one is chosen from.

It knows the kinds of position and what remembers them. It does not know in which order they belong.
"""

from collections.abc import Callable, Sequence
from typing import Final

from outlast.omni.decoder import Choose, Decoder
from outlast.omni.grammar import BOOKS, SILENCE_CODE
from outlast.omni.memory import Bounds, Kind, Memory
from outlast.omni.weights import Floats

SILENT_FRAME: Final = (SILENCE_CODE, *(0,) * (BOOKS - 1))


class Track:
    """Positions of one session."""

    def __init__(self, decoder: Decoder, bounds: Bounds, begin: Sequence[int]) -> None:
        self._decoder = decoder
        self._memory = Memory(decoder.shape, bounds)
        self.written = 0
        """Positions since the session was opened."""
        self._state = decoder.run(decoder.read(begin), self._memory, Kind.GIVEN)[-1]

    @property
    def left(self) -> int:
        """Positions of text and pictures that still find room."""
        return self._memory.left

    @property
    def remembered(self) -> int:
        """Bytes that this conversation takes."""
        return self._memory.bytes

    def begin_turn(self) -> None:
        """A new turn begins behind the last position; the oldest turns may be forgotten."""
        self._memory.begin_turn(self._decoder.turns)

    def write(self, tokens: Sequence[int], kind: Kind, *, blind: Kind | None = None) -> None:
        """Tokens, one behind the other."""
        self._add(self._decoder.read(tokens), kind, blind)

    def hear(self, patches: Floats) -> None:
        """Patches of sound."""
        self._add(self._decoder.hear(patches), Kind.SOUND)

    def see(self, tiles: Floats) -> None:
        """The tiles of one picture."""
        self._add(self._decoder.see(tiles), Kind.GIVEN)

    def speak(self, codes: Sequence[int], *, blind: Kind | None = None) -> None:
        """One frame."""
        self._add(self._decoder.speak(codes), Kind.SOUND, blind)

    def token_scores(self) -> Floats:
        """Of what follows the last position."""
        return self._decoder.next_token(self._state)

    def choose_codes(self, choose: Choose) -> tuple[int, ...]:
        """Of the frame that follows the last position."""
        return self._decoder.next_codes(self._state, choose)

    def phases(self) -> Callable[[], Floats]:
        """What the turn's head says of the last position, computed when it is asked for."""
        state = self._state
        return lambda: self._decoder.phases(state)

    def _add(self, x: Floats, kind: Kind, blind: Kind | None = None) -> None:
        if len(x):
            self._state = self._decoder.run(x, self._memory, kind, blind=blind)[-1]
            self.written += len(x)
