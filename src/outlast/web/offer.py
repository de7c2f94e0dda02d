"""One thing that can be called here, and what is known of its life, before it takes any client's shape.

It knows the fields. It does not know how they come about (``web.models``).
"""

import datetime as dt
from dataclasses import dataclass

import msgspec

from outlast.catalog.models import Model
from outlast.gateway.ports import Headers


class ModelObject(msgspec.Struct, frozen=True, kw_only=True):
    """One model as OpenAI's clients read it, and what is known of its life."""

    id: str
    object: str = "model"
    created: int
    """Unix seconds of the release; 0 where the catalogue does not know it."""
    owned_by: str
    status: str
    surface: str
    """Whose clock the dates are on."""
    ends: dt.date | None
    precision: str | None
    shutdown_date: dt.date | None
    """The end, where it is exact; only such an end switches anything."""
    successor: str | None
    target: str | None = None
    """What a virtual model stands for, of several the one that answers longest; null for a direct one."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One model object with the headers that speak of the same life."""

    shown: ModelObject
    headers: Headers
    model: Model | None
    """The catalogue's entry; of a virtual model its target's."""
    deprecated: dt.date | None
