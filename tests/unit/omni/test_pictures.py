"""Pictures of any size become the same 64 tiles, and nothing else does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.errors import MalformedRequest
from outlast.omni import grammar
from outlast.omni.pictures import tiles

SIDES = st.integers(1, 200)


def flat(height: int, width: int, colour: tuple[int, int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.broadcast_to(np.array(colour, np.uint8), (height, width, 3))


@settings(max_examples=40, deadline=None)
@given(SIDES, SIDES, st.tuples(*[st.integers(0, 255)] * 3))
def test_a_picture_of_one_colour_is_that_colour_whatever_its_size(
    height: int, width: int, colour: tuple[int, int, int]
) -> None:
    found = tiles(flat(height, width, colour)).reshape(-1, 3)
    np.testing.assert_allclose((found + 1) * 127.5, np.tile(colour, (len(found), 1)), atol=0.01)


def test_a_picture_of_the_networks_own_size_is_cut_and_not_changed() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    found = tiles(picture)
    assert found.shape == (grammar.TILES, grammar.TILE_VALUES)
    second_row_third_tile = picture[8:16, 16:24].reshape(-1) / 127.5 - 1
    np.testing.assert_allclose(found[8 + 2], second_row_third_tile, atol=1e-6)


def test_each_small_pixel_is_the_mean_of_what_it_covers() -> None:
    picture = np.random.default_rng(2).integers(0, 256, (256, 256, 3), np.uint8)
    means = picture.reshape(64, 4, 64, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose((tiles(picture)[0] + 1) * 127.5, means[:8, :8].reshape(-1), atol=0.01)


def test_a_wide_picture_stands_in_the_middle_on_the_colour_of_its_rim() -> None:
    picture = np.zeros((100, 200, 3), np.uint8)
    picture[40:60, 80:120] = 255
    rows = (tiles(picture).reshape(8, 8, 8, 8, 3).transpose(0, 2, 1, 3, 4).reshape(64, 64, 3) + 1) * 127.5
    assert rows[:16].max() < 0.01
    assert rows[32, 32].min() > 254.9


@pytest.mark.parametrize("shape", [(0, 0, 3), (0, 5, 3), (5, 0, 3), (5, 5), (5, 5, 4), (5, 5, 1)])
def test_what_has_no_pixels_of_three_colours_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(MalformedRequest, match="picture"):
        tiles(np.zeros(shape, np.uint8))


def test_numbers_that_are_no_bytes_are_refused() -> None:
    with pytest.raises(MalformedRequest, match="float64"):
        tiles(np.zeros((5, 5, 3)))  # type: ignore[arg-type]  # the rule is about callers without types
