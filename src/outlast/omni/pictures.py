"""A picture of any size as the tiles that the network sees.

It knows pixels and areas. It does not know file formats: who opened the file gives pixels.

The picture is shrunk by area, so that each small pixel is the mean of what it covers and thin lines fade instead of
vanishing; what is not square is set into the middle, on the mean colour of its own rim, so that no edge appears where
the picture has none.
"""

import numpy as np

from outlast.errors import MalformedRequest
from outlast.omni.engine import Pixels
from outlast.omni.grammar import PICTURE_SIDE, TILE_SIDE, TILE_VALUES, TILES
from outlast.omni.weights import Floats


def tiles(pixels: Pixels) -> Floats:
    """``(64, 192)``: the tiles row by row, values from -1 to 1. Raises ``MalformedRequest`` for what is no picture."""
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise MalformedRequest(f"a picture is (height, width, 3) of bytes, not {pixels.shape} of {pixels.dtype}")
    if not pixels.size:
        raise MalformedRequest(f"a picture of {pixels.shape[1]} by {pixels.shape[0]} pixels has none; show another one")
    across = PICTURE_SIDE // TILE_SIDE
    cut = _framed(pixels).reshape(across, TILE_SIDE, across, TILE_SIDE, 3).transpose(0, 2, 1, 3, 4)
    return cut.reshape(TILES, TILE_VALUES) / np.float32(127.5) - np.float32(1)


def _framed(pixels: Pixels) -> Floats:
    """``(64, 64, 3)`` from 0 to 255."""
    height, width = pixels.shape[:2]
    tall = max(1, round(PICTURE_SIDE * height / max(height, width)))
    wide = max(1, round(PICTURE_SIDE * width / max(height, width)))
    small = _shrunk(_shrunk(pixels, tall).transpose(1, 0, 2), wide).transpose(1, 0, 2)
    if (tall, wide) == (PICTURE_SIDE, PICTURE_SIDE):
        return small
    rim = np.concatenate((small[0], small[-1], small[:, 0], small[:, -1]))
    framed = np.empty((PICTURE_SIDE, PICTURE_SIDE, 3), np.float32)
    framed[:] = rim.mean(axis=0)
    top, left = (PICTURE_SIDE - tall) // 2, (PICTURE_SIDE - wide) // 2
    framed[top : top + tall, left : left + wide] = small
    return framed


def _shrunk(picture: Pixels | Floats, rows: int) -> Floats:
    """The same with ``rows`` rows, each the mean of those that it covers, by how much of each it covers."""
    height = len(picture)
    if height == rows:
        return picture.astype(np.float32)
    shrunk = np.empty((rows, *picture.shape[1:]), np.float32)
    for row in range(rows):
        begin, end = row * height / rows, (row + 1) * height / rows
        first, last = int(begin), min(int(np.ceil(end)), height)
        edges = np.arange(first, last)
        covered = (np.minimum(edges + 1, end) - np.maximum(edges, begin)).astype(np.float32)
        part = picture[first:last].reshape(last - first, -1).astype(np.float32)
        shrunk[row] = (covered / covered.sum() @ part).reshape(picture.shape[1:])
    return shrunk
