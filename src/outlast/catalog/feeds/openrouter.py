"""OpenRouter's ``/api/v1/models``: its own day of expiry, its own prices per token as text, its own context window.

A reseller's clock and price are its own: everything is said of ``openrouter/MAKER/MODEL``, never of the maker's model.
"""

from decimal import Decimal

import msgspec

from outlast.catalog.feed import Feed, FeedClaim
from outlast.catalog.feeds.document import Draft, Origin, day_in, day_of_second, entries_of, per_token

PROVIDER = "openrouter"
REASONING = "internal_reasoning"
WORDS = {
    "prompt": "input",
    "completion": "output",
    "input_cache_read": "cached_input",
    "input_cache_write": "cache_write",
    REASONING: "reasoning_output",
    "audio": "audio_input",
}
"""Its words for a token's price and the catalogue's; what is priced by the request or the image is left out."""


class TopProvider(msgspec.Struct):
    """The upstream that it prefers."""

    max_completion_tokens: int | float | None = None


class Entry(msgspec.Struct):
    """One model of the list."""

    id: str
    name: str | None = None
    created: int | float | None = None
    context_length: int | float | None = None
    pricing: dict[str, msgspec.Raw] = {}
    top_provider: TopProvider | None = None
    expiration_date: str | None = None


def read_openrouter(raw: bytes, origin: Origin) -> Draft:
    """The list as a feed."""

    def understand(entry: Entry, row: msgspec.Raw) -> Feed:
        del row
        return _feed(entry, origin)

    return Draft().take(entries_of(raw, "data", origin.name), Entry, understand)


def _feed(entry: Entry, origin: Origin) -> Feed:
    ref = f"{origin.provider or PROVIDER}/{entry.id}"
    claims: list[FeedClaim] = []
    if entry.expiration_date:
        claims.append(origin.claim(ref, "api", "retired", day_in(entry.expiration_date)))
    if day := day_of_second(entry.created):
        claims.append(origin.claim(ref, "api", "released", day, "derived"))
    listing = origin.listing(
        ref,
        name=(entry.name or "").strip(),
        context_window=entry.context_length,
        max_output_tokens=entry.top_provider.max_completion_tokens if entry.top_provider else None,
    )
    return Feed(listings=(listing,), claims=tuple(claims), quotes=origin.quote(ref, _price(entry)))


def _price(entry: Entry) -> dict[str, Decimal]:
    """What a token costs; a negative price means that it varies, and is none."""
    found: dict[str, Decimal] = {}
    for theirs, ours in WORDS.items():
        amount = per_token(entry.pricing.get(theirs, b"null"), theirs)
        # Zero for reasoning stands for "as output", not for thinking that costs nothing.
        if amount is not None and (amount or theirs != REASONING):
            found[ours] = amount
    return found
