"""A file of weights is read whole or refused with one clear error."""

import zlib

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.omni.tiny import SHAPE, head, random_tensors, weights_file

from outlast.errors import WeightsInvalid
from outlast.omni import grammar
from outlast.omni.weights import Head, Shape, layout, pack, parse

FILE = weights_file()
START = FILE.index(b"{")


def with_head(changed: Head) -> bytes:
    """The same tensors under another head."""
    body = FILE[START + int.from_bytes(FILE[START - 4 : START], "little") :]
    said = msgspec.json.encode(msgspec.structs.replace(changed, crc=zlib.crc32(body)))
    return FILE[: START - 4] + len(said).to_bytes(4, "little") + said + body


def test_what_was_packed_is_read_within_half_a_level_of_each_row() -> None:
    tensors, read = random_tensors(), parse(FILE)
    for name, values in read.tensors().items():
        step = np.abs(tensors[name]).max(axis=-1, keepdims=True) / 127
        slack = 0.51 * step if values.ndim == 2 else 2e-3 * np.abs(tensors[name]) + 1e-6
        assert (np.abs(values - tensors[name]) <= slack).all(), name
    assert msgspec.structs.replace(read.head, crc=0) == head()


def test_a_row_of_zeros_and_one_of_almost_nothing_are_read_as_numbers() -> None:
    tensors = random_tensors()
    tensors["embedding.weight"][0] = 0
    tensors["embedding.weight"][1] = 1e-9
    read = parse(pack(head(), tensors)).tensors()["embedding.weight"]
    assert (read[0] == 0).all()
    assert np.abs(read[1]).max() < 1e-4


def test_a_file_takes_about_one_byte_for_each_number() -> None:
    numbers = sum(int(np.prod(size)) for _, size in layout(SHAPE))
    voice = 2 * (4 * 256 + 2) * 70
    assert numbers - voice / 2 + voice / 2 < len(FILE) < 1.1 * (numbers - voice / 2) + voice + 2_000


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(data: bytes) -> None:
    for hostile in (data, FILE[: START - 4] + data, FILE[:START] + data):
        with pytest.raises(WeightsInvalid):
            parse(hostile)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_a_file_with_one_other_byte_is_refused_or_says_something_else_of_itself(at: int, flip: int) -> None:
    hostile = bytearray(FILE)
    hostile[at] ^= flip
    try:
        read = parse(bytes(hostile))
    except WeightsInvalid:
        return
    assert at < len(FILE) - 1_000
    assert read.head != parse(FILE).head


@settings(max_examples=20, deadline=None)
@given(st.integers(0, len(FILE) - 1))
def test_a_file_that_was_cut_is_refused(length: int) -> None:
    with pytest.raises(WeightsInvalid):
        parse(FILE[:length])
    with pytest.raises(WeightsInvalid):
        parse(FILE + FILE[: max(length, 1)])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"grammar": grammar.VERSION + 1}, "grammar"),
        ({"shape": Shape(tokens=SHAPE.tokens, width=0, layers=2, heads=4)}, "no network"),
        ({"shape": Shape(tokens=SHAPE.tokens, width=1 << 30, layers=1 << 30, heads=4)}, "no network"),
        ({"shape": Shape(tokens=SHAPE.tokens, width=32, layers=2, heads=5)}, "heads"),
        ({"shape": Shape(tokens=SHAPE.tokens - 1, width=32, layers=2, heads=4)}, "pieces"),
        ({"shape": Shape(tokens=SHAPE.tokens, width=64, layers=2, heads=4)}, "bytes"),
        ({"pieces": (*head().pieces[:-1], "<pad>")}, "twice"),
        ({"pieces": head().pieces[::-1]}, "special"),
    ],
)
def test_a_head_that_does_not_fit_is_refused_with_what_is_wrong(changed: dict[str, object], said: str) -> None:
    with pytest.raises(WeightsInvalid, match=said):
        parse(with_head(msgspec.structs.replace(head(), **changed)))


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1e30])
def test_numbers_that_a_file_cannot_hold_are_not_packed(wrong: float) -> None:
    tensors = random_tensors()
    tensors["norm.weight"][3] = wrong
    with pytest.raises(WeightsInvalid, match=r"norm\.weight"):
        pack(head(), tensors)


def test_a_tensor_that_misses_is_named() -> None:
    tensors = random_tensors()
    del tensors["blocks.1.down.weight"]
    with pytest.raises(WeightsInvalid, match=r"blocks\.1\.down"):
        pack(head(), tensors)
