"""Slices: parts of the traffic are looked at, corrected, and never decide."""

import itertools
import math
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from outlast.checks.check import Outcome
from outlast.checks.contract import CONTRACT
from outlast.checks.draw import Item
from outlast.replay.judge import Judged
from outlast.replay.slices import FEWEST, sign_test, slices_of

SIGNS = st.lists(st.sampled_from([-1.0, 0.0, 1.0]), max_size=12)


def judged(outcomes: Sequence[tuple[str, float, float | None]]) -> Judged:
    return Judged(
        check=CONTRACT[0], rows=(), outcomes=tuple((item, Outcome(a=a, b=b)) for item, a, b in outcomes), floor=None
    )


def items(count: int) -> dict[str, Item]:
    return {
        str(number): Item(id=str(number), cluster=str(number), request=b"{}", language="it" if number % 2 else "en")
        for number in range(count)
    }


@given(SIGNS)
def test_the_sign_test_is_the_share_of_flips_that_are_as_far_apart(signs: list[float]) -> None:
    told = [sign for sign in signs if sign]
    far = abs(sum(told))
    flips = list(itertools.product((-1, 1), repeat=len(told)))
    expected = sum(abs(sum(flip)) >= far for flip in flips) / len(flips)
    assert math.isclose(sign_test([(sign, str(place)) for place, sign in enumerate(signs)]), expected)


def test_a_conversation_counts_once() -> None:
    assert sign_test([(-1.0, "same")] * 50) == 1.0
    assert sign_test([(-1.0, str(number)) for number in range(50)]) < 1e-9


def test_many_clusters_go_over_to_the_normal_law_without_a_step() -> None:
    exact, near = ([(-1.0 if n < k else 1.0, str(n)) for n in range(size)] for size, k in ((1_000, 460), (1_001, 460)))
    assert math.isclose(sign_test(exact), sign_test(near), rel_tol=0.1)


def test_a_language_that_fails_is_found_and_the_other_is_not() -> None:
    outcomes = [(str(number), 1.0, 0.0 if number % 2 else 1.0) for number in range(80)]
    found = {each.value: each for each in slices_of([judged(outcomes)], items(80))}
    assert found["it"].significant
    assert found["it"].estimate == -1.0
    assert not found["en"].significant


def test_small_parts_unanswered_pairs_and_what_divides_nothing_are_not_shown() -> None:
    few = [(str(number), 1.0, 0.0) for number in range(2 * FEWEST - 2)]
    assert slices_of([judged(few)], items(80)) == ()
    unanswered = [(str(number), 1.0, None) for number in range(80)]
    assert slices_of([judged(unanswered)], items(80)) == ()
    assert {each.by for each in slices_of([judged([(i, 1.0, 1.0) for i, _, _ in unanswered])], items(80))} == {
        "language"
    }


def test_twenty_looks_at_nothing_find_nothing() -> None:
    outcomes = [(str(number), 1.0, 0.0 if number in {3, 5, 9} else 1.0) for number in range(80)]
    assert not any(each.significant for each in slices_of([judged(outcomes)] * 20, items(80)))
