"""A network's weights as one file: matrices of eight bits a value, small vectors, and a head that says what it is.

It knows bytes and shapes. It does not know what the tensors compute (``decoder``), nor where files lie; ``training``
writes what it reads.

The file begins as ``label`` says. The tensors stand in the order of ``layout``: a matrix as its rows of int8 and then a
float16 scale for each row, all else as float16. The network's codes mean nothing without the code book that they were
learnt with, so it stands there too. The head carries their CRC-32, so that a file that was cut or flipped is refused,
not believed.
"""

import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from outlast.errors import WeightsInvalid
from outlast.omni import grammar
from outlast.omni.codebook import DESCRIPTION, MOMENTS, Codebook
from outlast.omni.label import LENGTH, MAGIC, START, end_of_head

Floats = npt.NDArray[np.float32]
Fact = str | int | float | bool
_LEVELS: Final = 127
_LARGEST: Final = 65_504
"""The largest float16."""
_WIDEST, _DEEPEST, _MOST_TOKENS = 4_096, 96, 1 << 17


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How large a network is; the names are those of ``training.network.Shape``."""

    tokens: int
    width: int
    layers: int
    heads: int

    @property
    def inner(self) -> int:
        """Width of the gated units."""
        return (self.width * 8 // 3 + 31) // 32 * 32


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a file of weights says of itself."""

    name: str
    """``omni-mini-1``."""
    family: str
    date: str
    """Of the snapshot: ``2026-11-22``."""
    shape: Shape
    pieces: tuple[str, ...]
    """The vocabulary: special tokens first, in the order of ``grammar.SPECIAL``."""
    can: tuple[str, ...] = ()
    """Skills that were measured and met their goal; it claims no other."""
    grammar: int = grammar.VERSION
    training: Mapping[str, Fact] = msgspec.field(default_factory=dict)
    """Facts of how it was made: seed, steps, data."""
    crc: int = 0
    """CRC-32 of the tensors; written by ``pack``."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A file that was read: its head, and its tensors as they stand in it."""

    head: Head
    stored: Mapping[str, npt.NDArray[np.int8] | npt.NDArray[np.float16]]
    scales: Mapping[str, npt.NDArray[np.float16]]

    def tensors(self) -> dict[str, Floats]:
        """All of them as the numbers that they stand for; a copy for each call."""
        return {name: self._numbers(name) for name in self.stored}

    def codebook(self) -> Codebook:
        """What its codes sound like. Raises ``WeightsInvalid`` for one that cannot be spoken with."""
        books, middle, weights = (self._numbers(f"voice.{part}") for part in ("books", "middle", "weights"))
        return Codebook(books=books, middle=middle, weights=weights)

    def _numbers(self, name: str) -> Floats:
        scale = self.scales.get(name)
        if scale is None:
            return self.stored[name].astype(np.float32)
        return np.multiply(self.stored[name], scale.astype(np.float32)[:, None], dtype=np.float32)


def layout(shape: Shape) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every tensor in the file's order: name and dimensions, first those of ``training.network.Decoder``."""
    width, codes = shape.width, grammar.CODES + 1
    yield "embedding.weight", (shape.tokens, width)
    for sense, values in (("ear", grammar.PATCH_VALUES), ("eye", grammar.TILE_VALUES)):
        yield f"{sense}_in.weight", (2 * width, values)
        yield f"{sense}_in.bias", (2 * width,)
        yield f"{sense}_out.weight", (width, 2 * width)
        yield f"{sense}_out.bias", (width,)
    yield "eye_place.weight", (grammar.TILES, width)
    yield "frame_codes.weight", (grammar.BOOKS * codes, width)
    for layer in range(shape.layers):
        yield f"blocks.{layer}.norm_attention.weight", (width,)
        yield f"blocks.{layer}.queries_keys_values.weight", (3 * width, width)
        yield f"blocks.{layer}.out.weight", (width, width)
        yield f"blocks.{layer}.norm_units.weight", (width,)
        yield f"blocks.{layer}.gate_and_up.weight", (2 * shape.inner, width)
        yield f"blocks.{layer}.down.weight", (width, shape.inner)
    yield "norm.weight", (width,)
    yield "turn_head.weight", (len(grammar.PHASES), width)
    yield "turn_head.bias", (len(grammar.PHASES),)
    yield "depth_codes.weight", ((grammar.BOOKS - 1) * codes, width)
    yield "mouth_mix.weight", (width, width)
    yield "mouth_mix.bias", (width,)
    yield "mouth_heads.weight", (grammar.BOOKS * codes, width)
    yield "voice.books", (grammar.BOOKS, grammar.CODES, MOMENTS * DESCRIPTION)
    yield "voice.middle", (MOMENTS * DESCRIPTION,)
    yield "voice.weights", (MOMENTS * DESCRIPTION,)


def pack(head: Head, tensors: Mapping[str, Floats]) -> bytes:
    """The file; tensors that ``layout`` does not name are left out. Raises ``WeightsInvalid`` for one that misses."""
    _examine(head)
    parts: list[bytes] = []
    for name, dimensions in layout(head.shape):
        found = tensors.get(name)
        if found is None or found.shape != dimensions or not np.abs(found).max() <= _LARGEST:
            raise WeightsInvalid(f"weights: {name} is not there as {dimensions} numbers up to {_LARGEST}")
        if len(dimensions) != 2:
            parts.append(found.astype("<f2").tobytes())
            continue
        levels, scales = _rounded(found)
        parts += (levels.tobytes(), scales.astype("<f2").tobytes())
    body = b"".join(parts)
    said = msgspec.json.encode(msgspec.structs.replace(head, crc=zlib.crc32(body)))
    return b"".join((MAGIC, LENGTH.pack(len(said)), said, body))


def parse(data: bytes) -> Weights:
    """Read a file; tensors are views of ``data``. Raises ``WeightsInvalid`` for anything that is not a whole one."""
    head, start = _head(data)
    _examine(head)
    wanted = sum(_size(dimensions) for _, dimensions in layout(head.shape))
    if len(data) - start != wanted:
        raise WeightsInvalid(f"weights {head.name!r}: {len(data) - start} bytes of tensors where {wanted} belong")
    if zlib.crc32(memoryview(data)[start:]) != head.crc:
        raise WeightsInvalid(
            f"weights {head.name!r}: the tensors are not those that were written; fetch the file again"
        )
    stored: dict[str, npt.NDArray[np.int8] | npt.NDArray[np.float16]] = {}
    scales: dict[str, npt.NDArray[np.float16]] = {}
    for name, dimensions in layout(head.shape):
        if len(dimensions) != 2:
            small = stored[name] = np.frombuffer(data, "<f2", math.prod(dimensions), start).reshape(dimensions)
        else:
            stored[name] = np.frombuffer(data, np.int8, dimensions[0] * dimensions[1], start).reshape(dimensions)
            small = scales[name] = np.frombuffer(data, "<f2", dimensions[0], start + stored[name].size)
        if not np.isfinite(small).all():
            raise WeightsInvalid(f"weights {head.name!r}: {name} holds what is no number")
        start += _size(dimensions)
    return Weights(head, stored, scales)


def _head(data: bytes) -> tuple[Head, int]:
    """The head, and where the tensors begin."""
    end = end_of_head(data, len(data))
    try:
        return msgspec.json.decode(data[START:end], type=Head), end
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise WeightsInvalid(f"weights: the head cannot be read: {error}") from error


def _examine(head: Head) -> None:
    shape, special = head.shape, len(grammar.SPECIAL)
    if head.grammar != grammar.VERSION:
        raise WeightsInvalid(
            f"weights {head.name!r}: made for grammar {head.grammar}, this Outlast speaks {grammar.VERSION}; "
            "take the weights that belong to this version"
        )
    if not (0 < shape.width <= _WIDEST and 0 < shape.layers <= _DEEPEST and 0 < shape.heads <= shape.width):
        raise WeightsInvalid(f"weights {head.name!r}: {shape} is no network")
    if shape.width % (2 * shape.heads):
        raise WeightsInvalid(f"weights {head.name!r}: a width of {shape.width} is no pairs for {shape.heads} heads")
    if not special < shape.tokens <= _MOST_TOKENS or len(head.pieces) != shape.tokens:
        raise WeightsInvalid(f"weights {head.name!r}: {len(head.pieces)} pieces for {shape.tokens} tokens")
    if head.pieces[:special] != grammar.SPECIAL or len(set(head.pieces)) != len(head.pieces):
        raise WeightsInvalid(
            f"weights {head.name!r}: the pieces do not begin with the special ones, or one comes twice"
        )


def _size(dimensions: tuple[int, ...]) -> int:
    """Bytes of a tensor in the file."""
    return math.prod(dimensions) + 2 * dimensions[0] if len(dimensions) == 2 else 2 * math.prod(dimensions)


def _rounded(matrix: Floats) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float16]]:
    """The nearest of 127 levels on each side, and what one level of each row is worth."""
    largest = np.abs(matrix).max(axis=1) / _LEVELS
    scales = largest.astype(np.float16)
    scales = np.where(scales.astype(np.float32) < largest, np.nextafter(scales, np.float16(np.inf)), scales)
    worth = np.where(scales == 0, 1, scales).astype(np.float32)
    return np.rint(matrix / worth[:, None]).astype(np.int8), scales
