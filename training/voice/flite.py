"""The synthesiser whose voice the mouth learns: flite of Debian, a program beside this repository.

It knows how flite is called. It does not know what is said.

Licence, as Debian's copyright file of flite 2.2 states it for all files that it does not list apart, the voices' data
among them (Carnegie Mellon University, 1999-2001): free of charge, "to use and distribute this software and its
documentation without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of this work", provided that the notice is kept, changes are marked, authors'
names stay and are not used to endorse. Nothing in it limits what is made of the sound.
"""

import io
import shutil
import subprocess
import tempfile
import wave
from pathlib import Path
from typing import Final

import numpy as np

from outlast.omni.engine import MOUTH_HZ, Samples

VOICES: Final = ("slt", "rms", "kal16", "awb")


def spoken(text: str, voice: str) -> Samples:
    """``text`` at 16 kHz, with whatever silence the synthesiser puts around it."""
    program = shutil.which("flite")
    if program is None or voice not in VOICES:
        raise SystemExit(f"the voice {voice} needs flite: apt-get install flite; voices: {', '.join(VOICES)}")
    with tempfile.TemporaryDirectory() as folder:
        to = Path(folder) / "said.wav"
        subprocess.run([program, "-voice", voice, "-t", text, "-o", str(to)], check=True)  # noqa: S603 (no shell)
        content = to.read_bytes()
    with wave.open(io.BytesIO(content)) as sound:
        if (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) != (MOUTH_HZ, 1, 2):
            raise SystemExit(f"flite's voice {voice} should be 16 kHz, one channel of 16 bits")
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.float32) / np.float32(32_768)


def trimmed(samples: Samples, *, keep_ms: int = 30) -> Samples:
    """Without the silence around it: each 40 ms of that would be latency."""
    begins, ends = loud(samples, keep_ms=keep_ms)
    return samples[begins:ends]


def loud(samples: Samples, *, keep_ms: int = 30) -> tuple[int, int]:
    """Where it is not silent, and so much around it."""
    found = np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max(initial=1e-6))
    kept = MOUTH_HZ * keep_ms // 1000
    return (max(int(found[0]) - kept, 0), min(int(found[-1]) + kept, len(samples))) if len(found) else (0, 0)
