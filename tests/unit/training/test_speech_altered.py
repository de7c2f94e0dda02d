"""Lessons that are heard again: what changes, how far, and what stays where it is."""

import random

import numpy as np
import pytest
from training.speech.altered import Alterations, altered, warped

NOTHING = Alterations(throat=0, deaf=0, hole=0)


def question(count: int = 60) -> np.ndarray[tuple[int, int], np.dtype[np.float16]]:
    return np.random.default_rng(3).uniform(0.5, 3, (count, 160)).astype(np.float16)


def test_nothing_is_altered_where_nothing_is_wished_and_the_original_never_is() -> None:
    asked = question()
    before = asked.copy()
    assert (altered(asked, random.Random(1), NOTHING) == before).all()
    for seed in range(30):
        altered(asked, random.Random(seed))
    assert (asked == before).all()


def test_the_same_chance_alters_the_same_and_another_something_else() -> None:
    first, again, other = (altered(question(), random.Random(seed)) for seed in (4, 4, 5))
    assert (first == again).all()
    assert not (first == other).all()


def test_a_longer_throat_moves_a_voice_down_by_bands_and_not_in_time() -> None:
    hops = np.zeros((8, 40), np.float32)
    hops[3, 20] = 1.0
    moved = warped(hops, 1.12)
    assert (moved.argmax(1)[3], moved.sum(0).argmax()) == (18, 18)
    assert not np.delete(moved, 3, 0).any()
    assert warped(hops, 1.0) == pytest.approx(hops)


def test_holes_are_short_and_bands_that_are_not_heard_are_few() -> None:
    holed = Alterations(throat=0, deaf=0, hole=1.0)
    deaf = Alterations(throat=0, deaf=1.0, hole=0)
    for seed in range(100):
        silent = (altered(question(40), random.Random(seed), holed) == 0).all(1)
        assert 1 <= silent.sum() <= holed.hole_patches
        bands = (altered(question(40), random.Random(seed), deaf).reshape(-1, 40) == 0).all(0)
        assert 1 <= bands.sum() <= 2 * deaf.deaf_bands


@pytest.mark.parametrize("count", [0, 1, 2])
def test_even_the_shortest_question_is_altered(count: int) -> None:
    for seed in range(50):
        found = altered(question(count), random.Random(seed))
        assert found.shape == (count, 160)
        assert np.isfinite(found).all()
