"""The tokens of a month, and what they cost at a list price.

It knows sums of tokens and an assumed share of long calls. It does not know single calls: those are priced one by
one (``catalog.prices``) when they happen.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from outlast.catalog.prices import Rates, cost, usd
from outlast.exchange import Usage

DAYS_OF_A_MONTH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """What a month of calls uses."""

    usage: Usage
    """Tokens of the whole month."""
    calls: int | None = None
    """None: only tokens were stated."""
    long_context_share: Decimal = Decimal(0)
    """The share of all tokens, 0 to 1, that belongs to calls over a model's long-context threshold."""
    origin: str = ""
    """Where the counts come from, in words."""


def monthly_usd(mix: Mix, rates: Rates | None) -> Decimal | None:
    """The month's cost in exact USD; None where a price that the mix needs is not known."""
    if rates is None:
        return None
    short = cost(mix.usage, replace(rates, above=None))
    long = short if rates.above is None else cost(mix.usage, rates.above)
    if short is None or long is None:
        return None
    return usd(short) * (1 - mix.long_context_share) + usd(long) * mix.long_context_share
