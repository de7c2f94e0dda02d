"""PNG as pixels, against filters written down one pixel at a time; and whatever else may come instead."""

import base64
import contextlib
import struct
import zlib

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.errors import CallerError, MalformedRequest, RequestTooLarge
from outlast.providers.local.pictures import pixels, read_picture
from outlast.providers.local.png import MAGIC
from outlast.providers.local.refused import Refused


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(
    size: tuple[int, int], colour: int, rows: bytes, *, palette: bytes = b"", bits: int = 8, laced: int = 0
) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, bits, colour, 0, 0, laced))
    colours = chunk(b"PLTE", palette) if palette else b""
    packed = zlib.compress(rows)
    halves = chunk(b"IDAT", packed[: len(packed) // 2]) + chunk(b"IDAT", packed[len(packed) // 2 :])
    return MAGIC + head + colours + halves + chunk(b"IEND", b"")


def paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda each: abs(guess - each))


def filtered(picture: npt.NDArray[np.uint8], filters: list[int]) -> bytes:
    height, width, each = picture.shape
    rows = bytearray()
    for y in range(height):
        rows.append(filters[y])
        for x in range(width):
            for part in range(each):
                left = int(picture[y, x - 1, part]) if x else 0
                up = int(picture[y - 1, x, part]) if y else 0
                corner = int(picture[y - 1, x - 1, part]) if x and y else 0
                guess = (0, left, up, (left + up) // 2, paeth(left, up, corner))[filters[y]]
                rows.append((int(picture[y, x, part]) - guess) % 256)
    return bytes(rows)


@given(st.data())
def test_every_filter_is_undone(data: st.DataObject) -> None:
    height, width = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6))
    drawn = data.draw(st.binary(min_size=height * width * 3, max_size=height * width * 3))
    picture = np.frombuffer(drawn, np.uint8).reshape(height, width, 3)
    filters = data.draw(st.lists(st.integers(0, 4), min_size=height, max_size=height))
    assert (pixels(png((width, height), 2, filtered(picture, filters))) == picture).all()


def test_grey_palettes_and_transparency_are_colours() -> None:
    assert pixels(png((2, 1), 0, b"\0\x07\x09")).tolist() == [[[7, 7, 7], [9, 9, 9]]]
    assert pixels(png((2, 1), 3, b"\0\1\0", palette=bytes(range(6)))).tolist() == [[[3, 4, 5], [0, 1, 2]]]
    assert pixels(png((2, 1), 6, b"\0\1\2\3\xff\1\2\3\0")).tolist() == [[[1, 2, 3], [255, 255, 255]]]
    assert pixels(png((1, 1), 4, b"\0\0\x80")).tolist() == [[[127, 127, 127]]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (png((2, 1), 3, b"\0\1\2", palette=bytes(6)), "palette of 2"),
        (png((1, 1), 2, b"\5\0\0\0"), "filter 5"),
        (png((1, 1), 2, bytes(4), bits=16), "16 bits"),
        (png((1, 1), 2, bytes(4), laced=1), "interlaced"),
        (png((0, 1), 2, b""), "0 by 1"),
        (png((9, 9), 2, bytes(9)), "9 bytes of pixels where"),
        (MAGIC, "without a head"),
        (png((1, 1), 2, bytes(4))[:-20], "was cut off"),
        (b"RIFF0000WAVE", "no kind that is known"),
        (b"", "no kind that is known"),
    ],
    ids=range(10),
)
def test_what_is_no_picture_is_told(content: bytes, words: str) -> None:
    with pytest.raises(MalformedRequest, match=words):
        pixels(content)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(RequestTooLarge, match="50000 by 50000"):
        pixels(png((50_000, 50_000), 2, bytes(1_000)))
    assert pixels(png((1, 1), 2, bytes(50_000_000))).shape == (1, 1, 3)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_picture_or_an_error(content: bytes) -> None:
    for given_bytes in (content, MAGIC + content, png((3, 3), 2, content)):
        with contextlib.suppress(CallerError):
            assert pixels(given_bytes).shape[2] == 3


@given(st.text(max_size=60))
def test_any_address_is_a_picture_or_refused(url: str) -> None:
    with pytest.raises((Refused, MalformedRequest)):
        read_picture(url, "url")


def test_only_data_addresses_are_read() -> None:
    content = base64.b64encode(png((1, 1), 2, b"\0\1\2\3")).decode()
    assert read_picture(f"data:image/png;base64,{content}", "url").tolist() == [[[1, 2, 3]]]
    with pytest.raises(Refused, match="nothing is fetched"):
        read_picture("https://example.org/a.png", "url")


@pytest.mark.parametrize("size", [(1 << 23, 1), (1, 1 << 23), (16_385, 1)])
def test_a_line_of_pixels_is_refused_before_it_is_unpacked(size: tuple[int, int]) -> None:
    with pytest.raises(RequestTooLarge, match="on a side"):
        pixels(png(size, 0, b""))
