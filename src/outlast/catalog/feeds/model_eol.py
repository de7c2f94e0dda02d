"""The model-eol feed (``"spec": "model-eol/0.1"``): announced and shutdown days, per channel, with replacements.

``earliest`` and ``tentative`` are floors. A value of precision that is not known is no reason to refuse the feed, and
no reason to trust the day as exact. The feed's own day, ``generated``, is when its claims were seen.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import msgspec

from outlast.catalog.claims import Precision
from outlast.catalog.feed import Feed, FeedClaim
from outlast.catalog.feeds.document import Draft, Origin, day_in, decoded, entries_of
from outlast.errors import CatalogInvalid

PUBLISHERS = {"amazon": "amazon-bedrock", "aws": "amazon-bedrock", "mistralai": "mistral", "gemini": "google"}
"""Where a publisher's name is not the catalogue's."""
CHANNELS = {
    "azure-ai-foundry": "azure",
    "azure-openai": "azure",
    "microsoft-foundry": "azure",
    "bedrock": "aws-bedrock",
    "amazon-bedrock": "aws-bedrock",
    "vertex": "vertex-ai",
    "google-vertex": "vertex-ai",
    "google-vertex-ai": "vertex-ai",
}
"""Where a channel's name is not the catalogue's surface."""
PRECISIONS: dict[str | None, Precision] = {
    None: "exact",
    "exact": "exact",
    "earliest": "not_before",
    "tentative": "not_before",
}
HOME = {"amazon-bedrock": "aws-bedrock"}


class Head(msgspec.Struct):
    """What the feed says of itself."""

    publisher: str
    generated: str = ""
    source: str = ""


class Clock(msgspec.Struct):
    """One life cycle: the model's own or a channel's."""

    announced: str | None = None
    shutdown: str | None = None
    date_precision: str | None = None
    source: str = ""
    via: str = ""


class Entry(msgspec.Struct):
    """One model."""

    id: str
    announced: str | None = None
    shutdown: str | None = None
    date_precision: str | None = None
    source: str = ""
    replacement: str | None = None
    replacement_options: tuple[str, ...] = ()
    distributions: tuple[Clock, ...] = ()

    @property
    def clock(self) -> Clock:
        """Its publisher's own."""
        return Clock(self.announced, self.shutdown, self.date_precision, self.source)


def read_model_eol(raw: bytes, origin: Origin) -> Draft:
    """The feed as ours."""
    head = decoded(raw, Head, origin.name)
    publisher = head.publisher.strip().lower()
    provider = origin.provider or PUBLISHERS.get(publisher, publisher)
    try:
        said = dt.date.fromisoformat(day_in(head.generated)) if head.generated else origin.seen
    except ValueError as exc:
        raise CatalogInvalid(f"{origin.name}: generated: {exc}") from exc
    dated = replace(origin, seen=min(said, origin.seen))

    def understand(entry: Entry, row: msgspec.Raw) -> Feed:
        del row
        return _feed(entry, provider, dated)

    return Draft().take(entries_of(raw, "models", origin.name), Entry, understand)


def _feed(entry: Entry, provider: str, origin: Origin) -> Feed:
    """Its own clock, its channels', and what it recommends."""
    ref = f"{provider}/{entry.id}"
    home = HOME.get(provider, "api")
    clocks = [(home, entry.clock)]
    clocks += [(CHANNELS.get(channel.via, channel.via), channel) for channel in entry.distributions if channel.via]
    first = [origin.successor(ref, f"{provider}/{entry.replacement}")] if entry.replacement else []
    others = [origin.successor(ref, f"{provider}/{name}", alternative=True) for name in entry.replacement_options]
    return Feed(
        listings=(origin.listing(ref),),
        claims=tuple(claim for surface, clock in clocks for claim in _claims(ref, surface, clock, origin)),
        successors=(*first, *others),
    )


def _claims(ref: str, surface: str, clock: Clock, origin: Origin) -> Iterator[FeedClaim]:
    said_by = replace(origin, name=f"{origin.name} ({clock.source})") if clock.source else origin
    if clock.announced:
        yield said_by.claim(ref, surface, "deprecated", day_in(clock.announced))
    if clock.shutdown:
        precision = PRECISIONS.get(clock.date_precision, "unspecified")
        yield said_by.claim(ref, surface, "retired", day_in(clock.shutdown), precision)
