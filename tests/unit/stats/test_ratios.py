"""Ratios of amounts: against a naive bootstrap, against scipy's and a formula, and by what must not matter."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from outlast.errors import EvidenceInvalid
from outlast.stats import ratios
from outlast.stats.ratios import FEWEST, Statistic, assess_ratio
from outlast.stats.rows import Row
from outlast.stats.student import student_quantile
from outlast.stats.verdict import Rule, Verdict

STATISTICS: tuple[Statistic, ...] = ("ratio_p50", "ratio_p95", "ratio_total")
RULE = Rule(margin=1.2)


def sample(count: int, *, ratio: float = 1.0, size: int = 1, seed: int = 1, spread: float = 0.6) -> list[Row]:
    """Log-normal amounts; pairs of one cluster share half of their spread."""
    random = np.random.default_rng(seed)
    owner = np.repeat(np.arange(count // size), size)
    shared = random.normal(0, spread / 2, count // size)[owner]
    a = np.exp(shared + random.normal(0, spread, count))
    b = ratio * np.exp(shared + random.normal(0, spread, count))
    return [Row(float(x), float(y), f"c{c}" if size > 1 else None) for x, y, c in zip(a, b, owner, strict=True)]


def judged(rows: list[Row], statistic: Statistic = "ratio_p50", rule: Rule = RULE) -> Verdict:
    return assess_ratio(rows, statistic, rule)


# The naive definition.


def statistic_of(values: list[float], statistic: Statistic) -> float:
    if statistic == "ratio_total":
        return sum(values)
    share = 0.5 if statistic == "ratio_p50" else 0.95
    return sorted(values)[math.ceil(share * len(values) - 1e-9) - 1]


def naive_upper(rows: list[Row], statistic: Statistic, replicates: int, alpha: float) -> float:
    """Whole clusters written out again and again, side by side."""
    clusters: dict[object, list[Row]] = {}
    for number, row in enumerate(rows):
        clusters.setdefault(number if row.cluster is None else row.cluster, []).append(row)
    members = list(clusters.values())
    random = np.random.default_rng(20_261_122)

    def log_ratio(drawn: list[Row]) -> float:
        candidate = statistic_of([math.inf if row.b is None else row.b for row in drawn], statistic)
        return math.log(candidate) - math.log(statistic_of([row.a for row in drawn], statistic))

    if statistic == "ratio_total":
        alpha *= 2 / 3  # for their skew
    whole = log_ratio(rows)
    logs = []
    for _ in range(replicates):
        chosen = random.integers(len(members), size=len(members))
        logs.append(log_ratio([row for place in chosen for row in members[place]]))
    wider = math.sqrt(len(members) / (len(members) - 1))
    percentile = whole + wider * (sorted(logs)[math.ceil((1 - alpha) * (replicates - 1))] - whole)
    by_error = whole + wider * student_quantile(1 - alpha, len(members) - 1) * float(np.std(logs))
    return math.exp(max(percentile, by_error))


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("size", [1, 3])
def test_the_bound_is_that_of_clusters_written_out(statistic: Statistic, size: int) -> None:
    rows = sample(90 * size, size=size, ratio=0.6)  # far from the margin: the first replicates are all
    assert judged(rows, statistic).upper == pytest.approx(naive_upper(rows, statistic, 400, 0.05), rel=1e-9)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_near_the_margin_there_are_more_replicates(statistic: Statistic) -> None:
    rows = sample(80, seed=3)
    margin = judged(rows, statistic, Rule(margin=50.0)).upper  # where the few put the bound
    close = judged(rows, statistic, Rule(margin=margin))
    assert close.upper == pytest.approx(naive_upper(rows, statistic, 2_000, 0.05), rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=1, max_size=40), st.sampled_from(STATISTICS))
def test_the_estimate_is_the_ratio_of_the_answered_pairs(pairs: list[tuple[float, float]], name: Statistic) -> None:
    rows = [Row(a, b) for a, b in pairs]
    low, high = (statistic_of([pair[side] for pair in pairs], name) for side in (0, 1))
    estimate = judged([*rows, Row(5.0, None)], name).estimate
    assert estimate is not None
    if low == high:
        assert estimate == 1
    elif low == 0 or (high and math.log(high) - math.log(low) > 700):
        assert estimate == math.inf
    else:
        assert estimate == pytest.approx(high / low)


# Independent implementations.


def test_the_bootstrap_is_scipys() -> None:
    rows = sample(400, ratio=0.9)
    a, b = np.array([row.a for row in rows]), np.array([row.b for row in rows])

    def log_ratio(x: np.ndarray, y: np.ndarray, axis: int = -1) -> np.ndarray:
        found: np.ndarray = np.log(np.sum(y, axis=axis) / np.sum(x, axis=axis))
        return found

    found = scipy_stats.bootstrap(
        (a, b), log_ratio, paired=True, vectorized=True, n_resamples=20_000, confidence_level=1 - 2 / 3 * 0.05,
        alternative="less", method="percentile", rng=np.random.default_rng(5),
    )  # fmt: skip
    ours = judged(rows, "ratio_total", Rule(margin=50.0))
    assert math.log(ours.upper) == pytest.approx(found.confidence_interval.high, abs=0.25 * found.standard_error)


def test_of_many_pairs_the_bound_of_a_total_is_the_delta_methods() -> None:
    rows = sample(20_000, ratio=1.1)
    a, b = np.array([row.a for row in rows]), np.array([row.b for row in rows])
    ratio = b.sum() / a.sum()
    error = np.std(b - ratio * a, ddof=1) / (math.sqrt(len(a)) * a.mean() * ratio)
    assert math.log(judged(rows, "ratio_total").upper / ratio) == pytest.approx(1.78 * error, rel=0.12)


def test_the_bound_of_a_quantile_has_the_width_of_its_order_statistics() -> None:
    # For one side known exactly, the upper bound of a median is near the order statistic of the binomial's quantile.
    random = np.random.default_rng(8)
    b = np.sort(random.lognormal(0, 1, 501))
    rows = [Row(1.0, float(value)) for value in b]
    place = int(scipy_stats.binom.ppf(0.95, 501, 0.5))
    upper = judged(rows, "ratio_p50", Rule(margin=50.0)).upper
    assert b[place - 4] <= upper <= b[place + 12]


# What must hold.


@pytest.mark.parametrize("statistic", STATISTICS)
def test_a_candidate_that_takes_half_passes_and_one_that_takes_double_fails(statistic: Statistic) -> None:
    assert judged(sample(200, ratio=0.5), statistic).verdict == "PASS"
    assert judged(sample(200, ratio=2.5), statistic).verdict == "FAIL"


@pytest.mark.parametrize("statistic", STATISTICS)
def test_few_clusters_decide_nothing_however_many_pairs(statistic: Statistic) -> None:
    few = FEWEST[statistic] - 1
    rows = sample(few * 30, ratio=0.1, size=30)
    answer = judged(rows, statistic)
    assert (answer.verdict, answer.lower, answer.upper, answer.clusters) == ("NOT YET", 0.0, math.inf, few)
    assert judged(sample((few + 1) * 30, ratio=0.1, size=30), statistic).verdict == "PASS"


@pytest.mark.parametrize("statistic", STATISTICS)
def test_the_unit_is_no_matter(statistic: Statistic) -> None:
    rows = sample(80)
    again = [Row(row.a * 1e6, None if row.b is None else row.b * 1e6) for row in rows]
    first, second = judged(rows, statistic), judged(again, statistic)
    assert (second.lower, second.upper) == pytest.approx((first.lower, first.upper))


@pytest.mark.parametrize("statistic", STATISTICS)
def test_exchanging_the_models_mirrors_the_bounds(statistic: Statistic) -> None:
    rows = sample(80, ratio=0.4)
    swapped = [Row(row.b, row.a) for row in rows if row.b is not None]
    first, second = judged(rows, statistic, Rule(margin=9.0)), judged(swapped, statistic, Rule(margin=9.0))
    assert (1 / second.upper, 1 / second.lower) == pytest.approx((first.lower, first.upper))


@pytest.mark.parametrize("statistic", STATISTICS)
def test_a_slower_candidate_has_higher_bounds(statistic: Statistic) -> None:
    rows = sample(80)
    slower = [Row(row.a, None if row.b is None else row.b * 1.5) for row in rows]
    rule = Rule(margin=40.0)
    first, second = judged(rows, statistic, rule), judged(slower, statistic, rule)
    assert (second.lower, second.upper) == pytest.approx((1.5 * first.lower, 1.5 * first.upper))


@pytest.mark.parametrize("statistic", STATISTICS)
def test_every_pair_twice_in_its_cluster_says_nothing_new(statistic: Statistic) -> None:
    rows = sample(80)
    twice = [Row(row.a, row.b, number) for number, row in enumerate(rows) for _ in range(2)]
    first, second = judged(rows, statistic), judged(twice, statistic)
    assert (second.lower, second.upper) == pytest.approx((first.lower, first.upper))
    assert second.clusters == first.clusters


@pytest.mark.parametrize("statistic", STATISTICS)
def test_a_stricter_alpha_has_wider_bounds(statistic: Statistic) -> None:
    rows = sample(120)
    wide, narrow = (judged(rows, statistic, Rule(margin=40.0, alpha=alpha)) for alpha in (0.01, 0.05))
    assert wide.lower <= narrow.lower <= narrow.upper <= wide.upper


# Unanswered pairs.

AMOUNT = st.floats(0.1, 10)


@settings(max_examples=25, deadline=None)
@given(
    pairs=st.lists(st.tuples(AMOUNT, AMOUNT), min_size=20, max_size=40),
    places=st.sets(st.integers(0, 19), min_size=1, max_size=6),
    ratio=st.floats(0.2, 3),
    name=st.sampled_from(["ratio_p50", "ratio_total"]),
)
def test_an_answer_that_goes_missing_never_makes_a_pass(
    pairs: list[tuple[float, float]], places: set[int], ratio: float, name: Statistic
) -> None:
    rows = [Row(a, b * ratio) for a, b in pairs]
    gaps = [Row(row.a, None) if place in places else row for place, row in enumerate(rows)]
    before, after = judged(rows, name), judged(gaps, name)
    assert not (after.verdict == "PASS" and before.verdict != "PASS")


@settings(max_examples=25, deadline=None)
@given(
    pairs=st.lists(st.tuples(AMOUNT, AMOUNT), min_size=20, max_size=40),
    places=st.sets(st.integers(0, 30), max_size=15),
    ratio=st.floats(0.5, 4),
    name=st.sampled_from(["ratio_p50", "ratio_total"]),
)
def test_a_fail_is_shown_by_answers_alone(
    pairs: list[tuple[float, float]], places: set[int], ratio: float, name: Statistic
) -> None:
    rows = [Row(a, None if place in places else b * ratio) for place, (a, b) in enumerate(pairs)]
    answered = [row for row in rows if row.b is not None]
    if judged(rows, name).verdict == "FAIL":
        assert judged(answered, name).verdict == "FAIL"


@pytest.mark.parametrize("statistic", STATISTICS)
def test_too_many_gaps_prevent_a_pass(statistic: Statistic) -> None:
    rows = sample(200, ratio=0.5)
    gaps = [Row(row.a, None) if number % 3 == 0 else row for number, row in enumerate(rows)]
    assert judged(rows, statistic).verdict == "PASS"
    assert judged(gaps, statistic, Rule(margin=1.2)).verdict == ("PASS" if statistic == "ratio_p50" else "NOT YET")


def test_one_gap_leaves_a_total_open_and_a_median_decided() -> None:
    rows = [*sample(200, ratio=0.5), Row(1.0, None)]
    assert judged(rows, "ratio_total").upper == math.inf
    assert judged(rows, "ratio_p50").verdict == "PASS"


def test_without_any_answer_nothing_is_decided() -> None:
    for statistic in STATISTICS:
        answer = judged([Row(1.0, None)] * 80, statistic)
        assert (answer.verdict, answer.estimate, answer.needed) == ("NOT YET", None, None)


# How many more.


def test_the_number_needed_is_about_enough() -> None:
    first = judged(sample(40, seed=11), "ratio_total")
    assert first.verdict == "NOT YET"
    assert first.needed is not None
    passed = sum(judged(sample(first.needed, seed=100 + seed), "ratio_total").verdict == "PASS" for seed in range(25))
    assert 14 <= passed <= 25  # four in five, less two standard errors


def test_where_the_estimate_is_beyond_the_margin_no_number_helps() -> None:
    answer = judged(sample(60, ratio=1.3, seed=4), "ratio_total")
    assert (answer.verdict, answer.needed) == ("NOT YET", None)


# What cannot be meant.


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ([], RULE), ([Row(-1.0, 1.0)], RULE), ([Row(1.0, math.inf)], RULE), ([Row(math.nan, 1.0)], RULE),
        ([Row(1.0, 1.0)], Rule(margin=1.0)), ([Row(1.0, 1.0)], Rule(margin=math.inf)),
        ([Row(1.0, 1.0)], Rule(margin=1.2, alpha=0.5)), ([Row(1.0, 1.0)], Rule(margin=1.2, alpha=0.0)),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(rows: list[Row], rule: Rule) -> None:
    with pytest.raises(EvidenceInvalid):
        judged(rows, "ratio_p50", rule)


def test_amounts_of_nothing_are_no_trouble() -> None:
    zero = [Row(0.0, 0.0)] * 80
    assert {judged(zero, name).estimate for name in STATISTICS} == {1.0}
    assert {judged(zero, name).verdict for name in STATISTICS} == {"PASS"}
    free = [Row(0.0, 1.0)] * 80
    assert {judged(free, name).verdict for name in STATISTICS} == {"FAIL"}
    gift = [Row(1.0, 0.0)] * 80
    assert {judged(gift, name).verdict for name in STATISTICS} == {"PASS"}


def test_the_seed_is_fixed() -> None:
    assert judged(sample(60)) == judged(sample(60))
    assert judged(sample(60)).method == ratios.METHOD
