"""One recorded call: what the gateway writes, the ledger keeps, and horizon, price and replay read.

This file knows the facts of a call after it happened. It does not know how they were obtained
(``gateway``) nor how they are kept (``ledger``). Money is a whole number of pico-dollars (1e-12 USD):
list prices have at most six decimals per million tokens, so a call's cost is an exact integer.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

import msgspec

PICO_PER_USD = 10**12

Reason = Literal["target", "successor", "fallback", "rollout", "shadow"]
"""rollout: the model that a rollout moves to. shadow: the same, asked beside a call; nobody was given its answer."""
Outcome = Literal["answered", "refused", "failed", "cancelled"]
"""answered: the upstream's answer reached its end. refused: a status of 400 or more was answered, by the
upstream or by Outlast. failed: an answer had begun and broke. cancelled: the caller left first."""

Signal = Literal["redirected", "soft_gone"]
"""redirected: another model answered than was asked for. soft_gone: a 200 whose text says the model is gone."""


class Usage(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Token counts as the provider reported them; each part is contained in its total, as OpenAI counts."""

    input_tokens: int = 0
    """All prompt tokens, the cached ones and the cache writes included."""
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    """All completion tokens, the reasoning ones included."""
    reasoning_tokens: int = 0
    audio_input_tokens: int = 0
    audio_output_tokens: int = 0


class AttemptRecord(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One call to one candidate: what was tried, and what came of it."""

    target: str
    """``provider/model``, as configured."""
    reason: Reason
    status: int
    """The upstream's HTTP status; 0 when none arrived."""
    error: str = ""
    """An error's code from ``errors.py``, ``gone``, or empty when the attempt was the answer."""
    elapsed_us: int = 0


class Exchange(msgspec.Struct, frozen=True, array_like=True, kw_only=True, gc=False):
    """One call, complete: who asked for what, who answered, what it used, cost and took."""

    id: str
    """The request id that the caller saw in ``x-outlast-request-id``."""
    started_ns: int
    """Real time of arrival (Unix nanoseconds); a rehearsed day never changes it."""
    requested: str
    """The model name as the caller gave it: a virtual model's, or ``provider/model``."""
    virtual: bool
    served: str = ""
    """The candidate that answered, ``provider/model``; empty when none was called."""
    answered: str = ""
    """The ``model`` field of the upstream's own answer."""
    reason: Reason | Literal[""] = ""
    key: str = ""
    """Who called: a key's public name, never the key."""
    path: str = "/v1/chat/completions"
    streamed: bool = False
    status: int = 0
    """The HTTP status that the caller was given."""
    outcome: Outcome = "answered"
    error: str = ""
    usage: Usage | None = None
    """None: the provider reported none, and nothing that counts in tokens was answered."""
    cost_pico_usd: int | None = None
    """None: no price is known, or no usage was reported."""
    priced_as: str = ""
    """The catalogue model whose price was used."""
    first_byte_us: int = 0
    """From arrival to the first byte of the upstream's answer body."""
    total_us: int = 0
    finish: str = ""
    adapted: tuple[str, ...] = ()
    signals: tuple[Signal, ...] = ()
    attempts: tuple[AttemptRecord, ...] = ()
    keep: Literal["metadata", "full", "totals"] = "metadata"
    """totals: ``record = "off"``; only hourly sums may be kept of this call."""
    request_body: bytes | None = None
    """Only under ``record = "full"``."""
    response_body: bytes | None = None
    estimated: bool = False
    """The usage is our estimate: the provider reported none, or the caller left before it could report all."""


class UsageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which calls to add up. Days are UTC, both ends included; None is open."""

    since: date | None = None
    until: date | None = None
    by: Literal["model", "served", "key", "day"] = "model"


class ExchangeQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which calls to read one by one. Days are UTC, both ends included; None is open."""

    since: date | None = None
    until: date | None = None
    requested: str | None = None
    """The model name as callers gave it."""
    served: str | None = None
    key: str | None = None
    outcome: Outcome | None = None
    bodies: bool = False
    """With what was said, where that was recorded and is still kept."""


class UsageRow(msgspec.Struct, frozen=True, kw_only=True):
    """Calls added up. ``name`` is the model, key or day they share; empty for a grand total."""

    name: str
    calls: int
    failed: int = 0
    cost_usd: Decimal = Decimal(0)
    unpriced_calls: int = 0
    """Answered calls without a known price: their cost is missing from ``cost_usd``, not 0."""
    estimated_calls: int = 0
    """Calls whose tokens, and so their cost, are our estimate. None of before it was counted (0.3)."""
    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0


class SeenModel(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger saw of one requested name in a window: the raw material of the horizon."""

    requested: str
    virtual: bool
    served: str
    row: UsageRow
    redirected: int = 0
    """Calls that another model answered than was asked for."""
    soft_gone: int = 0
    answered: tuple[str, ...] = ()
    """The models that answered in place of the one asked for, where they differ."""


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """What a gateway saw of a target's life, as against what was said of it."""

    target: str
    """``provider/model`` of the catalogue."""
    surface: str
    event: Literal["gone", "answered"]
    """``answered`` withdraws an earlier ``gone``."""
    seen_ns: int
    evidence: str
    """The upstream's status and error text, shortened; never a key, never a body."""


class Ledger(Protocol):
    """What commands and the horizon read of the record."""

    def usage(self, query: UsageQuery) -> Sequence[UsageRow]:
        """Calls added up by the query's dimension, most expensive first."""
        ...

    def total(self, query: UsageQuery) -> UsageRow:
        """The same calls as one row."""
        ...

    def seen(self, since_ns: int) -> Sequence[SeenModel]:
        """Every (requested, served) pair since an instant of ledger time."""
        ...

    def seen_by_key(self, since_ns: int) -> Mapping[str, Sequence[SeenModel]]:
        """The same pairs for each key's public name; calls without a key have the empty one."""
        ...

    def observations(self) -> Sequence[Observation]:
        """Every observed life-cycle fact, oldest first."""
        ...

    def exchanges(self, query: ExchangeQuery) -> Iterator[Exchange]:
        """The calls that have a row, oldest first, in bounded memory: what is recorded meanwhile may come too."""
        ...
