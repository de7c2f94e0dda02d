"""One model of the catalogue: identity, abilities, prices, what was said about it.

This file knows the shape of an entry. It does not know its life cycle on a day (``catalog.status``) nor how
entries are stored (``catalog.store``).
"""

from dataclasses import dataclass, field
from decimal import Decimal

from outlast.catalog.claims import Claim

Ability = bool | int | str | tuple[str, ...] | dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A list price in USD per million tokens; None where the provider publishes none."""

    input: Decimal | None = None
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None
    output: Decimal | None = None
    reasoning_output: Decimal | None = None
    audio_input: Decimal | None = None
    audio_output: Decimal | None = None
    above_tokens: int | None = None
    """The threshold of input tokens past which ``above`` holds for the whole call."""
    above: "Price | None" = None
    other: dict[str, Decimal] = field(default_factory=dict)
    """Every other published price by its catalogue word: ``batch_input``, ``priority_output`` …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Something said about a model that is no date of its life: a promise, a correction, a remark."""

    kind: str
    """``statement``, ``correction``, ``note``, ``price-note`` …"""
    says: str
    source: str
    date: str = ""
    surface: str = ""
    overtaken_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """A successor that somebody named, for one surface, on one day."""

    model: str
    surface: str
    source: str
    seen: str = ""
    current: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model as its provider's API takes it."""

    provider: str
    id: str
    name: str
    kind: str
    claims: tuple[Claim, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    price: Price | None = None
    abilities: dict[str, Ability] = field(default_factory=dict)
    context_window: int | None = None
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None
    modalities_in: tuple[str, ...] = ()
    modalities_out: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    points_to: str | None = None
    statements: tuple[Statement, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """``provider/id``, the key of the catalogue."""
        return f"{self.provider}/{self.id}"
