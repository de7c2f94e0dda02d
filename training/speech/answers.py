"""``python -m training.speech.answers --lessons FOLDER --codebook codebook.npz``: how the lessons' answers are spoken.

It knows which phrases the answers of a folder's lessons consist of, and has each read aloud by the mouth's voice and
coded. It does not know how codes are found (``training.voice``). What many answers share is made once, in the shard
0000; every other one belongs to a shard of lessons; single numbers stand beside them.
"""

import argparse
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from typing import Final, get_args

import numpy as np

from outlast.omni.codebook import Codebook
from outlast.omni.engine import Manner
from outlast.omni.reply import phrases
from outlast.settings.chat import Base, Degree
from training.curriculum.exchange import Exchange, Mood, Split, Turn
from training.curriculum.held_out import belongs
from training.curriculum.manners import FIRST, SECOND, dressed
from training.positions import Phrase
from training.speech.flite import Flite
from training.speech.mixed import sayings
from training.speech.sets import GIVING_IN, core
from training.speech.shards import Cache, write_phrases
from training.speech.wording import spoken
from training.voice.describe import encode
from training.voice.flite import loud

VOICE: Final = "rms"
_DRAWS: Final = 6_000
_NUMBERS: Final = -1
_SAYINGS: Final = -2
_NAMES: Final = {_NUMBERS: "numbers-0000", _SAYINGS: "sayings-0000"}
_SAID: Final = 5_000
_SHARED: Final = 4
"""What so many of the draws say is made once."""


@lru_cache(maxsize=1)
def shared() -> tuple[str, ...]:
    """What manners put before and behind answers, and the phrases of answers that are given often."""
    found: set[str] = set()
    rng = random.Random(7)
    for mood in get_args(Mood):
        bare = Exchange("", (Turn("", "0.", mood=mood),) * 2)
        for character in (FIRST, SECOND):
            for base in get_args(Base):
                for warmth in get_args(Degree):
                    manners = [Manner(base=base, warmth=warmth, enthusiasm=degree) for degree in get_args(Degree)]
                    for manner in manners * 12:
                        found.update(of_answers([dressed(bare, manner, character, rng)]))
    counted = Counter(
        phrase for _ in range(_DRAWS) for phrase in of_answers([core(rng, "taught", rng.choice(GIVING_IN))])
    )
    found.update(phrase for phrase, times in counted.items() if times >= _SHARED)
    return tuple(sorted(found - {"0."}))


def of_answers(exchanges: Iterable[Exchange]) -> set[str]:
    """Phrases of all their answers."""
    return {phrase for exchange in exchanges for turn in exchange.turns for phrase in phrases(turn.answer)}


def wanted(lessons: Path, shard: int) -> list[str]:
    """The phrases of one shard; those of shard -1 are numbers, those of shard -2 mean nothing."""
    if shard == _NUMBERS:
        return numbers("taught")
    if shard == _SAYINGS:
        rng = random.Random(11)
        return sorted({sayings(rng) for _ in range(_SAID)})
    if not shard:
        return list(shared())
    answered = Cache(lessons, "taught", first=shard - 1, most=1).exchanges
    return sorted(of_answers(each for one in answered for each in one.answers.values()) - set(shared()))


def numbers(split: Split) -> list[str]:
    """Single numbers up to 999: what is hardest to say is said alone as well."""
    return [f"{number}." for number in range(1_000) if belongs("number aloud", number, split)]


def make_phrases(shard: int, *, lessons: Path, codebook: Path, voice: str) -> str:
    """One shard, unless it is there; what is to be said of it."""
    path = lessons / _NAMES.get(shard, f"phrases-{shard:04d}")
    if path.with_name(path.name + ".json").exists():
        return f"{path.name} is there"
    with np.load(codebook) as kept:
        book = Codebook(**{name: kept[name].astype(np.float32) for name in ("books", "middle", "weights")})
    began = time.process_time()
    flite = Flite()
    found = {phrase: _coded(flite, book, phrase, voice) for phrase in wanted(lessons, shard)}
    write_phrases(path, found)
    minutes = sum(len(phrase.codes) for phrase in found.values()) / 25 / 60
    took = time.process_time() - began
    return f"{path.name}: {len(found)} phrases, {minutes:.1f} minutes, {len(found) / took:.1f} a CPU second"


def _coded(flite: Flite, book: Codebook, phrase: str, voice: str) -> Phrase:
    said = flite.say(spoken(phrase), voice)
    said = said.cut(*loud(said.samples))
    codes, marks = encode(book, said.samples).astype(np.int16), said.speaking()
    numbers = np.minimum(np.arange(len(codes)), len(marks) - 1)
    return Phrase(codes, marks[numbers])


def main() -> None:
    """Make what is missing."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--lessons", type=Path, required=True)
    asked.add_argument("--codebook", type=Path, required=True)
    asked.add_argument("--voice", default=VOICE)
    asked.add_argument("--shards", type=int, help="so many shards of lessons; without it, all that are there")
    asked.add_argument("--processes", type=int, default=2)
    given = asked.parse_args()
    there = len(list(given.lessons.glob("taught-[0-9]*.json")))
    work = partial(make_phrases, lessons=given.lessons, codebook=given.codebook, voice=given.voice)
    anew = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(given.processes, mp_context=anew, max_tasks_per_child=1) as pool:
        for told in pool.map(work, range(_SAYINGS, 1 + min(there, given.shards or there))):
            print(told, flush=True)  # noqa: T201 (a command)


if __name__ == "__main__":
    main()
