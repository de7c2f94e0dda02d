"""Power and the number of pairs: by enumeration, never by the textbook's formula."""

import pytest

from outlast.errors import EvidenceInvalid
from outlast.stats import power
from outlast.stats.exact import exact_p
from outlast.stats.power import critical_limits, exact_power, exact_size, pairs_needed, textbook_pairs


def test_the_critical_region_is_where_the_test_rejects() -> None:
    limit = critical_limits(30, 0.1, 0.05)
    for better in range(0, 12, 2):
        for worse in range(12):
            assert (worse <= limit[better]) == (exact_p(worse, better, 30, -0.1) <= 0.05)


@pytest.mark.parametrize(("pairs", "margin"), [(20, 0.05), (25, 0.1), (52, 0.05), (150, 0.05)])
def test_the_size_is_never_over_alpha(pairs: int, margin: float) -> None:
    assert 0.03 < exact_size(pairs, margin, 0.05) <= 0.05


def test_the_textbook_asks_for_too_few() -> None:
    # Known: 248 pairs at 10 % discordance and 5 points, where the power is under .80 (Tango's test: .774).
    assert round(textbook_pairs(0.05, 0.05, 0.1)) == 247
    assert exact_power(248, 0.05, 0.05, 0.1) < 0.78


def test_without_discordance_the_first_n_that_can_pass_is_enough() -> None:
    assert pairs_needed(0.05, 0.05, 0.0) == 59
    assert pairs_needed(0.1, 0.05, 0.0) == 29


@pytest.mark.parametrize(("margin", "discordance"), [(0.2, 0.1), (0.3, 0.3)])
def test_the_number_needed_is_the_first_with_enough_power(margin: float, discordance: float) -> None:
    first = next(n for n in range(1, 101) if exact_power(n, margin, 0.05, discordance) >= 0.8)
    assert pairs_needed(margin, 0.05, discordance) == first


def test_more_discordance_and_a_smaller_margin_need_more() -> None:
    needed = [pairs_needed(0.05, 0.05, share) for share in (0.0, 0.02, 0.3)]
    assert needed == sorted(needed)
    assert pairs_needed(0.02, 0.05, 0.3) > pairs_needed(0.05, 0.05, 0.3)


def test_above_the_exact_range_the_power_is_summed_all_the_same() -> None:
    needed = pairs_needed(0.02, 0.05, 0.2)
    assert needed == pytest.approx(textbook_pairs(0.02, 0.05, 0.2), rel=0.02)
    assert exact_power(needed, 0.02, 0.05, 0.2) >= power.POWER
    assert pairs_needed(0.002, 0.05, 0.2) == pytest.approx(textbook_pairs(0.002, 0.05, 0.2), rel=1e-4)


def test_a_share_that_cannot_be_is_refused() -> None:
    with pytest.raises(EvidenceInvalid):
        pairs_needed(0.05, 0.05, 1.5)
