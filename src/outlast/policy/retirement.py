"""One end of one model, as it is judged: who was told when, what takes over, how many still use it.

It knows values, for one's own models and for a provider's alike. It does not know where they come from
(``policy.own``, ``policy.catalogue``) nor what is promised (``policy.rules``).
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from outlast.settings.policy import Stability


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many still use it."""

    value: Decimal
    """0 to 1."""
    of: str
    """Of what, and in which time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """What takes over."""

    name: str
    stability: Stability | None
    """None: nobody has said."""
    ends: dt.date | None
    """None: no end is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement:
    """One end."""

    name: str
    surface: str
    """Where it ends; empty for one's own."""
    stability: Stability
    announced: dt.date | None
    ends: dt.date | None
    """The first day on which nobody has it; None: nobody's exact word."""
    plans: tuple[tuple[str, dt.date], ...] = ()
    """Plans whose end is another one."""
    successor: Successor | None = None
    share: Share | None = None
    own: bool = False
    """What is not known of one's own model is one's own fault."""
