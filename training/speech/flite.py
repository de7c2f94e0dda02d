"""flite as a library: a second family of voices for the ears, which also says when each sound begins.

It knows the library's calls and its names for sounds. It does not know what is said. Debian's package ``flite`` brings
the libraries. The mouth's voice is made by the program instead (``training.voice.flite``).
"""

import ctypes
from typing import Any, Final

import numpy as np

from outlast.omni.engine import EARS_HZ
from training.speech.recording import PHONEMES, SILENCE, Recording, of_phonemes

_SAME: Final = {"ax": "ah", "pau": "sil", "h#": "sil", "ssil": "sil", "axr": "er", "ix": "ih", "el": "l", "en": "n"}


class _Wave(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_char_p), ("hertz", ctypes.c_int), ("count", ctypes.c_int), ("channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )  # fmt: skip


class _Voice(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("features", ctypes.c_void_p))


class Flite:
    """Loads each voice when it is first asked for."""

    def __init__(self) -> None:
        try:
            self._library = ctypes.CDLL("libflite.so.1")
        except OSError as problem:
            raise SystemExit("flite's libraries are missing: apt-get install flite") from problem
        self._library.flite_init()
        self._declare()
        self._voices: dict[str, Any] = {}

    def say(self, text: str, voice: str, *, pace: float = 1.0) -> Recording:
        """``voice`` is one of Debian's of 16 kHz: awb, kal16, rms, slt."""
        library, speaker = self._library, self._voice(voice)
        library.feat_set_float(speaker.contents.features, b"duration_stretch", 1 / pace)
        said = library.flite_synth_text(text.encode(), speaker)
        wave = library.utt_wave(said).contents
        if wave.hertz != EARS_HZ:
            raise SystemExit(f"flite's voice {voice} should have 16 kHz")
        samples = np.ctypeslib.as_array(wave.samples, (wave.count,)).astype(np.float32) / np.float32(32_768)
        starts, names = [0], []
        item = library.relation_head(library.utt_relation(said, b"Segment"))
        while item:
            name = library.ffeature_string(item, b"name").decode()
            names.append(PHONEMES.index(_SAME.get(name, name)))
            starts.append(int(library.ffeature_float(item, b"end") * EARS_HZ))
            item = library.item_next(item)
        words = self._words(said)
        library.delete_utterance(said)
        at, told = [begins for begins, _ in words], [word for _, word in words]
        return of_phonemes(samples, starts[: len(names)] or [0], names or [SILENCE], at, told)

    def _words(self, said: Any) -> list[tuple[int, str]]:
        """Where each word begins; what is not spoken (a sign) is none."""
        library, found = self._library, []
        item = library.relation_head(library.utt_relation(said, b"Word"))
        first = b"R:SylStructure.daughter1.daughter1.R:Segment."
        while item:
            if library.ffeature_string(item, first + b"name") != b"0":
                begins = library.ffeature_float(item, first + b"p.end")
                found.append((int(begins * EARS_HZ), library.ffeature_string(item, b"name").decode()))
            item = library.item_next(item)
        return found

    def _voice(self, name: str) -> Any:
        if name not in self._voices:
            library = ctypes.CDLL(f"libflite_cmu_us_{name}.so.1")
            register = getattr(library, f"register_cmu_us_{name}")
            register.restype, register.argtypes = ctypes.POINTER(_Voice), [ctypes.c_void_p]
            self._voices[name] = register(None)
        return self._voices[name]

    def _declare(self) -> None:
        pointer, text = ctypes.c_void_p, ctypes.c_char_p
        calls: dict[str, tuple[Any, list[Any]]] = {
            "flite_synth_text": (pointer, [text, ctypes.POINTER(_Voice)]),
            "utt_wave": (ctypes.POINTER(_Wave), [pointer]),
            "utt_relation": (pointer, [pointer, text]),
            "relation_head": (pointer, [pointer]),
            "item_next": (pointer, [pointer]),
            "ffeature_float": (ctypes.c_float, [pointer, text]),
            "ffeature_string": (text, [pointer, text]),
            "delete_utterance": (None, [pointer]),
            "feat_set_float": (None, [pointer, text, ctypes.c_float]),
        }
        for name, (gives, takes) in calls.items():
            call = getattr(self._library, name)
            call.restype, call.argtypes = gives, takes
