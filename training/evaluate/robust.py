"""What trained weights do with what nobody means to send: no number that is none, no memory without end.

It knows hostile sounds and pictures. What random weights do with them is tested with every change; here it is trained
ones. It does not know whether an answer makes sense.
"""

import math
import struct
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Final

import numpy as np

from outlast.errors import MalformedRequest
from outlast.omni.encode import UNKNOWN, AtOnce, Encoder, pcm16
from outlast.omni.engine import EARS_HZ, Engine, Opening, Pixels, Samples
from outlast.omni.g711 import G711_HZ, Law, compressed
from outlast.omni.mini import Mini
from outlast.omni.resample import resampled
from outlast.omni.waves import decode
from training.evaluate.asking import one, reply
from training.evaluate.scoring import even, share
from training.evaluate.sizes import Size
from training.evaluate.told import Told
from training.evaluate.voices import Heard

PART: Final = "Robustness: hostile input"
WAYS: Final = "Robustness: the same transcript as at 16 kHz"
_HERTZ: Final = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
_CLIPS: Final = 12
_TOKENS: Final = 24
"""Of an answer to what nobody means to send: enough to see whether it holds a number that is none."""
_SETS: Final = ("voices", "familiar", "both")


def measure(engine: Mini, heard: list[Heard], size: Size, told: Told) -> None:
    """Hostile input; then the same questions in other forms."""
    kept = next((each for name in _SETS for each in heard if each.name == name), None)
    clips = [] if kept is None else [kept.cache.sound(n) for n in kept.entries[: min(_CLIPS, size.voice)]]
    for name, sound in sounds(clips[0] if clips else np.zeros(EARS_HZ, np.float32), size.minutes).items():
        told.line(PART, name, **_hear(engine, sound))
    for name, pixels in pictures().items():
        told.line(PART, name, **_see(engine, pixels))
    told.notes.append(
        "Robustness: sound of 8 kHz has nothing above 4 kHz, so its transcripts may differ by what is lost; MP3 and "
        "Opus lose something as well, and are in the table where `soundfile` is installed."
    )
    if clips:
        _ways(engine, clips, told)


def sounds(voice: Samples, minutes: int) -> dict[str, Samples]:
    """From nothing to too much."""
    chance = np.random.default_rng(3)
    long = np.tile(np.concatenate((voice, np.zeros(EARS_HZ, np.float32))), minutes * 60)[: minutes * 60 * EARS_HZ]
    return {
        "no sample": np.zeros(0, np.float32),
        "one sample": np.ones(1, np.float32),
        "3 s of silence": np.zeros(3 * EARS_HZ, np.float32),
        "3 s of noise, as loud as can be": chance.uniform(-1, 1, 3 * EARS_HZ).astype(np.float32),
        "3 s of quiet noise": (1e-4 * chance.standard_normal(3 * EARS_HZ)).astype(np.float32),
        "a voice, clipped (40 dB too loud)": np.clip(100 * voice, -1, 1),
        "far beyond full scale (1e6)": (1e6 * voice).astype(np.float32),
        "3 s that stand still at 1": np.ones(3 * EARS_HZ, np.float32),
        f"{minutes} min of a voice": long,
    }


def pictures() -> dict[str, Pixels]:
    """From nothing to large."""
    chance = np.random.default_rng(4)
    return {
        "a picture without pixels": np.zeros((0, 0, 3), np.uint8),
        "a picture of 1 pixel": np.full((1, 1, 3), 255, np.uint8),
        "a picture of 1 by 2,000": np.zeros((1, 2_000, 3), np.uint8),
        "noise, 1,000 by 1,000": chance.integers(0, 256, (1_000, 1_000, 3), np.uint8),
    }


def _hear(engine: Mini, sound: Samples) -> dict[str, str]:
    session = engine.open(Opening(aloud=True, longest_answer=_TOKENS))
    for start in range(0, len(sound), EARS_HZ):
        session.push_audio(sound[start : start + EARS_HZ])
    return _told(session.turn_over(), session.remembered, lambda: reply(session).sound)


def _see(engine: Mini, pixels: Pixels) -> dict[str, str]:
    session = engine.open(Opening(aloud=True, longest_answer=_TOKENS))
    try:
        session.push_image(pixels)
    except MalformedRequest as refused:
        return {"finite": "yes", "spoken": "", "memory": "", "refused": str(refused)}
    session.push_text("what do you see?")
    return _told(0.0, session.remembered, lambda: reply(session).sound)


def _told(over: float, remembered: int, answer: Callable[[], Samples]) -> dict[str, str]:
    sound = answer()
    finite = math.isfinite(over) and bool(np.isfinite(sound).all()) and float(np.abs(sound).max(initial=0.0)) <= 1.0
    return {
        "finite": "yes" if finite else "**no**",
        "spoken": f"{len(sound) / EARS_HZ:.1f} s",
        "memory": f"{remembered / 2**20:.1f} MiB",
        "refused": "",
    }


def _ways(engine: Engine, clips: list[Samples], told: Told) -> None:
    plain = [_written(engine, sound) for sound in clips]
    for name, way in ways().items():
        found = [_written(engine, way(sound)) for sound in clips]
        told.cell(WAYS, name, share(one == other for one, other in zip(plain, found, strict=True)))


def _written(engine: Engine, sound: Samples) -> str:
    return even(one(engine, sound=sound, task="transcribe").heard or "")


def ways() -> dict[str, Callable[[Samples], Samples]]:
    """Each as a caller sends it, read again for the ears."""
    found: dict[str, Callable[[Samples], Samples]] = {}
    for hertz in _HERTZ:
        for channels in (1, 2):
            name = f"WAV, {hertz / 1_000:g} kHz, {'mono' if channels == 1 else 'stereo'}"
            found[name] = partial(_by_wav, hertz=hertz, channels=channels)
    found["WAV of unknown length (a stream), 24 kHz"] = partial(_by_wav, hertz=24_000, channels=1, size=UNKNOWN)
    laws: tuple[Law, ...] = ("mu", "A")
    for law in laws:
        found[f"{law}-law, 8 kHz"] = partial(_by_law, law=law)
    if find_spec("soundfile") is not None:
        packed: tuple[AtOnce, ...] = ("flac", "mp3", "opus")
        for kind in packed:
            found[f"{kind.capitalize() if kind == 'opus' else kind.upper()}, 24 kHz"] = partial(_by_library, kind=kind)
    return found


def _by_wav(sound: Samples, hertz: int, channels: int, *, size: int | None = None) -> Samples:
    data = pcm16(np.repeat(resampled(sound, EARS_HZ, hertz), channels))
    length = len(data) if size is None else size
    layout = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, hertz, 2 * channels * hertz, 2 * channels, 16)
    head = struct.pack("<4sI4s", b"RIFF", min(length + 36, 0xFFFF_FFFF), b"WAVE") + layout
    return decode(head + struct.pack("<4sI", b"data", length) + data).for_ears()


def _by_library(sound: Samples, kind: AtOnce) -> Samples:
    """MP3 begins with some silence of its own."""
    encoder = Encoder(kind, EARS_HZ)
    return decode(encoder.push(sound) + encoder.finish()).for_ears()


def _by_law(sound: Samples, law: Law) -> Samples:
    content = compressed(resampled(sound, EARS_HZ, G711_HZ), law)
    return decode(content, raw="pcmu" if law == "mu" else "pcma").for_ears()
