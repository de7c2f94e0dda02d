"""A block is a canary beside the control since the last one, and equal arms differ by nothing on average."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.rollout.blocks import Block
from outlast.rollout.plan import Arm

SHARES = st.floats(0, 1)
TRAFFIC = st.lists(st.tuples(st.sampled_from(["A", "B"]), SHARES), max_size=50)


def closed(traffic: list[tuple[Arm, float]]) -> list[float]:
    block, found = Block(), []
    for arm, badness in traffic:
        block, difference = block.add(arm, badness)
        found += [] if difference is None else [difference]
    return found


def test_the_canary_closes_it_with_the_control_since_the_last_one() -> None:
    assert closed([("A", 0.0), ("A", 1.0), ("B", 1.0), ("A", 0.0), ("B", 0.0)]) == [0.5, 0.0]


def test_a_canary_without_control_waits_for_the_next_one() -> None:
    assert closed([("B", 1.0), ("B", 0.0), ("A", 0.0), ("A", 1.0), ("B", 0.0)]) == [0.5, -1.0]


@given(TRAFFIC)
def test_differences_lie_between_minus_one_and_one(traffic: list[tuple[Arm, float]]) -> None:
    assert all(-1 <= difference <= 1 for difference in closed(traffic))


@given(st.lists(st.sampled_from(["A", "B"]), max_size=50), st.lists(SHARES, min_size=50, max_size=50))
def test_when_a_block_closes_depends_on_arms_alone(arms: list[Arm], values: list[float]) -> None:
    def moments(badness: list[float]) -> list[bool]:
        block, found = Block(), []
        for arm, value in zip(arms, badness, strict=False):
            block, difference = block.add(arm, value)
            found.append(difference is not None)
        return found

    assert moments(values) == moments([0.0] * 50)


@pytest.mark.parametrize("arms", ["AAB", "BA", "ABBA", "BBBAAB"])
def test_over_all_orders_of_the_same_outcomes_differences_add_up_to_nothing(arms: str) -> None:
    """Chance alone put each conversation where it was: then every order is as likely as every other."""
    outcomes = [0.0, 0.0, 1.0, 0.25, 1.0, 0.5][: len(arms)]
    total = 0.0
    for order in itertools.permutations(outcomes):
        total += sum(closed(list(zip(arms, order, strict=True))))  # type: ignore[arg-type]  # letters of a word are arms
    assert total == pytest.approx(0.0, abs=1e-9)
