"""A month's cost: the same arithmetic as a call's, on sums."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from outlast.catalog.mix import Mix, monthly_usd
from outlast.catalog.models import Price
from outlast.catalog.prices import cost, rates_of, usd
from outlast.exchange import Usage

FLAT = Price(input=Decimal("2.5"), cached_input=Decimal("1.25"), output=Decimal(10))
TIERED = Price(input=Decimal(1), output=Decimal(4), above_tokens=1000, above=Price(input=Decimal(2), output=Decimal(6)))
MONTH = Usage(input_tokens=10_000_000, cached_tokens=6_000_000, output_tokens=2_000_000)

calls = st.builds(
    lambda rest, cached, output: Usage(input_tokens=rest + cached, cached_tokens=cached, output_tokens=output),
    *[st.integers(0, 10**6)] * 3,
)


def test_a_month_is_priced_exactly() -> None:
    assert monthly_usd(Mix(usage=MONTH), rates_of(FLAT)) == Decimal("37.5")


@given(st.lists(calls, max_size=20))
def test_a_months_cost_is_the_sum_of_its_calls(month: list[Usage]) -> None:
    together = Usage(
        input_tokens=sum(call.input_tokens for call in month),
        cached_tokens=sum(call.cached_tokens for call in month),
        output_tokens=sum(call.output_tokens for call in month),
    )
    one_by_one = sum((usd(cost(call, rates_of(FLAT)) or 0) for call in month), Decimal(0))
    assert monthly_usd(Mix(usage=together), rates_of(FLAT)) == one_by_one


def test_a_month_over_the_threshold_in_sum_stays_at_the_base_price() -> None:
    assert monthly_usd(Mix(usage=MONTH), rates_of(TIERED)) == Decimal(18)


def test_the_long_context_share_is_priced_by_the_tier() -> None:
    mix = Mix(usage=MONTH, long_context_share=Decimal("0.25"))
    assert monthly_usd(mix, rates_of(TIERED)) == Decimal("0.75") * 18 + Decimal("0.25") * 32


def test_a_month_without_a_price_is_unknown_and_without_tokens_is_nothing() -> None:
    assert monthly_usd(Mix(usage=MONTH), None) is None
    assert monthly_usd(Mix(usage=Usage()), rates_of(FLAT)) == 0
    assert monthly_usd(Mix(usage=MONTH), rates_of(Price(input=Decimal(1)))) is None
