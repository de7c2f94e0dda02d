"""Who takes over from a model that ends: the operator's word first, then the catalogue's chain.

It knows how to choose on a day. It does not know what the choice costs.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from outlast.catalog.claims import Standing
from outlast.catalog.port import Knowledge
from outlast.catalog.reference import reference
from outlast.horizon.dependants import Dependant
from outlast.settings import ProviderSettings

Basis = Literal["declared", "chain", "recommended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """A living model that can take over."""

    ref: str
    """``provider/id`` of the catalogue."""
    target: str | None
    """As declared in ``outlast.toml``; None where the catalogue names it."""
    basis: Basis
    """declared: by name. chain: the operator follows the catalogue. recommended: nobody has declared it."""
    standing: Standing
    passed: tuple[str, ...] = ()
    """Declared successors that are themselves gone on the day."""


def successor_of(
    dependant: Dependant, providers: Mapping[str, ProviderSettings], knowledge: Knowledge, day: dt.date
) -> Successor | None:
    """The first declared successor that would be asked on the day, else the chain's living end, else None."""
    passed: list[str] = []
    for target in dependant.declared.successors if dependant.declared else ():
        found = reference(target, providers)
        standing = knowledge.standing(found.ref, found.surface, day)
        if not standing.surely_retired:
            return Successor(ref=found.ref, target=target, basis="declared", standing=standing, passed=tuple(passed))
        passed.append(target)
    declared, behind = dependant.declared, dependant.behind
    if declared is not None and declared.follows_chain:  # of several targets the first one's chain is followed
        behind = reference(declared.target, providers, declared.catalog_model_of(declared.target))
    surface = behind.surface
    living = knowledge.chain(behind.ref, surface, day).living
    if living is None:
        return None
    standing = knowledge.standing(living, surface, day)
    basis: Basis = "chain" if declared and declared.follows_chain else "recommended"
    return Successor(ref=living, target=None, basis=basis, standing=standing, passed=tuple(passed))
