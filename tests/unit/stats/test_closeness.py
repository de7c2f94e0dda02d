"""Two sides within a margin in either direction, in the first one's spreads."""

import math
import statistics

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from outlast.errors import EvidenceInvalid
from outlast.stats.closeness import FEWEST, assess_closeness
from outlast.stats.rows import Row
from outlast.stats.verdict import Rule

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Sixty pairs of floats take minutes to shrink."""
HALF = Rule(margin=0.5)
AMOUNTS = st.floats(0, 100, allow_nan=False)
SOME = st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=FEWEST, max_size=60)


def rows(pairs: list[tuple[float, float]]) -> list[Row]:
    return [Row(a, b) for a, b in pairs]


def test_the_bound_is_that_of_the_formula() -> None:
    ours = [float(number * number % 37) for number in range(40)]
    theirs = [float(number * 7 % 41) for number in range(40)]
    found = assess_closeness([Row(a, b) for a, b in zip(ours, theirs, strict=True)], HALF, 1.0)
    spread = statistics.stdev(ours)
    differences = [b - a for a, b in zip(ours, theirs, strict=True)]
    counted = [*differences, max(map(abs, differences))]
    own = [*ours, statistics.fmean(ours)]
    mean = statistics.fmean(counted)
    parts = [
        (d - mean) / spread
        - (mean if abs(mean) > 0.5 * spread else 0.5 * spread)
        * ((a - statistics.fmean(own)) ** 2 - spread**2)
        / (2 * spread**3)
        for d, a in zip(counted, own, strict=True)
    ]
    error = statistics.stdev(parts) / math.sqrt(41)
    upper = mean / spread + float(scipy_stats.t.ppf(0.95, 39)) * error
    assert found.upper == pytest.approx(upper, rel=1e-6)
    assert found.estimate == pytest.approx(statistics.fmean(differences) / spread)


@settings(max_examples=40, deadline=None, phases=QUICK)
@given(SOME)
def test_neither_direction_is_better(pairs: list[tuple[float, float]]) -> None:
    found = assess_closeness(rows(pairs), HALF, 1.0)
    mirrored = assess_closeness(rows([(-a, -b) for a, b in pairs]), HALF, 1.0)
    assert mirrored.verdict == found.verdict
    assert (mirrored.lower, mirrored.upper) == pytest.approx((-found.upper, -found.lower))


@settings(max_examples=40, deadline=None, phases=QUICK)
@given(SOME, st.floats(0.01, 100))
def test_the_unit_of_measurement_decides_nothing(pairs: list[tuple[float, float]], unit: float) -> None:
    found = assess_closeness(rows(pairs), HALF, 1.0)
    scaled = assess_closeness(rows([(a * unit, b * unit) for a, b in pairs]), HALF, unit)
    assert (scaled.lower, scaled.upper) == pytest.approx((found.lower, found.upper), rel=1e-5, abs=1e-5)


@settings(max_examples=40, deadline=None, phases=QUICK)
@given(SOME, st.integers(0, FEWEST - 1))
def test_an_answer_that_is_missing_never_makes_a_verdict(pairs: list[tuple[float, float]], place: int) -> None:
    whole = rows(pairs)
    lacking = [Row(row.a, None) if number == place else row for number, row in enumerate(whole)]
    equal = [Row(row.a, row.a) if number == place else row for number, row in enumerate(whole)]
    found, tied = assess_closeness(lacking, HALF, 1.0), assess_closeness(equal, HALF, 1.0)
    if found.verdict == "PASS":
        assert tied.verdict == "PASS"
    nothing = [Row(row.a, None) for row in whole]
    assert assess_closeness(nothing, Rule(margin=9.0), 1.0).verdict == "NOT YET"


def test_twins_in_a_conversation_say_nothing_new() -> None:
    pairs = [Row(float(n % 7), float(n % 5), n) for n in range(30)]
    once, twice = assess_closeness(pairs, HALF, 1.0), assess_closeness(pairs * 2, HALF, 1.0)
    assert (once.lower, once.upper, once.clusters) == pytest.approx((twice.lower, twice.upper, twice.clusters))


def test_no_difference_in_few_conversations_shows_nothing() -> None:
    same = [Row(0.0, 0.0)] * (FEWEST - 1)
    assert assess_closeness(same, HALF, 1.0).verdict == "NOT YET"
    assert assess_closeness([Row(0.0, 0.0)] * 25, HALF, 1.0).verdict == "NOT YET"
    needed = assess_closeness([Row(0.0, 0.0)] * 25, HALF, 1.0).needed
    assert needed is not None
    assert assess_closeness([Row(0.0, 0.0)] * needed, HALF, 1.0).verdict == "PASS"


@pytest.mark.parametrize("bad", [[], [Row(math.nan, 0.0)], [Row(0.0, math.inf)]])
def test_what_is_no_amount_is_refused(bad: list[Row]) -> None:
    with pytest.raises(EvidenceInvalid):
        assess_closeness(bad, HALF, 1.0)


@pytest.mark.parametrize(
    ("margin", "alpha", "step"), [(0, 0.05, 1), (math.inf, 0.05, 1), (0.5, 0.5, 1), (0.5, 0.05, 0)]
)
def test_a_rule_that_cannot_be_meant_is_refused(margin: float, alpha: float, step: float) -> None:
    with pytest.raises(EvidenceInvalid):
        assess_closeness([Row(0.0, 0.0)], Rule(margin=margin, alpha=alpha), step)
