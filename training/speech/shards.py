"""Questions that were made once and are read often: columns in files that are mapped into memory.

It knows files. A shard is whole once its list is there (``NAME-0000.json``, written last); beside it lie its patches as
``float16``, their labels as ``int16`` and, for examinations, the sound itself. It does not know how any of it is made.
"""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from outlast.omni.engine import Samples
from outlast.omni.grammar import PATCH_SAMPLES
from training.curriculum.exchange import Exchange, Turn
from training.positions import Clip, Phrase
from training.speech.recording import OVER

_FULL: Final = 32_767
Alter = Callable[[npt.NDArray[np.float16], random.Random], npt.NDArray[np.float16]]
"""What happens to a question's patches when it is heard (``altered``)."""


@dataclass(frozen=True, slots=True)
class Made:
    """One question that was read aloud."""

    text: str
    """As it would be typed."""
    voice: str
    clip: Clip
    samples: Samples
    turn: int = 0
    """Its number in the exchange."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a question lies."""

    shard: int
    text: str
    voice: str
    start: int
    """Its first patch in the shard."""
    count: int
    sound: int
    """Its first sample in the shard's sound."""
    samples: int


@dataclass(frozen=True, slots=True)
class Asked:
    """An exchange, and what of it was read aloud."""

    answers: dict[float, Exchange]
    """As each character answers, by how much it gives in (``manners.Character``); empty where pictures are shown."""
    made: list[Made]


@dataclass(frozen=True, slots=True)
class Spoken:
    """An exchange whose questions were read aloud by one voice."""

    answers: dict[float, Exchange]
    questions: dict[int, int]
    """The number of a turn to the number of its entry."""


def write(path: Path, asked: Sequence[Asked], *, keep_sound: bool) -> None:
    """One shard; ``path`` is ``FOLDER/NAME-0000``. An exchange that shows pictures is not kept, its questions are."""
    made = [one for each in asked for one in each.made]
    listed: dict[str, Any] = {"entries": [], "exchanges": []}
    start = sound = 0
    for one in made:
        count, samples = len(one.clip.patches), len(one.samples) if keep_sound else 0
        listed["entries"].append([one.text, one.voice, start, count, sound, samples])
        start, sound = start + count, sound + samples
    at = 0
    for each in asked:
        if each.answers and each.made:
            questions = {one.turn: at + number for number, one in enumerate(each.made)}
            listed["exchanges"].append({"answers": _kept(each.answers), "questions": questions})
        at += len(each.made)
    _save(path, "patches", np.concatenate([one.clip.patches for one in made]))
    _save(path, "labels", np.concatenate([_labels(one.clip) for one in made]))
    if keep_sound:
        _save(path, "sound", np.concatenate([(one.samples * _FULL).astype(np.int16) for one in made]))
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(listed))
    partial.replace(path.with_name(path.name + ".json"))


class Cache:
    """What one name (``taught``, ``voices`` …) has in a folder."""

    def __init__(
        self, folder: Path, name: str, *, first: int = 0, most: int | None = None, alter: Alter | None = None
    ) -> None:
        """From shard ``first`` on, at ``most`` so many: others may be in the making. ``alter``: each time anew."""
        self._alter = alter
        self._paths = sorted(folder.glob(f"{name}-[0-9]*.json"))[first:][:most]
        if not self._paths:
            raise SystemExit(
                f"{folder} holds no shards of {name}; make them with python -m training.speech --set {name}"
            )
        self.entries: list[Entry] = []
        self.exchanges: list[Spoken] = []
        for shard, path in enumerate(self._paths):
            listed = json.loads(path.read_text())
            before = len(self.entries)
            self.entries += [Entry(shard, *row) for row in listed["entries"]]
            self.exchanges += [_spoken(row, before) for row in listed["exchanges"]]
        self._patches = [np.load(_beside(path, "patches"), mmap_mode="r") for path in self._paths]
        self._labels = [np.load(_beside(path, "labels"), mmap_mode="r") for path in self._paths]

    def __len__(self) -> int:
        return len(self.entries)

    @cached_property
    def by_text(self) -> dict[str, list[int]]:
        """Numbers of the entries that say a text."""
        found: dict[str, list[int]] = {}
        for number, entry in enumerate(self.entries):
            found.setdefault(entry.text, []).append(number)
        return found

    def clip(self, number: int, rng: random.Random | None = None) -> Clip:
        """One entry; with ``rng`` it ends at a random patch at which the turn may be seen to be over."""
        entry = self.entries[number]
        here = slice(entry.start, entry.start + entry.count)
        patches, labels = self._patches[entry.shard][here], self._labels[entry.shard][here]
        if rng is not None:
            labels = labels[: _cut(np.asarray(labels[:, 1]), rng)]
            patches = patches[: len(labels)]
            patches = self._alter(patches, rng) if self._alter else patches
        phonemes, phases, words = labels[:, 0], labels[:, 1], labels[:, 2:]
        return Clip(np.asarray(patches), np.asarray(phonemes), np.asarray(phases), np.asarray(words))

    def of_text(self, text: str, rng: random.Random) -> Clip | None:
        """Any entry that says ``text``."""
        numbers = self.by_text.get(text)
        return self.clip(rng.choice(numbers), rng) if numbers else None

    def sound(self, number: int) -> Samples:
        """The samples behind an entry's patches, where they were kept."""
        entry = self.entries[number]
        kept = np.load(_beside(self._paths[entry.shard], "sound"), mmap_mode="r")
        return np.asarray(kept[entry.sound : entry.sound + entry.samples], np.float32) / np.float32(_FULL)

    def conversation(
        self, number: int, rng: random.Random, *, gives_in: float = 0.0
    ) -> tuple[Exchange, dict[int, Clip]]:
        """One of ``exchanges`` as a character answers it, undressed, and its questions' clips by their turns."""
        spoken = self.exchanges[number]
        exchange = spoken.answers.get(gives_in, spoken.answers[0.0])
        return exchange, {turn: self.clip(entry, rng) for turn, entry in spoken.questions.items()}


def write_phrases(path: Path, phrases: dict[str, Phrase]) -> None:
    """What the mouth says, one shard of it."""
    ends = np.cumsum([len(phrase.codes) for phrase in phrases.values()]).tolist()
    _save(path, "codes", np.concatenate([phrase.codes for phrase in phrases.values()]).astype(np.int16))
    _save(path, "labels", np.concatenate([phrase.marks for phrase in phrases.values()]).astype(np.int16))
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps({"texts": list(phrases), "ends": ends}))
    partial.replace(path.with_name(path.name + ".json"))


def read_phrases(folder: Path, name: str = "phrases") -> dict[str, Phrase]:
    """Each phrase by its text."""
    found: dict[str, Phrase] = {}
    paths = sorted(folder.glob(f"{name}-[0-9]*.json"))
    if not paths:
        raise SystemExit(f"{folder} holds no {name}; make them with python -m training.speech.answers")
    for path in paths:
        listed = json.loads(path.read_text())
        codes, marks = np.load(_beside(path, "codes")), np.load(_beside(path, "labels"))
        starts = [0, *listed["ends"][:-1]]
        for text, start, end in zip(listed["texts"], starts, listed["ends"], strict=True):
            found[text] = Phrase(codes[start:end], marks[start:end])
    return found


def _labels(clip: Clip) -> npt.NDArray[np.int16]:
    return np.concatenate((clip.phonemes[:, None], clip.phases[:, None], clip.words), 1).astype(np.int16)


def _kept(answers: dict[float, Exchange]) -> dict[str, Any]:
    """Those who answer as nobody who gives in are left out."""
    same = answers[0.0]
    return {
        str(gives_in): {
            "skill": exchange.skill,
            "turns": [asdict(replace(turn, scene=None)) for turn in exchange.turns],
        }
        for gives_in, exchange in answers.items()
        if gives_in == 0 or exchange != same
    }


def _spoken(row: dict[str, Any], before: int) -> Spoken:
    answers = {
        float(gives_in): Exchange(kept["skill"], tuple(Turn(**turn) for turn in kept["turns"]))
        for gives_in, kept in row["answers"].items()
    }
    return Spoken(answers, {int(turn): before + number for turn, number in row["questions"].items()})


def _cut(phases: npt.NDArray[np.int16], rng: random.Random) -> int:
    """Where a turn ends for the network: as a policy would end it, from the end of the last word on, mostly soon."""
    over = np.flatnonzero(phases == OVER)
    if not len(over):
        return len(phases)
    earliest = int(over[0]) + 4
    if earliest >= len(phases):
        return len(phases)
    return min(earliest + int(rng.expovariate(1 / 4)), len(phases))


def _save(path: Path, column: str, rows: npt.NDArray[Any]) -> None:
    np.save(path.with_name(f"{path.name}.{column}.npy"), rows)


def _beside(path: Path, column: str) -> Path:
    return path.with_name(f"{path.stem}.{column}.npy")


def seconds(patches: int) -> float:
    """So many patches last."""
    return patches * PATCH_SAMPLES / 16_000
