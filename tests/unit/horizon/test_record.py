"""Sums over the recorded window."""

from decimal import Decimal

from tests.unit.horizon.world import seen

from outlast.exchange import Usage
from outlast.horizon.record import add_up, window_start_ns


def test_sums_hold_every_count_of_every_row() -> None:
    found = add_up(
        [
            seen("a", calls=3, failed=1, input_tokens=10, cached_tokens=4, output_tokens=2, reasoning_tokens=1),
            seen("a", calls=2, redirected=2, input_tokens=5, cache_write_tokens=3),
        ]
    )
    assert (found.calls, found.failed, found.redirected) == (5, 1, 2)
    assert found.usage == Usage(
        input_tokens=15, cached_tokens=4, cache_write_tokens=3, output_tokens=2, reasoning_tokens=1
    )
    assert found.cost_usd == Decimal("0.05")
    assert found.answered == ("acme/other",)


def test_nothing_recorded_costs_nothing_and_is_no_mix() -> None:
    found = add_up(())
    assert (found.calls, found.cost_usd, found.mix) == (0, Decimal(0), None)


def test_a_spend_of_calls_without_a_price_is_unknown_rather_than_zero() -> None:
    assert add_up([seen("a", calls=2, unpriced_calls=2)]).cost_usd is None
    partly = add_up([seen("a", calls=2, unpriced_calls=1)])
    assert (partly.cost_usd, partly.unpriced_calls) == (Decimal("0.01"), 1)


def test_thirty_recorded_days_are_a_month_unscaled() -> None:
    mix = add_up([seen("a", calls=1200, input_tokens=7)]).mix
    assert mix is not None
    assert (mix.usage.input_tokens, mix.calls) == (7, 1200)
    assert mix.origin == "1,200 calls recorded in the last 30 days"


def test_the_window_is_thirty_days_of_ledger_time() -> None:
    assert window_start_ns(10**18) == 10**18 - 30 * 24 * 3600 * 10**9
