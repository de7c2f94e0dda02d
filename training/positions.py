"""One conversation as positions: what stands where, and how much the prediction of each position counts.

It knows the grammar (``outlast.omni.grammar``) and its weights. It does not know networks; sounds come as patches and
codes, pictures as pixels, whoever made them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from outlast.omni import grammar
from outlast.omni.engine import Task
from outlast.omni.pictures import tiles
from outlast.omni.reply import phrases
from training.curriculum.exchange import Exchange, Turn
from training.curriculum.forms import Marks

Floats = npt.NDArray[np.float32]


class Encoder(Protocol):
    """A vocabulary, or one that spells (``training.spelling``)."""

    def encode(self, text: str) -> list[int]:
        """Numbers of a text."""
        ...


class Kind(IntEnum):
    """What stands at a position."""

    TOKEN = 0
    PATCH = 1
    TILE = 2
    FRAME = 3


@dataclass(frozen=True, slots=True)
class Clip:
    """A question as it sounds."""

    patches: npt.NDArray[np.float16]
    """``(patches, 160)``."""
    phonemes: npt.NDArray[np.int16]
    """One class for each patch; -1 where none is known."""
    phases: npt.NDArray[np.int16]
    """Of ``grammar.PHASES``."""
    words: npt.NDArray[np.int16]
    """``(patches, 2)``: classes of the last two words that are over; -1 where they are not known."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something said, as it is spoken."""

    codes: npt.NDArray[np.int16]
    """``(frames, 4)``."""
    marks: npt.NDArray[np.int16]
    """``(frames, 3)``: classes of the sound of the language, of the word, and of the word that follows."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a prediction counts, by what stands there."""

    said: float = 0.05
    """What people type is hardly to be guessed; a little of it teaches the language."""
    heard: float = 1.0
    answered: float = 1.0
    spoken: float = 0.3


WEIGHTS: Final = Weights()
_NONE: Final = -1
_UNMARKED: Final = (_NONE,) * 4
_NO_CODES: Final = (0,) * grammar.BOOKS


@dataclass(slots=True)
class Positions:
    """Columns of one conversation; they are as long as each other, but for the values of patches and tiles."""

    kinds: list[int] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    marks: list[Sequence[int]] = field(default_factory=list)
    """Four classes: of a patch its phoneme, its phase and the last two words; of a tile form and colour; of a frame its
    phoneme, its word and the next one; -1 where there is none."""
    codes: list[Sequence[int]] = field(default_factory=list)
    patches: list[npt.NDArray[np.float16]] = field(default_factory=list)
    tiles: list[Floats] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.kinds)

    def write(self, tokens: Iterable[int], weight: float) -> None:
        """Tokens, one behind the other."""
        for token in tokens:
            self._append(Kind.TOKEN, weight, token=token)

    def hear(self, clip: Clip) -> None:
        """The patches of a sound, and the token that closes it."""
        self.write((grammar.SOUND,), 0.0)
        for phoneme, phase, words in zip(
            clip.phonemes.tolist(), clip.phases.tolist(), clip.words.tolist(), strict=True
        ):
            self._append(Kind.PATCH, 0.0, mark=(phoneme, phase, *words))
        self.patches.append(clip.patches)
        self.write((grammar.SOUND_END,), 0.0)

    def see(self, tiles: Floats, marks: Marks) -> None:
        """The 64 tiles of a picture."""
        self.write((grammar.PICTURE,), 0.0)
        for form, colour in marks.tolist():
            self._append(Kind.TILE, 0.0, mark=(form, colour, _NONE, _NONE))
        self.tiles.append(tiles)

    def speak(self, phrase: Phrase, weight: float) -> None:
        """The frames of a phrase, and the one that ends it."""
        self.write((grammar.SPEAK,), 0.0)
        for frame, marks in zip(phrase.codes.tolist(), phrase.marks.tolist(), strict=True):
            self._append(Kind.FRAME, weight, codes=frame, mark=(*marks, _NONE))
        self._append(Kind.FRAME, weight, codes=[grammar.SILENCE_CODE] + [0] * (grammar.BOOKS - 1))

    def _append(
        self,
        kind: Kind,
        weight: float,
        *,
        token: int = _NONE,
        codes: Sequence[int] = _NO_CODES,
        mark: Sequence[int] = _UNMARKED,
    ) -> None:
        self.kinds.append(kind)
        self.weights.append(weight)
        self.tokens.append(token)
        self.codes.append(codes)
        self.marks.append(mark)


@dataclass(frozen=True, slots=True)
class Sounds:
    """What of an exchange is heard and spoken."""

    questions: Mapping[int, Clip] = field(default_factory=dict)
    """By the number of the turn; turns that are not here are typed."""
    phrases: Mapping[str, Phrase] = field(default_factory=dict)
    """The answers' phrases as they are spoken; an answer is spoken where each of its phrases is here."""
    transcribed: bool = True
    """Whether what was heard is written down before it is answered."""


def lay_out(
    exchange: Exchange, vocabulary: Encoder, sounds: Sounds, *, task: Task = "talk", typed: Encoder | None = None
) -> Positions:
    """All positions of a conversation; where the task is to read aloud, answers say what was said.

    ``typed`` encodes what people type, where that is not ``vocabulary``.
    """
    laid = Positions()
    laid.write(grammar.opening_tokens(exchange.manner, task), 0.0)
    for number, turn in enumerate(exchange.turns):
        _ask(laid, turn, typed or vocabulary, sounds.questions.get(number))
        clip = sounds.questions.get(number)
        if task == "transcribe" or (clip is not None and sounds.transcribed):
            laid.write((grammar.HEARD, *vocabulary.encode(" " + turn.said)), WEIGHTS.heard)
        if task == "transcribe":
            laid.write((grammar.END,), WEIGHTS.heard)
        else:
            _answer(laid, turn, vocabulary, sounds)
    return laid


def _ask(laid: Positions, turn: Turn, vocabulary: Encoder, clip: Clip | None) -> None:
    laid.write((grammar.USER,), 0.0)
    if turn.scene is not None:
        laid.see(tiles(turn.scene.draw()), turn.scene.marks())
    if clip is None:
        laid.write(vocabulary.encode(" " + turn.said), WEIGHTS.said)
    else:
        laid.hear(clip)


def _answer(laid: Positions, turn: Turn, vocabulary: Encoder, sounds: Sounds) -> None:
    if turn.thought:
        laid.write((grammar.THINK, *vocabulary.encode(" " + turn.thought)), WEIGHTS.answered)
    laid.write((grammar.ANSWER,), WEIGHTS.answered)
    cut = phrases(turn.answer)
    aloud = bool(sounds.phrases) and all(phrase in sounds.phrases for phrase in cut)
    for phrase in cut:
        laid.write(vocabulary.encode(" " + phrase), WEIGHTS.answered)
        if aloud:
            laid.speak(sounds.phrases[phrase], WEIGHTS.spoken)
    laid.write((grammar.END,), WEIGHTS.answered)
