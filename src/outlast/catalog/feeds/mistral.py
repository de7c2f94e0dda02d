"""Mistral's ``GET /v1/models``: ``deprecation`` is the moment from which calls fail, with what to use instead.

A floating name (``mistral-large-latest``) is listed beside the snapshot whose ``name`` it carries; what is said of it
is the snapshot's and is read there.
"""

import msgspec

from outlast.catalog.feed import Feed
from outlast.catalog.feeds.document import Draft, Origin, Skip, day_in, entries_of

PROVIDER = "mistral"


class Entry(msgspec.Struct):
    """One model of the list."""

    id: str
    name: str | None = None
    max_context_length: int | float | None = None
    deprecation: str | None = None
    deprecation_replacement_model: str | None = None


def read_mistral(raw: bytes, origin: Origin) -> Draft:
    """The list as a feed."""
    entries = entries_of(raw, "data", origin.name)
    listed = {name for name, _ in entries}
    provider = origin.provider or PROVIDER

    def understand(entry: Entry, row: msgspec.Raw) -> Feed:
        del row
        if entry.name and entry.name != entry.id and entry.name in listed:
            raise Skip(f"another name of {entry.name}")
        ref, successor = f"{provider}/{entry.id}", entry.deprecation_replacement_model
        return Feed(
            listings=(origin.listing(ref, context_window=entry.max_context_length),),
            claims=(origin.claim(ref, "api", "retired", day_in(entry.deprecation)),) if entry.deprecation else (),
            successors=(origin.successor(ref, f"{provider}/{successor}"),) if successor else (),
        )

    return Draft().take(entries, Entry, understand)
