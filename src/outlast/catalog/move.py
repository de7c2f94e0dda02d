"""What changes when one model takes another's place: price by part, a month's cost, abilities, and on what it rests.

It knows two models and a mix. It does not know whether the move is wise, nor when it happens.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from outlast.catalog.abilities import Difference, differences
from outlast.catalog.mix import DAYS_OF_A_MONTH, Mix, monthly_usd
from outlast.catalog.models import Model, Price
from outlast.catalog.prices import rates_of

ALWAYS = ("input", "cached_input", "cache_write", "output", "reasoning_output")
WHERE_PRICED = ("audio_input", "audio_output")
LONG = ("input", "cached_input", "cache_write", "output")


@dataclass(frozen=True, slots=True)
class Part:
    """One priced part of two models, USD per million tokens; None: no price is published."""

    name: str
    old: Decimal | None
    new: Decimal | None

    @property
    def ratio(self) -> Decimal | None:
        """New divided by old; None where it means nothing."""
        return self.new / self.old if self.old and self.new is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """From one model to another, on a mix."""

    old: Model
    new: Model
    parts: tuple[Part, ...]
    mix: Mix | None
    old_usd: Decimal | None
    """A month on the mix; None without a mix or without a price."""
    new_usd: Decimal | None
    differences: tuple[Difference, ...]
    said: tuple[str, ...]
    """What somebody said of either model that no price or flag holds; what limits the exchange comes first."""
    assumptions: tuple[str, ...]
    """What the figures rest on; what was said and where prices come from stand apart."""

    @property
    def difference_usd(self) -> Decimal | None:
        """What the move adds to a month's cost; negative where it saves."""
        return None if self.old_usd is None or self.new_usd is None else self.new_usd - self.old_usd


def move(old: Model, new: Model, mix: Mix | None = None, *, as_of: dt.date) -> Move:
    """Compare two models; without a mix the monthly sums stay unknown. ``as_of``: the day the prices speak of."""
    return Move(
        old=old,
        new=new,
        parts=parts_of(old.price or Price(), new.price or Price()),
        mix=mix,
        old_usd=None if mix is None else monthly_usd(mix, rates_of(old.price)),
        new_usd=None if mix is None else monthly_usd(mix, rates_of(new.price)),
        differences=differences(old, new),
        said=tuple(_said(old, new)),
        assumptions=tuple(_assumptions(old, new, mix, as_of)),
    )


def parts_of(old: Price, new: Price) -> tuple[Part, ...]:
    """Every part that is always shown, and the rarer ones where either model has a price for them."""
    base = [Part(name, getattr(old, name), getattr(new, name)) for name in ALWAYS]
    audio = [Part(name, getattr(old, name), getattr(new, name)) for name in WHERE_PRICED]
    before, after = old.above or Price(), new.above or Price()
    tier = [Part(f"long_context_{name}", getattr(before, name), getattr(after, name)) for name in LONG]
    return (*base, *(part for part in (*audio, *tier) if (part.old, part.new) != (None, None)))


def _assumptions(old: Model, new: Model, mix: Mix | None, as_of: dt.date) -> Iterator[str]:
    yield f"list prices known on {as_of}, standard tier"
    yield from chain(*(_of_price(model, mix) for model in (old, new)))
    yield from _of_tokens(old, new)
    yield from _of_mix(old, new, mix)


def _of_price(model: Model, mix: Mix | None) -> Iterator[str]:
    price = model.price
    if rates_of(price) is None or price is None:
        yield f"{model.ref}: no token price is known; its sums are unknown"
        return
    if price.cached_input is None:
        yield f"{model.ref}: no price for cached input is published; cached tokens cost as input"
    if price.cache_write is None and mix is not None and mix.usage.cache_write_tokens:
        yield f"{model.ref}: no price for cache writes is published; they cost as input"
    if price.reasoning_output is None and model.abilities.get("reasoning"):
        yield f"{model.ref}: reasoning tokens cost as output, which they are part of"


def _of_tokens(old: Model, new: Model) -> Iterator[str]:
    yield "token counts stay as they are; another tokenizer may count the same text differently"
    for model in (old, new):
        tokenizer = model.abilities.get("tokenizer")
        if tokenizer is not None:
            yield f"{model.ref}: tokenizer {tokenizer}"
    if new.abilities.get("reasoning") and not old.abilities.get("reasoning"):
        effort = new.abilities.get("default_reasoning_effort")
        default = f"its default effort is {effort}" if effort is not None else "its default effort is not known"
        yield f"{new.ref} can reason and {default}; reasoning tokens that {old.ref} never used are not in the mix"


def _of_mix(old: Model, new: Model, mix: Mix | None) -> Iterator[str]:
    if mix is None:
        yield "no token mix is given and none is recorded: monthly sums are unknown"
        return
    yield f"a month has {DAYS_OF_A_MONTH} days; mix: {mix.origin}"
    for model in (old, new):
        if model.price is not None and model.price.above is not None:
            yield (
                f"{model.ref}: calls over {model.price.above_tokens:,} input tokens cost more; "
                f"they are taken to hold {mix.long_context_share:%} of the tokens"
            )


def _said(old: Model, new: Model) -> Iterator[str]:
    told = [
        (statement, model)
        for model in (new, old)
        for statement in model.statements
        if statement.kind == "price-note"
        or (statement.kind == "statement" and statement.surface == "api" and not statement.overtaken_by)
    ]
    told.sort(key=lambda pair: pair[0].limits_substitution_of != old.ref)
    for statement, model in told:
        when = f" ({statement.date})" if statement.date else ""
        source = f" [{statement.source}]" if statement.source else ""
        yield f"of {model.ref}{when}: {statement.says}{source}"
