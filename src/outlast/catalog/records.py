"""The shape of the package's data files, and how they are read.

It knows the words that ``tools/build_catalog.py`` writes: one file per provider, a table of sources, and what the
providers promise. It does not know what the rest of the program makes of them (``catalog.entries``).
"""

import datetime as dt
from decimal import Decimal
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

from outlast.catalog.claims import Event, Precision
from outlast.catalog.models import Ability


class SourceRecord(msgspec.Struct, frozen=True, gc=False):
    """One source: its full text, and the day it says this was so (null: the catalogue's own day)."""

    says: str
    seen: dt.date | None = None


class AfterRecord(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What calls get after the end."""

    behaviour: str
    to: str
    billed_at: str
    reasoning_effort: str | None = None


class ClaimRecord(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One dated statement; ``source`` is a key of the table of sources."""

    event: Event
    surface: str
    date: str
    """A day, or a month such as ``2025-08``."""
    precision: Precision
    source: str = ""
    seen: str = ""
    """Only for earlier statements, which name no source: when it was said, in words."""
    basis: str = ""
    provider_state: str = ""
    note: str = ""
    after: AfterRecord | None = None
    disputed: bool = False
    overtaken: bool = False


class StatementRecord(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Something said that is no date of the life cycle."""

    kind: str
    says: str
    source: str = ""
    date: str = ""
    precision: str = ""
    surface: str = ""
    overtaken_by: str = ""
    kept: str = ""
    limits_substitution_of: str = ""
    quotes: tuple[str, ...] = ()
    """The provider's models whose price the statement quotes in this one's place."""


class RecommendationRecord(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A successor as the source names it: an id of the same provider where it has one."""

    model: str
    surface: str = ""
    """Empty: the provider's own surface."""
    source: str = ""
    seen: str = ""
    current: bool = True
    alternative: bool = False


class FieldConflictRecord(msgspec.Struct, frozen=True, gc=False):
    """Two sources and one field."""

    field: str
    kept: Ability
    other: Ability
    source: str
    reason: str


class UsageRecord(msgspec.Struct, frozen=True, gc=False):
    """A published share of use."""

    value: Decimal
    of: str
    surface: str
    date: str
    source: str


class PlanRecord(msgspec.Struct, frozen=True, gc=False):
    """Which plans had the model, as one source tells it."""

    surface: str
    plans: tuple[str, ...]
    date: str
    source: str


class LongContextRecord(msgspec.Struct, frozen=True, gc=False):
    """The prices past a threshold of input tokens."""

    above_tokens: int
    price: dict[str, Decimal]


class ModelRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One model as it is stored; what can be derived (status, notice, chain) is not."""

    id: str
    name: str = ""
    family: str = ""
    kind: str = ""
    aliases: tuple[str, ...] = ()
    points_to: str | None = None
    channel_ids: dict[str, str] = {}
    modalities_in: tuple[str, ...] = ()
    modalities_out: tuple[str, ...] = ()
    modalities_basis: str = ""
    context_window: int | None = None
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None
    knowledge_cutoff: str = ""
    open_weights: bool | None = None
    abilities: dict[str, Ability] = {}
    price: dict[str, Decimal] = {}
    """USD per million tokens."""
    long_context: LongContextRecord | None = None
    price_per_unit: dict[str, Decimal] = {}
    claims: tuple[ClaimRecord, ...] = ()
    recommendations: tuple[RecommendationRecord, ...] = ()
    statements: tuple[StatementRecord, ...] = ()
    conflicts: tuple[FieldConflictRecord, ...] = ()
    usage: tuple[UsageRecord, ...] = ()
    plans: tuple[PlanRecord, ...] = ()
    sources: tuple[str, ...] = ()


class ProviderFile(msgspec.Struct, frozen=True):
    """``data/models/PROVIDER.json``: its models, ordered by id."""

    provider: str
    models: tuple[ModelRecord, ...]


class PolicyRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """A promise of notice, in the provider's words."""

    provider: str
    surface: str
    min_notice: dict[str, str]
    source: str
    audience: str = ""
    note: str = ""


class AboutFile(msgspec.Struct, frozen=True):
    """``data/about.json``: the catalogue's own day, its sources and what holds for whole providers."""

    day: dt.date
    """As of which day the catalogue speaks."""
    currency: str
    unit: str
    caveats: tuple[str, ...]
    surfaces: tuple[str, ...]
    precision: dict[str, str]
    """What each word of precision means."""
    policies: tuple[PolicyRecord, ...]
    sources: dict[str, SourceRecord]


def _data() -> Traversable:
    return files("outlast.catalog") / "data"


def read_about() -> AboutFile:
    """The catalogue's day, sources and policies."""
    return msgspec.json.decode((_data() / "about.json").read_bytes(), type=AboutFile)


def read_providers() -> tuple[ProviderFile, ...]:
    """Every provider's models, providers in the order of their names."""
    decoder = msgspec.json.Decoder(ProviderFile)
    entries = sorted((_data() / "models").iterdir(), key=lambda entry: entry.name)
    return tuple(decoder.decode(entry.read_bytes()) for entry in entries if entry.name.endswith(".json"))
