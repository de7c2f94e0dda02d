"""What one call costs at a list price, in whole pico-dollars.

It knows how token counts split into priced parts and what stands in for a price that nobody publishes. It does
not know where prices come from (``catalog.store``) nor what a month costs (``catalog.mix``).

What stands in: cached tokens and cache writes without a price of their own cost as input, reasoning tokens as
output, audio tokens as text of their side. A tier past ``above_tokens`` is a price of its own, for the whole
call, and what it leaves out is filled the same way; only a missing input or output price comes from the base.
"""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal

from outlast.catalog.models import Price
from outlast.exchange import PICO_PER_USD, Usage

PICO_PER_TOKEN = PICO_PER_USD // 1_000_000
"""Turns USD per million tokens into pico-USD per token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """A price made ready for the request path: pico-USD per token, every gap filled."""

    input: int
    cached_input: int
    cache_write: int
    output: int
    reasoning: int
    audio_input: int
    audio_output: int
    complete: bool
    """False: only one of input and output has a price; the other stands here as 0 and makes a cost unknown."""
    input_known: bool
    above_tokens: int = 0
    above: "Rates | None" = None
    """What the whole call costs by, once its input is over ``above_tokens``."""


def rates_of(price: Price | None) -> Rates | None:
    """The rates of a price, or None where neither input nor output has one.

    A price with more than six decimals per million tokens is rounded to the nearest pico-USD per token, ties to
    even; no published price needs it.
    """
    if price is None or (price.input is None and price.output is None):
        return None
    base = _flat(price)
    if price.above is None or price.above_tokens is None:
        return base
    tier = replace(
        price.above,
        input=price.input if price.above.input is None else price.above.input,
        output=price.output if price.above.output is None else price.above.output,
    )
    return replace(base, above_tokens=price.above_tokens, above=_flat(tier))


def cost(usage: Usage, rates: Rates | None) -> int | None:
    """The call's cost in pico-USD; None where a price that it needs is not known.

    Parts that a provider reports larger than their total are cut down to it, so a cost is never negative and
    never counts a token twice: cached tokens first, then cache writes, then audio.
    """
    if rates is None:
        return None
    given = usage.input_tokens
    made = usage.output_tokens
    if rates.above is not None and given > rates.above_tokens:
        rates = rates.above
    if not rates.complete and (made if rates.input_known else given):
        return None
    total = given * rates.input + made * rates.output
    cached, written, heard = usage.cached_tokens, usage.cache_write_tokens, usage.audio_input_tokens
    if cached or written or heard:
        if cached + written + heard > given:
            cached, written, heard = _within(given, cached, written, heard)
        total += cached * (rates.cached_input - rates.input)
        if written:
            total += written * (rates.cache_write - rates.input)
        if heard:
            total += heard * (rates.audio_input - rates.input)
    thought, spoken = usage.reasoning_tokens, usage.audio_output_tokens
    if thought or spoken:
        if thought + spoken > made:
            thought, spoken, _ = _within(made, thought, spoken, 0)
        total += thought * (rates.reasoning - rates.output) + spoken * (rates.audio_output - rates.output)
    return total


def usd(pico: int) -> Decimal:
    """Pico-USD as exact USD."""
    return Decimal(pico).scaleb(-12)


def _within(whole: int, first: int, second: int, third: int) -> tuple[int, int, int]:
    first = min(first, whole)
    second = min(second, whole - first)
    return first, second, min(third, whole - first - second)


def _flat(price: Price) -> Rates:
    given = _pico(price.input, 0)
    made = _pico(price.output, 0)
    return Rates(
        input=given,
        cached_input=_pico(price.cached_input, given),
        cache_write=_pico(price.cache_write, given),
        output=made,
        reasoning=_pico(price.reasoning_output, made),
        audio_input=_pico(price.audio_input, given),
        audio_output=_pico(price.audio_output, made),
        complete=price.input is not None and price.output is not None,
        input_known=price.input is not None,
    )


def _pico(per_million: Decimal | None, instead: int) -> int:
    if per_million is None:
        return instead
    return int((per_million * PICO_PER_TOKEN).to_integral_value(ROUND_HALF_EVEN))
