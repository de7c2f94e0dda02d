"""A recording of one clean voice at 16 kHz, described every 20 ms: envelope, strengths of voice, fundamental.

It knows how pitch and envelope are found. It does not know codes (``outlast.omni.codebook``) nor how sound is made of a
description (``outlast.omni.mouth``). The fundamental is searched as in Boersma (1993), with the smoothest way through
its candidates; the envelope is smoothed over one harmonic's width as in Morise's CheapTrick (2015), more simply.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from outlast.omni.codebook import DESCRIPTION, ENVELOPE, MOMENTS, PITCH, STRENGTHS, Codebook, Matrix
from outlast.omni.engine import MOUTH_HZ, Samples
from outlast.omni.grammar import BOOKS, FRAMES_PER_SECOND
from outlast.omni.mouth import STRENGTH_EDGES_HZ, envelope_hertz

Rows = npt.NDArray[np.float64]

FRAME: Final = MOUTH_HZ // FRAMES_PER_SECOND
STEP: Final = FRAME // MOMENTS
QUIETEST: Final = -8.0
"""An envelope is not followed below this: 70 dB under the loudest vowels."""
_PITCHES: Final = np.exp(np.linspace(np.log(65.0), np.log(380.0), 150))
_LAGS: Final = MOUTH_HZ / _PITCHES
_PITCH_WINDOW: Final = 800
_TRANSFORM: Final = 2048
_FASTER: Final = 2
"""Pitch is followed every 10 ms, so that it can be followed at all."""
_JUMP_COST: Final = 4.0
"""For each unit of the logarithm between two steps."""
_HIGH_BONUS: Final = 0.03
_VOICED: Final = 0.45
_UNVOICED_HZ: Final = 150.0


def describe(samples: Samples) -> Matrix:
    """``(moments, 35)``: two for each frame of 40 ms that begins in the recording."""
    frames = -(-len(samples) // FRAME)
    whole = np.pad(samples.astype(np.float64), (_TRANSFORM, _TRANSFORM + frames * FRAME - len(samples)))
    moments = np.arange(frames * MOMENTS) * STEP + STEP // 2 + _TRANSFORM
    often = np.arange(frames * MOMENTS * _FASTER) * (STEP // _FASTER) + STEP // 2 + _TRANSFORM
    pitch, periodic = _pitch(whole, often)
    pitch, voiced = pitch[::_FASTER], periodic[::_FASTER] > _VOICED
    told = np.zeros((len(moments), DESCRIPTION), np.float32)
    told[:, :ENVELOPE] = _envelope(whole, moments, np.where(voiced, pitch, _UNVOICED_HZ))
    told[:, ENVELOPE:PITCH] = _strengths(whole, moments, pitch) * voiced[:, None]
    told[:, PITCH] = _bridged(np.log(pitch), voiced)
    return told


def encode(codebook: Codebook, samples: Samples) -> npt.NDArray[np.int64]:
    """``(frames, 4)`` codes of a recording; a frame of its end that is not whole is filled with silence."""
    if not len(samples):
        return np.zeros((0, BOOKS), np.int64)
    return codebook.code(describe(samples))


def _cut(whole: Rows, moments: npt.NDArray[np.int64], width: int) -> Rows:
    return np.asarray(whole[moments[:, None] + np.arange(-(width // 2), width - width // 2)])


def _autocorrelation(windowed: Rows) -> Rows:
    return np.asarray(np.fft.irfft(np.abs(np.fft.rfft(windowed, _TRANSFORM)) ** 2, _TRANSFORM))


def _pitch(whole: Rows, moments: npt.NDArray[np.int64]) -> tuple[Rows, Rows]:
    window = np.hanning(_PITCH_WINDOW)
    own = _autocorrelation(window[None])[0]
    cut = _cut(whole, moments, _PITCH_WINDOW)
    found = _autocorrelation((cut - cut.mean(1, keepdims=True)) * window)
    below = _LAGS.astype(int)
    share = _LAGS - below
    most = int(_LAGS.max()) + 4
    scaled = found[:, :most] / np.maximum(found[:, :1], 1e-6) / (own[:most] / own[0])
    scores = scaled[:, below] * (1 - share) + scaled[:, below + 1] * share
    chosen = _smoothest(scores + _HIGH_BONUS * np.log(_PITCHES / _PITCHES[0]))
    lags = _refined(scaled, _LAGS[chosen].round().astype(int))
    return MOUTH_HZ / lags, scores[np.arange(len(chosen)), chosen]


def _smoothest(scores: Rows) -> npt.NDArray[np.int64]:
    """The way through the candidates with the best scores less what its jumps cost."""
    logs = np.log(_PITCHES)
    costs = _JUMP_COST * np.abs(logs[:, None] - logs)
    best, back = scores[0], np.zeros(scores.shape, np.int64)
    for number in range(1, len(scores)):
        ways = best[:, None] - costs
        back[number] = ways.argmax(0)
        best = ways.max(0) + scores[number]
    chosen = np.zeros(len(scores), np.int64)
    chosen[-1] = best.argmax()
    for number in range(len(scores) - 1, 0, -1):
        chosen[number - 1] = back[number, chosen[number]]
    return chosen


def _refined(scaled: Rows, lags: npt.NDArray[np.int64]) -> Rows:
    """The top of the parabola through the best lag near each and its two neighbours."""
    rows = np.arange(len(lags))
    near = lags[:, None] + np.arange(-2, 3)
    lags = near[rows, scaled[rows[:, None], near].argmax(1)]
    before, at, after = scaled[rows, lags - 1], scaled[rows, lags], scaled[rows, lags + 1]
    bend = before - 2 * at + after
    shift = np.where(bend < -1e-9, 0.5 * (before - after) / np.minimum(bend, -1e-9), 0.0)
    return np.asarray(lags + np.clip(shift, -0.5, 0.5))


def _windows(pitch: Rows, periods: float, width: int) -> Rows:
    times = np.arange(-(width // 2), width - width // 2)
    inside = times * (pitch[:, None] / MOUTH_HZ / (periods / 2))
    return np.asarray(np.where(np.abs(inside) < 1, 0.5 + 0.5 * np.cos(np.pi * np.clip(inside, -1, 1)), 0.0))


def _envelope(whole: Rows, moments: npt.NDArray[np.int64], pitch: Rows) -> Rows:
    width = 1024
    windows = _windows(pitch, 3.0, width)
    power = np.abs(np.fft.rfft(_cut(whole, moments, width) * windows, width)) ** 2
    power /= (windows * windows).sum(1, keepdims=True)
    sums = np.concatenate((np.zeros((len(power), 1)), power.cumsum(1)), 1)
    edges = (np.arange(power.shape[1] + 1) - 0.5) * (MOUTH_HZ / width)
    points = envelope_hertz()
    reach = np.maximum(np.gradient(points)[None, :], pitch[:, None]) / 2
    upper = np.minimum(points + reach, edges[-1])
    lower = np.maximum(points - reach, edges[0])
    found = np.stack(
        [np.interp(u, edges, s) - np.interp(b, edges, s) for u, b, s in zip(upper, lower, sums, strict=True)]
    )
    mean = found / ((upper - lower) / (MOUTH_HZ / width))
    return np.asarray(np.maximum(0.5 * np.log(mean + 1e-12), QUIETEST))


def _strengths(whole: Rows, moments: npt.NDArray[np.int64], pitch: Rows) -> Rows:
    """How much of each band repeats with the period."""
    width = 1024
    windows = _windows(pitch, 4.0, width)
    power = np.abs(np.fft.rfft(_cut(whole, moments, width) * windows, _TRANSFORM)) ** 2
    own = _autocorrelation(windows)
    hertz = np.arange(power.shape[1]) * (MOUTH_HZ / _TRANSFORM)
    rows = np.arange(len(moments))[:, None]
    lags = (MOUTH_HZ / pitch).round().astype(int)[:, None] + np.arange(-2, 3)
    found = np.zeros((len(moments), STRENGTHS))
    for number in range(STRENGTHS):
        inside = (hertz >= STRENGTH_EDGES_HZ[number]) & (hertz < STRENGTH_EDGES_HZ[number + 1])
        band = np.fft.irfft(power * inside, _TRANSFORM)
        alike = band[rows, lags] / np.maximum(band[:, :1], 1e-9) / (own[rows, lags] / own[:, :1])
        found[:, number] = np.clip((alike.max(1) - 0.3) / 0.5, 0.0, 1.0)
    return found


def _bridged(logs: Rows, voiced: npt.NDArray[np.bool_]) -> Rows:
    """Where nothing is voiced, a straight line from the pitch before to the pitch after."""
    if not voiced.any():
        return np.full(len(logs), np.log(_UNVOICED_HZ))
    times = np.arange(len(logs))
    return np.asarray(np.interp(times, times[voiced], logs[voiced]))
