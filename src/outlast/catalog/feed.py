"""What a document from outside says of models: listings, dated claims, successors, prices. One form for every source.

It knows the words and what can be meant by them. It does not know any document's own format (``catalog.feeds``),
where what was taken over is kept (``catalog.supplement``), nor what it changes (``catalog.merge``).
"""

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal

import msgspec

from outlast.catalog.claims import Event, Precision
from outlast.catalog.entries import MONTH, day_of

EARLIEST, LATEST = dt.date(2015, 1, 1), dt.date(2100, 1, 1)
"""No model was sold before, and no end is announced for after: a date outside is a slip of the source."""
DEAREST = Decimal(1_000_000)
"""USD per million tokens: a dollar a token."""
DECIMALS = 12
"""Of USD per million tokens; more than a list price has, and few enough to stay exact."""
LONGEST_AMOUNT = 30
"""Digits."""
PRICE_WORD = re.compile(r"[a-z0-9_]{1,60}")
SURFACE = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
LONGEST_REF, LONGEST_TEXT = 300, 2_000
MOST_TOKENS = 10**9


def checked_ref(ref: str) -> str:
    """A ``provider/id`` that a terminal, a URL and a table can carry.

    Raises:
        ValueError: it is none.
    """
    provider, slash, model = ref.partition("/")
    if not (provider and slash and model) or len(ref) > LONGEST_REF or not ref.isprintable() or " " in ref:
        raise ValueError(f"{_short(ref)} is no model; write it like 'openai/gpt-4o'")
    return ref


def checked_day(text: str) -> dt.date:
    """A plausible day; a month such as ``2026-08`` is its last day.

    Raises:
        ValueError: it is none.
    """
    try:
        day = day_of(text) if len(text) in (MONTH, len("2026-08-31")) else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        raise ValueError(f"{_short(text)} is no day like 2027-01-14 between {EARLIEST} and {LATEST}")
    return day


def checked_amount(amount: Decimal) -> Decimal:
    """USD per million tokens, exact and plausible.

    Raises:
        ValueError: it is negative, absurd or has too many decimals.
    """
    sign, digits, exponent = amount.as_tuple()
    # Looked at before any arithmetic: 1e999999999 would be written out by it, and 1e-999999999 rounded to nothing.
    while len(digits) > 1 and digits[-1] == 0 and isinstance(exponent, int):
        digits, exponent = digits[:-1], exponent + 1
    if not isinstance(exponent, int) or sign or len(digits) > LONGEST_AMOUNT or len(digits) + exponent > LONGEST_AMOUNT:
        raise ValueError(f"{_short(str(amount))} is no price in USD per million tokens")
    if digits == (0,):
        return Decimal(0)
    if exponent < -DECIMALS:
        raise ValueError(f"{_short(str(amount))} has more than {DECIMALS} decimals")
    plain = Decimal(format(Decimal((0, digits, exponent)), "f"))
    if plain > DEAREST:
        raise ValueError(f"{_short(str(amount))} USD per million tokens is more than a dollar a token")
    return plain


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}…")


class _Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One sourced statement about one model."""

    model: str
    """``provider/id``."""
    source: str
    """A file's name or a URL, with what it calls itself."""
    seen: dt.date
    """The day on which the source said so."""

    def __post_init__(self) -> None:
        checked_ref(self.model)
        if not self.source.strip() or len(self.source) > LONGEST_TEXT or not self.source.isprintable():
            raise ValueError("source is empty, too long or holds control characters")
        if not EARLIEST <= self.seen <= LATEST:
            raise ValueError(f"seen = {self.seen} is not plausible")


class Listing(_Said, frozen=True, kw_only=True, omit_defaults=True):
    """A source has this model; what it says beside fills gaps and overrides nothing."""

    name: str = ""
    kind: str = ""
    context_window: int | None = None
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for tokens in (self.context_window, self.max_input_tokens, self.max_output_tokens):
            if tokens is not None and not 0 < tokens <= MOST_TOKENS:
                raise ValueError(f"{tokens} is no number of tokens")
        if len(self.name + self.kind) > LONGEST_REF or not (self.name + self.kind).isprintable():
            raise ValueError("name or kind is too long or holds control characters")


class FeedClaim(_Said, frozen=True, kw_only=True, omit_defaults=True):
    """One dated statement, as ``catalog.claims.Claim`` will hold it."""

    surface: str
    event: Event
    date: str
    """A day, or a month such as ``2026-08``."""
    precision: Precision = "exact"
    note: str = ""
    disputed: bool = False
    """Kept beside the claim that it contradicts; shown, never followed."""

    def __post_init__(self) -> None:
        super().__post_init__()
        checked_day(self.date)
        if not SURFACE.fullmatch(self.surface):
            raise ValueError(f"{_short(self.surface)} is no surface")
        if len(self.note) > LONGEST_TEXT or not self.note.isprintable():
            raise ValueError("note is too long or holds control characters")

    @property
    def day(self) -> dt.date:
        """The day that the date stands for."""
        return day_of(self.date)

    @property
    def month_only(self) -> bool:
        """Whether the source named a month."""
        return len(self.date) == MONTH


class Successor(_Said, frozen=True, kw_only=True, omit_defaults=True):
    """Who should take over, on one surface (empty: the provider's own)."""

    successor: str
    surface: str = ""
    alternative: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        checked_ref(self.successor)
        if self.surface and not SURFACE.fullmatch(self.surface):
            raise ValueError(f"{_short(self.surface)} is no surface")


class Quote(_Said, frozen=True, kw_only=True, omit_defaults=True):
    """List prices in USD per million tokens; words that are not there stay as they are."""

    price: dict[str, Decimal] = {}
    above_tokens: int | None = None
    above: dict[str, Decimal] = {}
    """The prices of a call whose input is over ``above_tokens``."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for word, amount in (*self.price.items(), *self.above.items()):
            if not PRICE_WORD.fullmatch(word):
                raise ValueError(f"{_short(word)} is no word for a price")
            checked_amount(amount)
        if (self.above_tokens is None) != (not self.above):
            raise ValueError("above and above_tokens belong together")
        if self.above_tokens is not None and not 0 < self.above_tokens <= MOST_TOKENS:
            raise ValueError(f"above_tokens = {self.above_tokens} is no number of tokens")


class Feed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that one document says, in its own order."""

    listings: tuple[Listing, ...] = ()
    claims: tuple[FeedClaim, ...] = ()
    successors: tuple[Successor, ...] = ()
    quotes: tuple[Quote, ...] = ()

    def __len__(self) -> int:
        return len(self.listings) + len(self.claims) + len(self.successors) + len(self.quotes)


def joined(feeds: Iterable[Feed]) -> Feed:
    """All of them, the later ones behind."""
    every = tuple(feeds)
    return Feed(
        listings=tuple(said for feed in every for said in feed.listings),
        claims=tuple(said for feed in every for said in feed.claims),
        successors=tuple(said for feed in every for said in feed.successors),
        quotes=tuple(said for feed in every for said in feed.quotes),
    )
