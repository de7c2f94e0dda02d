"""Correcting an erring judge: by the definition, by published values, and by what must not change."""

import itertools
import math
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.errors import EvidenceInvalid
from outlast.stats.rogan_gladen import Calibration, corrected_difference, rogan_gladen
from outlast.stats.rows import Row

PERFECT = Calibration(good=10_000_000, accepted=10_000_000, bad=10_000_000, rejected=10_000_000)
SHARES = st.integers(0, 20).map(lambda twentieths: twentieths / 20)


def rows(pairs: list[tuple[int, int]], clusters: list[int] | None = None) -> list[Row]:
    return [Row(float(a), float(b), None if clusters is None else clusters[at]) for at, (a, b) in enumerate(pairs)]


# Against the definition.


@given(true=SHARES, sensitivity=SHARES, specificity=SHARES)
def test_what_a_judge_of_known_errors_reports_leads_back_to_the_truth(
    true: float, sensitivity: float, specificity: float
) -> None:
    apparent = true * sensitivity + (1 - true) * (1 - specificity)
    if sensitivity + specificity > 1:
        assert rogan_gladen(apparent, sensitivity, specificity) == pytest.approx(true)
    else:
        with pytest.raises(EvidenceInvalid, match="no better than chance"):
            rogan_gladen(apparent, sensitivity, specificity)


def test_the_difference_is_the_difference_of_what_each_side_leads_back_to() -> None:
    pairs = [(1, 1)] * 60 + [(1, 0)] * 15 + [(0, 1)] * 10 + [(0, 0)] * 15
    ours = Calibration(good=50, accepted=45, bad=40, rejected=30)
    theirs = Calibration(good=30, accepted=24, bad=20, rejected=18)
    found = corrected_difference(rows(pairs), ours, theirs, alpha=0.05, shared=False)
    assert found.a == pytest.approx((0.75 + 0.75 - 1) / (0.9 + 0.75 - 1))
    assert found.b == pytest.approx((0.70 + 0.9 - 1) / (0.8 + 0.9 - 1))
    assert found.estimate == pytest.approx(found.b - found.a)


def test_the_variance_is_that_of_the_delta_method_by_numerical_derivatives() -> None:
    pairs = [(1, 1)] * 120 + [(1, 0)] * 30 + [(0, 1)] * 20 + [(0, 0)] * 30
    ours = Calibration(good=58, accepted=52, bad=48, rejected=40)
    theirs = Calibration(good=38, accepted=31, bad=28, rejected=24)

    def estimate(values: list[float]) -> float:
        p_a, p_b, se_a, sp_a, se_b, sp_b = values
        return (p_b + sp_b - 1) / (se_b + sp_b - 1) - (p_a + sp_a - 1) / (se_a + sp_a - 1)

    at = [0.75, 0.7, ours.sensitivity, ours.specificity, theirs.sensitivity, theirs.specificity]
    slopes = []
    for place in range(6):
        up, down = at.copy(), at.copy()
        up[place] += 1e-6
        down[place] -= 1e-6
        slopes.append((estimate(up) - estimate(down)) / 2e-6)
    n, cells = len(pairs), {pair: pairs.count(pair) + 0.5 for pair in itertools.product((0, 1), (0, 1))}
    drawn = [(slopes[0] * a + slopes[1] * b, count / (n + 2)) for (a, b), count in cells.items()]
    mean = sum(value * share for value, share in drawn)
    smoothed = sum((value - mean) ** 2 * share for value, share in drawn) / (n + 2)
    plain = [slopes[0] * a + slopes[1] * b for a, b in pairs]
    between = sum((value - sum(plain) / n) ** 2 for value in plain) / (n * (n - 1))

    def of_share(hits: int, of: int) -> float:
        share = (hits + 1) / (of + 2)
        return share * (1 - share) / (of + 2)

    labels = [of_share(52, 58), of_share(40, 48), of_share(31, 38), of_share(24, 28)]
    variance = max(smoothed, between) + sum(slope**2 * var for slope, var in zip(slopes[2:], labels, strict=True))
    found = corrected_difference(rows(pairs), ours, theirs, alpha=0.05, shared=False)
    t_199 = 1.652547  # scipy.stats.t.ppf(.95, 199)
    assert found.estimate - found.lower == pytest.approx(t_199 * math.sqrt(variance), rel=1e-5)
    assert found.upper - found.estimate == pytest.approx(t_199 * math.sqrt(variance), rel=1e-5)


def test_labels_that_both_sides_share_move_the_difference_alone() -> None:
    pairs = rows([(1, 1)] * 120 + [(1, 0)] * 40 + [(0, 1)] * 10 + [(0, 0)] * 30)
    few, many = (
        Calibration(good=size, accepted=size * 9 // 10, bad=size, rejected=size * 8 // 10) for size in (20, 20_000_000)
    )
    unsure, known = (corrected_difference(pairs, each, each, alpha=0.05, shared=True) for each in (few, many))
    assert unsure.estimate == pytest.approx(known.estimate)
    # d(difference)/d(se) = d(difference)/d(sp) = -difference / (se + sp - 1)
    slope = known.estimate / 0.7
    labels = slope**2 * sum(share * (1 - share) / 22 for share in (19 / 22, 17 / 22))
    pairs_alone = known.estimate - known.lower
    assert (unsure.estimate - unsure.lower) ** 2 == pytest.approx(pairs_alone**2 + 1.652547**2 * labels, rel=1e-4)


# Against published values.


@pytest.mark.parametrize(
    ("positive", "tested", "sensitivity", "specificity", "published"),
    [
        (23, 150, 0.96, 0.89, 0.051),  # epiR 0.9-77, epi.prev: "The estimated true prevalence ... 5.1 cases per 100"
        (6, 151, 0.964, 0.927, 0.0),  # the same page, after Moujaber et al. 2008: "0 cases per 100"
    ],
)
def test_published_prevalences(
    positive: int, tested: int, sensitivity: float, specificity: float, published: float
) -> None:
    assert rogan_gladen(positive / tested, sensitivity, specificity) == pytest.approx(published, abs=0.0005)


# What must not change, and what must.


PAIRS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=2, max_size=40)


@st.composite
def calibration(draw: st.DrawFn) -> Calibration:
    good, bad = draw(st.integers(5, 60)), draw(st.integers(5, 60))
    return Calibration(
        good=good,
        accepted=draw(st.integers(good * 3 // 5 + 1, good)),
        bad=bad,
        rejected=draw(st.integers(bad * 3 // 5 + 1, bad)),
    )


@given(pairs=PAIRS, ours=calibration(), theirs=calibration())
def test_exchanging_the_models_mirrors_the_difference(
    pairs: list[tuple[int, int]], ours: Calibration, theirs: Calibration
) -> None:
    found = corrected_difference(rows(pairs), ours, theirs, alpha=0.05, shared=False)
    mirrored = corrected_difference(rows([(b, a) for a, b in pairs]), theirs, ours, alpha=0.05, shared=False)
    assert (mirrored.estimate, mirrored.lower, mirrored.upper) == pytest.approx(
        (-found.estimate, -found.upper, -found.lower)
    )


@given(pairs=PAIRS, labels=calibration(), seed=st.integers(0, 9))
def test_the_order_of_pairs_and_unanswered_ones_say_nothing(
    pairs: list[tuple[int, int]], labels: Calibration, seed: int
) -> None:
    shuffled = [*rows(pairs), Row(1.0, None), Row(0.0, None)]
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order, no secret
    found = [corrected_difference(each, labels, labels, alpha=0.05, shared=True) for each in (rows(pairs), shuffled)]
    assert found[0].estimate == pytest.approx(found[1].estimate)
    assert found[0].lower == pytest.approx(found[1].lower)


@given(pairs=PAIRS, labels=calibration())
def test_a_judge_that_errs_makes_differences_larger_and_intervals_wider_than_one_that_never_does(
    pairs: list[tuple[int, int]], labels: Calibration
) -> None:
    known = corrected_difference(rows(pairs), PERFECT, PERFECT, alpha=0.05, shared=True)
    unsure = corrected_difference(rows(pairs), labels, labels, alpha=0.05, shared=True)
    assert abs(unsure.estimate) >= abs(known.estimate) - 1e-6
    if unsure.lower > -1 and unsure.upper < 1:
        assert unsure.upper - unsure.lower >= known.upper - known.lower - 1e-6


def test_pairs_of_one_conversation_are_one_piece_of_evidence() -> None:
    pairs = [(1, 0), (1, 1), (0, 1), (1, 1)] * 10
    alone = corrected_difference(rows(pairs), PERFECT, PERFECT, alpha=0.05, shared=True)
    tenfold = [pair for pair in pairs for _ in range(10)]
    clusters = [place for place in range(len(pairs)) for _ in range(10)]
    together = corrected_difference(rows(tenfold, clusters), PERFECT, PERFECT, alpha=0.05, shared=True)
    independent = corrected_difference(rows(tenfold), PERFECT, PERFECT, alpha=0.05, shared=True)
    assert together.lower == pytest.approx(alone.lower, abs=0.01)
    assert independent.lower > alone.lower + 0.05


def test_one_conversation_is_not_corrected() -> None:
    with pytest.raises(EvidenceInvalid, match="two judged conversations"):
        corrected_difference(rows([(1, 1), (1, 0)], [3, 3]), PERFECT, PERFECT, alpha=0.05, shared=True)


@pytest.mark.parametrize(
    ("labels", "informs"),
    [
        (Calibration(good=20, accepted=19, bad=20, rejected=18), True),
        (Calibration(good=20, accepted=11, bad=20, rejected=10), False),
        (Calibration(good=3, accepted=3, bad=2, rejected=1), False),
        (Calibration(good=20, accepted=19, bad=0, rejected=0), False),
    ],
)
def test_a_judge_informs_where_labels_show_it(labels: Calibration, *, informs: bool) -> None:
    assert labels.informs(0.05) is informs


@pytest.mark.parametrize("shared", [True, False])
def test_the_bound_holds_the_truth_about_as_often_as_it_says(*, shared: bool) -> None:
    chance = random.Random(11)  # noqa: S311 - a simulation

    def share(probability: float, of: int) -> int:
        return sum(chance.random() < probability for _ in range(of))

    missed, runs = 0, 400
    for _ in range(runs):
        truth = [(chance.random() < 0.8, chance.random() < 0.75) for _ in range(120)]
        pairs = [tuple(int(chance.random() < (0.9 if good else 0.2)) for good in pair) for pair in truth]
        one, other = (Calibration(good=40, accepted=share(0.9, 40), bad=25, rejected=share(0.8, 25)) for _ in range(2))
        sides = (one, one) if shared else (one, other)
        found = corrected_difference(rows([(a, b) for a, b in pairs]), *sides, alpha=0.05, shared=shared)
        missed += found.lower > Fraction(-5, 100)
    assert missed / runs <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / runs)
