"""The values that everything known of models is made of: claims, their precision, the status derived from them.

This file knows the words of the glossary. It does not know where claims are kept (``catalog.store``), nor how
a status follows from them (``catalog.status``).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Precision = Literal["exact", "not_before", "unspecified", "month", "derived"]
Event = Literal["released", "announced", "legacy", "withdrawn", "restored", "deprecated", "extended-access", "retired"]
Status = Literal["preview", "active", "legacy", "deprecated", "extended", "redirected", "retired", "unknown"]
Origin = Literal["catalogue", "user", "observed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sourced statement of a date. Never overwritten; a later one stands beside it."""

    model: str
    """``provider/id``."""
    surface: str
    event: Event
    date: dt.date
    """A month-only date is the month's last day, with ``precision`` ``month``."""
    precision: Precision
    source: str
    seen: dt.date
    """When the source said so: from its own text, else the catalogue's date."""
    origin: Origin = "catalogue"
    note: str = ""
    redirect_to: str | None = None
    """What calls get after a retirement that redirects: ``provider/id``."""
    redirect_effort: str | None = None
    """The reasoning effort that a redirected call is given."""
    redirect_billed_at: str = ""
    month_only: bool = False
    """The source named a month; ``date`` is its last day."""
    basis: str = ""
    """What the date was taken over from, e.g. ``alias of claude-3-opus-20240229``."""
    provider_state: str = ""
    """The provider's own word for the state."""
    disputed: bool = False
    """A source that the catalogue keeps beside the claim it follows; shown, never decides."""
    overtaken: bool = False
    """An earlier word that a later one replaced, or that ``outlast.toml`` overrides; shown, never decides."""

    @property
    def said(self) -> str:
        """The date as the source put it: a day, or a month such as ``2025-08``."""
        return f"{self.date:%Y-%m}" if self.month_only else self.date.isoformat()

    @property
    def decides(self) -> bool:
        """Whether a status may rest on this claim."""
        return not (self.disputed or self.overtaken or self.origin == "observed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the claims add up to for one model, surface and day."""

    status: Status
    unsure: bool = False
    """The status or end rests on a date that nobody stated as exact."""
    ends: dt.date | None = None
    """The day of the end as known today, whatever the rehearsed day; None: no end is known."""
    precision: Precision | None = None
    announced: dt.date | None = None
    deprecated: dt.date | None = None
    redirect_to: str | None = None
    decided_by: Claim | None = None
    """The claim that gave the end."""
    conflicts: tuple[Claim, ...] = ()
    """What speaks against the end or its notice: disputed, overridden or observed claims."""

    @property
    def switches(self) -> bool:
        """Whether this end may move traffic: only an exact date does."""
        return self.ends is not None and self.precision == "exact"

    @property
    def surely_retired(self) -> bool:
        """Whether an exact date says that nothing answers any more: only then is a model not asked."""
        return self.status == "retired" and self.switches
