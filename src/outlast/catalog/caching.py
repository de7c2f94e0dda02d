"""What a call would cost at another share of its prompt read from a cache, under a model's own rules for caches.

It knows a model's price for reading and writing and the shortest prompt that it caches. It does not know how long a
cache lives nor how calls follow each other: a share is what somebody measured, or 0.
"""

from dataclasses import dataclass

from outlast.catalog.models import Model
from outlast.catalog.prices import Rates, cost, rates_of
from outlast.exchange import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheTerms:
    """A model's prices, with what they say about caches."""

    rates: Rates | None
    least_tokens: int = 0
    """Shorter prompts are never read from a cache; 0: nobody says."""

    @property
    def charges_writing(self) -> bool:
        """Whether keeping a prompt costs more than reading it anew."""
        return self.rates is not None and self.rates.cache_write > self.rates.input


NO_TERMS = CacheTerms(rates=None)


def terms_of(model: Model | None) -> CacheTerms:
    """The terms of a model of the catalogue; without a price where it has none."""
    if model is None:
        return NO_TERMS
    least = model.abilities.get("prompt_cache_min_tokens")
    known = least if isinstance(least, int) and not isinstance(least, bool) else 0
    return CacheTerms(rates=rates_of(model.price), least_tokens=known)


def cost_at(usage: Usage, recorded: Usage, terms: CacheTerms) -> int | None:
    """What ``usage`` would cost, in pico-USD, with the shares of its prompt read and written that ``recorded`` has.

    Where the record names no writes, the part that was not read counts as written if writing costs extra: too much
    rather than too little. None: no price is known.
    """
    given = usage.input_tokens
    read = written = 0
    if recorded.input_tokens and given >= terms.least_tokens:
        read = given * recorded.cached_tokens // recorded.input_tokens
        written = given * recorded.cache_write_tokens // recorded.input_tokens
        if recorded.cached_tokens and not written and terms.charges_writing:
            written = given - read
    return cost(_with_cache(usage, read, written), terms.rates)


def cost_uncached(usage: Usage, terms: CacheTerms) -> int | None:
    """What ``usage`` would cost if no part of any prompt had been kept, in pico-USD."""
    return cost(_with_cache(usage, 0, 0), terms.rates)


def _with_cache(usage: Usage, read: int, written: int) -> Usage:
    return Usage(
        input_tokens=usage.input_tokens,
        cached_tokens=read,
        cache_write_tokens=written,
        output_tokens=usage.output_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        audio_input_tokens=usage.audio_input_tokens,
        audio_output_tokens=usage.audio_output_tokens,
    )
