"""A JSON document that somebody else wrote, opened one entry at a time, and the small values inside entries.

It knows how to say which entry cannot be meant and to go on with the next. It does not know any format.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

import msgspec

from outlast.catalog.claims import Event, Precision
from outlast.catalog.feed import EARLIEST, Feed, FeedClaim, Listing, Quote, Successor, checked_amount, joined
from outlast.errors import CatalogInvalid

Entry = TypeVar("Entry", bound=msgspec.Struct)

PER_MILLION = Decimal(1_000_000)
LONGEST_WORD = 80
EARLIEST_SECOND = int(dt.datetime.combine(EARLIEST, dt.time(), dt.UTC).timestamp())


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a document comes from; everything that it says is said by it, on its day."""

    name: str
    """A file's name, or a URL without credentials and query: what a claim's ``source`` will say."""
    seen: dt.date
    """The day on which it was obtained, or that it gives itself."""
    provider: str = ""
    """Whose models they are, as the operator says; empty: the document has to say so."""

    def listing(self, ref: str, *, name: str = "", kind: str = "", **limits: float | None) -> Listing:
        """The document has this model; ``limits`` are in tokens, and nothing where they are no such number."""
        counts = {word: tokens(value) for word, value in limits.items()}
        return Listing(model=ref, name=name, kind=kind, source=self.name, seen=self.seen, **counts)

    def claim(self, ref: str, surface: str, event: Event, day: str, precision: Precision = "exact") -> FeedClaim:
        """The document gives this day."""
        return FeedClaim(
            model=ref,
            surface=surface,
            event=event,
            date=day,
            precision=precision,
            source=self.name,
            seen=self.seen,
        )

    def successor(self, ref: str, successor: str, *, surface: str = "", alternative: bool = False) -> Successor:
        """The document names who takes over."""
        return Successor(
            model=ref,
            successor=successor,
            surface=surface,
            alternative=alternative,
            source=self.name,
            seen=self.seen,
        )

    def quote(
        self,
        ref: str,
        price: dict[str, Decimal],
        above_tokens: int | None = None,
        above: dict[str, Decimal] | None = None,
    ) -> tuple[Quote, ...]:
        """The document gives these prices; nothing where it gives none."""
        if not price:
            return ()
        quote = Quote(model=ref, price=price, source=self.name, seen=self.seen)
        if above_tokens and above:
            quote = msgspec.structs.replace(quote, above_tokens=above_tokens, above=above)
        return (quote,)


class Skip(ValueError):
    """An entry is left out on purpose; the message says why."""


@dataclass(slots=True)
class Draft:
    """A feed in the making: what was understood, and what had to be passed over."""

    feed: Feed = field(default_factory=Feed)
    passed_over: list[str] = field(default_factory=list)

    def take(
        self,
        entries: Iterable[tuple[str, msgspec.Raw]],
        kind: type[Entry],
        understand: Callable[[Entry, msgspec.Raw], Feed],
    ) -> "Draft":
        """Take over every entry that is understood, each as a whole; the others are named with what is wrong."""
        decoder = msgspec.json.Decoder(kind)
        feeds: list[Feed] = []
        for name, raw in entries:
            try:
                feeds.append(understand(decoder.decode(raw), raw))
            except (msgspec.DecodeError, ValueError, RecursionError) as exc:
                self.pass_over(name, "it is nested too deeply" if isinstance(exc, RecursionError) else exc)
        self.feed = joined([self.feed, *feeds])
        return self

    def pass_over(self, name: str, why: Exception | str) -> None:
        """Note an entry that was not taken."""
        said = name if len(name) <= LONGEST_WORD else f"{name[: LONGEST_WORD - 1]}…"
        self.passed_over.append(f"{said}: {why}")


def entries_of(raw: bytes, word: str, name: str) -> list[tuple[str, msgspec.Raw]]:
    """The entries of the list under ``word``, each with a name for messages: its id, else its number."""
    found = decoded(raw, dict[str, msgspec.Raw], name).get(word)
    rows = decoded(bytes(found), list[msgspec.Raw], f"{name}: {word}") if found is not None else []
    return [(_named(row) or f"{word}[{number}]", row) for number, row in enumerate(rows)]


class _Named(msgspec.Struct):
    id: str = ""
    name: str = ""


def _named(row: msgspec.Raw) -> str:
    try:
        entry = msgspec.json.decode(row, type=_Named)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return entry.id or entry.name


Value = TypeVar("Value")


def decoded(raw: bytes, kind: type[Value], name: str) -> Value:
    """JSON of this shape.

    Raises:
        CatalogInvalid: it is another shape, or no JSON.
    """
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        why = "it is nested too deeply" if isinstance(exc, RecursionError) else exc
        raise CatalogInvalid(f"{name}: {why}") from exc


def keys_of(raw: bytes) -> Mapping[str, msgspec.Raw] | None:
    """The top level of a JSON object; None for everything else."""
    try:
        return msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def day_in(text: str) -> str:
    """The day of a date or of a moment: ``2026-06-30T00:00:00Z`` is that day, UTC.

    Raises:
        ValueError: it is neither.
    """
    try:
        if "T" not in text:
            return dt.date.fromisoformat(text).isoformat()
        moment = dt.datetime.fromisoformat(text)
        return (moment.astimezone(dt.UTC) if moment.tzinfo else moment).date().isoformat()
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:LONGEST_WORD]!r} is no day like 2027-01-14") from None


def day_of_second(seconds: float | None) -> str:
    """The UTC day of a Unix time; empty where it is none that a model can have."""
    if seconds is None or not EARLIEST_SECOND <= seconds <= 2**32:
        return ""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()


def per_token(raw: bytes, word: str) -> Decimal | None:
    """A price per token, as a number or as text, in USD per million tokens; None where it is null or negative.

    Raises:
        ValueError: it is no price.
    """
    try:
        amount = msgspec.json.decode(raw, type=Decimal | None)
    except msgspec.DecodeError as exc:
        raise ValueError(f"{word}: {exc}") from exc
    return None if amount is None or amount.is_signed() else per_million(amount)


def per_million(amount: Decimal) -> Decimal:
    """USD per token as USD per million tokens, exactly.

    Raises:
        ValueError: it is no price.
    """
    sign, digits, exponent = amount.as_tuple()
    return checked_amount(Decimal((sign, digits, exponent + 6)) if isinstance(exponent, int) else amount)


def tokens(count: float | None) -> int | None:
    """A limit in tokens; None where it is missing or not one."""
    return int(count) if count is not None and 0 < count <= 10**9 and count == int(count) else None
