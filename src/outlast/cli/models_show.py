"""``models show``: everything known of one model, as a document.

It knows which facts are shown and under which key. It does not know how they look (``cli.models_text``).
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from outlast.catalog.chain import recommended
from outlast.catalog.claims import Claim
from outlast.catalog.models import Model, Price
from outlast.catalog.notice import notices
from outlast.catalog.port import Step
from outlast.catalog.store import Catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One model, on one day."""

    model: Model
    knowledge: Catalog
    today: dt.date


def show_document(subject: Subject) -> dict[str, object]:
    """The JSON document: claims first, what was derived from them by surface."""
    model, knowledge = subject.model, subject.knowledge
    return {
        "id": model.ref,
        "name": model.name,
        "kind": model.kind or None,
        "family": model.family or None,
        "today": subject.today,
        "catalogue_day": knowledge.day,
        "surfaces": [surface_document(subject, surface) for surface in model.surfaces],
        "claims": [claim_document(claim) for claim in model.claims],
        "conflicts": [*dated_conflicts(subject), *(asdict(conflict) for conflict in model.conflicts)],
        "statements": [asdict(statement) for statement in model.statements],
        "usage_share": [asdict(share) for share in model.usage],
        "plans": [asdict(plan) for plan in model.plans],
        "recommendations": [asdict(recommendation) for recommendation in model.recommendations],
        "price_usd_per_million": price_document(model.price),
        "abilities": model.abilities,
        "context_window": model.context_window,
        "max_input_tokens": model.max_input_tokens,
        "max_output_tokens": model.max_output_tokens,
        "modalities_in": model.modalities_in,
        "modalities_out": model.modalities_out,
        "modalities_basis": model.modalities_basis or None,
        "aliases": model.aliases,
        "points_to": model.points_to,
        "channel_ids": model.channel_ids,
        "knowledge_cutoff": model.knowledge_cutoff or None,
        "open_weights": model.open_weights,
        "policies": [asdict(policy) for policy in knowledge.policies(model.provider)],
        "observed_notice": [asdict(entry) for entry in knowledge.observed_notice(model.provider)],
        "sources": model.sources,
    }


def surface_document(subject: Subject, surface: str) -> dict[str, object]:
    """One clock: status, end, notice given, and the whole successor chain."""
    model, today = subject.model, subject.today
    standing = subject.knowledge.standing(model.ref, surface, today)
    chain = subject.knowledge.chain(model.ref, surface, today)
    given = {notice.surface: notice.days for notice in notices(model.claims)}
    choice = recommended(model, surface)
    return {
        "surface": surface,
        "status": standing.status,
        "unsure": standing.unsure,
        "announced": standing.announced,
        "deprecated": standing.deprecated,
        "ends": standing.ends,
        "precision": standing.precision,
        "days_left": (standing.ends - today).days if standing.ends else None,
        "notice_days": given.get(surface),
        "redirect_to": standing.redirect_to,
        "conflicts": [claim_document(claim) for claim in standing.conflicts],
        "recommended": choice.model if choice else None,
        "chain": [step_document(step) for step in chain.steps],
        "successor": chain.living,
        "why_none": chain.why_none or None,
    }


def dated_conflicts(subject: Subject) -> Iterator[dict[str, object]]:
    """Every disputed or overridden date, beside the one that is followed."""
    for claim in subject.model.claims:
        rivals = [c for c in subject.model.claims if c.decides and (c.event, c.surface) == (claim.event, claim.surface)]
        overridden = claim.overtaken and any(rival.origin == "user" for rival in rivals)
        if claim.disputed or overridden:
            yield {
                "event": claim.event,
                "surface": claim.surface,
                "kept": [rival.said for rival in rivals],
                "other": claim.said,
                "precision": claim.precision,
                "source": claim.source,
            }


def step_document(step: Step) -> dict[str, object]:
    """One link of a chain; ``skipped`` says why the chain went on."""
    return {
        "model": step.model,
        "status": step.standing.status,
        "ends": step.standing.ends,
        "precision": step.standing.precision,
        "skipped": step.skipped or None,
    }


def claim_document(claim: Claim) -> dict[str, object]:
    """One claim; ``date`` as its source put it, ``counts_from`` the day that it stands for."""
    return {
        "surface": claim.surface,
        "event": claim.event,
        "date": claim.said,
        "counts_from": claim.date,
        "precision": claim.precision,
        "source": claim.source,
        "seen": claim.seen,
        "origin": claim.origin,
        "decides": claim.decides,
        "disputed": claim.disputed,
        "overtaken": claim.overtaken,
        "note": claim.note or None,
        "basis": claim.basis or None,
        "provider_state": claim.provider_state or None,
        "redirect_to": claim.redirect_to,
        "redirect_effort": claim.redirect_effort,
        "redirect_billed_at": claim.redirect_billed_at or None,
    }


def price_document(price: Price | None) -> dict[str, object] | None:
    """Every published amount; null where the provider publishes none."""
    if price is None:
        return None
    return {
        "input": price.input,
        "cached_input": price.cached_input,
        "cache_write": price.cache_write,
        "output": price.output,
        "reasoning_output": price.reasoning_output,
        "audio_input": price.audio_input,
        "audio_output": price.audio_output,
        "other": price.other,
        "above_tokens": price.above_tokens,
        "above": price_document(price.above),
        "usd_per_unit": price.per_unit,
    }
