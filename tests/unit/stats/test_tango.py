"""Tango's statistic and bounds against its definition and against independently computed figures."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.errors import EvidenceInvalid
from outlast.stats.tango import tango_lower, tango_upper, tango_z

Z95 = NormalDist().inv_cdf(0.95)


def z_by_definition(worse: int, better: int, pairs: int, difference: float) -> float:
    """The variance at the shares that maximise the likelihood under the hypothesis, found by search."""

    def loss(share: float) -> float:
        shares = (share - difference, share, 1 - 2 * share + difference)
        counts = (worse, better, pairs - worse - better)
        if any(p < 0 or (p <= 0 and n) for p, n in zip(shares, counts, strict=True)):
            return float("inf")
        return -sum(n * math.log(p) for p, n in zip(shares, counts, strict=True) if n)

    low, high = max(0.0, difference), (1 + difference) / 2
    for _ in range(100):
        third = (high - low) / 3
        low, high = (low, high - third) if loss(low + third) < loss(high - third) else (low + third, high)
    share = (low + high) / 2
    variance = (2 * share - difference - difference**2) / pairs
    return float(((better - worse) / pairs - difference) / np.sqrt(variance))


@pytest.mark.parametrize(("worse", "better", "pairs"), [(5, 5, 100), (12, 4, 100), (1, 3, 20), (7, 2, 30)])
@pytest.mark.parametrize("difference", [-0.4, -0.05, 0.0, 0.05, 0.3])
def test_z_is_the_distance_over_the_restricted_standard_error(
    worse: int, better: int, pairs: int, difference: float
) -> None:
    expected = z_by_definition(worse, better, pairs, difference)
    assert float(tango_z(worse, better, pairs, difference)) == pytest.approx(expected, abs=1e-4)


# Computed for the design notes with another program, from the published formula (alpha = .05, one-sided).
KNOWN = [(0, 0, 20, -0.1192), (0, 0, 59, -0.0438), (0, 0, 100, -0.0263), (5, 5, 100, -0.0571), (12, 4, 100, -0.1504)]


@pytest.mark.parametrize(("worse", "better", "pairs", "bound"), KNOWN)
def test_lower_bounds_are_the_known_ones(worse: int, better: int, pairs: int, bound: float) -> None:
    assert tango_lower(worse, better, pairs, Z95) == pytest.approx(bound, abs=5e-5)


def test_where_nothing_varies_z_is_nought_or_infinite() -> None:
    assert float(tango_z(0, 0, 10, 0.0)) == 0.0
    assert float(tango_z(0, 10, 10, -1.0)) == np.inf


@given(pairs=st.integers(1, 300), parts=st.tuples(st.floats(0, 1), st.floats(0, 1)), difference=st.floats(-0.95, 0.95))
def test_z_falls_with_every_worse_pair_and_rises_with_every_better_one(
    pairs: int, parts: tuple[float, float], difference: float
) -> None:
    worse = int(parts[0] * (pairs - 1))
    better = int(parts[1] * (pairs - 1 - worse))
    here, one_worse, one_better = tango_z([worse, worse + 1, worse], [better, better, better + 1], pairs, difference)
    assert one_worse < here < one_better


@given(pairs=st.integers(1, 200), parts=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_bounds_enclose_the_estimate_and_mirror_when_the_models_are_exchanged(
    pairs: int, parts: tuple[float, float]
) -> None:
    worse = int(parts[0] * pairs)
    better = int(parts[1] * (pairs - worse))
    lower, upper = tango_lower(worse, better, pairs, Z95), tango_upper(worse, better, pairs, Z95)
    assert -1 <= lower <= (better - worse) / pairs <= upper <= 1
    assert tango_upper(better, worse, pairs, Z95) == pytest.approx(-lower, abs=1e-12)


def test_ten_times_the_same_pairs_say_more() -> None:
    assert tango_lower(30, 20, 500, Z95) > tango_lower(3, 2, 50, Z95)


@pytest.mark.parametrize(("worse", "better", "pairs"), [(0, 0, 0), (-1, 0, 5), (3, 3, 5), (float("nan"), 0, 5)])
def test_counts_that_cannot_be_are_refused(worse: float, better: float, pairs: float) -> None:
    with pytest.raises(EvidenceInvalid):
        tango_lower(worse, better, pairs, Z95)
