"""Samples become bytes that callers play: WAV, raw, G.711 while they are made; more where a library is there.

It knows how bytes are laid out. It does not know what is said.
"""

import io
import struct
from importlib import import_module
from typing import Any, Final, Literal

import numpy as np

from outlast.errors import Untranslatable
from outlast.omni.engine import MOUTH_HZ, Samples
from outlast.omni.g711 import G711_HZ, compressed
from outlast.omni.resample import Resampler
from outlast.omni.waves import PCM16_HZ

Streamed = Literal["wav", "pcm16", "pcmu", "pcma"]
"""Each piece can be sent when it is made."""
AtOnce = Literal["flac", "mp3", "opus"]
"""Made at the end, by the library of ``outlast[audio]``."""
Sound = Streamed | AtOnce

UNKNOWN: Final = 0xFFFF_FFFF
"""The length of a stream, as nobody knows it yet."""
_HEAD: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
_AT_ONCE: Final[dict[str, tuple[str, str | None]]] = {
    "flac": ("FLAC", "PCM_16"),
    "mp3": ("MP3", None),
    "opus": ("OGG", "OPUS"),
}


def pcm16(samples: Samples) -> bytes:
    """Sixteen bits a sample, the low byte first; what is louder than 1 is cut."""
    return np.rint(np.clip(np.nan_to_num(samples), -1.0, 1.0) * 32_767).astype("<i2").tobytes()


def wav_head(hertz: int, samples: int | None = None) -> bytes:
    """What stands before the samples of a WAV of one channel of 16 bits; without a number it is a stream's."""
    data = UNKNOWN if samples is None else samples * 2
    riff = UNKNOWN if samples is None else 36 + data
    return _HEAD.pack(b"RIFF", riff, b"WAVE", b"fmt ", 16, 1, 1, hertz, 2 * hertz, 2, 16, b"data", data)


def wav(samples: Samples, hertz: int) -> bytes:
    """A whole WAV of one channel of 16 bits."""
    return wav_head(hertz, len(samples)) + pcm16(samples)


class Encoder:
    """One answer's sound, from the mouth's rate to 24 kHz, or to 8 kHz for G.711.

    Raises ``Untranslatable`` at once for a kind whose library is not installed.
    """

    def __init__(self, sound: Sound, from_hz: int = MOUTH_HZ) -> None:
        self._sound: Sound = sound
        self.hertz = G711_HZ if sound in ("pcmu", "pcma") else PCM16_HZ
        self._resampler = Resampler(from_hz, self.hertz)
        self._head = wav_head(self.hertz) if sound == "wav" else b""
        self._kept: list[Samples] = []
        self._library: Any = _library(sound) if sound in _AT_ONCE else None

    def push(self, samples: Samples) -> bytes:
        """The bytes that are ready; may be none."""
        return self._laid_out(self._resampler.push(samples))

    def finish(self) -> bytes:
        """The bytes of the end."""
        last = self._laid_out(self._resampler.finish())
        if self._library is None:
            return last
        to, (kind, subtype) = io.BytesIO(), _AT_ONCE[self._sound]
        self._library.write(to, np.concatenate(self._kept), self.hertz, format=kind, subtype=subtype)
        return to.getvalue()

    def _laid_out(self, samples: Samples) -> bytes:
        if self._library is not None:
            self._kept.append(samples)
            return b""
        if self._sound in ("pcmu", "pcma"):
            return compressed(samples, "mu" if self._sound == "pcmu" else "A")
        head, self._head = self._head, b""
        return head + pcm16(samples)


def _library(sound: str) -> Any:
    try:
        return import_module("soundfile")
    except (ImportError, OSError) as error:  # OSError: the wheel is there, its shared library is not
        raise Untranslatable(f"{sound} is made where outlast[audio] is installed; here, ask for wav or pcm") from error
