"""One call's cost: exact integers that equal decimal arithmetic on the published prices."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.catalog.models import Price
from outlast.catalog.prices import PICO_PER_TOKEN, cost, rates_of, usd
from outlast.exchange import Usage

GPT_4O_LIKE = Price(input=Decimal("2.5"), cached_input=Decimal("1.25"), output=Decimal(10))
TIERED = Price(
    input=Decimal("1.25"),
    cached_input=Decimal("0.3125"),
    output=Decimal(10),
    above_tokens=200_000,
    above=Price(input=Decimal("2.5"), output=Decimal(15)),
)

amounts = st.decimals(min_value=0, max_value=1000, places=6)
maybe = st.none() | amounts
counts = st.integers(min_value=0, max_value=10**9)


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    """Counts in which no part is larger than its total."""
    cached, written, heard, plain = draw(st.tuples(counts, counts, counts, counts))
    thought, spoken, said = draw(st.tuples(counts, counts, counts))
    return Usage(
        input_tokens=cached + written + heard + plain,
        cached_tokens=cached,
        cache_write_tokens=written,
        audio_input_tokens=heard,
        output_tokens=thought + spoken + said,
        reasoning_tokens=thought,
        audio_output_tokens=spoken,
    )


def by_definition(usage: Usage, price: Price) -> Decimal:
    """USD, part by part, in decimals."""
    assert price.input is not None
    assert price.output is not None

    def part(tokens: int, own: Decimal | None, instead: Decimal) -> Decimal:
        return tokens * (instead if own is None else own)

    plain = usage.input_tokens - usage.cached_tokens - usage.cache_write_tokens - usage.audio_input_tokens
    said = usage.output_tokens - usage.reasoning_tokens - usage.audio_output_tokens
    return (
        plain * price.input
        + part(usage.cached_tokens, price.cached_input, price.input)
        + part(usage.cache_write_tokens, price.cache_write, price.input)
        + part(usage.audio_input_tokens, price.audio_input, price.input)
        + said * price.output
        + part(usage.reasoning_tokens, price.reasoning_output, price.output)
        + part(usage.audio_output_tokens, price.audio_output, price.output)
    ) / 1_000_000


@given(
    usage=usages(),
    price=st.builds(
        Price,
        input=amounts,
        cached_input=maybe,
        cache_write=maybe,
        output=amounts,
        reasoning_output=maybe,
        audio_input=maybe,
        audio_output=maybe,
    ),
)
def test_whole_picodollars_equal_decimal_arithmetic(usage: Usage, price: Price) -> None:
    spent = cost(usage, rates_of(price))
    assert spent is not None
    assert usd(spent) == by_definition(usage, price)


@given(st.tuples(*[counts] * 7))
def test_no_report_of_a_provider_makes_a_cost_negative_or_counts_a_token_twice(reported: tuple[int, ...]) -> None:
    usage = Usage(*reported)
    spent = cost(usage, rates_of(GPT_4O_LIKE))
    assert spent is not None
    dearest = by_definition(Usage(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens), GPT_4O_LIKE)
    assert 0 <= usd(spent) <= dearest


def test_cached_tokens_cost_their_own_price_and_the_rest_of_the_input_its_own() -> None:
    usage = Usage(input_tokens=1_000_000, cached_tokens=400_000, output_tokens=100_000)
    assert cost(usage, rates_of(GPT_4O_LIKE)) == 3_000_000_000_000
    assert usd(3_000_000_000_000) == Decimal("3.0")


def test_cached_tokens_and_cache_writes_without_a_price_cost_as_input() -> None:
    price = Price(input=Decimal(5), output=Decimal(15))
    plain = Usage(input_tokens=1000, output_tokens=10)
    cached = Usage(input_tokens=1000, cached_tokens=600, cache_write_tokens=300, output_tokens=10)
    assert cost(cached, rates_of(price)) == cost(plain, rates_of(price))


def test_reasoning_is_inside_the_output_and_costs_as_output_unless_priced_apart() -> None:
    price = Price(input=Decimal(1), output=Decimal(10))
    usage = Usage(output_tokens=100, reasoning_tokens=80)
    assert cost(usage, rates_of(price)) == 100 * 10 * PICO_PER_TOKEN
    apart = Price(input=Decimal(1), output=Decimal(10), reasoning_output=Decimal(4))
    assert cost(usage, rates_of(apart)) == (20 * 10 + 80 * 4) * PICO_PER_TOKEN


def test_audio_tokens_cost_their_own_price_where_one_is_published() -> None:
    price = Price(input=Decimal(1), output=Decimal(2), audio_input=Decimal(40), audio_output=Decimal(80))
    usage = Usage(input_tokens=10, audio_input_tokens=4, output_tokens=10, audio_output_tokens=1)
    assert cost(usage, rates_of(price)) == (6 + 4 * 40 + 9 * 2 + 80) * PICO_PER_TOKEN


def test_the_long_context_tier_holds_for_the_whole_call_from_one_token_over_its_threshold() -> None:
    rates = rates_of(TIERED)
    at = cost(Usage(input_tokens=200_000, output_tokens=1), rates)
    over = cost(Usage(input_tokens=200_001, output_tokens=1), rates)
    assert at == (200_000 * 1_250_000) + 10_000_000
    assert over == (200_001 * 2_500_000) + 15_000_000


def test_what_a_tier_does_not_price_costs_as_that_tiers_input() -> None:
    usage = Usage(input_tokens=300_000, cached_tokens=300_000)
    assert cost(usage, rates_of(TIERED)) == 300_000 * 2_500_000


def test_a_tier_without_an_output_price_keeps_the_base_one() -> None:
    price = Price(input=Decimal(1), output=Decimal(3), above_tokens=10, above=Price(input=Decimal(2)))
    assert cost(Usage(input_tokens=11, output_tokens=1), rates_of(price)) == (22 + 3) * PICO_PER_TOKEN


@pytest.mark.parametrize("price", [None, Price(), Price(cached_input=Decimal(1))])
def test_no_price_means_no_cost_rather_than_nothing(price: Price | None) -> None:
    assert cost(Usage(input_tokens=1), rates_of(price)) is None


def test_a_free_model_costs_nothing() -> None:
    assert cost(Usage(input_tokens=9, output_tokens=9), rates_of(Price(input=Decimal(0), output=Decimal(0)))) == 0


def test_a_price_for_one_side_only_prices_calls_that_use_only_that_side() -> None:
    embedding = rates_of(Price(input=Decimal("0.1")))
    assert cost(Usage(input_tokens=10), embedding) == 1_000_000
    assert cost(Usage(input_tokens=10, output_tokens=1), embedding) is None
    video = rates_of(Price(output=Decimal("7.5")))
    assert cost(Usage(output_tokens=2), video) == 15_000_000
    assert cost(Usage(input_tokens=1, output_tokens=2), video) is None


def test_a_price_finer_than_a_picodollar_a_token_is_rounded_ties_to_even() -> None:
    rates = rates_of(Price(input=Decimal("0.0000005"), output=Decimal("0.0000015")))
    assert rates is not None
    assert (rates.input, rates.output) == (0, 2)
