"""Rates: Wilson's interval against published values and its own definition; counts that add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.checks.draw import Draw
from outlast.checks.probes.library import choose
from outlast.checks.probes.rates import rates, wilson
from outlast.dialects.said import Said

Z = 1.959963984540054


@pytest.mark.parametrize(
    ("bad", "n", "lower", "upper"),
    # Newcombe 1998, Statistics in Medicine 17, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_as_published(bad: int, n: int, lower: float, upper: float) -> None:
    assert wilson(bad, n) == pytest.approx((lower, upper), abs=5e-5)


@given(st.integers(1, 500), st.data())
def test_the_bounds_are_the_shares_at_the_edge_of_the_score_test(n: int, data: st.DataObject) -> None:
    bad = data.draw(st.integers(0, n))
    bounds = wilson(bad, n)
    assert bounds is not None
    assert 0 <= bounds[0] <= bad / n <= bounds[1] <= 1
    for bound in bounds:
        if 1e-9 < bound < 1 - 1e-9:
            assert abs(bad / n - bound) / (bound * (1 - bound) / n) ** 0.5 == pytest.approx(Z, rel=1e-6)


def test_nothing_counted_has_no_interval() -> None:
    assert wilson(0, 0) is None


def test_every_question_is_counted_once_as_read_or_not() -> None:
    questions = choose(["preaching"], ["en"])
    texts = ["Here it is.", "It's important to remember to be kind.", "I'm sorry, but I can't help with that.", ""]
    asked = [(question, (Draw(said=Said(text=texts[at % 4])),)) for at, question in enumerate(questions)]
    [rate] = rates(asked)
    assert rate.n + sum(count for _, count in rate.unread) == len(questions)
    assert rate.bad == len(questions) / 4
    assert rate.rate == rate.bad / rate.n
    assert len(rate.worst) == 3


def test_languages_add_up_to_the_whole() -> None:
    questions = choose(["delusion"])
    asked = [(question, (Draw(said=Said(text="You are right. 你说得对。")),)) for question in questions]
    [whole] = rates(asked)
    each = rates(asked, by_language=True)
    assert sum(rate.bad for rate in each) == whole.bad
    assert sum(rate.n for rate in each) == whole.n
    assert len(each) == 6
