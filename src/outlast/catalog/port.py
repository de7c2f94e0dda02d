"""The questions that the rest of the program asks the catalogue.

One protocol, so that a plan, a horizon or a price can be tested with ten claims instead of thirteen hundred.
It knows no file format and no source; ``catalog.store.Catalog`` answers it from the package's data, from
``outlast.toml`` and from what a gateway observed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from outlast.catalog.claims import Standing
from outlast.catalog.models import Model


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a successor chain."""

    model: str
    standing: Standing
    skipped: str = ""
    """Why the chain went on, e.g. ``retired 2026-07-23`` or ``preview``; empty for the last."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A successor chain on one surface and day: every step after the start, and the living end if there is one."""

    steps: tuple[Step, ...]
    living: str | None
    """``provider/id``, alive and not a preview where the start was generally available; None: none is known."""
    why_none: str = ""


class Knowledge(Protocol):
    """What is known of models."""

    def find(self, ref: str) -> Model | None:
        """The model of this ``provider/id`` (aliases resolve to their entry), or None."""
        ...

    def standing(self, ref: str, surface: str, day: date) -> Standing:
        """Status and end on a surface and day; ``unknown`` for what nobody has claims about."""
        ...

    def chain(self, ref: str, surface: str, day: date) -> Chain:
        """The recommended successors, followed to a living model or to the statement that none is known."""
        ...

    def closest(self, ref: str, limit: int = 3) -> tuple[str, ...]:
        """The known names most like this one, best first."""
        ...

    def models(self) -> Iterable[Model]:
        """Every model, ordered by provider and id."""
        ...
