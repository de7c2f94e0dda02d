"""The shape of the research catalogue, strict: a field that this file does not name stops the conversion.

It knows every word of that file. It does not know what becomes of them (``build_catalog.py``).
"""

from decimal import Decimal
from pathlib import Path

import msgspec

from outlast.catalog.claims import Event, Precision
from outlast.catalog.models import Ability

OWN = Path(__file__).with_name("own_models.json")


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Unknown fields are errors, so that no fact is dropped unseen."""


class After(Strict, frozen=True):
    """What calls get after an end."""

    behaviour: str
    to: str
    billed_at: str
    reasoning_effort: str | None = None


class LifecycleEvent(Strict, frozen=True):
    """One dated event."""

    event: Event
    surface: str
    date: str
    precision: Precision
    source: str
    basis: str = ""
    provider_state: str = ""
    note: str = ""
    after: After | None = None


class Said(Strict, frozen=True):
    """An entry of ``statements`` or ``corrections``."""

    says: str
    source: str
    date: str = ""
    precision: str = ""
    surface: str = ""
    overtaken_by: str = ""
    kept: str = ""
    limits_substitution_of: str = ""


class Share(Strict, frozen=True):
    """A share of use."""

    value: Decimal
    of: str
    surface: str
    date: str
    source: str


class Plan(Strict, frozen=True):
    """Which plans had the model, by one report."""

    date: str
    plans: tuple[str, ...]
    source: str


class SurfaceReplacement(Strict, frozen=True):
    """A surface's own recommendation."""

    value: str
    source: str


class EarlierReplacement(Strict, frozen=True):
    """A recommendation since replaced."""

    value: str
    seen: str


class EarlierDate(Strict, frozen=True):
    """A date since replaced; null: that none was announced."""

    surface: str
    date: str | None
    seen: str
    precision: Precision = "unspecified"
    note: str = ""


class Conflict(Strict, frozen=True):
    """A dated conflict names ``event`` and ``surface``, any other one ``field``."""

    kept: Ability
    other: Ability
    other_source: str
    event: Event | None = None
    surface: str = ""
    other_precision: Precision = "unspecified"
    field: str = ""
    reason: str = ""


class ResearchModel(Strict, frozen=True, kw_only=True, rename={"status_on": "status_on_2026-11-21"}):
    """One model."""

    id: str
    provider: str
    name: str | None
    family: str | None
    kind: str | None
    aliases: tuple[str, ...]
    points_to: str | None
    modalities_in: tuple[str, ...]
    modalities_out: tuple[str, ...]
    context_window: int | None
    max_input_tokens: int | None
    max_output_tokens: int | None
    supports: dict[str, Ability]
    price_usd_per_million: dict[str, Decimal]
    lifecycle: tuple[LifecycleEvent, ...]
    replacement: str | None
    source: tuple[str, ...]
    modalities_basis: str = ""
    long_context_price: dict[str, dict[str, Decimal]] = {}
    other_price_usd: dict[str, Decimal] = {}
    price_note: str = ""
    replacement_options: tuple[str, ...] = ()
    replacement_note: str = ""
    replacement_source_slug: str = ""
    replacement_by_surface: dict[str, SurfaceReplacement] = {}
    replacement_history: tuple[EarlierReplacement, ...] = ()
    statements: tuple[Said, ...] = ()
    corrections: tuple[Said, ...] = ()
    usage_share: tuple[Share, ...] = ()
    plans: dict[str, tuple[Plan, ...]] = {}
    channel_ids: dict[str, str] = {}
    date_history: tuple[EarlierDate, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[str, ...] = ()
    knowledge_cutoff: str = ""
    open_weights: bool | None = None
    # Derived there and derived here by code: read so that they are known, never carried over.
    status_on: str
    status_by_surface: dict[str, str] = {}
    notice_days: dict[str, int] = {}
    replacement_chain: tuple[str, ...] = ()


class ResearchPolicy(Strict, frozen=True):
    """A promise of notice."""

    provider: str
    surface: str
    min_notice: dict[str, str]
    source: str
    audience: str = ""
    note: str = ""


class ResearchMeta(Strict, frozen=True, rename={"schema_": "schema"}):
    """What holds for the whole file."""

    schema_: str
    generated: str
    currency: str
    unit: str
    licence_note: str
    precision_values: dict[str, str]
    surfaces: tuple[str, ...]
    event_values: tuple[str, ...]
    status_values: tuple[str, ...]
    caveats: tuple[str, ...]
    policies: tuple[ResearchPolicy, ...]
    observed_notice_days: dict[str, dict[str, int]]
    counts: dict[str, int | dict[str, int]]


class ResearchCatalog(Strict, frozen=True):
    """The whole file."""

    meta: ResearchMeta
    models: tuple[ResearchModel, ...]


class OwnModels(Strict, frozen=True):
    """``own_models.json``: the models that come with Outlast, of which nobody else has anything to say."""

    models: tuple[ResearchModel, ...]


def read_research(path: Path) -> ResearchCatalog:
    """The research catalogue with Outlast's own models, or an error that names the field which nobody expects."""
    research = msgspec.json.decode(path.read_bytes(), type=ResearchCatalog)
    own = msgspec.json.decode(OWN.read_bytes(), type=OwnModels)
    return msgspec.structs.replace(research, models=(*research.models, *own.models))
