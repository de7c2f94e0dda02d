"""G.711, the sound of telephones: eight bits a sample, 8,000 samples a second, by mu-law or A-law.

It knows the two laws of the ITU's recommendation as numbers of 16 bits. It does not know files or rates.
"""

from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from outlast.omni.engine import Samples

Law = Literal["mu", "A"]
G711_HZ: Final = 8_000

_FULL: Final = np.float32(32_768)
_BIAS: Final = 132
"""Mu-law counts from here, so that each segment is twice as long as the one before."""
_MU_LARGEST: Final = 32_635
_A_INVERTED: Final = 0x55
"""A-law sends every second bit inverted."""
_A_LARGEST: Final = 0xFFF

_CODES: Final = np.arange(256)


def _mu_levels() -> npt.NDArray[np.float32]:
    code = 255 - _CODES
    size = (((code & 15) * 8 + _BIAS) << (code >> 4 & 7)) - _BIAS
    return np.where(code & 128, -size, size).astype(np.float32) / _FULL


def _a_levels() -> npt.NDArray[np.float32]:
    code = _CODES ^ _A_INVERTED
    step, segment = code & 15, code >> 4 & 7
    size = np.where(segment > 0, (step * 16 + 264) << np.maximum(segment - 1, 0), step * 16 + 8)
    return np.where(code & 128, size, -size).astype(np.float32) / _FULL


_LEVELS: Final[dict[Law, npt.NDArray[np.float32]]] = {"mu": _mu_levels(), "A": _a_levels()}


def expanded(content: bytes, law: Law) -> Samples:
    """One sample for each byte."""
    return _LEVELS[law][np.frombuffer(content, np.uint8)]


def compressed(samples: Samples, law: Law) -> bytes:
    """One byte for each sample; what is louder than 1 is cut."""
    whole = np.clip(np.rint(np.nan_to_num(samples) * _FULL), -32_768, 32_767).astype(np.int32)
    return (_mu_codes(whole) if law == "mu" else _a_codes(whole)).astype(np.uint8).tobytes()


def _mu_codes(whole: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    size = np.minimum(np.abs(whole), _MU_LARGEST) + _BIAS
    segment = np.frexp(size)[1] - 8
    code = segment << 4 | (size >> (segment + 3) & 15)
    return np.asarray(255 - (code | np.where(whole < 0, 128, 0)), np.int32)


def _a_codes(whole: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    size = np.minimum(np.where(whole < 0, ~whole, whole) >> 3, _A_LARGEST)
    segment = np.maximum(np.frexp(size)[1] - 5, 0)
    code = segment << 4 | (size >> np.maximum(segment, 1) & 15)
    return np.asarray((code | np.where(whole < 0, 0, 128)) ^ _A_INVERTED, np.int32)
