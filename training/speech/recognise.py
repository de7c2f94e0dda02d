"""``python -m training.speech.recognise --folder FOLDER --set synthesiser``: how well others understand the same sound.

It knows how what a recogniser heard is compared with what was said: every word, and the numbers alone. It does not know
recognisers (``training.voice.judge``). What they understand of an examination is the measure for what the ears do.
"""

import argparse
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from outlast.omni.engine import Samples
from training.speech.shards import Cache
from training.speech.wording import spoken
from training.voice.judge import NumberJudge, SentenceJudge, in_words, plain, word_errors
from training.voice.report import wilson

_NUMBER_WORDS: Final = frozenset(" ".join(map(in_words, range(1_000))).split()) - {"and"} | {"thousand"}
_SAME: Final = {"oh": "", "o": "", "o'clock": "", "oclock": "", "to": "two", "too": "two", "for": "four", "won": "one"}
"""Words that sound alike count as one word, wherever they stand."""


_BELOW_TWENTY: Final = " | ".join(in_words(number) for number in range(1, 20))
_BELOW_TEN: Final = " | ".join(in_words(number) for number in range(1, 10))
_TENS: Final = " | ".join(in_words(number) for number in range(20, 100, 10))
_ANSWERS: Final = f"""#JSGF V1.0;
grammar answers;
<below> = {_BELOW_TWENTY} | ({_TENS}) [{_BELOW_TEN}];
<hundreds> = ({_BELOW_TEN}) hundred [[and] <below>];
<number> = zero | <below> | <hundreds> | (one thousand [[and] <below>]) | (one thousand <hundreds>);
public <answer> = <number> (plus | minus | times) <number> is <number>;
"""
_QUIET: Final = 4_000
"""Samples of silence around what is heard."""


class Judge(Protocol):
    """A recogniser."""

    def hears(self, samples: Samples) -> str:
        """Words in lower case, numbers as words."""
        ...


class AnswerJudge:
    """PocketSphinx, told that it hears how a sum, a difference or a product comes out, and nothing of the numbers."""

    def __init__(self) -> None:
        self._decoder: Any = import_module("pocketsphinx").Decoder(lm=None, loglevel="FATAL", samprate=16_000)
        self._decoder.add_jsgf_string("answers", _ANSWERS)
        self._decoder.activate_search("answers")

    def hears(self, samples: Samples) -> str:
        """Words without "and"; empty where nothing fits."""
        whole = np.pad(samples, _QUIET)
        self._decoder.start_utt()
        self._decoder.process_raw((np.clip(whole, -1, 1) * 32_767).astype("<i2").tobytes(), full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return " ".join(word for word in (found.hypstr if found else "").split() if word != "and")


@dataclass(frozen=True, slots=True)
class Understood:
    """How much of some texts was understood."""

    texts: int
    whole: int
    """Texts without a wrong word."""
    with_numbers: int
    numbers: int
    """Texts with numbers of which all numbers were understood, in their order."""
    words: int
    errors: int

    def __str__(self) -> str:
        rate = self.errors / max(self.words, 1)
        numbers = wilson(self.numbers, self.with_numbers) if self.with_numbers else "none said"
        return f"{wilson(self.whole, self.texts)} | {numbers} | {rate:.3f}" if self.texts else "nothing | | "


def number_words(text: str) -> list[str]:
    """Only the numbers of a text, as words, without "and" and the oh of times: ``12:05`` is twelve five."""
    return [word for word in _plain(text).split() if word in _NUMBER_WORDS]


def compared(said: Iterable[str], heard: Iterable[str]) -> Understood:
    """``said`` as it was typed or spoken, ``heard`` as a recogniser wrote it down."""
    pairs = [(_plain(one), _plain(other)) for one, other in zip(said, heard, strict=True)]
    errors = [word_errors(_even(one), _even(other)) for one, other in pairs]
    numbered = [(number_words(one), number_words(other)) for one, other in pairs if number_words(one)]
    return Understood(
        texts=len(pairs),
        whole=errors.count(0),
        with_numbers=len(numbered),
        numbers=sum(one == other for one, other in numbered),
        words=sum(len(_even(one).split()) for one, _ in pairs),
        errors=sum(errors),
    )


def evaluate(texts: Sequence[str], sounds: Iterable[Samples], judge: Judge) -> Understood:
    """Have a recogniser hear each sound (16 kHz)."""
    return compared(texts, (judge.hears(sound) for sound in sounds))


def _plain(text: str) -> str:
    return plain(spoken(re.sub(r"(?<=\d),(?=\d{3})", "", text)))


def _even(text: str) -> str:
    return " ".join(word for word in (_SAME.get(word, word) for word in text.split()) if word)


def main() -> None:
    """One line for each synthesiser of a set."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--folder", type=Path, required=True)
    asked.add_argument("--set", required=True)
    asked.add_argument("--judge", choices=("sentences", "numbers"), default="sentences")
    asked.add_argument("--count", type=int, default=60)
    given = asked.parse_args()
    cache = Cache(given.folder, given.set)
    judge: Judge = SentenceJudge() if given.judge == "sentences" else NumberJudge()
    by_family: dict[str, list[int]] = {}
    for number, entry in enumerate(cache.entries[: given.count]):
        by_family.setdefault(entry.voice.split(":")[0], []).append(number)
    print("| voices | whole questions | all numbers | word error rate |\n|---|---|---|---|")  # noqa: T201 (a command)
    for family, numbers in by_family.items():
        texts = [cache.entries[number].text for number in numbers]
        told = evaluate(texts, (cache.sound(number) for number in numbers), judge)
        print(f"| {given.set}, {family} | {told} |", flush=True)  # noqa: T201 (a command)


if __name__ == "__main__":
    main()
