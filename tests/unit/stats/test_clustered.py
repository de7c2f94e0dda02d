"""The bound for clusters against its definition, and what it must never do."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import stdtrit

from outlast.errors import EvidenceInvalid
from outlast.stats.clustered import clustered_lower, clustered_pairs_needed, effective_sample
from outlast.stats.counts import Sample
from outlast.stats.student import student_quantile
from outlast.stats.tango import tango_lower, tango_z

Line = tuple[int, int, int]
CLUSTERS: tuple[Line, ...] = ((5, 0, 0),) * 20 + ((5, 2, 0), (5, 0, 1), (3, 0, 0), (5, 1, 1), (8, 0, 3))


def sample(lines: Sequence[Line], times: Sequence[int] | None = None) -> Sample:
    """Lines of (pairs, worse, better)."""
    columns = np.array(lines, dtype=np.int64).reshape(-1, 3).T
    counted = np.array(times if times is not None else [1] * len(lines), dtype=np.int64)
    return Sample(pairs=columns[0], worse=columns[1], better=columns[2], times=counted)


def lower_by_definition(lines: Sequence[Line], alpha: float) -> float:
    """One more cluster, all lost; the design effect by the ratio estimator's variance; Tango at the effective n."""
    size = sum(n * n for n, _, _ in lines) / sum(n for n, _, _ in lines)
    full = [*((float(n), float(b), float(c)) for n, b, c in lines), (size, size, 0.0)]
    n, b, c = (sum(line[i] for line in full) for i in range(3))
    d = (c - b) / n
    variance = len(full) / (len(full) - 1) * sum((line[2] - line[1] - line[0] * d) ** 2 for line in full) / n**2
    design = max(1.0, variance / (((b + c) / n - d * d) / n))
    return tango_lower(b / design, c / design, n / design, float(stdtrit(len(lines), 1 - alpha)))


def test_the_bound_is_the_defined_one() -> None:
    assert clustered_lower(sample(CLUSTERS), 0.05) == pytest.approx(lower_by_definition(CLUSTERS, 0.05), abs=1e-6)


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 2), st.integers(0, 2)), min_size=2), st.floats(0.02, 0.9))
def test_the_bound_decides_as_z_does(parts: list[Line], margin: float) -> None:
    some = sample([(n + b + c, b, c) for n, b, c in parts])
    effective = effective_sample(some)
    z = float(tango_z(effective.worse, effective.better, effective.pairs, -margin))
    critical = student_quantile(0.95, len(parts))
    if abs(z - critical) > 1e-4:
        assert (clustered_lower(some, 0.05) > -margin) == (z > critical)


def test_clusters_of_a_kind_are_counted_not_repeated() -> None:
    kinds = sample(((5, 0, 0), *CLUSTERS[20:]), (20, 1, 1, 1, 1, 1))
    assert effective_sample(kinds).pairs == pytest.approx(effective_sample(sample(CLUSTERS)).pairs)


def test_a_sample_in_clusters_never_says_more_than_the_same_pairs_alone() -> None:
    together = clustered_lower(sample([(10, 2, 0), (10, 0, 1)] + [(10, 0, 0)] * 18), 0.05)
    assert together < tango_lower(2, 1, 200, 1.6449)


def test_losses_in_one_cluster_say_less_than_losses_all_over() -> None:
    spread = [(10, 1, 0)] * 6 + [(10, 0, 0)] * 34
    heaped = [(10, 6, 0)] + [(10, 0, 0)] * 39
    assert clustered_lower(sample(heaped), 0.05) < clustered_lower(sample(spread), 0.05)


def test_without_any_discordant_pair_few_clusters_prove_nothing() -> None:
    # Any method that needs 95 % certainty against clusters that fail as a whole needs 59 clusters at five points.
    assert clustered_lower(sample([(20, 0, 0)], [53]), 0.05) <= -0.05
    assert clustered_lower(sample([(20, 0, 0)], [200]), 0.05) > -0.05


@given(st.lists(st.tuples(st.integers(1, 8), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=12))
def test_bounds_lie_below_the_estimate_and_order_is_no_matter(parts: list[tuple[int, float, float]]) -> None:
    lines = [(n, int(x * n), int(y * (n - int(x * n)))) for n, x, y in parts]
    lower = clustered_lower(sample(lines), 0.05)
    estimate = sum(c - b for _, b, c in lines) / sum(n for n, _, _ in lines)
    assert -1 <= lower <= estimate
    assert clustered_lower(sample(lines[::-1]), 0.05) == pytest.approx(lower, abs=1e-6)


def test_a_larger_sample_of_the_same_kind_says_more() -> None:
    assert clustered_lower(sample(CLUSTERS * 4), 0.05) > clustered_lower(sample(CLUSTERS), 0.05)


def test_the_number_needed_has_the_power_it_promises() -> None:
    random = np.random.default_rng(11)
    chances = np.array([0.05, 0.05, 0.9]) * 0.7 / 0.3

    def draw(clusters: int) -> Sample:
        shares = random.gamma(chances, size=(clusters, 3))
        counts = random.multinomial(5, shares / shares.sum(axis=1, keepdims=True))
        return Sample(
            pairs=np.full(clusters, 5), worse=counts[:, 0], better=counts[:, 1], times=np.ones(clusters, dtype=np.int64)
        )

    needed = clustered_pairs_needed(draw(20_000), 0.1, 0.05)
    passed = np.mean([clustered_lower(draw(needed // 5), 0.05) > -0.1 for _ in range(200)])
    assert passed == pytest.approx(0.8, abs=0.09)


def test_no_clusters_are_refused() -> None:
    with pytest.raises(EvidenceInvalid):
        clustered_lower(sample([]), 0.05)
