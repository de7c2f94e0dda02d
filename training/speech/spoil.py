"""What happens to a voice on its way: rooms, microphones, telephones, noise, loudness, lost packets.

It knows sound of 16 kHz. It does not know what is said; nothing here moves in time, so that labels stay true.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
import numpy.typing as npt

from outlast.omni.engine import EARS_HZ, Samples
from outlast.omni.g711 import Law, compressed, expanded
from training.speech.recording import Recording

_USUAL_LOUDNESS: Final = 0.06
"""Root mean square of speech before it is made louder or quieter: -24 dB."""
_LOW_HZ, _HIGH_HZ = 300.0, 3_400.0
Spectrum = npt.NDArray[np.complex64]


@dataclass(frozen=True, slots=True)
class Hardships:
    """How often each happens."""

    room: float = 0.3
    colour: float = 0.4
    telephone: float = 0.15
    noise: float = 0.55
    gain_db: float = 12.0
    clipping: float = 0.06
    lost: float = 0.06


LESSONS: Final = Hardships()
NONE: Final = Hardships(room=0, colour=0, telephone=0, noise=0, gain_db=0, clipping=0, lost=0)
TELEPHONE: Final = Hardships(room=0, colour=0, telephone=1, noise=0, gain_db=6, clipping=0, lost=0)


def spoiled(
    said: Recording, hardships: Hardships, chance: np.random.Generator, others: Sequence[Samples] = ()
) -> Samples:
    """The recording as it arrives; ``others`` are voices that may talk in the background."""
    sound = said.samples * np.float32(_USUAL_LOUDNESS / loudness(said.samples[said.begins : said.ends]))
    clear = loudness(sound[said.begins : said.ends])
    if chance.random() < hardships.room:
        sound = in_a_room(sound, chance)
    if chance.random() < hardships.colour:
        sound = coloured(sound, chance)
    if chance.random() < hardships.noise:
        sound = sound + noise(len(sound), chance, others) * np.float32(clear * 10 ** (-chance.uniform(5, 30) / 20))
    sound = sound * np.float32(10 ** (chance.uniform(-1, 1) * hardships.gain_db / 20))
    if chance.random() < hardships.clipping:
        limit = np.abs(sound).max(initial=1e-4) * chance.uniform(0.2, 0.6)
        sound = np.clip(sound, -limit, limit)
    if chance.random() < hardships.telephone:
        sound = by_telephone(sound, chance)
    if chance.random() < hardships.lost:
        sound = with_losses(sound, chance)
    return np.clip(sound, -1, 1).astype(np.float32)


def loudness(samples: Samples) -> float:
    """Root mean square, never quite 0."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)) + 1e-10)) if len(samples) else 1e-5


def in_a_room(sound: Samples, chance: np.random.Generator) -> Samples:
    """A short decay of noise behind every sound, as small rooms have it."""
    lasts = int(chance.uniform(0.06, 0.35) * EARS_HZ)
    tail = chance.standard_normal(lasts).astype(np.float32) * np.exp(-6.9 * np.arange(lasts) / lasts)
    tail *= chance.uniform(0.1, 0.6) / np.sqrt((tail * tail).sum())
    tail[0] = 1.0
    size = _size(len(sound) + lasts)
    mixed = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(tail, size), size)
    return mixed[: len(sound)].astype(np.float32)


def coloured(sound: Samples, chance: np.random.Generator) -> Samples:
    """As another microphone hears it: a tilt and a bump, up to 8 dB."""
    size = _size(len(sound))
    octaves = np.log2(np.maximum(np.fft.rfftfreq(size, 1 / EARS_HZ), 50) / 1_000)
    bump = chance.uniform(-8, 8) * np.exp(-((octaves - chance.uniform(-2, 2.5)) ** 2))
    decibels = chance.uniform(-2, 2) * octaves + bump
    return _filtered(sound, 10 ** (decibels / 20), size)


def by_telephone(sound: Samples, chance: np.random.Generator) -> Samples:
    """300 to 3,400 Hz; in most calls also the eight bits of G.711."""
    size = _size(len(sound))
    hertz = np.fft.rfftfreq(size, 1 / EARS_HZ)
    gate = 1 / (1 + (_LOW_HZ / np.maximum(hertz, 1)) ** 8) / (1 + (hertz / _HIGH_HZ) ** 24)
    narrow = _filtered(sound, gate, size)
    law = chance.choice(["mu", "A", "none"], p=[0.45, 0.35, 0.2])
    if law == "none":
        return narrow
    coded = np.zeros(len(narrow), np.float32)
    coded[::2] = 2 * expanded(compressed(narrow[::2], cast("Law", str(law))), cast("Law", str(law)))
    return _filtered(coded, gate, size)


def with_losses(sound: Samples, chance: np.random.Generator) -> Samples:
    """One to three holes of 20 to 60 ms."""
    holed = sound.copy()
    for _ in range(chance.integers(1, 4)):
        at = int(chance.integers(0, max(len(sound), 1)))
        holed[at : at + EARS_HZ // 50 * int(chance.integers(1, 4))] = 0
    return holed


def noise(count: int, chance: np.random.Generator, others: Sequence[Samples] = ()) -> Samples:
    """White or pink noise, a hum, or several of the ``others`` talking at once; its root mean square is 1."""
    kind = chance.choice(["white", "pink", "hum", "babble"] if others else ["white", "pink", "hum"])
    if kind == "babble":
        made = np.zeros(count, np.float32)
        for other in (others[int(each)] for each in chance.integers(0, len(others), 4)):
            made += np.roll(np.resize(other / loudness(other), count), int(chance.integers(0, max(count, 1))))
    elif kind == "hum":
        base, times = chance.choice([50.0, 60.0, 120.0]), np.arange(count) / EARS_HZ
        made = chance.standard_normal(count).astype(np.float32) * 0.3
        for overtone in range(1, 6):
            made += (chance.random() / overtone * np.sin(2 * np.pi * base * overtone * times)).astype(np.float32)
    else:
        made = chance.standard_normal(count).astype(np.float32)
        if kind == "pink":
            size = _size(count)
            made = _filtered(made, 1 / np.sqrt(np.maximum(np.fft.rfftfreq(size, 1 / EARS_HZ), 40)), size)
    return np.asarray(made / loudness(made), np.float32)


def _filtered(sound: Samples, gains: npt.NDArray[np.float64], size: int) -> Samples:
    return np.fft.irfft(np.fft.rfft(sound, size) * gains, size)[: len(sound)].astype(np.float32)


def _size(count: int) -> int:
    """A length that transforms quickly: 2, 3, 4.5 … times a power of two, so that little is padded."""
    power = 1 << max(count - 1, 1).bit_length()
    return next(size for size in (power * 5 // 8, power * 3 // 4, power) if size >= count)
