"""Conversations beside each other in rows of one length, as tensors: what one step of training is given.

It knows padding by packing: rows are filled with conversations one behind the other, and none sees another. It does
not know the network.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from outlast.omni import grammar
from training.positions import Kind, Positions


@dataclass(frozen=True, slots=True)
class Rows:
    """So many rows of one length. Every tensor but the last three is ``(rows, length)``."""

    kinds: Tensor
    tokens: Tensor
    """-1 where no token stands."""
    weights: Tensor
    owners: Tensor
    """Which conversation of its row a position belongs to; -1 behind the last."""
    places: Tensor
    """Of a tile in its picture."""
    marks: Tensor
    """``(rows, length, 4)``: as ``positions`` says."""
    codes: Tensor
    """``(rows, length, 4)``."""
    patches: Tensor
    """``(all patches, 160)`` in the order in which they stand, row by row."""
    tiles: Tensor

    def on(self, device: torch.device) -> "Rows":
        """The same in a device's memory."""
        return Rows(**{each.name: getattr(self, each.name).to(device) for each in fields(self)})

    def seen(self) -> Tensor:
        """``(rows, 1, length, length)``: what each position sees: itself and what is before it in its conversation."""
        same = self.owners[:, :, None] == self.owners[:, None, :]
        return (same & torch.ones_like(same[0]).tril())[:, None]


def pack(conversations: Iterator[Positions], *, rows: int, length: int) -> Rows:
    """As many conversations as there is room for, the longest first, each where it leaves the least room.

    What is too long, or finds no room among the others, is left out. (Laid one behind the other as they come,
    conversations of the last stages fill 78 % of rows of 256 positions, and so nearly all.)
    """
    drawn: list[Positions] = []
    free = rows * length
    while free > 0:
        conversation = next(conversations)
        if len(conversation) <= length:
            drawn.append(conversation)
            free -= len(conversation)
    filled: list[list[Positions]] = [[] for _ in range(rows)]
    room = [length] * rows
    for conversation in sorted(drawn, key=len, reverse=True):
        fits = [number for number, left in enumerate(room) if len(conversation) <= left]
        if fits:
            best = min(fits, key=room.__getitem__)
            filled[best].append(conversation)
            room[best] -= len(conversation)
    return beside(filled, length)


def beside(filled: Sequence[Sequence[Positions]], length: int) -> Rows:
    """Rows of conversations that stand one behind the other, each row filled up with nothing."""
    shape = (len(filled), length)
    kinds = np.zeros(shape, np.int64)
    tokens = np.full(shape, -1, np.int64)
    weights = np.zeros(shape, np.float32)
    owners = np.full(shape, -1, np.int64)
    places = np.zeros(shape, np.int64)
    marks = np.full((*shape, 4), -1, np.int64)
    codes = np.zeros((*shape, 4), np.int64)
    patches: list[npt.NDArray[np.float16]] = []
    tiles: list[npt.NDArray[np.float32]] = []
    for number, row in enumerate(filled):
        at = 0
        for owner, one in enumerate(row):
            here = (number, slice(at, at + len(one)))
            kinds[here], tokens[here], weights[here] = one.kinds, one.tokens, one.weights
            owners[here], marks[here], codes[here] = owner, one.marks, one.codes
            places[here] = _places(kinds[here])
            patches += one.patches
            tiles += one.tiles
            at += len(one)
    return Rows(
        kinds=torch.from_numpy(kinds),
        tokens=torch.from_numpy(tokens),
        weights=torch.from_numpy(weights),
        owners=torch.from_numpy(owners),
        places=torch.from_numpy(places),
        marks=torch.from_numpy(marks),
        codes=torch.from_numpy(codes),
        patches=torch.from_numpy(_joined(patches, grammar.PATCH_VALUES)),
        tiles=torch.from_numpy(_joined(tiles, grammar.TILE_VALUES)),
    )


def _places(kinds: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Each tile's number since its picture began."""
    is_tile = kinds == Kind.TILE
    counted = np.cumsum(is_tile)
    return np.where(is_tile, (counted - 1) % grammar.TILES, 0)


def _joined(
    parts: list[npt.NDArray[np.float16]] | list[npt.NDArray[np.float32]], values: int
) -> npt.NDArray[np.float32]:
    return np.concatenate(parts).astype(np.float32) if parts else np.zeros((0, values), np.float32)
