"""Corrections for many tests, against a published example and their definitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.errors import EvidenceInvalid
from outlast.stats.multiplicity import benjamini_hochberg, holm

# The example of Benjamini and Hochberg (1995), section 3.2: fifteen p-values of a trial of two treatments.
PUBLISHED = (
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
)  # fmt: skip
P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=20)


def test_the_published_example_has_four_discoveries_and_three_family_wise() -> None:
    assert sum(p <= 0.05 for p in benjamini_hochberg(PUBLISHED)) == 4
    assert sum(p <= 0.05 for p in holm(PUBLISHED)) == 3


@given(P_VALUES, st.floats(0.01, 0.2))
def test_discoveries_step_up_to_the_last_that_holds(values: list[float], share: float) -> None:
    order = sorted(range(len(values)), key=values.__getitem__)
    holds = [rank for rank, index in enumerate(order, 1) if len(order) * values[index] / rank <= share]
    believed = set(order[: max(holds, default=0)])
    assert {index for index, p in enumerate(benjamini_hochberg(values)) if p <= share} == believed


@given(P_VALUES, st.floats(0.01, 0.2))
def test_holm_steps_down_until_one_fails(values: list[float], alpha: float) -> None:
    believed = set()
    for rank, index in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        if min(1.0, (len(values) - rank) * values[index]) > alpha:
            break
        believed.add(index)
    assert {index for index, p in enumerate(holm(values)) if p <= alpha} == believed


@given(P_VALUES)
def test_a_correction_never_lowers_and_family_wise_is_the_stricter(values: list[float]) -> None:
    for raw, found, family in zip(values, benjamini_hochberg(values), holm(values), strict=True):
        assert raw <= found + 1e-12 <= family + 2e-12 <= 1 + 2e-12


@pytest.mark.parametrize("values", [[], [1.1], [-0.1], [float("nan")]])
def test_what_is_no_p_value_is_refused(values: list[float]) -> None:
    for correct in (holm, benjamini_hochberg):
        with pytest.raises(EvidenceInvalid):
            correct(values)
