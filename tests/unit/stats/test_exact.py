"""The exact test against plain enumeration, and its bounds as inversions of it."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.errors import EvidenceInvalid
from outlast.stats.exact import exact_lower, exact_p, exact_upper, rejection_limits
from outlast.stats.tango import tango_z
from outlast.stats.trinomial import largest_probability, nuisance_shares, probability_at, region_probability


def chance(outcomes: Sequence[tuple[int, int]], pairs: int, worse: float, better: float) -> float:
    """The trinomial's definition, outcome by outcome."""
    tied = max(0.0, 1 - worse - better)
    return sum(
        math.comb(pairs, b) * math.comb(pairs - b, c) * worse**b * better**c * tied ** (pairs - b - c)
        for b, c in outcomes
    )


def enumerated_p(worse: int, better: int, pairs: int, difference: float) -> float:
    """Every outcome, every share of a fine grid."""
    outcomes = [(b, c) for b in range(pairs + 1) for c in range(pairs + 1 - b)]
    observed = float(tango_z(worse, better, pairs, difference))
    extreme = [(b, c) for b, c in outcomes if float(tango_z(b, c, pairs, difference)) >= observed - 1e-9]
    largest = 0.0
    for share in np.linspace(0, (1 - abs(difference)) / 2, 200):
        largest = max(largest, chance(extreme, pairs, share - min(difference, 0), share + max(difference, 0)))
    return largest


@pytest.mark.parametrize(
    ("worse", "better", "pairs", "difference"),
    [(0, 0, 8, -0.2), (1, 2, 9, -0.3), (0, 3, 10, -0.05), (2, 2, 12, 0.1), (1, 0, 7, -0.5)],
)
def test_p_is_the_largest_probability_of_the_extreme_outcomes(
    worse: int, better: int, pairs: int, difference: float
) -> None:
    expected = enumerated_p(worse, better, pairs, difference)
    assert exact_p(worse, better, pairs, difference) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("pairs", [20, 58, 59])
def test_without_a_discordant_pair_p_is_the_chance_of_no_loss(pairs: int) -> None:
    assert exact_p(0, 0, pairs, -0.05) == pytest.approx(0.95**pairs, rel=1e-9)


def test_nothing_passes_below_59_pairs_at_five_points() -> None:
    assert exact_lower(0, 0, 58, alpha=0.05, decisive=-0.05) <= -0.05
    assert exact_lower(0, 0, 59, alpha=0.05, decisive=-0.05) > -0.05


def test_a_region_weighs_what_its_outcomes_weigh() -> None:
    limit = rejection_limits(15, -0.1, 1.0)
    outcomes = [(b, c) for c in range(16) for b in range(min(int(limit[c]), 15 - c) + 1)]
    assert region_probability(limit, 0.23, 0.13) == pytest.approx(chance(outcomes, 15, 0.23, 0.13), rel=1e-12)


@pytest.mark.parametrize("pairs", [50, 200])
def test_the_largest_probability_is_not_missed_between_the_shares_looked_at(pairs: int) -> None:
    limit = rejection_limits(pairs, -0.05, 1.7)
    finer = max(probability_at(limit, -0.05, float(share)) for share in nuisance_shares(pairs, -0.05, 2_000))
    assert largest_probability(limit, -0.05) >= finer - 1e-7


@settings(max_examples=12, deadline=None)
@given(
    pairs=st.integers(1, 30),
    parts=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    margins=st.tuples(st.floats(0.01, 0.9), st.floats(0.01, 0.9)),
)
def test_the_bound_lies_above_the_margin_only_if_the_test_rejects_there_and_at_every_larger_margin(
    pairs: int, parts: tuple[float, float], margins: tuple[float, float]
) -> None:
    worse = int(parts[0] * pairs)
    better = int(parts[1] * (pairs - worse))
    near, far = sorted(margins)
    lower = exact_lower(worse, better, pairs, alpha=0.05, decisive=-near)
    assert -1 <= lower <= (better - worse) / pairs
    if lower > -near:
        assert exact_p(worse, better, pairs, -near) <= 0.05
        assert exact_lower(worse, better, pairs, alpha=0.05, decisive=-far) > -far


def test_an_island_of_rejection_above_the_first_difference_not_rejected_does_not_count() -> None:
    # Found by search: 5 against 5 of 20 pairs; p is .0526 at -.280, .046 at -.276.
    assert exact_p(5, 5, 20, -0.28) > 0.05 > exact_p(5, 5, 20, -0.276)
    assert exact_lower(5, 5, 20, alpha=0.05, decisive=-0.276) < -0.28


@pytest.mark.parametrize(("worse", "better", "pairs"), [(0, 0, 30), (3, 1, 25), (2, 6, 40)])
def test_just_below_the_bound_is_rejected_and_just_above_is_not(worse: int, better: int, pairs: int) -> None:
    lower = exact_lower(worse, better, pairs, alpha=0.05, decisive=-0.05)
    assert exact_p(worse, better, pairs, lower - 1e-5) <= 0.05 < exact_p(worse, better, pairs, lower + 1e-5)
    upper = exact_upper(worse, better, pairs, alpha=0.05, decisive=-0.05)
    assert exact_p(better, worse, pairs, -upper - 1e-5) <= 0.05 < exact_p(better, worse, pairs, -upper + 1e-5)


def test_impossible_counts_are_refused() -> None:
    for counts in ((0, 0, 0), (2, 2, 3), (-1, 0, 3)):
        with pytest.raises(EvidenceInvalid):
            exact_p(*counts, -0.05)
    assert math.isfinite(exact_p(3, 0, 3, -0.05))
