"""The ears hear the same however sound arrives, look only backwards, and make numbers of anything."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.omni.ears import Ears, Patches, patches_of
from outlast.omni.engine import Samples
from outlast.omni.grammar import PATCH_SAMPLES, PATCH_VALUES


def speechlike(seconds: float, seed: int = 0) -> Samples:
    rng = np.random.default_rng(seed)
    times = np.arange(int(seconds * 16_000)) / 16_000
    pulses = sum(np.sin(2 * np.pi * 120 * k * times) / k for k in range(1, 40))
    syllables = np.maximum(np.sin(2 * np.pi * 3 * times), 0.0)
    return np.asarray(0.1 * pulses * syllables + 0.001 * rng.standard_normal(len(times)), np.float32)


def in_pieces(samples: Samples, cuts: list[int]) -> Patches:
    ears, edges = Ears(), [0, *sorted(cuts), len(samples)]
    found = [ears.push(samples[a:b]) for a, b in itertools.pairwise(edges)]
    return np.concatenate(found)


@given(st.lists(st.integers(0, 32_000), max_size=12))
@settings(max_examples=15, deadline=None)
def test_any_split_gives_the_patches_of_one_push(cuts: list[int]) -> None:
    sound = speechlike(2.0)
    assert in_pieces(sound, cuts) == pytest.approx(patches_of(sound), abs=1e-4)


def test_a_patch_is_there_with_its_last_sample() -> None:
    ears, sound = Ears(), speechlike(1.0)
    assert len(ears.push(sound[: PATCH_SAMPLES - 1])) == 0
    assert ears.push(sound[PATCH_SAMPLES - 1 : PATCH_SAMPLES]).shape == (1, PATCH_VALUES)


def test_what_comes_later_changes_nothing_before_it() -> None:
    sound = speechlike(2.0)
    other = np.concatenate((sound[:16_000], -np.ones(16_000, np.float32)))
    assert patches_of(other)[:25] == pytest.approx(patches_of(sound)[:25], abs=1e-5)


def test_a_quiet_caller_soon_sounds_like_a_loud_one() -> None:
    sound = speechlike(6.0)
    loud, quiet = patches_of(sound)[75:], patches_of(sound * np.float32(0.15))[75:]
    assert np.abs(loud - quiet).mean() < 0.25
    assert np.abs(loud).mean() > 0.5


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(32_000),
        np.ones(32_000),
        np.random.default_rng(1).standard_normal(32_000) * 100,
        np.sign(speechlike(2.0)),
        np.full(32_000, np.nan),
        np.full(32_000, -np.inf),
        np.r_[np.zeros(16_000), speechlike(1.0)],
    ],
    ids=["silence", "a constant", "clipped noise", "clipped speech", "no numbers", "infinite", "silence, then speech"],
)
def test_whatever_is_heard_gives_numbers_within_bounds(sound: Samples) -> None:
    values = patches_of(sound.astype(np.float32))
    assert values.shape == (50, PATCH_VALUES)
    assert np.isfinite(values).all()
    assert np.abs(values).max() <= 3.0


def test_silence_lies_below_all_speech() -> None:
    assert (patches_of(np.zeros(32_000, np.float32)) == -3.0).all()


def test_minutes_hold_no_more_than_a_moment() -> None:
    ears, second = Ears(), speechlike(1.0)
    for _ in range(150):
        assert len(ears.push(second)) == 25
    assert np.isfinite(ears.push(second)).all()
    assert ears.held() < 2 * PATCH_SAMPLES
