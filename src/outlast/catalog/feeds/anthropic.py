"""Anthropic's ``GET /v1/models``: names, limits and the day on which a model came; it says nothing of an end."""

import msgspec

from outlast.catalog.feed import Feed
from outlast.catalog.feeds.document import Draft, Origin, day_in, entries_of

PROVIDER = "anthropic"
EPOCH = "1970-"
"""Stands in ``created_at`` for a day that is not known."""


class Entry(msgspec.Struct):
    """One model of the list."""

    id: str
    display_name: str = ""
    created_at: str | None = None
    max_input_tokens: int | float | None = None
    max_tokens: int | float | None = None


def read_anthropic(raw: bytes, origin: Origin) -> Draft:
    """The list as a feed."""

    def understand(entry: Entry, row: msgspec.Raw) -> Feed:
        del row
        ref = f"{origin.provider or PROVIDER}/{entry.id}"
        dated = entry.created_at and not entry.created_at.startswith(EPOCH)
        listing = origin.listing(
            ref, name=entry.display_name, max_input_tokens=entry.max_input_tokens, max_output_tokens=entry.max_tokens
        )
        day = day_in(entry.created_at or "") if dated else ""
        return Feed(
            listings=(listing,),
            claims=(origin.claim(ref, "api", "released", day, "derived"),) if day else (),
        )

    return Draft().take(entries_of(raw, "data", origin.name), Entry, understand)
