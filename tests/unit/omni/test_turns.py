"""Policies of turn-taking decide by evidence alone."""

from collections.abc import Sequence

import numpy as np
import pytest

from outlast.omni.turns import ByBoth, ByHand, ByNetwork, BySilence, Either, Evidence, TurnPolicy, loudness

LOUD, QUIET = -20.0, -70.0


def decided_at(policy: TurnPolicy, heard: Sequence[tuple[float, float]]) -> int | None:
    """The number of the first patch at which the turn was over."""
    policy.begin()
    return next((at for at, (over, loud) in enumerate(heard) if policy.heard(Evidence(over, loud))), None)


def test_silence_ends_a_turn_after_its_time_and_not_before_somebody_spoke() -> None:
    policy = BySilence(silence_ms=200)
    assert decided_at(policy, [(0, LOUD)] * 3 + [(0, QUIET)] * 9) == 3 + 5 - 1
    assert decided_at(policy, [(0, QUIET)] * 50) is None


def test_a_pause_that_is_too_short_is_forgotten() -> None:
    pausing = [(0.0, LOUD), *[(0.0, QUIET)] * 4, (0.0, LOUD), *[(0.0, QUIET)] * 4]
    assert decided_at(BySilence(silence_ms=200), pausing) is None


def test_the_networks_word_ends_a_turn_when_it_stays_sure_long_enough() -> None:
    policy = ByNetwork(threshold=0.8, least_ms=80)
    assert decided_at(policy, [(0.9, LOUD), (0.1, LOUD), (0.8, QUIET), (0.9, QUIET)]) == 3
    assert decided_at(policy, [(0.9, LOUD), (0.7, LOUD)] * 5) is None


def test_the_networks_word_does_not_count_before_somebody_spoke() -> None:
    assert decided_at(ByNetwork(threshold=0.5), [(1.0, QUIET)] * 20) is None


def test_the_network_may_have_to_wait_for_a_silent_patch() -> None:
    heard = [(0.9, LOUD), (0.9, LOUD), (0.9, QUIET)]
    assert decided_at(ByNetwork(threshold=0.8, quiet=True), heard) == 2
    assert decided_at(ByNetwork(threshold=0.8), heard) == 0
    assert decided_at(ByNetwork(threshold=0.8, quiet=True), [(0.9, LOUD), (0.1, QUIET)]) is None


def test_the_longer_it_is_silent_the_less_sure_the_network_needs_to_be() -> None:
    policy = ByBoth(threshold=0.8, patience_ms=200)
    assert decided_at(policy, [(1.0, LOUD), (1.0, LOUD), (0.8, QUIET)]) == 2
    assert decided_at(policy, [(0.0, LOUD), *[(0.5, QUIET)] * 9]) == 3
    assert decided_at(policy, [(0.0, LOUD), *[(0.0, QUIET)] * 9]) == 5
    assert decided_at(policy, [(0.0, LOUD), *[(0.5, QUIET)] * 2, (0.5, LOUD), *[(0.5, QUIET)] * 2]) is None
    assert decided_at(policy, [(1.0, QUIET)] * 9) is None


def test_a_new_turn_begins_with_nothing_said() -> None:
    policy = Either([BySilence(silence_ms=80), ByNetwork(threshold=0.5)])
    assert decided_at(policy, [(0, LOUD), (0, QUIET), (0, QUIET)]) == 2
    assert decided_at(policy, [(1, QUIET)] * 10) is None


def test_either_of_two_is_the_earlier_of_two() -> None:
    policy = Either([ByNetwork(threshold=0.9), BySilence(silence_ms=200)])
    assert decided_at(policy, [(0, LOUD), (0.95, QUIET)]) == 1
    assert decided_at(policy, [(0, LOUD), *[(0.5, QUIET)] * 8]) == 5


def test_by_hand_nothing_ends_a_turn() -> None:
    assert decided_at(ByHand(), [(1, LOUD), *[(1.0, QUIET)] * 100]) is None


@pytest.mark.parametrize(("samples", "decibels"), [([], -120), ([0.0] * 8, -120), ([1.0, -1.0], 0), ([0.1] * 4, -20)])
def test_loudness_is_in_decibels_of_full_scale(samples: list[float], decibels: float) -> None:
    assert loudness(np.array(samples, np.float32)) == pytest.approx(decibels, abs=0.01)
