"""What a conversation leaves in the network: keys and values of its positions, in bounded memory.

It knows positions by kind and which may be forgotten. It does not know how keys are made (``decoder``).

Text and pictures of a turn all stay, up to a limit; of sound, whether heard or spoken, the last ``sound`` positions (40
seconds) stay, and up to ``slack`` more so that forgetting comes in blocks. Between two turns everything is brought down
to ``recent`` positions, since the network answers wrong behind what training has never shown before a question: first
goes the sound of the oldest turns, whose words stand beside it, then whole turns. Where something is forgotten the rest
moves together and its keys are turned back by as much: a position's number is its place in memory, and the network
never sees a distance between two positions that is longer than what it remembers. Numbers are float32: half of that
would halve the memory, but numpy multiplies float16 without a library, many times slower.
"""

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from outlast.omni.grammar import FRAMES_PER_SECOND
from outlast.omni.weights import Shape

Floats = npt.NDArray[np.float32]
Turns = npt.NDArray[np.complex64]
_FIRST: Final = 256
"""Positions that room is made for at once; it doubles from there."""


class Kind(IntEnum):
    """What stands at a position, as far as it matters for what may be forgotten or hidden."""

    GIVEN = 0
    """Text, pictures and signs from outside."""
    MONOLOGUE = 1
    """What the network writes: heard, thought, answered."""
    SOUND = 2
    """Patches that were heard, frames that were spoken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How many positions are remembered."""

    kept: int = 3_072
    """Of text and pictures of one turn, and what is left of those before it; one more is refused."""
    sound: int = 40 * FRAMES_PER_SECOND
    slack: int = 10 * FRAMES_PER_SECOND
    recent: int = 256
    """Of everything, when a turn begins: a row of training (``training.stages``). What a network makes of talk before a
    question, ``benchmarks/omni_memory.py`` measures; one that was not taught so answers better with 0."""

    @property
    def all(self) -> int:
        """The most that are ever held."""
        return self.kept + self.sound + self.slack


class Memory:
    """Of one session."""

    def __init__(self, shape: Shape, bounds: Bounds) -> None:
        self._bounds = bounds
        self._each = shape.width // shape.heads
        self._rows = (shape.layers, shape.heads)
        self.used = 0
        self.kept = 0
        self.keys = self._room(0)
        """``(layers, heads, positions, width of a head)``; of which ``used`` positions count."""
        self.values = self._room(0)
        self.kinds = np.zeros(0, np.uint8)
        self._turns: list[int] = []
        """Where each turn that is remembered begins; what is before the first always stays."""

    @property
    def left(self) -> int:
        """Positions of text and pictures that still find room."""
        return self._bounds.kept - self.kept

    @property
    def bytes(self) -> int:
        """What it takes now."""
        return self.keys.nbytes + self.values.nbytes + self.kinds.nbytes

    def make_room(self, wanted: int, kind: Kind, turns: Turns) -> int:
        """Forget and grow as needed; returns how many of ``wanted`` positions may be written before it is asked again.

        It depends on nothing but how many positions of each kind there were, so that the same conversation in other
        pieces is remembered alike.
        """
        if kind is Kind.SOUND:
            most = self._bounds.sound + self._bounds.slack
            if self.used - self.kept >= most:
                self._forget(self.used - self.kept - self._bounds.sound, turns)
            wanted = min(wanted, most - (self.used - self.kept))
        if self.used + wanted > len(self.kinds):
            self._grow(self.used + wanted)
        return wanted

    def wrote(self, count: int, kind: Kind) -> None:
        """So many positions were written behind ``used``, in every layer."""
        self.kinds[self.used : self.used + count] = kind
        self.used += count
        if kind is not Kind.SOUND:
            self.kept += count

    def begin_turn(self, turns: Turns) -> None:
        """What follows belongs to a new turn; of those before, the oldest may be forgotten."""
        self._turns = list(dict.fromkeys((*self._turns, self.used)))
        stays = np.ones(self.used, bool)
        sound = self.kinds[: self.used] == Kind.SOUND
        for goes in (sound, np.ones_like(sound)):
            for start, end in pairwise(self._turns):
                if np.count_nonzero(stays) > self._bounds.recent:
                    stays[start:end] &= ~goes[start:end]
        if not stays.all():
            self._leave(stays, turns)

    def _forget(self, count: int, turns: Turns) -> None:
        """Leave out the oldest positions of sound."""
        stays = np.ones(self.used, bool)
        stays[np.flatnonzero(self.kinds[: self.used] == Kind.SOUND)[:count]] = False
        self._leave(stays, turns)

    def _leave(self, stays: npt.NDArray[np.bool_], turns: Turns) -> None:
        """Keep what stays, moved together."""
        kept = np.flatnonzero(stays)
        moved = kept - np.arange(len(kept))
        first = int(np.argmax(moved > 0)) if moved.any() else len(kept)
        behind, back = kept[first:], np.conj(turns[moved[first:]])
        for keys, values in zip(self.keys, self.values, strict=True):
            keys[:, first : len(kept)] = (keys[:, behind].view(np.complex64) * back).view(np.float32)
            values[:, first : len(kept)] = values[:, behind]
        self.kinds[: len(kept)] = self.kinds[kept]
        self._turns = [int(np.count_nonzero(stays[:start])) for start in self._turns]
        self.used = len(kept)
        self.kept = int(np.count_nonzero(self.kinds[: self.used] != Kind.SOUND))

    def _grow(self, needed: int) -> None:
        size = max(_FIRST, len(self.kinds))
        while size < needed:
            size *= 2
        size = max(needed, min(size, self._bounds.all))
        keys, values = self._room(size), self._room(size)
        keys[:, :, : self.used] = self.keys[:, :, : self.used]
        values[:, :, : self.used] = self.values[:, :, : self.used]
        self.keys, self.values = keys, values
        self.kinds = np.concatenate((self.kinds, np.zeros(size - len(self.kinds), np.uint8)))

    def _room(self, positions: int) -> Floats:
        return np.empty((*self._rows, positions, self._each), np.float32)
