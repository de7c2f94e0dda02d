"""``GET /v1/models`` as OpenAI answers it, with ``shutdown_date``; and as Outlast's own gateway does, with more.

An entry of OpenAI's says ``shutdown_date``: the day of the end, or null. An entry of an Outlast gateway also says on
whose ``surface`` and how precisely. ``created`` is near a release, not on it: it fills a gap and contradicts nothing.
"""

import msgspec

from outlast.catalog.claims import Precision
from outlast.catalog.feed import Feed, FeedClaim
from outlast.catalog.feeds.document import Draft, Origin, Skip, day_in, day_of_second, entries_of

FINE_TUNED = "ft:"
OWNERS = {"openai": "openai", "system": "openai", "openai-internal": "openai", "openai-dev": "openai", "xai": "xai"}
"""Who OpenAI's and its imitators' lists say owns a model, where that names a provider of the catalogue."""
VIRTUAL = "outlast"


class Entry(msgspec.Struct):
    """One model of the list."""

    id: str
    created: int | float | None = None
    owned_by: str = ""
    shutdown_date: str | None = None
    surface: str = ""
    """Only Outlast's own lists have it and what follows."""
    ends: str | None = None
    precision: Precision | None = None
    successor: str | None = None


def read_openai(raw: bytes, origin: Origin) -> Draft:
    """The list as a feed; an entry that does not say whose it is needs ``origin.provider``."""

    def understand(entry: Entry, row: msgspec.Raw) -> Feed:
        del row
        return _ours(entry, origin) if entry.surface else _theirs(entry, origin)

    return Draft().take(entries_of(raw, "data", origin.name), Entry, understand)


def _theirs(entry: Entry, origin: Origin) -> Feed:
    provider = origin.provider or OWNERS.get(entry.owned_by, "")
    if entry.id.startswith(FINE_TUNED):
        raise Skip("a fine-tuned model lives and ends with its base")
    if not provider:
        raise Skip(f"owned by {entry.owned_by[:60]!r}: say whose models these are with --provider")
    ref = f"{provider}/{entry.id}"
    ends = [origin.claim(ref, "api", "retired", day_in(entry.shutdown_date))] if entry.shutdown_date else []
    return Feed(listings=(origin.listing(ref),), claims=(*ends, *_created(ref, "api", entry, origin)))


def _ours(entry: Entry, origin: Origin) -> Feed:
    """A gateway's direct name is ``table/id``; whose model it is, ``owned_by`` says."""
    table, _, model = entry.id.partition("/")
    if entry.owned_by == VIRTUAL:
        raise Skip("a virtual model is a name, not a model")
    if origin.provider and entry.owned_by != origin.provider:
        raise Skip(f"a model of {entry.owned_by[:60]}")
    ref = f"{entry.owned_by}/{model}"
    ends = (
        [origin.claim(ref, entry.surface, "retired", day_in(entry.ends), entry.precision)]
        if entry.ends and entry.precision
        else []
    )
    next_table, _, next_model = (entry.successor or "").partition("/")
    successor = (
        [origin.successor(ref, f"{entry.owned_by}/{next_model}", surface=entry.surface)]
        if next_table == table and next_model
        else []  # through another table it is another provider's, and the list does not say whose
    )
    return Feed(
        listings=(origin.listing(ref),),
        claims=(*ends, *_created(ref, entry.surface, entry, origin)),
        successors=tuple(successor),
    )


def _created(ref: str, surface: str, entry: Entry, origin: Origin) -> tuple[FeedClaim, ...]:
    day = day_of_second(entry.created)
    return (origin.claim(ref, surface, "released", day, "derived"),) if day else ()
