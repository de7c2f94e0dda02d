"""Betting bounds: against the definition step by step, against every possible sequence, and by invariants."""

import itertools
import math
from random import Random

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.errors import EvidenceInvalid
from outlast.stats.bets import constant_stakes
from outlast.stats.betting import Bets, ConstantBets, PredictableBets, PredictablePaths, betting_lower

VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def wealth_by_definition(values: list[float], mean: float) -> float:
    """The largest log wealth, one bet at a time."""
    seen: list[float] = []
    spread, wealth, best = 0.05, 0.0, 0.0
    for value in values:
        mu = (0.5 + sum(seen)) / (len(seen) + 1)
        variance = max(spread / (len(seen) + 1), 0.001)
        stake = min(max((mu - mean) / (variance + (mu - mean) ** 2), 0.0), 0.9 / mean)
        wealth += math.log(1 + stake * (value - mean))
        best = max(best, wealth)
        seen.append(value)
        spread += (value - (0.5 + sum(seen)) / (len(seen) + 1)) ** 2
    return best


@given(VALUES, st.floats(0.05, 0.95))
def test_bets_are_the_defined_ones(values: list[float], mean: float) -> None:
    assert PredictableBets(np.array(values)).peak(mean) == pytest.approx(wealth_by_definition(values, mean), abs=1e-9)


@pytest.mark.parametrize("margin", [0.05, 0.3, 0.6])
@pytest.mark.parametrize("worse", [0.35, 0.7])
@pytest.mark.parametrize("alpha", [0.05, 0.4])
def test_a_true_mean_is_rejected_in_at_most_alpha_of_all_sequences(margin: float, worse: float, alpha: float) -> None:
    """Every sequence of six outcomes, weighed: a candidate at the margin, looked at after each of them."""
    better = min(max(worse - margin, 0.0), 1 - worse)
    mean = (1 - worse + better) / 2
    chances = {0.0: worse, 0.5: max(1 - worse - better, 0.0), 1.0: better}
    sequences = np.array(list(itertools.product(chances, repeat=6)))
    weights = np.prod(np.vectorize(chances.get)(sequences), axis=1)
    assert weights.sum() == pytest.approx(1)
    crossed = PredictablePaths(len(sequences)).extend(sequences, mean).max(axis=1) >= -math.log(alpha)
    assert weights[crossed].sum() <= alpha
    heaps = [-math.log(alpha) <= ConstantBets(sequence, alpha).peak(mean) for sequence in sequences]
    assert weights[heaps].sum() <= alpha


def differences(pairs: int, discordance: float, seed: int) -> npt.NDArray[np.float64]:
    random = np.random.default_rng(seed)
    return (random.choice([-1.0, 0.0, 1.0], pairs, p=[discordance / 2, 1 - discordance, discordance / 2]) + 1) / 2


def test_an_equal_candidate_passes_in_the_known_number_of_pairs() -> None:
    # Simulated for the design notes with another program: median 397, 80th percentile 708 (400 runs).
    paths = PredictablePaths(600)
    values = np.stack([differences(2_000, 0.1, seed) for seed in range(600)])
    crossed = paths.extend(values, 0.475) >= math.log(20)
    stops = np.where(crossed.any(axis=1), crossed.argmax(axis=1) + 1, 2_001)
    assert np.median(stops) == pytest.approx(397, rel=0.1)
    assert np.quantile(stops, 0.8) == pytest.approx(708, rel=0.1)


@pytest.mark.parametrize("kind", ["predictable", "constant"])
def test_the_bound_is_where_the_bets_stop_to_reject(kind: str) -> None:
    values = differences(800, 0.1, 5)
    bets: Bets = PredictableBets(values) if kind == "predictable" else ConstantBets(values, 0.05)
    lower = betting_lower(bets, alpha=0.05, decisive=-0.05)
    assert bets.peak((lower + 1 - 1e-5) / 2) >= math.log(20) > bets.peak((lower + 1 + 1e-5) / 2)
    assert (lower > -0.05) == (bets.peak(0.475) >= math.log(20))


@given(VALUES, st.integers(0, 39), st.floats(0, 1))
def test_constant_bets_never_gain_by_a_worse_value(values: list[float], at: int, worse: float) -> None:
    index = at % len(values)
    lowered = [*values[:index], min(worse, values[index]), *values[index + 1 :]]
    before, after = (ConstantBets(np.array(some), 0.05).peak(0.45) for some in (values, lowered))
    assert after <= before + 1e-12


@given(VALUES, st.randoms(use_true_random=False))
def test_constant_bets_know_no_order(values: list[float], random: Random) -> None:
    mixed = random.sample(values, len(values))
    assert ConstantBets(np.array(mixed), 0.05).peak(0.4) == pytest.approx(
        ConstantBets(np.array(values), 0.05).peak(0.4)
    )


def test_rounding_many_values_only_ever_lowers_the_bound() -> None:
    values = np.random.default_rng(2).random(40_000)
    bets = constant_stakes(0.45, math.sqrt(2 * math.log(20) / len(values)) / 0.5)
    weights = [0.5, *[0.5 / (len(bets) - 1)] * (len(bets) - 1)]
    wealth = [math.log(w) + np.log1p(bet * (values - 0.45)).sum() for w, bet in zip(weights, bets, strict=True)]
    unrounded = np.logaddexp.reduce(wealth)
    assert 0.99 * unrounded < ConstantBets(values, 0.05).peak(0.45) <= unrounded


@settings(max_examples=30)
@given(VALUES)
def test_few_values_give_a_bound_and_never_a_comfortable_one(values: list[float]) -> None:
    some = np.array(values)
    for bets in (PredictableBets(some), ConstantBets(some, 0.05)):
        assert -1 <= betting_lower(bets, alpha=0.05, decisive=-0.05) <= 2 * max(values) - 1 + 1e-5


@pytest.mark.parametrize("values", [[], [1.5], [-0.1], [float("nan")]])
def test_what_cannot_be_bet_on_is_refused(values: list[float]) -> None:
    for kind in (PredictableBets, lambda some: ConstantBets(some, 0.05)):
        with pytest.raises(EvidenceInvalid):
            kind(np.array(values))
