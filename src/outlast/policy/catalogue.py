"""The ends of a provider's models as the catalogue tells them, in the shape in which one's own are judged.

It knows which claim, recommendation and reported share speak of which surface. It does not know any rule.
"""

import datetime as dt
from collections.abc import Iterator

from outlast.catalog.claims import Claim, Standing
from outlast.catalog.models import Model
from outlast.catalog.port import Knowledge
from outlast.catalog.status import is_preview
from outlast.policy.retirement import Retirement, Share, Successor
from outlast.settings.policy import Stability


def catalogue_retirements(model: Model, knowledge: Knowledge, today: dt.date) -> Iterator[Retirement]:
    """One for every surface on which an end of the model is known.

    Notice counts from the first exact word of that end: what was said before a restoration spoke of another.
    """
    for surface in model.surfaces:
        standing = knowledge.standing(model.ref, surface, today)
        if standing.ends is None:
            continue
        yield Retirement(
            name=model.ref,
            surface=surface,
            stability=_stability(model.id),
            announced=_told(model.claims, surface, standing),
            ends=standing.ends if standing.precision == "exact" else None,
            successor=_successor(model, surface, knowledge, today),
            share=_share(model, surface),
        )


def _told(claims: tuple[Claim, ...], surface: str, standing: Standing) -> dt.date | None:
    here = [claim for claim in claims if claim.surface == surface and claim.decides]
    back = max((claim.date for claim in here if claim.event == "restored"), default=dt.date.min)
    ends = standing.ends or dt.date.max
    said = [
        claim.date
        for claim in here
        if claim.event in {"announced", "deprecated"} and claim.precision in {"exact", "unspecified"}
    ]
    return min((day for day in said if back <= day <= ends), default=None)


def _stability(model_id: str) -> Stability:
    return "preview" if is_preview(model_id) else "ga"


def _successor(model: Model, surface: str, knowledge: Knowledge, today: dt.date) -> Successor | None:
    named = [each for each in model.recommendations if each.surface == surface and each.current]
    first = next((each for each in named if not each.alternative), None)
    if first is None:
        return None
    found = knowledge.find(first.model)
    standing = knowledge.standing(first.model, surface, today)
    return Successor(
        name=first.model,
        stability=_stability(found.id) if found is not None else None,
        ends=standing.ends if standing.switches else None,
    )


def _share(model: Model, surface: str) -> Share | None:
    told = next((each for each in model.usage if each.surface == surface), None)
    return None if told is None else Share(value=told.value, of=f"{told.of}, {told.date}")
