"""Another rate is the same sound: tones stay, what the lower rate cannot hold is gone, pieces make no seam."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.omni.engine import Samples
from outlast.omni.resample import Resampler, resampled

RATES = [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]
PAIRS = list(itertools.permutations(RATES, 2))


def tone(hertz: float, rate: int, seconds: float = 0.25) -> Samples:
    return np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate).astype(np.float32)


def inside(samples: Samples) -> Samples:
    return samples[len(samples) // 5 : -len(samples) // 5]


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_a_tone_both_rates_can_hold_is_the_same_tone_at_the_same_moment(old: int, new: int) -> None:
    hertz = 0.35 * min(old, new)
    found = resampled(tone(hertz, old), old, new)
    assert len(found) == -(-int(old * 0.25) * new // old)
    assert np.abs(inside(found) - inside(tone(hertz, new, 0.5)[: len(found)])).max() < 1e-3


@pytest.mark.parametrize(("old", "new"), [pair for pair in PAIRS if pair[0] > 1.2 * pair[1]])
def test_a_tone_the_new_rate_cannot_hold_is_80_decibels_down(old: int, new: int) -> None:
    assert inside(resampled(tone(0.56 * new, old), old, new)).std() < 0.7071 * 1e-4


@given(
    st.sampled_from([*PAIRS, (44_056, 16_000), (4_000, 192_000), (16_000, 16_000)]),
    st.lists(st.integers(0, 1_500), max_size=6),
)
@settings(max_examples=20, deadline=None)
def test_any_split_gives_what_one_push_gives(pair: tuple[int, int], cuts: list[int]) -> None:
    sound = np.random.default_rng(0).standard_normal(1_500).astype(np.float32)
    resampler, edges = Resampler(*pair), [0, *sorted(cuts), 1_500]
    pieces = [resampler.push(sound[a:b]) for a, b in itertools.pairwise(edges)]
    assert np.concatenate((*pieces, resampler.finish())) == pytest.approx(resampled(sound, *pair), abs=1e-5)


def test_ten_milliseconds_at_most_wait_for_what_comes_after() -> None:
    for old, new in PAIRS:
        given_at_once = len(Resampler(old, new).push(tone(100.0, old, 1.0)))
        assert given_at_once > 0.99 * new
