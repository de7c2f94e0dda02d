"""espeak-ng as a library: many voices, fast, and it says when each sound of the language begins.

It knows the library's calls and its names for sounds. It does not know what is said. The package ``espeakng-loader``
brings the library; it is a tool of training, and nothing of it is installed with Outlast. What it makes of a text hangs
on what it said before: a process that begins anew says the same again.
"""

import ctypes
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

import numpy as np

from outlast.omni.engine import EARS_HZ
from outlast.omni.resample import resampled
from training.speech.recording import PHONEMES, SILENCE, Recording, of_phonemes

_RETRIEVAL: Final = 2
"""Synchronous, to a function."""
_PHONEME_EVENTS: Final = 1
_UTF8: Final = 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_WORD_EVENT, _PHONEME_EVENT = 1, 7
_USUAL_RATE: Final = 175
_SOUNDS: Final = {
    "tS": "ch", "dZ": "jh", "D": "dh", "T": "th", "S": "sh", "Z": "zh", "N": "ng", "p": "p", "b": "b", "t": "t",
    "d": "d", "k": "k", "g": "g", "f": "f", "v": "v", "s": "s", "z": "z", "h": "hh", "m": "m", "n": "n", "l": "l",
    "r": "r", "R": "r", "j": "y", "w": "w", "x": "k", "C": "hh", "c": "k", "?": "t", "*": "t",
    "aI": "ay", "aU": "aw", "eI": "ey", "e#": "eh", "oU": "ow", "@U": "ow", "OI": "oy", "3": "er", "A": "aa", "a": "ae",
    "E": "eh", "e": "eh", "I": "ih", "i": "iy", "i:": "iy", "0": "ao", "O": "ao", "o": "ow", "U": "uh", "u": "uw",
    "V": "ah", "@": "ah", "@L": "l", "a#": "ah", "A:": "aa", "8": "uh", "y": "uw", "Y": "uw", "W": "er", "&": "ae",
    "Q": "ao", "I2": "ih", "I#": "ih", "a@": "ae", "aa": "ae", "i@": "ih", "U@": "uh", "E2": "eh", "L": "l", ";": "y",
}  # fmt: skip
"""Its names for sounds, of all accents of English, by their first signs: the longest that fits counts."""


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int), ("unique", ctypes.c_uint), ("position", ctypes.c_int), ("length", ctypes.c_int),
        ("milliseconds", ctypes.c_int), ("sample", ctypes.c_int), ("user", ctypes.c_void_p), ("id", _Id),
    )  # fmt: skip


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True, slots=True)
class Way:
    """How a voice speaks once."""

    pace: float = 1.0
    """Above 1: faster."""
    pitch: int = 50
    """0 to 99."""
    melody: int = 50
    """0 to 99: how far pitch moves."""


USUAL: Final = Way()


class Espeak:
    """One to a process: the library has one state."""

    def __init__(self) -> None:
        loader: Any = import_module("espeakng_loader")
        self._library = ctypes.CDLL(str(loader.get_library_path()))
        self._library.espeak_SetSynthCallback.argtypes = [_Callback]
        self._library.espeak_Synth.argtypes = [
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint,
            ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip
        data = str(loader.get_data_path()).encode()
        self._hertz: int = self._library.espeak_Initialize(_RETRIEVAL, 0, data, _PHONEME_EVENTS)
        if self._hertz <= 0:
            raise SystemExit("espeak-ng does not start; is the package espeakng-loader whole?")
        self._sound: list[np.ndarray[Any, np.dtype[np.int16]]] = []
        self._starts: list[int] = []
        self._names: list[int] = []
        self._words: list[int] = []
        self._places: list[tuple[int, int]] = []
        self._callback = _Callback(self._take)
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, voice: str, way: Way = USUAL) -> Recording:
        """``voice`` is an accent, or an accent and a timbre: ``en-us+f3``."""
        if self._library.espeak_SetVoiceByName(voice.encode()):
            raise SystemExit(f"espeak-ng has no voice {voice}")
        for parameter, value in ((_RATE, int(_USUAL_RATE * way.pace)), (_PITCH, way.pitch), (_RANGE, way.melody)):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._sound, self._starts, self._names, self._words, self._places = [], [0], [SILENCE], [], []
        content = text.encode()
        self._library.espeak_Synth(content, len(content) + 1, 0, 1, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        whole = np.concatenate(self._sound or [np.zeros(0, np.int16)]).astype(np.float32) / np.float32(32_768)
        samples = resampled(whole, self._hertz, EARS_HZ)
        said = [text[place - 1 : place - 1 + length] for place, length in self._places]
        return of_phonemes(samples, self._at(self._starts), self._names, self._at(self._words), said)

    def _at(self, moments: list[int]) -> list[int]:
        return [moment * EARS_HZ // self._hertz for moment in moments]

    def _take(self, sound: Any, count: int, events: Any) -> int:
        """Called by the library with pieces of sound, and what happens in them."""
        if sound and count > 0:
            self._sound.append(np.ctypeslib.as_array(sound, (count,)).copy())
        number = 0
        while (event := events[number]).type:
            if event.type == _PHONEME_EVENT:
                self._starts.append(event.sample)
                self._names.append(phoneme_class(bytes(event.id.string).decode("utf-8", "replace")))
            elif event.type == _WORD_EVENT:
                self._words.append(event.sample)
                self._places.append((event.position, event.length))
            number += 1
        return 0


@lru_cache(maxsize=1024)
def phoneme_class(name: str) -> int:
    """The class of one of espeak's names; what it calls a pause, or nothing, is silence."""
    bare = re.sub(r"^[',%=_|!:^\-]+", "", name)
    for length in (2, 1):
        if (found := _SOUNDS.get(bare[:length])) is not None:
            return PHONEMES.index(found)
    return SILENCE
