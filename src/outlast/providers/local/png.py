"""PNG of eight bits a sample as pixels: grey, grey with alpha, RGB, RGBA and palettes, not interlaced.

It knows the file's layout and its five filters. It does not know where bytes come from. What is stated is bounded
before anything is unpacked, and no more is unpacked than the stated size needs.

A filter needs the pixel to the left and those above, so rows are undone together along diagonals: all pixels whose
column and row add up to the same number depend only on those of the two sums before.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from outlast.errors import MalformedRequest, RequestTooLarge
from outlast.omni.engine import Pixels

MAGIC: Final = b"\x89PNG\r\n\x1a\n"
MOST_PIXELS: Final = 1 << 23
"""Of one picture: a screen of 3840 by 2160 and a little more."""
MOST_SIDE: Final = 1 << 14
"""Pixels: rows are undone in as many steps as both sides have, however few pixels a step has."""
_HEAD: Final = struct.Struct(">IIBBBBB")
_CHUNK: Final = struct.Struct(">I4s")
_SAMPLES: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""By colour type: how many a pixel has."""
_GREY, _PALETTE, _ALPHA = (0, 4), 3, (4, 6)
_WHITE: Final = np.float32(255)
_PAETH: Final = 4
Values = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class _Layout:
    width: int
    height: int
    colour: int

    @property
    def each(self) -> int:
        """Samples of a pixel."""
        return _SAMPLES[self.colour]


def too_large(width: int, height: int) -> str:
    """What is said of a picture with too many pixels."""
    most = f"at most {MOST_PIXELS} are read, and {MOST_SIDE} on a side"
    return f"a picture of {width} by {height} pixels; {most}: make it smaller"


def read(content: bytes) -> Pixels:
    """``(height, width, 3)``; what is transparent lies on white. Raises ``MalformedRequest``, ``RequestTooLarge``."""
    chunks = _chunks(content)
    name, head = next(chunks, (b"", b""))
    if name != b"IHDR" or len(head) != _HEAD.size:
        raise MalformedRequest("a PNG without a head: was it cut off?")
    layout = _layout(head)
    palette, packed = b"", bytearray()
    for name, data in chunks:
        if name == b"PLTE":
            palette = data
        elif name == b"IDAT":
            packed += data
        elif name == b"IEND":
            break
    values = _unfiltered(_unpacked(bytes(packed), layout), layout)
    return _coloured(values, layout, palette)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(MAGIC)
    while at + _CHUNK.size <= len(content):
        size, name = _CHUNK.unpack_from(content, at)
        at += _CHUNK.size
        if size > len(content) - at:
            raise MalformedRequest("a PNG that was cut off")
        yield name, content[at : at + size]
        at += size + 4


def _layout(head: bytes) -> _Layout:
    width, height, bits, colour, _, _, interlaced = _HEAD.unpack(head)
    if not width or not height:
        raise MalformedRequest(f"a PNG of {width} by {height} pixels has none; show another one")
    if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
        raise RequestTooLarge(too_large(width, height))
    if bits != 8 or colour not in _SAMPLES or interlaced:
        how = "interlaced" if interlaced else f"of {bits} bits and colour type {colour}"
        raise MalformedRequest(f"a PNG {how} is not read: save it with 8 bits, not interlaced")
    return _Layout(width, height, colour)


def _unpacked(packed: bytes, layout: _Layout) -> bytes:
    wanted = layout.height * (1 + layout.width * layout.each)
    try:
        found = zlib.decompressobj().decompress(packed, wanted)
    except zlib.error as error:
        raise MalformedRequest(f"this PNG cannot be unpacked: {error}") from error
    if len(found) != wanted:
        raise MalformedRequest(f"a PNG with {len(found)} bytes of pixels where {wanted} belong")
    return found


def _unfiltered(data: bytes, layout: _Layout) -> npt.NDArray[np.uint8]:
    """``(height, width, samples)``."""
    rows = np.frombuffer(data, np.uint8).reshape(layout.height, 1 + layout.width * layout.each)
    filters = rows[:, 0]
    if filters.max() > _PAETH:
        raise MalformedRequest(f"a PNG with a filter {filters.max()}, which there is none")
    given: npt.NDArray[np.uint8] = rows[:, 1:].reshape(layout.height, layout.width, layout.each)
    if not filters.any():
        return given
    # One row and one column of zeros before it, as the format has them.
    made = np.zeros((layout.height + 1, layout.width + 1, layout.each), np.int16)
    for diagonal in range(layout.height + layout.width - 1):
        ys = np.arange(max(0, diagonal - layout.width + 1), min(layout.height, diagonal + 1))
        xs = diagonal - ys
        near = made[ys + 1, xs], made[ys, xs + 1], made[ys, xs]
        made[ys + 1, xs + 1] = given[ys, xs] + _guess(filters[ys, None], *near) & 255
    return np.asarray(made[1:, 1:], np.uint8)


def _guess(filters: npt.NDArray[np.uint8], left: Values, up: Values, corner: Values) -> Values:
    """What each filter takes a pixel to be before its own bytes are added."""
    far_left, far_up = np.abs(up - corner), np.abs(left - corner)
    far_corner = np.abs(left + up - 2 * corner)
    paeth = np.where((far_left <= far_up) & (far_left <= far_corner), left, np.where(far_up <= far_corner, up, corner))
    guesses = (np.zeros_like(left), left, up, (left + up) >> 1, paeth)
    return np.asarray(np.choose(filters, guesses), np.int16)


def _coloured(values: npt.NDArray[np.uint8], layout: _Layout, palette: bytes) -> Pixels:
    if layout.colour == _PALETTE:
        colours = np.frombuffer(palette[: len(palette) // 3 * 3], np.uint8).reshape(-1, 3)
        if not len(colours) or values.max() >= len(colours):
            raise MalformedRequest(f"a PNG whose pixels name colours beyond its palette of {len(colours)}")
        return np.ascontiguousarray(colours[values[:, :, 0]])
    plain = values[:, :, :1].repeat(3, axis=2) if layout.colour in _GREY else values[:, :, :3]
    if layout.colour not in _ALPHA:
        return np.ascontiguousarray(plain)
    share = values[:, :, -1:].astype(np.float32) / _WHITE
    return np.asarray(np.rint(plain * share + _WHITE * (1 - share)), np.uint8)
