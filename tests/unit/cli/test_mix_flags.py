"""The flags of a token mix: contradictions are refused, calls multiply."""

from decimal import Decimal

import click
import pytest

from outlast.cli.mix_flags import stated_mix
from outlast.exchange import Usage


def test_counts_are_a_months_unless_calls_are_stated() -> None:
    each = Usage(input_tokens=10, cached_tokens=4, output_tokens=2)
    month = stated_mix(each, None, Decimal(0))
    assert month is not None
    assert (month.usage, month.calls) == (each, None)
    calls = stated_mix(each, 1000, Decimal(0))
    assert calls is not None
    assert calls.usage == Usage(input_tokens=10_000, cached_tokens=4_000, output_tokens=2_000)
    assert calls.calls == 1000


def test_no_tokens_are_no_mix() -> None:
    assert stated_mix(Usage(), None, Decimal(0)) is None


@pytest.mark.parametrize(
    ("each", "calls", "message"),
    [
        (Usage(input_tokens=10, cached_tokens=8, cache_write_tokens=3), None, "part of the input"),
        (Usage(output_tokens=1, reasoning_tokens=2), None, "part of the output"),
        (Usage(), 10, "say how many tokens"),
    ],
)
def test_counts_that_cannot_be_meant_are_refused(each: Usage, calls: int | None, message: str) -> None:
    with pytest.raises(click.UsageError, match=message):
        stated_mix(each, calls, Decimal(0))
