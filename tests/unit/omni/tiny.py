"""A network of random weights, small enough for every test."""

import functools
import re
import string
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from outlast.omni import grammar
from outlast.omni.choice import Habits
from outlast.omni.decoder import Choose, Decoder
from outlast.omni.engine import Opening, Samples
from outlast.omni.memory import Bounds
from outlast.omni.session import Body, MiniSession
from outlast.omni.threads import use_one_thread
from outlast.omni.weights import Floats, Head, Shape, Weights, layout, pack, parse

use_one_thread()
PIECES = (*grammar.SPECIAL, *(chr(code) for code in range(32, 127)), *(f" {word}" for word in string.ascii_lowercase))
SHAPE = Shape(tokens=len(PIECES), width=32, layers=2, heads=4)


def random_tensors(shape: Shape = SHAPE, *, seed: int = 7, spread: float = 0.3) -> dict[str, Floats]:
    chance = np.random.default_rng(seed)
    drawn = {name: chance.normal(0, spread, size).astype(np.float32) for name, size in layout(shape)}
    plain = {name: values + 1 if "norm" in name else values for name, values in drawn.items()}
    return plain | {"voice.weights": np.ones_like(plain["voice.weights"])}


def head(shape: Shape = SHAPE) -> Head:
    return Head(name="tiny", family="omni-mini", date="2026-11-22", shape=shape, pieces=PIECES[: shape.tokens])


def weights_file(*, seed: int = 7) -> bytes:
    return pack(head(), random_tensors(seed=seed))


@functools.cache
def tiny_weights(seed: int = 7) -> Weights:
    return parse(weights_file(seed=seed))


@functools.cache
def tiny_decoder() -> Decoder:
    return Decoder(SHAPE, tiny_weights().tensors(), positions=Bounds().all)


class TinyWords:
    """Letters, and single letters behind a space."""

    numbers: Mapping[str, int] = {piece: number for number, piece in enumerate(PIECES)}

    def encode(self, text: str) -> Sequence[int]:
        return [self.numbers[piece] for piece in re.findall(r" [a-z]|[ -~]", text)]

    def decode(self, numbers: Iterable[int]) -> str:
        return "".join(PIECES[number] for number in numbers if number >= len(grammar.SPECIAL))


class TinyEars:
    """Each patch is what its samples are."""

    def __init__(self) -> None:
        self._waiting = np.zeros(0, np.float32)

    def push(self, samples: Samples) -> Floats:
        self._waiting = np.concatenate((self._waiting, samples))
        count = len(self._waiting) // grammar.PATCH_SAMPLES
        whole = self._waiting[: count * grammar.PATCH_SAMPLES].reshape(count, grammar.PATCH_VALUES, -1 if count else 1)
        self._waiting = self._waiting[count * grammar.PATCH_SAMPLES :]
        patches: Floats = whole.mean(axis=2)
        return patches


class TinyVoice:
    """Lags one frame behind; a frame is 640 samples of its codes."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._held: Sequence[int] | None = None

    def say(self, codes: Sequence[int]) -> Samples:
        before, self._held = self._held, codes
        return np.zeros(0, np.float32) if before is None else self._sound(before)

    def finish(self) -> Samples:
        before, self._held = self._held, None
        return np.zeros(0, np.float32) if before is None else self._sound(before)

    def _sound(self, codes: Sequence[int]) -> Samples:
        return np.repeat(np.array(codes, np.float32), 160) / np.float32(256)


class Recording(Decoder):
    """Notes what it is given, a sign for each position, and follows a script as far as there is one."""

    def __init__(self, *, seed: int = 7, bounds: Bounds | None = None) -> None:
        super().__init__(SHAPE, tiny_weights(seed).tensors(), positions=(bounds or Bounds()).all)
        self.positions = ""
        self.script: list[int] = []
        self.frames: list[tuple[int, ...]] | None = None

    def read(self, tokens: Sequence[int]) -> Floats:
        for token in tokens:
            self.positions += SIGNS.get(token, "c" if token < len(grammar.SPECIAL) else "x")
        return super().read(tokens)

    def hear(self, patches: Floats) -> Floats:
        self.positions += "p" * len(patches)
        return super().hear(patches)

    def see(self, seen: Floats) -> Floats:
        self.positions += "t" * len(seen)
        return super().see(seen)

    def speak(self, codes: Sequence[int]) -> Floats:
        self.positions += "z" if codes[0] == grammar.SILENCE_CODE else "f"
        return super().speak(codes)

    def next_token(self, state: Floats) -> Floats:
        scores = super().next_token(state)
        if self.script:
            scores[self.script.pop(0)] = np.abs(scores).max() + 1
        return scores

    def next_codes(self, state: Floats, choose: Choose) -> tuple[int, ...]:
        if self.frames is None:
            return super().next_codes(state, choose)
        return self.frames.pop(0)


SIGNS = {
    grammar.BEGIN: "B",
    grammar.USER: "U",
    grammar.SOUND: "S",
    grammar.SOUND_END: "s",
    grammar.PICTURE: "P",
    grammar.HEARD: "H",
    grammar.THINK: "T",
    grammar.ANSWER: "A",
    grammar.SPEAK: "K",
    grammar.END: "E",
}
REPLY = "(Hx*+)?(Tx*+)?A(x|(?<=x)Kf*+z)*+E"
GRAMMAR = re.compile(f"Bcccc(U(x|Sp++s|Pt{{64}})*+({REPLY}|Hx*+E))*+(U(x|Sp++s|Pt{{64}})*+(Sp++)?)?")
"""``outlast.omni.grammar`` over the signs; the last turn may be open."""


def tiny_session(
    opening: Opening | None = None,
    *,
    decoder: Decoder | None = None,
    habits: Habits | None = None,
    bounds: Bounds | None = None,
) -> MiniSession:
    body = Body(
        decoder=decoder or tiny_decoder(),
        words=TinyWords(),
        pieces=PIECES,
        ears=TinyEars,
        mouths=TinyVoice,
        habits=habits or Habits(longest_heard=12, longest_thought=12, longest_phrase=9),
        bounds=bounds or Bounds(),
    )
    return MiniSession(body, opening or Opening(longest_answer=24))
