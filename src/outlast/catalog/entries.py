"""From a stored record to a ``Model``: sources spelled out, days read, prices typed.

It knows the stored shape and the shape that the program uses. It does not know files, the operator's own claims
or what a gateway observed.
"""

import calendar
import datetime as dt
from decimal import Decimal

from outlast.catalog.claims import Claim
from outlast.catalog.models import (
    FieldConflict,
    Model,
    PlanReport,
    Policy,
    Price,
    Recommendation,
    Statement,
    UsageShare,
    home_surface,
)
from outlast.catalog.records import AboutFile, ClaimRecord, ModelRecord, RecommendationRecord, StatementRecord

EARLIER_WORD = "an earlier statement kept in the catalogue's date history"
NAMED_PRICES = ("input", "cached_input", "cache_write", "output", "reasoning_output", "audio_input", "audio_output")
MONTH = len("2025-08")


def day_of(text: str) -> dt.date:
    """A day; a month such as ``2025-08`` is its last day."""
    if len(text) != MONTH:
        return dt.date.fromisoformat(text)
    year, month = int(text[:4]), int(text[5:])
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def price_of(words: dict[str, Decimal], *, per_unit: dict[str, Decimal], above: tuple[int, Price] | None) -> Price:
    """A price from the catalogue's words."""
    return Price(
        **{name: words.get(name) for name in NAMED_PRICES},
        above_tokens=above[0] if above else None,
        above=above[1] if above else None,
        other={name: amount for name, amount in words.items() if name not in NAMED_PRICES},
        per_unit=per_unit,
    )


class EntryReader:
    """Builds models of one catalogue; holds its table of sources and its day."""

    def __init__(self, about: AboutFile) -> None:
        self._sources = about.sources
        self._day = about.day

    def says(self, key: str) -> str:
        """The source's own words; an empty key is no source."""
        return self._sources[key].says if key else ""

    def model(self, provider: str, record: ModelRecord) -> Model:
        """The model of one record."""
        return Model(
            provider=provider,
            id=record.id,
            name=record.name or record.id,
            kind=record.kind,
            claims=tuple(self._claim(provider, record.id, claim) for claim in record.claims),
            recommendations=tuple(self._recommendation(provider, record, r) for r in record.recommendations),
            price=_price(record),
            abilities=record.abilities,
            context_window=record.context_window,
            max_input_tokens=record.max_input_tokens,
            max_output_tokens=record.max_output_tokens,
            modalities_in=record.modalities_in,
            modalities_out=record.modalities_out,
            modalities_basis=record.modalities_basis,
            aliases=record.aliases,
            points_to=record.points_to,
            statements=tuple(self._statement(provider, statement) for statement in record.statements),
            sources=tuple(self.says(key) for key in record.sources),
            family=record.family,
            knowledge_cutoff=record.knowledge_cutoff,
            open_weights=record.open_weights,
            channel_ids=record.channel_ids,
            conflicts=tuple(
                FieldConflict(field=c.field, kept=c.kept, other=c.other, source=self.says(c.source), reason=c.reason)
                for c in record.conflicts
            ),
            usage=tuple(
                UsageShare(value=u.value, of=u.of, surface=u.surface, date=u.date, source=self.says(u.source))
                for u in record.usage
            ),
            plans=tuple(
                PlanReport(surface=p.surface, plans=p.plans, date=p.date, source=self.says(p.source))
                for p in record.plans
            ),
        )

    def policies(self, about: AboutFile) -> tuple[Policy, ...]:
        """Every promise of notice."""
        return tuple(
            Policy(
                provider=p.provider,
                surface=p.surface,
                min_notice=p.min_notice,
                source=self.says(p.source),
                audience=p.audience,
                note=p.note,
            )
            for p in about.policies
        )

    def _claim(self, provider: str, model_id: str, record: ClaimRecord) -> Claim:
        after = record.after
        seen = self._sources[record.source].seen if record.source else _leading_day(record.seen)
        return Claim(
            model=f"{provider}/{model_id}",
            surface=record.surface,
            event=record.event,
            date=day_of(record.date),
            precision=record.precision,
            source=self.says(record.source) or EARLIER_WORD,
            seen=seen or self._day,
            note="; ".join(part for part in (record.seen and f"seen {record.seen}", record.note) if part),
            redirect_to=f"{provider}/{after.to}" if after else None,
            redirect_effort=after.reasoning_effort if after else None,
            redirect_billed_at=after.billed_at if after else "",
            basis=record.basis,
            provider_state=record.provider_state,
            month_only=len(record.date) == MONTH,
            disputed=record.disputed,
            overtaken=record.overtaken,
        )

    def _recommendation(self, provider: str, model: ModelRecord, record: RecommendationRecord) -> Recommendation:
        home = home_surface(provider, model.kind, {claim.surface for claim in model.claims})
        return Recommendation(
            model=f"{provider}/{record.model}",
            surface=record.surface or home,
            source=self.says(record.source),
            seen=record.seen,
            current=record.current,
            alternative=record.alternative,
        )

    def _statement(self, provider: str, record: StatementRecord) -> Statement:
        limits = record.limits_substitution_of
        return Statement(
            kind=record.kind,
            says=record.says,
            source=self.says(record.source),
            date=record.date,
            surface=record.surface,
            overtaken_by=record.overtaken_by,
            precision=record.precision,
            kept=record.kept,
            limits_substitution_of=f"{provider}/{limits}" if limits else "",
            quotes=tuple(f"{provider}/{model_id}" for model_id in record.quotes),
        )


def _leading_day(text: str) -> dt.date | None:
    """``2026-01-22 release notes`` begins with its day; ``early 2026 (…)`` has none."""
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None


def _price(record: ModelRecord) -> Price | None:
    if not (record.price or record.price_per_unit):
        return None
    long = record.long_context
    above = (long.above_tokens, price_of(long.price, per_unit={}, above=None)) if long else None
    return price_of(record.price, per_unit=record.price_per_unit, above=above)
