"""Student's quantiles against another implementation."""

import pytest
from scipy.special import stdtr, stdtrit

from outlast.errors import EvidenceInvalid
from outlast.stats.student import student_quantile, student_tail


@pytest.mark.parametrize("freedom", [1, 2, 3, 9, 40, 400, 100_000])
@pytest.mark.parametrize("probability", [0.6, 0.95, 0.999])
def test_quantiles_are_those_of_scipy(freedom: int, probability: float) -> None:
    assert student_quantile(probability, freedom) == pytest.approx(stdtrit(freedom, probability), rel=1e-6)
    assert student_tail(1.7, freedom) == pytest.approx(stdtr(freedom, -1.7), rel=1e-7)


def test_what_has_no_quantile_is_refused() -> None:
    for probability, freedom in ((0.95, 0), (1.0, 5), (0.3, 5)):
        with pytest.raises(EvidenceInvalid):
            student_quantile(probability, freedom)
