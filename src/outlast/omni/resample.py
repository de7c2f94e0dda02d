"""Sound of one rate becomes sound of another, piece by piece, without echoes of what the lower rate cannot hold.

It knows rates and filters. It does not know what is heard. A windowed sinc (Kaiser) is laid over the input at each
moment of the output; its phases are kept in a table (polyphase). Output ``n`` is the moment ``n / to_hz``: nothing is
shifted, and what is pushed in pieces sounds as what is pushed at once.
"""

import math
from functools import lru_cache
from typing import Final

import numpy as np

from outlast.omni.engine import Samples

_CROSSINGS: Final = 20
"""Zeros of the sinc on each side."""
_ROLL_OFF: Final = 0.91
"""Where the filter is half closed, as a share of the lower rate's half."""
_KAISER: Final = 9.0
"""About 90 dB beside the passband."""
_MOST_PHASES: Final = 1_280
"""Enough for any two of the usual rates; between odd ones a moment is rounded to so many parts of a sample."""
_BLOCK: Final = 8_192
"""Outputs made at once."""


@lru_cache(maxsize=32)
def _phases(up: int, down: int) -> Samples:
    """``(phases, taps)``: row ``p`` weighs the inputs around a moment that is ``p / phases`` after one of them."""
    rows, wider = min(up, _MOST_PHASES), max(1.0, down / up)
    half = math.ceil(_CROSSINGS * wider)
    times = np.arange(-half + 1, half + 1)[None, :] - np.arange(rows)[:, None] / rows
    window = np.i0(_KAISER * np.sqrt(np.clip(1.0 - (times / half) ** 2, 0.0, 1.0)))
    weights = np.sinc(times / wider * _ROLL_OFF) * window
    return np.asarray(weights / weights.sum(1, keepdims=True), np.float32)


class Resampler:
    """From one rate to another, in whole hertz; holds a few milliseconds."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        shared = math.gcd(from_hz, to_hz)
        self._up, self._down = to_hz // shared, from_hz // shared
        self._same = self._up == self._down
        self._table = _phases(self._up, self._down)
        self._half = self._table.shape[1] // 2
        self._held = np.zeros(self._half - 1, np.float32)
        self._first = -(self._half - 1)
        """Which input the first of those held is; what lies before the begin is silence."""
        self._given = 0

    def push(self, samples: Samples) -> Samples:
        """What is certain by now: all but the last moments, which wait for what comes after them."""
        if self._same:
            return samples
        self._held = np.concatenate((self._held, samples))
        ready = self._first + len(self._held) - self._half
        return self._until(max(-(-ready * self._up // self._down), self._given))

    def finish(self) -> Samples:
        """The last moments; in all there are as many outputs as fit into the time of the inputs, rounded up."""
        if self._same:
            return np.zeros(0, np.float32)
        pushed = self._first + len(self._held)
        self._held = np.concatenate((self._held, np.zeros(self._half, np.float32)))
        return self._until(max(-(-pushed * self._up // self._down), self._given))

    def _until(self, end: int) -> Samples:
        """Outputs from the first that was not given to the one before ``end``."""
        taps = self._table.shape[1]
        pieces = []
        while self._given < end:
            moments = np.arange(self._given, min(self._given + _BLOCK, end)) * self._down
            starts = moments // self._up - (self._half - 1) - self._first
            phases = moments % self._up * len(self._table) // self._up
            windows = np.lib.stride_tricks.sliding_window_view(self._held, taps)
            pieces.append(np.einsum("nt,nt->n", windows[starts], self._table[phases]))
            self._given += len(moments)
        unused = max(self._given * self._down // self._up - (self._half - 1) - self._first, 0)
        self._held, self._first = self._held[unused:].copy(), self._first + min(unused, len(self._held))
        return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


def resampled(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """A whole recording at another rate."""
    resampler = Resampler(from_hz, to_hz)
    return np.concatenate((resampler.push(samples), resampler.finish()))
