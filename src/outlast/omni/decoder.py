"""The network in numpy: the same numbers as ``training.network``, a chunk of positions or one at a time.

It knows multiplications, norms and angles. It does not know what a token means, nor when a conversation ends. What the
training framework computes at each step is folded into the weights once: the norms' factors, and the order of a head's
values, which stand in pairs here so that turning them is one complex product.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from outlast.omni.grammar import BOOKS, CODES
from outlast.omni.memory import Kind, Memory
from outlast.omni.weights import Floats, Shape

EPSILON: Final = 1e-6
SHARPNESS: Final = 0.5
"""Products of queries and keys, both of one loudness, are multiplied by it (as ``training.network`` does)."""
CHUNK: Final = 64
"""Positions that are computed together; more would only take more memory."""
_FEW: Final = 4
"""Fewer positions than this are faster one by one: a product with a matrix of two rows takes longer than two of one."""
_BASE: Final = 10_000.0
_ROWS: Final = np.arange(BOOKS) * (CODES + 1)
Tokens = Sequence[int]
Hidden = npt.NDArray[np.bool_]
Choose = Callable[[int, Floats], int]
"""The number of a book and its scores to a code."""


class _Layer(NamedTuple):
    """Matrices stand as ``(in, out)``: a vector times such a one runs over memory in its order, twice as fast."""

    mix: Floats
    out: Floats
    gate: Floats
    down: Floats


class Decoder:
    """One set of weights, ready to compute; it never changes, and any number of threads may use it."""

    def __init__(self, shape: Shape, tensors: Mapping[str, Floats], *, positions: int) -> None:
        """``positions`` is the most that a memory will hold."""
        self.shape = shape
        self._each = shape.width // shape.heads
        self._layers = [self._layer(tensors, f"blocks.{number}.") for number in range(shape.layers)]
        self._tensors = {name: values for name, values in tensors.items() if not name.startswith("blocks.")}
        speeds = _BASE ** (-np.arange(0, self._each, 2) / self._each)
        self.turns = np.exp(1j * np.arange(positions)[:, None] * speeds).astype(np.complex64)
        """What each position's pairs are turned by."""
        self._factors = np.repeat(np.array((SHARPNESS, 1), np.float32), shape.heads)
        self._norm = tensors["norm.weight"]
        self._embedding = tensors["embedding.weight"]
        self._scores = np.ascontiguousarray(self._embedding.T)
        self._turn_head = np.ascontiguousarray(tensors["turn_head.weight"].T)
        mix = np.ascontiguousarray(tensors["mouth_mix.weight"].T)
        self._mouth_mix = mix
        self._told = tensors["depth_codes.weight"] @ mix
        heads = tensors["mouth_heads.weight"].reshape(BOOKS, CODES + 1, shape.width)
        self._mouth_heads = np.ascontiguousarray(heads.transpose(0, 2, 1))

    def read(self, tokens: Tokens) -> Floats:
        """Inputs of tokens."""
        rows: Floats = self._embedding[np.asarray(tokens, np.intp)]
        return rows

    def hear(self, patches: Floats) -> Floats:
        """Inputs of ``(n, 160)`` log-mel values."""
        return self._sense("ear", patches)

    def see(self, tiles: Floats) -> Floats:
        """Inputs of a picture's ``(64, 192)`` values, which stand in their order."""
        return self._sense("eye", tiles) + self._tensors["eye_place.weight"]

    def speak(self, codes: Sequence[int]) -> Floats:
        """The input of one frame that was spoken."""
        rows: Floats = self._tensors["frame_codes.weight"][_ROWS + codes]
        summed: Floats = rows.sum(axis=0, keepdims=True)
        return summed

    def run(self, x: Floats, memory: Memory, kind: Kind, *, blind: Kind | None = None) -> Floats:
        """Inputs ``(n, width)`` to normed states, and into memory.

        Positions of the kind ``blind`` that are in memory are not seen by these: for evaluation.
        """
        states: list[Floats] = []
        x = _normed(x)
        while len(x):
            count = memory.make_room(min(len(x), CHUNK), kind, self.turns)
            if count < _FEW:
                count = 1
            hidden = None if blind is None else memory.kinds[: memory.used] == blind
            states.append(self._one(x[0], memory, hidden) if count == 1 else self._chunk(x[:count], memory, hidden))
            memory.wrote(count, kind)
            x = x[count:]
        return states[0] if len(states) == 1 else np.concatenate(states or [x])

    def next_token(self, state: Floats) -> Floats:
        """Scores of the next token after one state."""
        scores: Floats = np.dot(state, self._scores)
        return scores

    def phases(self, state: Floats) -> Floats:
        """Probabilities of ``grammar.PHASES`` after one state."""
        scores = np.dot(state, self._turn_head) + self._tensors["turn_head.bias"]
        likely: Floats = np.exp(scores - scores.max())
        likely /= likely.sum()
        return likely

    def next_codes(self, state: Floats, choose: Choose) -> tuple[int, ...]:
        """The next frame: each book is chosen from its scores, which know the coarser books that were chosen."""
        mixed = np.dot(state, self._mouth_mix) + self._tensors["mouth_mix.bias"]
        codes: list[int] = []
        for book in range(BOOKS):
            if book:
                mixed = mixed + self._told[_ROWS[book - 1] + codes[-1]]
            half = mixed * np.float32(0.5)
            codes.append(choose(book, np.dot(half + half * np.tanh(half), self._mouth_heads[book])))
        return tuple(codes)

    def _chunk(self, x: Floats, memory: Memory, hidden: Hidden | None) -> Floats:
        """Several positions; each sees those before it."""
        count, width = x.shape
        start, end = memory.used, memory.used + count
        turn = self.turns[start:end, None]
        unseen = _unseen(count, start, hidden)
        for layer, keys, values in zip(self._layers, memory.keys, memory.values, strict=True):
            mixed = _normed(x) @ layer.mix
            turned = mixed[:, : 2 * width].reshape(count, 2 * self.shape.heads, -1).view(np.complex64) * turn
            both = self._even(turned.view(np.float32)).transpose(1, 0, 2)
            keys[:, start:end] = both[self.shape.heads :]
            values[:, start:end] = mixed[:, 2 * width :].reshape(count, self.shape.heads, -1).transpose(1, 0, 2)
            scores = both[: self.shape.heads] @ keys[:, :end].transpose(0, 2, 1)
            scores += unseen
            scores -= scores.max(axis=-1, keepdims=True)
            np.exp(scores, out=scores)
            scores /= scores.sum(axis=-1, keepdims=True)
            found = (scores @ values[:, :end]).transpose(1, 0, 2).reshape(count, width)
            x = x + found @ layer.out
            halves = _normed(x) @ layer.gate
            x += _gated(halves) @ layer.down
        return _normed(x) * self._norm

    def _one(self, x: Floats, memory: Memory, hidden: Hidden | None) -> Floats:
        """The same for one position, with fewer and cheaper calls: this is what speaking waits for."""
        heads, width, start = self.shape.heads, self.shape.width, memory.used
        end = start + 1
        turn = self.turns[start]
        unseen = None if hidden is None else np.where(np.append(hidden, False), np.float32(-np.inf), np.float32(0))
        for layer, keys, values in zip(self._layers, memory.keys, memory.values, strict=True):
            mixed = np.dot(x * _loudness(x), layer.mix)
            turned = mixed[: 2 * width].view(np.complex64).reshape(2 * heads, -1)
            turned *= turn
            both = self._even(turned.view(np.float32))
            keys[:, start] = both[heads:]
            values[:, start] = mixed[2 * width :].reshape(heads, -1)
            scores = np.matmul(keys[:, :end], both[:heads, :, None])[:, :, 0]
            if unseen is not None:
                scores += unseen
            scores -= np.maximum.reduce(scores, axis=1, keepdims=True)
            np.exp(scores, out=scores)
            found = np.matmul(scores[:, None], values[:, :end])[:, 0]
            found /= np.add.reduce(scores, axis=1, keepdims=True)
            x = x + np.dot(found.reshape(width), layer.out)
            x += np.dot(_gated(np.dot(x * _loudness(x), layer.gate)), layer.down)
        return (x * _loudness(x) * self._norm)[None]

    def _even(self, both: Floats) -> Floats:
        """``(…, 2 * heads, values)``: queries and keys brought to one loudness, queries sharpened."""
        factors = np.einsum("...v,...v->...", both, both)
        factors /= self._each
        factors += np.float32(EPSILON)
        np.sqrt(factors, out=factors)
        np.divide(self._factors, factors, out=factors)
        both *= factors[..., None]
        return both

    def _sense(self, name: str, values: Floats) -> Floats:
        of = self._tensors
        inner = _gelu(values @ of[f"{name}_in.weight"].T + of[f"{name}_in.bias"])
        return inner @ of[f"{name}_out.weight"].T + of[f"{name}_out.bias"]

    def _layer(self, of: Mapping[str, Floats], prefix: str) -> _Layer:
        shape, width = self.shape, self.shape.width
        mix = of[prefix + "queries_keys_values.weight"] * of[prefix + "norm_attention.weight"]
        pairs = mix[: 2 * width].reshape(2 * shape.heads, 2, self._each // 2, width)
        mix[: 2 * width] = pairs.transpose(0, 2, 1, 3).reshape(2 * width, width)
        gate = of[prefix + "gate_and_up.weight"] * of[prefix + "norm_units.weight"]
        gate[: shape.inner] *= 0.5
        return _Layer(
            mix=np.ascontiguousarray(mix.T),
            out=np.ascontiguousarray(of[prefix + "out.weight"].T),
            gate=np.ascontiguousarray(gate.T),
            down=np.ascontiguousarray(of[prefix + "down.weight"].T),
        )


def _normed(x: Floats) -> Floats:
    normed: Floats = x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + np.float32(EPSILON))
    return normed


def _loudness(x: Floats) -> np.float32:
    """What one vector is multiplied by so that its mean square is 1."""
    return np.float32(1 / math.sqrt(float(np.dot(x, x)) / len(x) + EPSILON))


def _gated(halves: Floats) -> Floats:
    """SiLU of the first half, times the second; the first comes halved, since ``silu(2 h) = h + h tanh(h)``."""
    gate, up = halves[..., : halves.shape[-1] // 2], halves[..., halves.shape[-1] // 2 :]
    opened: Floats = np.tanh(gate)
    opened += 1
    opened *= gate
    opened *= up
    return opened


def _gelu(x: Floats) -> Floats:
    """The exact one; the error function by Abramowitz and Stegun 7.1.26, within 2e-7."""
    near = np.abs(x) * np.float32(math.sqrt(0.5))
    part = 1 / (1 + np.float32(0.3275911) * near)
    rest = part * (1.421413741 + part * (-1.453152027 + part * np.float32(1.061405429)))
    rest = part * (0.254829592 + part * (-0.284496736 + rest)) * np.exp(-near * near)
    curved: Floats = np.where(x > 0, x * (1 - rest / 2), x * rest / 2)
    return curved


def _unseen(count: int, start: int, hidden: Hidden | None) -> Floats:
    """What is added to the scores of ``count`` positions: nothing, or minus infinity."""
    added = np.zeros((count, start + count), np.float32)
    added[:, start:] = np.triu(np.full((count, count), -np.inf, np.float32), 1)
    if hidden is not None:
        added[:, :start][:, hidden] = -np.inf
    return added
