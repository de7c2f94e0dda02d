"""The ears: sound of 16 kHz becomes patches of 160 values, one for each 40 ms, as soon as their last sample is there.

It knows mel bands and how a level that wanders is evened out. It does not know what the network makes of a patch.
Training and inference use the same object; a whole recording is one push.

Each value looks only backwards: a hop's window ends with the hop. Level and colour are taken out by running means over
what was loud so far, so that a quiet caller, a telephone or a dull microphone soon sound alike.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from outlast.omni.engine import EARS_HZ, Samples
from outlast.omni.grammar import BANDS, PATCH_SAMPLES, PATCH_VALUES

Values = npt.NDArray[np.float64]
Patches = npt.NDArray[np.float32]
"""``(patches, 160)``: four hops of 40 bands each, the earlier hop first; from -3 to 3."""

HOP: Final = EARS_HZ // 100
WINDOW: Final = EARS_HZ // 40
_PAST: Final = WINDOW - HOP
_TRANSFORM: Final = 512
_LOWEST_HZ: Final = 60.0
_HIGHEST_HZ: Final = 7600.0
_EMPHASIS: Final = 0.97
_FLOOR: Final = 1e-7
"""Added to a band's energy: about the rounding noise of 16 bits."""
_PIECE: Final = 20 * PATCH_SAMPLES
"""Samples worked on at once: memory stays small and the sums of the running means keep their digits."""
_TYPICAL_LEVEL: Final = -3.5
"""Of speech as it is usually recorded: mean over the bands of the logarithm of a band's energy."""
_FIRST_LOUDEST: Final = -5.0
"""The same of the vowels of somebody quiet; usual ones reach -1."""
_LEAST_LOUDEST: Final = -11.0
"""26 dB below that nobody speaks: digital silence and the rounding noise of 16 bits."""
_QUIETER: Final = 5.0
"""Below the loudest of late by more than this (22 dB), a hop is no speech and moves no mean."""
_FADES: Final = 0.0023
"""By so much a hop the loudest of late is forgotten: 1 dB a second."""
_SPREAD: Final = 2.5
_LIMIT: Final = 3.0


def _to_mel(hertz: Values) -> Values:
    return np.asarray(1127.0 * np.log1p(hertz / 700.0))


def mel_weights(bands: int, lowest_hz: float, highest_hz: float) -> npt.NDArray[np.float32]:
    """Triangles over the bins of a transform of 512 samples at 16 kHz, each of height 1: ``(257, bands)``."""
    lowest, highest = _to_mel(np.array([lowest_hz, highest_hz])).tolist()
    edges = np.linspace(lowest, highest, bands + 2)
    bins = _to_mel(np.arange(_TRANSFORM // 2 + 1) * EARS_HZ / _TRANSFORM)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(np.minimum(rising, falling), 0.0), np.float32)


_MEL: Final = mel_weights(BANDS, _LOWEST_HZ, _HIGHEST_HZ)
_HANN: Final = np.hanning(WINDOW + 1)[:-1].astype(np.float32)


class _RunningMean:
    """A mean that forgets, begun with an expectation that counts as some hops."""

    def __init__(self, expected: Values, *, counts: float, hops: float) -> None:
        self._keeps = 1.0 - 1.0 / hops
        self._total = expected * counts
        self._count = counts

    def over(self, rows: Values, moves: npt.NDArray[np.bool_]) -> Values:
        """The mean after each row; only those that ``moves`` marks are counted."""
        counted = rows[moves]
        faded = self._keeps ** np.arange(len(counted) + 1)
        totals = np.concatenate((self._total[None], counted / faded[1:, None])).cumsum(0) * faded[:, None]
        counts = np.concatenate(([self._count], 1.0 / faded[1:])).cumsum() * faded
        self._total, self._count = totals[-1], float(counts[-1])
        return np.asarray((totals / counts[:, None])[moves.cumsum()])


class Ears:
    """Hears one recording. Holds less than 40 ms of sound, however long it listens."""

    def __init__(self) -> None:
        self._waiting = np.zeros(_PAST, np.float32)
        self._last = np.float32(0.0)
        self._loudest = _FIRST_LOUDEST
        self._level = _RunningMean(np.array([_TYPICAL_LEVEL]), counts=20.0, hops=300.0)
        self._colour = _RunningMean(np.zeros(BANDS), counts=150.0, hops=800.0)

    def push(self, samples: Samples) -> Patches:
        """Hear ``samples`` at 16 kHz, any number of them; what became whole, which may be nothing."""
        found = [self._piece(samples[start : start + _PIECE]) for start in range(0, len(samples), _PIECE)]
        return np.concatenate(found) if found else np.zeros((0, PATCH_VALUES), np.float32)

    def held(self) -> int:
        """Samples that wait for their patch, or that its first window looks back to."""
        return len(self._waiting)

    def _piece(self, samples: Samples) -> Patches:
        heard = np.clip(np.nan_to_num(samples.astype(np.float32, copy=False)), -1.0, 1.0)
        before = np.concatenate((np.array([self._last], np.float32), heard))
        self._last = before[-1]
        self._waiting = np.concatenate((self._waiting, before[1:] - np.float32(_EMPHASIS) * before[:-1]))
        hops = (len(self._waiting) - _PAST) // PATCH_SAMPLES * (PATCH_SAMPLES // HOP)
        if not hops:
            return np.zeros((0, PATCH_VALUES), np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(self._waiting, WINDOW)[::HOP][:hops]
        energy = np.abs(np.fft.rfft(windows * _HANN, _TRANSFORM)).astype(np.float32) ** 2
        self._waiting = self._waiting[hops * HOP :].copy()
        return self._evened(np.log(energy @ _MEL + _FLOOR).astype(np.float64))

    def _evened(self, rows: Values) -> Patches:
        levels = rows.mean(1)
        fading = _FADES * np.arange(1, len(levels) + 1)
        loudest = np.maximum(np.maximum.accumulate(levels + fading), self._loudest) - fading
        loudest = np.maximum(loudest, _LEAST_LOUDEST)
        self._loudest = float(loudest[-1])
        speech = levels > loudest - _QUIETER
        mean = self._level.over(levels[:, None], speech) + self._colour.over(rows - levels[:, None], speech)
        values = np.clip((rows - mean) / _SPREAD, -_LIMIT, _LIMIT)
        return values.astype(np.float32).reshape(-1, PATCH_VALUES)


def patches_of(samples: Samples) -> Patches:
    """A whole recording at 16 kHz at once; a last piece under 40 ms is not heard."""
    return Ears().push(samples)
