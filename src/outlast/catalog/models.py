"""One model of the catalogue: identity, abilities, prices, what was said about it.

This file knows the shape of an entry. It does not know its life cycle on a day (``catalog.status``) nor how
entries are stored (``catalog.store``).
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal

from outlast.catalog.claims import Claim, Origin

Ability = bool | int | str | tuple[str, ...] | dict[str, int]

HOME_SURFACES = {"azure": "azure", "amazon-bedrock": "aws-bedrock"}


def home_surface(provider: str, kind: str, surfaces: Collection[str]) -> str:
    """The surface that a provider itself sells a model on, given the surfaces that claims speak of."""
    if kind == "chat-app":
        return "chat-app"
    # Google's older ids exist on Vertex alone; an ``api`` clock for them would be an invention.
    if provider == "google" and set(surfaces) == {"vertex-ai"}:
        return "vertex-ai"
    return HOME_SURFACES.get(provider, "api")


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
    per_unit: dict[str, Decimal] = field(default_factory=dict)
    """USD for another unit than a million tokens, by the word that names it: ``input_cost_per_second`` …"""


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
    precision: str = ""
    kept: str = ""
    """What became of a promise, in words."""
    limits_substitution_of: str = ""
    """The model (``provider/id``) that this one cannot stand in for in every respect."""
    quotes: tuple[str, ...] = ()
    """Models (``provider/id``) whose price is quoted in this one's place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """A successor that somebody named, for one surface, on one day."""

    model: str
    surface: str
    source: str
    seen: str = ""
    current: bool = True
    alternative: bool = False
    """Named beside the first choice; a chain does not follow it."""
    origin: Origin = "catalogue"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldConflict:
    """Sources that disagree on something other than a date; ``kept`` is what the entry says."""

    field: str
    kept: Ability
    other: Ability
    source: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageShare:
    """The part of somebody's users or calls that still went to a model; 0.001 is 0.1 %."""

    value: Decimal
    of: str
    surface: str
    date: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReport:
    """Which plans had the model on a surface, as one source tells it; reports may disagree."""

    surface: str
    plans: tuple[str, ...]
    date: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The notice that a provider promises, in its own words."""

    provider: str
    surface: str
    min_notice: dict[str, str]
    source: str
    audience: str = ""
    note: str = ""


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
    family: str = ""
    knowledge_cutoff: str = ""
    """As published: a day or a month."""
    open_weights: bool | None = None
    """None: not known."""
    modalities_basis: str = ""
    """Set where the modalities were derived instead of stated."""
    channel_ids: dict[str, str] = field(default_factory=dict)
    """The id on another surface: ``aws-bedrock``, ``vertex-ai``, ``azure``."""
    conflicts: tuple[FieldConflict, ...] = ()
    usage: tuple[UsageShare, ...] = ()
    plans: tuple[PlanReport, ...] = ()

    @property
    def ref(self) -> str:
        """``provider/id``, the key of the catalogue."""
        return f"{self.provider}/{self.id}"

    @property
    def home(self) -> str:
        """The surface that the provider itself sells this model on."""
        return home_surface(self.provider, self.kind, {claim.surface for claim in self.claims})

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Every surface with a clock or an id of its own, the home surface first."""
        others = {claim.surface for claim in self.claims} | set(self.channel_ids)
        return (self.home, *sorted(others - {self.home}))
