"""Replicates of whole clusters: against clusters written out, and by what must not matter."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.stats.resampling import ALL, FIRST, Floats, Quantiles, Sums, weights


@pytest.mark.parametrize("clusters", [1, 7, 333, 3_000])
def test_every_replicate_draws_as_many_clusters_as_there_are(clusters: int) -> None:
    for first, replicates in ((True, FIRST), (False, ALL - FIRST)):
        drawn = np.concatenate(list(weights(clusters, first=first)))
        assert drawn.shape == (replicates, clusters)
        assert (drawn.sum(axis=1) == clusters).all()


@pytest.mark.parametrize("clusters", [333, 3_000, 15_000])
def test_kept_or_drawn_anew_the_replicates_are_those_of_one_stream(clusters: int) -> None:
    random = np.random.default_rng(20_261_122)
    for first in (True, False):
        for block in weights(clusters, first=first):
            chosen = random.integers(clusters, size=(len(block), clusters))
            expected = [np.bincount(line, minlength=clusters) for line in chosen]
            assert (block == expected).all()


def naive(values: list[float], times: list[int], share: float) -> float:
    written_out = sorted(value for value, count in zip(values, times, strict=True) for _ in range(count))
    return written_out[math.ceil(share * len(written_out) - 1e-9) - 1]


@given(
    seed=st.integers(0, 1_000),
    count=st.integers(1, 400),
    clusters=st.integers(1, 60),
    share=st.sampled_from([0.5, 0.95]),
    ties=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_a_quantile_is_that_of_the_clusters_written_out(
    seed: int, count: int, clusters: int, share: float, *, ties: bool
) -> None:
    random = np.random.default_rng(seed)
    owner = np.concatenate((np.arange(clusters), random.integers(clusters, size=count)))
    values: Floats = np.asarray(
        random.integers(5, size=len(owner)) if ties else random.normal(size=len(owner)), np.float64
    )
    drawn = random.multinomial(clusters, np.full(clusters, 1 / clusters), size=5).astype(np.int16)
    found = Quantiles(owner, [values], share).of(drawn)[:, 0]
    assert found.tolist() == [naive(values.tolist(), line[owner].tolist(), share) for line in drawn]


@pytest.mark.parametrize("only", ["lowest", "highest"])
@pytest.mark.parametrize("share", [0.5, 0.95])
def test_a_replicate_far_from_the_sample_is_looked_for_everywhere(only: str, share: float) -> None:
    values = np.arange(20_000, dtype=np.float64)
    drawn = np.ones((3, 20_000), dtype=np.int16)
    half = slice(10_000, None) if only == "lowest" else slice(0, 10_000)
    drawn[1, half] = 0  # no chance in a thousand years
    found = Quantiles(np.arange(20_000), [values], share).of(drawn)[:, 0]
    assert found.tolist() == [naive(values.tolist(), line.tolist(), share) for line in drawn]
    assert found[0] == found[2] != found[1]


def test_sums_are_without_end_only_where_an_endless_cluster_is_drawn() -> None:
    drawn = np.array([[2, 0, 1], [1, 1, 1]], dtype=np.int16)
    sums = Sums(np.array([[1.0, 2.0, 3.0], [1.0, math.inf, 3.0]]))
    assert sums.of(drawn).tolist() == [[5.0, 5.0], [6.0, math.inf]]
