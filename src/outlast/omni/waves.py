"""Sound as callers send it becomes samples: WAV in all its forms, raw samples, G.711; more where a library is there.

It knows bytes and how they are laid out. It does not know what is heard, nor where bytes come from. Nothing that is
read here is believed: a size that is stated is a bound, never a promise.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, Literal

import numpy as np

from outlast.errors import MalformedRequest, RequestTooLarge, Untranslatable
from outlast.omni.engine import EARS_HZ, Samples
from outlast.omni.g711 import G711_HZ, expanded
from outlast.omni.resample import resampled

Raw = Literal["pcm16", "pcmu", "pcma"]
"""Without a head: 16 bits at 24 kHz, mu-law and A-law at 8 kHz; one channel each."""
PCM16_HZ: Final = 24_000
LONGEST_S: Final = 600
"""Ten minutes of one recording."""
MOST_BYTES: Final = 128 << 20
"""Of one recording: ten minutes of two channels of 16 bits at 48 kHz and something over."""
_MOST_SAMPLES: Final = MOST_BYTES // 2
"""Of all channels, unpacked."""
_LOWEST_HZ, _HIGHEST_HZ, _MOST_CHANNELS = 4_000, 192_000, 64
_CHUNK: Final = struct.Struct("<4sI")
_FORMAT: Final = struct.Struct("<HHIIHH")
_EXTENSIBLE: Final = 0xFFFE
_PCM, _FLOAT, _A_LAW, _MU_LAW = 1, 3, 6, 7
_BY_LIBRARY: Final = ((b"fLaC", "FLAC"), (b"OggS", "Ogg"), (b"ID3", "MP3"), (b"FORM", "AIFF"))
_LIBRARY_BLOCK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Recording:
    """Sound of one channel; several are averaged."""

    samples: Samples
    hertz: int

    def for_ears(self) -> Samples:
        """At the rate of the ears."""
        return resampled(self.samples, self.hertz, EARS_HZ)


def decode(content: bytes, *, raw: Raw | None = None) -> Recording:
    """A recording, told by its first bytes unless it is ``raw``.

    Raises ``MalformedRequest`` for what is no sound, ``RequestTooLarge`` over ten minutes or 128 MiB, and
    ``Untranslatable`` for kinds that need the library of ``outlast[audio]`` where it is not installed.
    """
    if len(content) > MOST_BYTES:
        raise RequestTooLarge(f"a recording of {len(content)} bytes; at most {MOST_BYTES} are read: send less of it")
    if raw is not None:
        return _raw(content, raw)
    if content[:4] in (b"RIFF", b"RF64") and content[8:12] == b"WAVE":
        return _wav(content)
    for magic, kind in _BY_LIBRARY:
        if content.startswith(magic):
            return _by_library(content, kind)
    if len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0:
        return _by_library(content, "MP3")
    raise MalformedRequest(f"a recording that begins with {content[:4]!r} is of no kind that is known: send WAV")


def _raw(content: bytes, kind: Raw) -> Recording:
    if kind == "pcm16":
        return _bounded(_whole(content, 2), PCM16_HZ, 1)
    return _bounded(expanded(content, "mu" if kind == "pcmu" else "A"), G711_HZ, 1)


def _bounded(samples: Samples, hertz: int, channels: int) -> Recording:
    """One channel of it; what lies beyond -1 to 1 is cut, what is no number is silence."""
    if len(samples) // channels > LONGEST_S * hertz:
        raise RequestTooLarge(f"a recording of over {LONGEST_S} seconds: send it in shorter pieces")
    return Recording(_mixed(samples, channels), hertz)


def _mixed(samples: Samples, channels: int) -> Samples:
    with np.errstate(invalid="ignore", over="ignore"):
        sane = np.clip(np.nan_to_num(samples), -1.0, 1.0)
    mixed = sane if channels == 1 else sane[: len(sane) // channels * channels].reshape(-1, channels).mean(1)
    return np.ascontiguousarray(mixed, np.float32)


def _wav(content: bytes) -> Recording:
    layout: tuple[int, int, int, int] | None = None
    for name, start, size in _chunks(content):
        if name == b"fmt ":
            layout = _layout(content[start : start + size])
        elif name == b"data":
            if layout is None:
                raise MalformedRequest("a WAV whose samples come before they are described (no fmt chunk)")
            code, channels, hertz, width = layout
            kept = min(size, LONGEST_S * hertz * channels * width + channels * width)
            return _bounded(_numbers(content[start : start + kept], code, width), hertz, channels)
    raise MalformedRequest("a WAV without samples (no data chunk): was it cut off?")


def _chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, begin and length of each; a length that nobody knew yet, or that is a lie, reaches to the end."""
    at = 12
    while at + _CHUNK.size <= len(content):
        name, size = _CHUNK.unpack_from(content, at)
        at += _CHUNK.size
        left = len(content) - at
        known = min(size, left) if size or name != b"data" else left
        yield name, at, known
        at += known + (known & 1)


def _layout(chunk: bytes) -> tuple[int, int, int, int]:
    """How samples are written: code, channels, rate, bytes a sample."""
    if len(chunk) < _FORMAT.size:
        raise MalformedRequest(f"a WAV whose description has {len(chunk)} bytes; it has at least {_FORMAT.size}")
    code, channels, hertz, _, _, bits = _FORMAT.unpack_from(chunk)
    if code == _EXTENSIBLE and len(chunk) >= 26:
        code = int.from_bytes(chunk[24:26], "little")
    width = (bits + 7) // 8
    if (code, width) not in {*((_PCM, n) for n in (1, 2, 3, 4)), (_FLOAT, 4), (_FLOAT, 8), (_A_LAW, 1), (_MU_LAW, 1)}:
        raise MalformedRequest(f"a WAV of kind {code} with {bits} bits a sample is not read: send PCM of 16 bits")
    if not _LOWEST_HZ <= hertz <= _HIGHEST_HZ:
        raise MalformedRequest(f"a WAV of {hertz} samples a second; {_LOWEST_HZ} to {_HIGHEST_HZ} are read")
    if not 1 <= channels <= _MOST_CHANNELS:
        raise MalformedRequest(f"a WAV of {channels} channels; 1 to {_MOST_CHANNELS} are read")
    return code, channels, hertz, width


def _numbers(data: bytes, code: int, width: int) -> Samples:
    if code == _FLOAT:
        whole = data[: len(data) // width * width]
        with np.errstate(over="ignore"):
            return np.frombuffer(whole, f"<f{width}").astype(np.float32)
    if code != _PCM:
        return expanded(data, "A" if code == _A_LAW else "mu")
    return _whole(data, width)


def _whole(data: bytes, width: int) -> Samples:
    """Whole numbers of so many bytes; a last one that was cut is left out. One byte alone counts from 128."""
    count = len(data) // width
    if width == 1:
        return (np.frombuffer(data, np.uint8).astype(np.float32) - 128) / np.float32(128)
    if width == 3:
        wide = np.zeros((count, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(data, np.uint8, count * 3).reshape(-1, 3)
        return _whole(wide.tobytes(), 4)
    numbers = np.frombuffer(data, f"<i{width}", count).astype(np.float32)
    return numbers / np.float32(1 << (8 * width - 1))


def _by_library(content: bytes, kind: str) -> Recording:
    try:
        library: Any = import_module("soundfile")
    except (ImportError, OSError) as error:  # OSError: the wheel is there, its shared library is not
        raise Untranslatable(f"{kind} is read where outlast[audio] is installed; here, send WAV") from error
    try:
        with library.SoundFile(io.BytesIO(content)) as opened:
            hertz, channels = int(opened.samplerate), int(opened.channels)
            if not (_LOWEST_HZ <= hertz <= _HIGHEST_HZ and 1 <= channels <= _MOST_CHANNELS):
                raise MalformedRequest(f"a recording of {channels} channels at {hertz} samples a second is not read")
            return _bounded(_read(opened, LONGEST_S * hertz, channels), hertz, 1)
    except (library.SoundFileError, RuntimeError, ValueError) as error:
        raise MalformedRequest(f"this {kind} cannot be read: {error}") from error


def _read(opened: Any, most: int, channels: int) -> Samples:
    """One channel of it, block by block: what is stated costs no memory; one block over ``most`` is refused.

    Raises ``RequestTooLarge`` where a small file holds more samples than a WAV might.
    """
    found, frames = [np.zeros(0, np.float32)], 0
    while frames <= most:
        block = opened.read(_LIBRARY_BLOCK, dtype="float32", always_2d=True)
        if not len(block):
            break
        found.append(_mixed(block.reshape(-1), channels))
        frames += len(block)
        if frames * channels > _MOST_SAMPLES:
            raise RequestTooLarge(f"a recording of over {_MOST_SAMPLES} samples: send less of it, or at a lower rate")
    return np.concatenate(found)
