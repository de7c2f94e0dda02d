"""What the supplement's statements make of one model: later claims, a later successor, later prices, gaps filled.

It knows how a later word stands beside an earlier one: both stay visible, the later one is followed. It does not
know where statements are kept nor whether they should have been taken over (``catalog.merge``).
"""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from outlast.catalog.claims import Claim, Event
from outlast.catalog.entries import NAMED_PRICES, price_of
from outlast.catalog.feed import Feed, FeedClaim, Listing, Quote, Successor
from outlast.catalog.models import FieldConflict, Model, Price, Recommendation

TURNS: frozenset[Event] = frozenset({"withdrawn", "restored"})
"""Events that may happen more than once: a second one is no later word about the first."""


@dataclass(slots=True)
class Supply:
    """Every statement of the supplement about one model, the earliest first."""

    listings: list[Listing] = field(default_factory=list)
    claims: list[FeedClaim] = field(default_factory=list)
    successors: list[Successor] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)

    def to(self, model: Model) -> Model:
        """The model with everything that was said since."""
        for listing in self.listings:
            model = _listed(model, listing)
        for claim in self.claims:
            model = dataclasses.replace(model, claims=(*_before(model.claims, claim), claim_of(claim)))
        for successor in self.successors:
            model = _succeeded(model, successor)
        for quote in self.quotes:
            model = _quoted(model, quote)
        return model


def supplies(feed: Feed) -> dict[str, Supply]:
    """The statements by model."""
    found: dict[str, Supply] = defaultdict(Supply)
    for listing in feed.listings:
        found[listing.model].listings.append(listing)
    for claim in feed.claims:
        found[claim.model].claims.append(claim)
    for successor in feed.successors:
        found[successor.model].successors.append(successor)
    for quote in feed.quotes:
        found[quote.model].quotes.append(quote)
    return dict(found)


def claim_of(said: FeedClaim) -> Claim:
    """A feed's claim as the rest of the program knows it."""
    return Claim(
        model=said.model,
        surface=said.surface,
        event=said.event,
        date=said.day,
        precision=said.precision,
        source=said.source,
        seen=said.seen,
        note=said.note,
        month_only=said.month_only,
        disputed=said.disputed,
    )


def _before(claims: Iterable[Claim], later: FeedClaim) -> Iterable[Claim]:
    """The earlier claims; those that the later one speaks about again are overtaken by it."""
    for claim in claims:
        same = (claim.event, claim.surface) == (later.event, later.surface) and later.event not in TURNS
        overtaken = same and claim.decides and not later.disputed
        yield dataclasses.replace(claim, overtaken=True) if overtaken else claim


def _listed(model: Model, listing: Listing) -> Model:
    return dataclasses.replace(
        model,
        name=listing.name if listing.name and model.name == model.id else model.name,
        kind=model.kind or listing.kind,
        context_window=model.context_window or listing.context_window,
        max_input_tokens=model.max_input_tokens or listing.max_input_tokens,
        max_output_tokens=model.max_output_tokens or listing.max_output_tokens,
        sources=_with(model.sources, listing.source),
    )


def _succeeded(model: Model, said: Successor) -> Model:
    surface = said.surface or model.home
    earlier = tuple(
        dataclasses.replace(old, current=False)
        if old.surface == surface and old.alternative == said.alternative and not said.alternative
        else old
        for old in model.recommendations
    )
    mine = Recommendation(
        model=said.successor,
        surface=surface,
        source=said.source,
        seen=said.seen.isoformat(),
        alternative=said.alternative,
    )
    return dataclasses.replace(model, recommendations=(mine, *earlier))


def _quoted(model: Model, quote: Quote) -> Model:
    old = model.price or Price()
    words = {**words_of(old), **quote.price}
    above = (old.above_tokens, old.above) if old.above_tokens is not None and old.above is not None else None
    if quote.above_tokens is not None:
        same_tier = above is not None and above[0] == quote.above_tokens
        tier = {**(words_of(above[1]) if above is not None and same_tier else {}), **quote.above}
        above = (quote.above_tokens, price_of(tier, per_unit={}, above=None))
    changed = [
        FieldConflict(
            field=f"price.{word}",
            kept=str(amount),
            other=str(words_of(old)[word]),
            source=quote.source,
            reason=f"the earlier price; this source gave another on {quote.seen}",
        )
        for word, amount in quote.price.items()
        if word in words_of(old) and words_of(old)[word] != amount
    ]
    return dataclasses.replace(
        model,
        price=price_of(words, per_unit=old.per_unit, above=above),
        conflicts=(*model.conflicts, *changed),
        sources=_with(model.sources, quote.source),
    )


def words_of(price: Price | None) -> dict[str, Decimal]:
    """Every amount of a price by its catalogue word, tiers left out."""
    if price is None:
        return {}
    named = {word: getattr(price, word) for word in NAMED_PRICES}
    return {word: amount for word, amount in named.items() if amount is not None} | price.other


def _with(sources: tuple[str, ...], source: str) -> tuple[str, ...]:
    return sources if source in sources else (*sources, source)
