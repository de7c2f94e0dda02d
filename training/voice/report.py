"""How much of the coded voice is understood, beside the voice itself: ``python -m training.voice.report --book FILE``.

It knows what is read aloud for it and how figures are set beside each other. It does not know how they come about.
"""

import argparse
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from outlast.omni.codebook import Codebook
from outlast.omni.engine import Samples
from outlast.omni.mouth import Mouth
from training.voice.describe import encode
from training.voice.flite import VOICES, spoken
from training.voice.judge import NumberJudge, SentenceJudge, in_words, plain, word_errors

_SENTENCES: Final = tuple(
    """It is a quarter past seven in the evening.
That is beyond me, I am sorry.
Nice to meet you, I will remember your name.
There are three red circles and two blue squares.
Five miles are about eight kilometres.
Tomorrow is Wednesday the second of March.
You spell it with two letters at the end.
Good morning, how can I help you today?
I can hear you very well.
Your favourite colour is yellow.
The larger of the two is nineteen.
One hour has sixty minutes.
Monday comes before Tuesday.
I can do sums, tell the time and spell words.
The picture shows a green triangle.
Thank you, that is very kind.""".splitlines()
)


@dataclass(frozen=True, slots=True)
class Texts:
    """What is read aloud."""

    numbers: tuple[str, ...]
    sentences: tuple[str, ...]


def drawn(count: int, seed: int) -> Texts:
    """So many numbers, and half as many sentences with one in them beside the fixed ones."""
    rng = random.Random(seed)
    answers = (f"The answer is {in_words(rng.randrange(1000))}." for _ in range(count // 2))
    return Texts(tuple(in_words(number) for number in rng.sample(range(1000), count)), (*answers, *_SENTENCES))


def coded(book: Codebook, samples: Samples) -> Samples:
    """There and back."""
    mouth = Mouth(book)
    return np.concatenate((mouth.say(encode(book, samples)), mouth.finish()))


def wilson(right: int, of: int) -> str:
    """A share with its interval at 95 %, as text."""
    z, share = 1.96, right / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return f"{right}/{of} = {100 * share:.1f} % ({100 * (middle - half):.1f} to {100 * (middle + half):.1f})"


def row(name: str, said: Texts, numbers: Sequence[Samples], sentences: Sequence[Samples]) -> str:
    """One line of the table."""
    judge, other = NumberJudge(), SentenceJudge()
    right = sum(plain(text) == judge.hears(sound) for text, sound in zip(said.numbers, numbers, strict=True))
    texts = [plain(text) for text in said.sentences]
    wrong = [word_errors(text, other.hears(sound)) for text, sound in zip(texts, sentences, strict=True)]
    words = sum(len(text.split()) for text in texts)
    return (
        f"| {name} | {wilson(right, len(numbers))} | {wilson(wrong.count(0), len(wrong))} | {sum(wrong) / words:.3f} |"
    )


def main() -> None:
    """Read aloud, code, ask both recognisers, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--book", type=Path, required=True)
    asked.add_argument("--voice", choices=VOICES, default="rms")
    asked.add_argument("--numbers", type=int, default=120)
    asked.add_argument("--seed", type=int, default=9)
    given = asked.parse_args()
    with np.load(given.book) as kept:
        book = Codebook(*(kept[name].astype(np.float32) for name in ("books", "middle", "weights")))
    said = drawn(given.numbers, given.seed)
    numbers = [spoken(text, given.voice) for text in said.numbers]
    sentences = [spoken(text, given.voice) for text in said.sentences]
    print("| sound | numbers, PocketSphinx | sentences without a fault, Whisper tiny | word error rate |")  # noqa: T201 (a command)
    print("|---|---|---|---|")  # noqa: T201 (a command)
    print(row(f"flite {given.voice}", said, numbers, sentences), flush=True)  # noqa: T201 (a command)
    again = [[coded(book, sound) for sound in sounds] for sounds in (numbers, sentences)]
    print(row("through the codes", said, *again), flush=True)  # noqa: T201 (a command)


if __name__ == "__main__":
    main()
