"""What is asked by voice: transcripts, and answers, on sets in which one thing or everything was never taught.

It knows the sets of ``training.speech``, and that a held-out text may by chance be a taught one as well: those are left
out and counted. It does not know how sounds were made.
"""

import random
from dataclasses import dataclass
from operator import eq
from pathlib import Path
from typing import Final

from outlast.omni.engine import Engine
from training.curriculum.small_talk import as_claimed
from training.evaluate.asking import converse, one
from training.evaluate.scoring import even, right, share, unseen
from training.evaluate.sizes import Size
from training.evaluate.told import Told
from training.speech.sets import KINDS
from training.speech.shards import Cache, Spoken
from training.voice.judge import word_errors

EXACT: Final = "By voice: exact transcripts, asked to write down (`transcribe`)"
HEARD: Final = "By voice: exact transcripts before an answer (`talk`)"
ANSWERED: Final = "By voice: right answers"
SUMS: Final = "By voice: sums and differences of pairs that nobody taught"
SPOKEN_TEXT, SPOKEN_ANSWER, SPOKEN_SUM = 0.98, 0.95, 0.95
WHAT: Final = {
    "familiar": "taught voices, taught forms, new sentences",
    "voices": "held-out voices",
    "texts": "held-out texts, taught voices",
    "both": "held-out texts, held-out voices",
    "noise": "held-out voices in noise and rooms",
    "telephone": "held-out voices on a telephone",
    "family": "a voice of flite that teaches nothing",
    "synthesiser": "synthesisers that teach nothing (Piper, festival)",
    "everything": "those, in noise, with held-out texts",
}
_GOALS: Final = frozenset(("voices", "both"))
_SUMS: Final = frozenset(("plus", "minus"))


@dataclass(frozen=True, slots=True)
class Heard:
    """One set, without what lessons say as well."""

    name: str
    cache: Cache
    entries: list[int]
    exchanges: list[Spoken]
    left_out: int

    @property
    def row(self) -> str:
        """As tables name it."""
        return f"{self.name}: {WHAT[self.name]}"


def sets(lessons: Path, taught: Path) -> list[Heard]:
    """Those that are there, in their usual order."""
    known = Cache(taught, "taught").by_text if any(taught.glob("taught-*.json")) else {}
    names = [name for name in WHAT if any(lessons.glob(f"{name}-[0-9]*.json"))]
    return [kept(name, Cache(lessons, name), known) for name in names]


def kept(name: str, cache: Cache, known: dict[str, list[int]]) -> Heard:
    """A set whose texts are held out loses those that are known."""
    everything = list(range(len(cache.entries)))
    if KINDS[name].split != "held out":
        return Heard(name, cache, everything, cache.exchanges, 0)
    new = unseen([entry.text for entry in cache.entries], known)
    good = set(new)
    exchanges = [each for each in cache.exchanges if good.issuperset(each.questions.values())]
    return Heard(name, cache, new, exchanges, len(everything) - len(new))


def measure(engine: Engine, heard: list[Heard], size: Size, seed: int, told: Told) -> None:
    """Every set."""
    for each in heard:
        rng = random.Random(f"{seed} {each.name}")
        numbers = rng.sample(each.entries, min(size.voice, len(each.entries)))
        _transcribed(engine, each, numbers, told)
        asked = rng.sample(each.exchanges, min(size.voice, len(each.exchanges)))
        _answered(engine, each, asked, told)
        if each.left_out:
            of = len(each.cache.entries)
            told.notes.append(
                f"`{each.name}`: {each.left_out} of {of} questions are said by lessons too, and left out."
            )
    _sums(engine, heard, size, told)


def _transcribed(engine: Engine, heard: Heard, numbers: list[int], told: Told) -> None:
    texts = [even(heard.cache.entries[number].text) for number in numbers]
    found = [even(one(engine, sound=heard.cache.sound(number), task="transcribe").heard or "") for number in numbers]
    told.cell(EXACT, heard.row, share(map(eq, texts, found)), _goal(heard, SPOKEN_TEXT))
    errors, words = sum(map(word_errors, texts, found)), sum(len(text.split()) for text in texts)
    told.line(EXACT, heard.row, word_error_rate=f"{errors / max(words, 1):.3f}", words=str(words))


def _answered(engine: Engine, heard: Heard, exchanges: list[Spoken], told: Told) -> None:
    rights: list[bool] = []
    transcripts: list[bool] = []
    for spoken in exchanges:
        asked = as_claimed(spoken.answers[0.0])
        sounds = {turn: heard.cache.sound(number) for turn, number in spoken.questions.items()}
        answers = converse(engine, asked, sounds)
        rights.append(right(asked, [each.text for each in answers]))
        for turn in sounds:
            written = answers[turn].heard
            if written is not None:
                transcripts.append(even(written) == even(asked.turns[turn].said))
    told.cell(HEARD, heard.row, share(transcripts))
    told.cell(ANSWERED, heard.row, share(rights), _goal(heard, SPOKEN_ANSWER))


def _goal(heard: Heard, goal: float) -> float | None:
    return goal if heard.name in _GOALS else None


def _sums(engine: Engine, heard: list[Heard], size: Size, told: Told) -> None:
    """Of sets whose pairs are held out, all that there are, up to so many of each."""
    for each in heard:
        if KINDS[each.name].split != "held out":
            continue
        asked = [one for one in each.exchanges if one.answers[0.0].skill in _SUMS][: size.sums]
        found = []
        for spoken in asked:
            sounds = {turn: each.cache.sound(number) for turn, number in spoken.questions.items()}
            answers = converse(engine, spoken.answers[0.0], sounds)
            found.append(right(spoken.answers[0.0], [answer.text for answer in answers]))
        told.cell(SUMS, each.row, share(found), SPOKEN_SUM)
