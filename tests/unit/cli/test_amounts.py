"""Amounts as people write and read them."""

from decimal import Decimal

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.catalog.amounts import month_text, usd_text
from outlast.cli.amounts import Count, ratio_text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0", 0),
        ("1500", 1500),
        ("20k", 20_000),
        ("1.5M", 1_500_000),
        ("2B", 2 * 10**9),
        ("1_000", 1000),
        ("1,000", 1000),
    ],
)
def test_counts_take_suffixes_and_separators(text: str, count: int) -> None:
    assert Count().convert(text, None, None) == count


@pytest.mark.parametrize("text", ["", "k", "-1", "1.5", "many", "1e", "nan", "inf", "1kk", "0.0001k"])
def test_what_is_no_whole_count_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is not a count"):
        Count().convert(text, None, None)


@given(st.integers(0, 10**15))
def test_a_plain_number_reads_as_itself(count: int) -> None:
    assert Count().convert(str(count), None, None) == count


@given(st.decimals(min_value=0, max_value=10**6, places=6))
def test_dollars_keep_every_digit_and_show_two_decimals_at_least(amount: Decimal) -> None:
    text = usd_text(amount)
    assert Decimal(text) == amount
    assert len(text.partition(".")[2]) >= 2


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "0.00"), ("1234.567", "1,234.57"), ("0.405205", "0.405"), ("0.0034", "0.0034"), ("-0.25", "-0.25")],
)
def test_a_months_sum_is_short_without_becoming_nothing(amount: str, text: str) -> None:
    assert month_text(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("ratio", "text"), [("0.5", "half"), ("0.10", "a tenth"), ("1", "equal"), ("0.06", "0.06 times")]
)
def test_a_ratio_is_a_word_only_where_it_is_exact(ratio: str, text: str) -> None:
    assert ratio_text(Decimal(ratio)) == text
