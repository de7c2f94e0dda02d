"""The flags that state a month's tokens, and the mix that they become.

It knows which counts contradict each other. It does not know what a mix is for, nor the recorded one.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import Any

import click

from outlast.catalog.mix import Mix
from outlast.cli.amounts import Count
from outlast.exchange import Usage

TOKENS = {
    "input_tokens": ("--input-tokens", "--input", "All input, cached included."),
    "cached_tokens": ("--cached-tokens", "--cached", "Input read from the cache."),
    "cache_write_tokens": ("--cache-write-tokens", "--cache-writes", "Input written to the cache."),
    "output_tokens": ("--output-tokens", "--output", "All output, reasoning included."),
    "reasoning_tokens": ("--reasoning-tokens", "--reasoning", "Output spent on reasoning."),
}
"""Each count of ``Usage`` with its flag, a shorter one, and what it counts."""
OPTIONS = (
    click.option("--calls", type=Count(), metavar="N", help="Calls a month; the counts below are then of one call."),
    *(
        click.option(name, long, short, type=Count(), default=0, metavar="N", help=text)
        for name, (long, short, text) in TOKENS.items()
    ),
    click.option(
        "--long-context-share",
        type=click.FloatRange(0, 1),
        default=0.0,
        metavar="SHARE",
        help="0 to 1: tokens in calls over a model's long-context threshold.",
    ),
)


def mix_flags(command: Callable[..., None]) -> Callable[..., None]:
    """Add the flags to a command; it receives them as ``stated``, a mix, or None where no token is stated."""

    @wraps(command)
    def with_mix(*, calls: int | None, long_context_share: float, **given: Any) -> None:
        each = Usage(**{name: given.pop(name) for name in TOKENS})
        command(stated=stated_mix(each, calls, Decimal(str(long_context_share))), **given)

    decorated: Callable[..., None] = with_mix
    for option in reversed(OPTIONS):
        decorated = option(decorated)
    return decorated


def stated_mix(each: Usage, calls: int | None, long_context_share: Decimal) -> Mix | None:
    """The mix of the flags; None where they state no token."""
    if each.cached_tokens + each.cache_write_tokens > each.input_tokens:
        raise click.UsageError(
            "cached and cache-write tokens are part of the input; --input-tokens is smaller than both"
        )
    if each.reasoning_tokens > each.output_tokens:
        raise click.UsageError("reasoning tokens are part of the output; --output-tokens is smaller")
    if each == Usage():
        if calls is not None or long_context_share:
            raise click.UsageError("say how many tokens: --input-tokens and --output-tokens")
        return None
    times = 1 if calls is None else calls
    month = Usage(**{name: getattr(each, name) * times for name in TOKENS})
    origin = "token counts of a month, as stated" if calls is None else f"{calls:,} calls a month, tokens as stated"
    return Mix(usage=month, calls=calls, long_context_share=long_context_share, origin=origin)
