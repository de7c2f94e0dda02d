"""What a feed would change: new models and claims, dates that move, other successors, other prices. Pure.

It knows the rule that no date changes in silence: a newer claim with another date than the one that is followed
is a **move**, and only the operator's word lets it in, beside the old one. It does not know formats or files.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeVar

import msgspec

from outlast.catalog.chain import recommended
from outlast.catalog.claims import Claim
from outlast.catalog.feed import Feed, FeedClaim, Listing, Quote, Successor, joined
from outlast.catalog.models import Model, Price
from outlast.catalog.status import PRECISIONS, followed
from outlast.catalog.store import Catalog
from outlast.catalog.supplied import TURNS, words_of

Statement = TypeVar("Statement", Listing, FeedClaim, Successor, Quote)
Verdict = Literal["new", "sharper", "moved", "known", "older"]


@dataclass(frozen=True, slots=True)
class Move:
    """A date that would move: the claim that is followed, and what the feed says."""

    old: Claim
    new: FeedClaim

    @property
    def weaker(self) -> bool:
        """An aggregator's date that may be exact or a floor, against an exact one: it is kept, and not followed."""
        return self.new.precision == "unspecified" and self.old.precision == "exact"


@dataclass(frozen=True, slots=True)
class Succession:
    """Another recommendation than the one that is followed."""

    old: str | None
    new: Successor


@dataclass(frozen=True, slots=True)
class Repricing:
    """One word of one model's price; None: no price was known."""

    model: str
    word: str
    old: Decimal | None
    new: Decimal
    source: str


@dataclass(slots=True)
class Changes:
    """What a feed would change, in the feed's order."""

    models: list[str] = field(default_factory=list)
    """Models that nobody knew."""
    claims: list[FeedClaim] = field(default_factory=list)
    """Of models and events that had none, or sharper than the one that is followed."""
    moves: list[Move] = field(default_factory=list)
    successions: list[Succession] = field(default_factory=list)
    repricings: list[Repricing] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    """What was not taken, and why, one line each."""
    older: int = 0
    """Claims, successors and prices that the catalogue has a later word about."""
    taken: Feed = field(default_factory=Feed)
    """What is added where no date moves."""
    moved: Feed = field(default_factory=Feed)
    """The claims of ``moves``, as they are added once the operator says so."""

    def addition(self, *, accept_moved: bool) -> Feed:
        """What is added to the supplement."""
        return joined((self.taken, self.moved)) if accept_moved else self.taken


def merge(feed: Feed, known: Catalog) -> Changes:
    """Compare a feed with what is known. ``known`` is without the operator's own words, which win anyway."""
    changes = Changes()
    ours = _resolved(feed, known, changes)
    stated = {each.model for each in (*ours.listings, *ours.claims, *ours.successors, *ours.quotes)}
    changes.models = sorted(ref for ref in stated if known.find(ref) is None)
    changes.taken = Feed(
        listings=tuple(_listings(ours, known)),
        claims=tuple(_claims(ours, known, changes)),
        successors=tuple(_successors(ours, known, changes)),
        quotes=tuple(_quotes(ours, known, changes)),
    )
    changes.moved = Feed(
        claims=tuple(msgspec.structs.replace(m.new, disputed=True) if m.weaker else m.new for m in changes.moves)
    )
    return changes


def _resolved(feed: Feed, known: Catalog, changes: Changes) -> Feed:
    """The feed under the catalogue's own names; what is said of an alias is passed over.

    An alias borrows no dates and lends none: a floating name outlives the snapshot behind it. An id on another
    surface (``azure/…``) leads to its model, and only dates on that surface are taken.
    """
    aliases: dict[str, str] = {}

    def own(said: Iterable[Statement]) -> Iterator[Statement]:
        for each in said:
            model = known.find(each.model)
            if model is None or model.ref == each.model:
                yield each
            elif model.provider == each.model.partition("/")[0]:
                aliases[each.model] = model.ref
            elif isinstance(each, FeedClaim):
                yield msgspec.structs.replace(each, model=model.ref)

    resolved = Feed(
        listings=tuple(own(feed.listings)),
        claims=tuple(own(feed.claims)),
        successors=tuple(own(feed.successors)),
        quotes=tuple(own(feed.quotes)),
    )
    changes.passed_over += [f"{alias} is another name of {ref}" for alias, ref in sorted(aliases.items())]
    return resolved


def _listings(feed: Feed, known: Catalog) -> Iterator[Listing]:
    """Listings of new models, and those that fill a gap; one a model."""
    seen: set[str] = set()
    for listing in feed.listings:
        model = known.find(listing.model)
        if listing.model not in seen and (model is None or _fills_a_gap(listing, model)):
            seen.add(listing.model)
            yield listing


def _fills_a_gap(listing: Listing, model: Model) -> bool:
    words = ("kind", "context_window", "max_input_tokens", "max_output_tokens")
    return any(getattr(listing, word) and not getattr(model, word) for word in words)


def _claims(feed: Feed, known: Catalog, changes: Changes) -> Iterator[FeedClaim]:
    """The claims that may be added without a word of the operator's; moves go to ``changes``."""
    clocks: dict[tuple[str, str, str], list[FeedClaim]] = defaultdict(list)
    for claim in dict.fromkeys(feed.claims):
        clocks[claim.model, claim.surface, claim.event].append(claim)
    for (ref, surface, event), said in clocks.items():
        days = dict.fromkeys(claim.date for claim in said if not claim.disputed)
        if len(days) > 1 and event not in TURNS:
            changes.passed_over.append(f"{ref} {event} on {surface}: the document itself says {', '.join(days)}")
            continue
        model = known.find(ref)
        for claim in said:
            yield from _judged(claim, _on(model, surface), changes)


def _on(model: Model | None, surface: str) -> list[Claim]:
    return [claim for claim in model.claims if claim.surface == surface] if model else []


def _judged(claim: FeedClaim, known: list[Claim], changes: Changes) -> Iterator[FeedClaim]:
    current = followed(known, claim.event)
    verdict = judge(claim, current, known)
    if verdict == "older":
        changes.older += 1
    elif verdict == "moved" and current is not None:
        changes.moves.append(Move(current, claim))
    elif verdict in ("new", "sharper"):
        changes.claims.append(claim)
        yield claim


def judge(claim: FeedClaim, current: Claim | None, known: list[Claim]) -> Verdict:
    """What a claim is beside the one that is followed and the others of its model and surface."""
    same = [c for c in known if c.event == claim.event and not c.overtaken]
    if any(c.date == claim.day and _as_sharp(c, claim) for c in same):
        return "known"
    if current is None or claim.event in TURNS or claim.disputed:
        return "new"
    if claim.precision == "derived" or _blurs(claim, current):
        return "known"  # a date worked out from something else fills a gap and contradicts nobody
    if claim.day == current.date or _within_month(claim, current):
        return "sharper"
    return "older" if claim.seen < current.seen else "moved"


def _blurs(new: FeedClaim, old: Claim) -> bool:
    """Whether the new one names the month of a day that is known."""
    return new.month_only and not old.month_only and (new.day.year, new.day.month) == (old.date.year, old.date.month)


def _as_sharp(old: Claim, new: FeedClaim) -> bool:
    return PRECISIONS.index(old.precision) <= PRECISIONS.index(new.precision) or old.disputed


def _within_month(new: FeedClaim, old: Claim) -> bool:
    return old.month_only and not new.month_only and (new.day.year, new.day.month) == (old.date.year, old.date.month)


def _successors(feed: Feed, known: Catalog, changes: Changes) -> Iterator[Successor]:
    settled: set[tuple[str, str]] = set()
    for said in feed.successors:
        model = known.find(said.model)
        surface = said.surface or (model.home if model else "")
        if said.alternative:
            if model is None or not any(_means(r.model, said.successor, known) for r in model.recommendations):
                yield said
            continue
        if (said.model, surface) in settled:
            continue
        settled.add((said.model, surface))
        old = recommended(model, surface) if model else None
        if old is not None and _means(old.model, said.successor, known):
            continue
        if old is not None and said.seen < (_leading_day(old.seen) or known.day):
            changes.older += 1
            continue
        changes.successions.append(Succession(old.model if old else None, said))
        yield said


def _means(one: str, other: str, known: Catalog) -> bool:
    """Whether two names mean one model."""
    first, second = known.find(one), known.find(other)
    return one == other or (first is not None and second is not None and first.ref == second.ref)


def _leading_day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None


def _quotes(feed: Feed, known: Catalog, changes: Changes) -> Iterator[Quote]:
    """Only the words that change, so that what is kept says what was new."""
    settled: set[str] = set()
    for quote in feed.quotes:
        if quote.model in settled:
            continue
        settled.add(quote.model)
        model = known.find(quote.model)
        if model is not None and model.price is not None and quote.seen < known.price_day(model.ref):
            changes.older += 1
            continue
        price = (model.price if model else None) or Price()
        words = words_of(price)
        changed = {word: amount for word, amount in quote.price.items() if words.get(word) != amount}
        same_tier = price.above_tokens == quote.above_tokens
        tier = words_of(price.above) if same_tier else {}
        above = {word: amount for word, amount in quote.above.items() if tier.get(word) != amount}
        if not changed and not above:
            continue
        prefix = f"over {quote.above_tokens}: "
        changes.repricings += [
            *(Repricing(quote.model, word, words.get(word), amount, quote.source) for word, amount in changed.items()),
            *(
                Repricing(quote.model, prefix + word, tier.get(word), amount, quote.source)
                for word, amount in above.items()
            ),
        ]
        yield msgspec.structs.replace(
            quote, price=changed, above=above, above_tokens=quote.above_tokens if above else None
        )
