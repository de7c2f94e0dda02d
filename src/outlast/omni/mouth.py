"""The mouth: frames of codes become sound of 16 kHz, frame by frame.

It knows harmonics, breath and how envelopes colour them. It does not know words: what is said is the network's choice.

Every 5 ms a slot of pulses (the voice) and noise (the breath) passes a filter of minimal phase with the envelope of
that moment; what a filter rings on into is added to the slots after it. Nothing looks ahead but the way from one
description to the next: 10 ms of each frame wait for the frame after it.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from outlast.omni.codebook import DESCRIPTION, ENVELOPE, MOMENTS, PITCH, Codebook, Matrix
from outlast.omni.engine import MOUTH_HZ, Samples
from outlast.omni.grammar import FRAMES_PER_SECOND, SILENCE_CODE

Spectra = npt.NDArray[np.complex64]

SLOT: Final = MOUTH_HZ // 200
_MOMENT: Final = MOUTH_HZ // FRAMES_PER_SECOND // MOMENTS
_SLOTS_A_MOMENT: Final = _MOMENT // SLOT
_TRANSFORM: Final = 512
_BINS: Final = _TRANSFORM // 2 + 1
_LOUDEST: Final = 1.0
"""Of an envelope's logarithm: no code can break a loudspeaker."""
_LOWEST_PITCH: Final = float(np.log(50.0))
_HIGHEST_PITCH: Final = float(np.log(500.0))
STRENGTH_EDGES_HZ: Final = (0.0, 1000.0, 2500.0, 5000.0, 8000.0)


def envelope_hertz() -> npt.NDArray[np.float64]:
    """Where the points of an envelope lie, in hertz."""
    top = np.log1p(MOUTH_HZ / 2 / 700.0)
    return np.asarray(700.0 * np.expm1(np.linspace(0.0, top, ENVELOPE)))


def _between(points: npt.NDArray[np.float64]) -> Matrix:
    """A matrix that draws a straight line from point to point over the bins of a transform."""
    bins = np.arange(_BINS) * (MOUTH_HZ / _TRANSFORM)
    return np.stack([np.interp(bins, points, row) for row in np.eye(len(points))]).astype(np.float32)


_EDGES: Final = np.array(STRENGTH_EDGES_HZ)
_TO_ENVELOPE: Final = _between(envelope_hertz())
_TO_STRENGTH: Final = _between((_EDGES[1:] + _EDGES[:-1]) / 2)
_RISE: Final = np.minimum(np.arange(_BINS) / 2.0, 1.0).astype(np.float32)
"""Below 60 Hz there is less and less, and nothing that stands still."""
_TURNS: Final = (-2j * np.pi / _TRANSFORM * np.arange(_BINS)).astype(np.complex64)
_FOLD: Final = np.concatenate(([1.0], np.full(_TRANSFORM // 2 - 1, 2.0), [1.0], np.zeros(_TRANSFORM // 2 - 1)))


class Mouth:
    """Speaks one phrase after another. Belongs to one session."""

    def __init__(self, codebook: Codebook, *, seed: int = 0) -> None:
        self._codebook = codebook
        self._chance = np.random.default_rng(seed)
        self._before: Matrix | None = None
        self._ringing = np.zeros(_TRANSFORM - SLOT, np.float32)
        self._phase = 0.0

    def say(self, codes: npt.ArrayLike) -> Samples:
        """One frame's four codes, or several frames; the sound that is certain by now: 30 ms at first, then 40 each.

        A frame that closes a phrase ends it as ``finish`` does.
        """
        frames = np.asarray(codes, np.int64).reshape(-1, 4)
        closing = np.flatnonzero(frames[:, 0] == SILENCE_CODE)
        if len(closing):
            spoken = self.say(frames[: closing[0]])
            return np.concatenate((spoken, self.finish()))
        if not len(frames):
            return np.zeros(0, np.float32)
        told = self._codebook.describe(frames)
        if self._before is None:
            first = self._sound(np.repeat(told[:1], _SLOTS_A_MOMENT // 2, axis=0))
        else:
            first, told = np.zeros(0, np.float32), np.concatenate((self._before[None], told))
        self._before = told[-1]
        return np.concatenate((first, self._sound(_on_the_way(told))))

    def finish(self) -> Samples:
        """The end of a phrase: what was held back and what rings on; the next frame begins a new phrase."""
        if self._before is None:
            return np.zeros(0, np.float32)
        held = self._sound(np.repeat(self._before[None], _SLOTS_A_MOMENT // 2, axis=0))
        end = self._ringing * np.linspace(1.0, 0.0, len(self._ringing), dtype=np.float32)
        self._before, self._ringing, self._phase = None, np.zeros_like(self._ringing), 0.0
        return np.concatenate((held, np.clip(end, -1.0, 1.0)))

    def _sound(self, slots: Matrix) -> Samples:
        """One description for each 5 ms to the sound of them."""
        if not len(slots):
            return np.zeros(0, np.float32)
        voiced = np.clip(slots[:, ENVELOPE:PITCH] @ _TO_STRENGTH, 0.0, 1.0)
        noise = self._chance.standard_normal((len(slots), SLOT), np.float32)
        source = self._pulses(slots[:, PITCH]) * np.sqrt(voiced)
        source += np.fft.rfft(noise, _TRANSFORM) * np.sqrt(1.0 - voiced)
        pieces = np.fft.irfft(source * _RISE * _filters(slots[:, :ENVELOPE]), _TRANSFORM).astype(np.float32)
        whole = np.zeros(len(slots) * SLOT + len(self._ringing), np.float32)
        whole[: len(self._ringing)] = self._ringing
        for number, piece in enumerate(pieces):
            whole[number * SLOT : number * SLOT + _TRANSFORM] += piece
        self._ringing = whole[len(slots) * SLOT :].copy()
        return np.clip(whole[: len(slots) * SLOT], -1.0, 1.0)

    def _pulses(self, pitches: Matrix) -> Spectra:
        """Spectra of the pulses that fall into each slot, between samples where they belong; of the power of noise."""
        spectra = np.zeros((len(pitches), _BINS), np.complex64)
        for number, pitch in enumerate(np.exp(np.clip(pitches, _LOWEST_PITCH, _HIGHEST_PITCH)).tolist()):
            period = MOUTH_HZ / pitch
            at = (1.0 - self._phase) * period
            while at < SLOT:
                spectra[number] += np.float32(np.sqrt(period)) * np.exp(_TURNS * np.float32(at))
                at += period
            self._phase = 1.0 - (at - SLOT) / period
        return spectra


def _on_the_way(told: Matrix) -> Matrix:
    """From each description to the next in slots of 5 ms, each as its middle is."""
    shares = ((np.arange(_SLOTS_A_MOMENT) + 0.5) / _SLOTS_A_MOMENT).astype(np.float32)[None, :, None]
    return ((1.0 - shares) * told[:-1, None] + shares * told[1:, None]).reshape(-1, DESCRIPTION)


def _filters(envelopes: Matrix) -> Spectra:
    """Filters of minimal phase whose amplitudes are the envelopes (Oppenheim and Schafer: the folded cepstrum)."""
    amplitudes = np.minimum(envelopes, _LOUDEST) @ _TO_ENVELOPE
    folded = np.fft.irfft(amplitudes, _TRANSFORM) * _FOLD
    return np.asarray(np.exp(np.fft.rfft(folded, _TRANSFORM)), np.complex64)
