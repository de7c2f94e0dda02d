"""The statistics beside independent implementations, wherever these compute the same thing.

scipy is asked here; what statsmodels and ville say was written down by ``tools/reference_statistics.py``, with their
versions. There is no library for the exact unconditional test of a margin on pairs: enumeration with scipy's
multinomial stands in for one.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import optimize
from scipy import stats as scipy_stats

from outlast.replay.slices import sign_test
from outlast.stats.betting import PredictableBets, PredictablePaths, betting_lower
from outlast.stats.closeness import LEAST_SPREAD, assess_closeness
from outlast.stats.exact import exact_p
from outlast.stats.multiplicity import benjamini_hochberg, holm
from outlast.stats.rows import Row
from outlast.stats.tango import tango_z
from outlast.stats.verdict import Rule

REFERENCE: dict[str, Any] = json.loads((Path(__file__).parents[2] / "data" / "reference_statistics.json").read_text())


def signs(worse: int, better: int) -> list[tuple[float, str]]:
    return [(-1.0 if number < worse else 1.0, str(number)) for number in range(worse + better)]


@pytest.mark.parametrize("case", REFERENCE["mcnemar"], ids=lambda case: f"{case['worse']} to {case['better']}")
def test_the_sign_test_is_mcnemars_of_statsmodels(case: dict[str, float]) -> None:
    worse, better = int(case["worse"]), int(case["better"])
    expected = case["exact"] if worse + better <= 1_000 else case["corrected"]
    assert sign_test(signs(worse, better)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("case", REFERENCE["mcnemar"], ids=lambda case: f"{case['worse']} to {case['better']}")
def test_tangos_z_at_no_difference_is_the_root_of_mcnemars_chi_square_of_statsmodels(case: dict[str, float]) -> None:
    z = float(tango_z(case["worse"], case["better"], case["worse"] + case["better"] + 100, 0.0))
    assert z * z == pytest.approx(case["chi_square"], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("case", REFERENCE["multiple"])
def test_adjusted_p_values_are_those_of_statsmodels(case: dict[str, list[float]]) -> None:
    assert holm(case["p"]) == pytest.approx(case["holm"])
    assert benjamini_hochberg(case["p"]) == pytest.approx(case["benjamini_hochberg"])
    assert benjamini_hochberg(case["p"]) == pytest.approx(scipy_stats.false_discovery_control(case["p"]))


@pytest.mark.parametrize(("worse", "better"), [(0, 3), (2, 7), (5, 5), (1, 9)])
def test_the_sign_test_is_scipys_permutation_of_the_two_answers_of_each_pair(worse: int, better: int) -> None:
    a, b = np.repeat([1.0, 0.0], [worse, better]), np.repeat([0.0, 1.0], [worse, better])
    found = scipy_stats.permutation_test(
        (a, b), lambda x, y, axis: np.sum(y - x, axis=axis), permutation_type="samples", vectorized=True,
        n_resamples=math.inf,
    )  # fmt: skip
    assert sign_test(signs(worse, better)) == pytest.approx(float(found.pvalue), rel=1e-12)


@pytest.mark.parametrize(
    ("worse", "better", "pairs", "difference"), [(1, 2, 12, -0.2), (0, 0, 14, -0.1), (3, 1, 9, 0.05)]
)
def test_the_exact_p_is_the_largest_of_scipys_multinomial(
    worse: int, better: int, pairs: int, difference: float
) -> None:
    """Over the whole nuisance range, by scipy's own search between the points of a grid."""
    outcomes = np.array([(b, c, pairs - b - c) for b in range(pairs + 1) for c in range(pairs + 1 - b)])
    z = tango_z(outcomes[:, 0], outcomes[:, 1], pairs, difference)
    extreme = outcomes[z >= float(tango_z(worse, better, pairs, difference)) - 1e-9]

    def probability(share: float) -> float:
        shares = np.clip([share - min(difference, 0.0), share + max(difference, 0.0)], 0.0, 1.0)
        law = scipy_stats.multinomial(pairs, [*shares, max(0.0, 1 - shares.sum())])
        return float(law.pmf(extreme).sum())

    grid = np.linspace(0.0, (1 - abs(difference)) / 2, 41)
    place = int(np.argmax([probability(share) for share in grid]))
    near = (grid[max(place - 1, 0)], grid[min(place + 1, 40)])
    found = optimize.minimize_scalar(lambda share: -probability(share), bounds=near, method="bounded")
    largest = max(probability(grid[place]), -float(found.fun))
    assert exact_p(worse, better, pairs, difference) == pytest.approx(largest, rel=1e-5)


def test_closeness_has_the_bounds_of_statsmodels_t_tests() -> None:
    """Where the spread is not estimated; the conversation that each bound adds brings no degree of freedom."""
    case = REFERENCE["paired_t"]
    differences, extreme = np.array(case["differences"]), case["extreme"]
    found = assess_closeness([Row(0.0, float(each)) for each in differences], Rule(margin=0.5), step=extreme)
    fewer = scipy_stats.t.ppf(0.95, 39) / scipy_stats.t.ppf(0.95, 40)
    for bound, expected, added in ((found.upper, case["upper"], extreme), (found.lower, case["lower"], -extreme)):
        mean = float(np.mean(np.append(differences, added)))
        assert bound * LEAST_SPREAD * extreme == pytest.approx(mean + (expected - mean) * fewer, rel=1e-6)


def streamed() -> npt.NDArray[np.float64]:
    return np.array(REFERENCE["betting"]["values"]) / 2


def test_running_estimates_before_each_bet_are_those_of_ville() -> None:
    """Means are the same, and variances but for the prior: ville begins with a quarter, we with .05."""
    means, variances = (line[0] for line in PredictablePaths(1).estimates(streamed()[None, :]))
    for before, (mean, squares) in REFERENCE["betting"]["estimates"].items():
        n = int(before)
        assert means[n] == pytest.approx(mean, rel=1e-12)
        assert variances[n] * (n + 1) == pytest.approx(squares - 0.25 + 0.05, rel=1e-9)


def test_the_bounds_of_a_row_are_about_those_of_villes_hedged_bets() -> None:
    """Bets are sized in another way, so the figures are not the same: within half of 1 / sqrt(n), at the same level."""
    values = streamed()
    for size, (low, high) in REFERENCE["betting"]["intervals"].items():
        part, near = values[: int(size)], 0.5 / math.sqrt(int(size))
        lower = (betting_lower(PredictableBets(part), alpha=0.05, decisive=-0.05) + 1) / 2
        upper = (1 - betting_lower(PredictableBets(1 - part), alpha=0.05, decisive=-0.05)) / 2
        assert lower == pytest.approx(low, abs=near)
        assert upper == pytest.approx(high, abs=near)
        assert lower < part.mean() < upper
