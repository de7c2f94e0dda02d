"""What a call would cost at another share read from a cache."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from outlast.catalog.caching import CacheTerms, cost_at, cost_uncached, terms_of
from outlast.catalog.models import Model, Price
from outlast.catalog.prices import rates_of
from outlast.exchange import Usage

PLAIN = CacheTerms(rates=rates_of(Price(input=Decimal(2), cached_input=Decimal("0.5"), output=Decimal(8))))
WRITING = CacheTerms(
    rates=rates_of(Price(input=Decimal(2), cached_input=Decimal("0.2"), cache_write=Decimal("2.5"), output=Decimal(8)))
)
HALF = Usage(input_tokens=1_000, cached_tokens=500)
USED = Usage(input_tokens=2_000, output_tokens=100)
MICRO = 1_000_000
"""Picodollars of one token at a dollar a million."""


def test_a_recorded_share_is_read_at_the_cheaper_price() -> None:
    assert cost_at(USED, HALF, PLAIN) == (1_000 * 2 + 1_000 * 0.5 + 100 * 8) * MICRO


def test_a_prompt_below_the_shortest_is_never_read_from_a_cache() -> None:
    assert cost_at(USED, HALF, replace(PLAIN, least_tokens=2_001)) == cost_uncached(USED, PLAIN)


def test_what_was_not_read_counts_as_written_where_writing_costs_extra() -> None:
    assert cost_at(USED, HALF, WRITING) == (1_000 * 0.2 + 1_000 * 2.5 + 100 * 8) * MICRO


def test_a_record_that_names_its_writes_is_believed() -> None:
    recorded = Usage(input_tokens=1_000, cached_tokens=500, cache_write_tokens=100)
    assert cost_at(USED, recorded, WRITING) == (1_000 * 0.2 + 200 * 2.5 + 800 * 2 + 100 * 8) * MICRO


def test_without_hits_in_the_record_nothing_is_written() -> None:
    assert cost_at(USED, Usage(input_tokens=1_000), WRITING) == cost_uncached(USED, WRITING)


def test_no_price_is_no_cost() -> None:
    assert cost_at(USED, HALF, terms_of(None)) is None is cost_uncached(USED, terms_of(None))


def test_the_shortest_prompt_comes_from_the_catalogue() -> None:
    model = Model(provider="p", id="m", name="", kind="chat", abilities={"prompt_cache_min_tokens": 512})
    assert terms_of(model).least_tokens == 512


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10**6))
def test_without_a_price_for_writing_a_cache_never_costs_extra(tokens: int, cached: int, total: int) -> None:
    usage, recorded = (
        Usage(input_tokens=tokens, output_tokens=5),
        Usage(input_tokens=total, cached_tokens=min(cached, total)),
    )
    with_cache, without = cost_at(usage, recorded, PLAIN), cost_uncached(usage, PLAIN)
    assert with_cache is not None
    assert without is not None
    assert with_cache <= without
