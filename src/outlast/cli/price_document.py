"""Prices and moves as data: the JSON documents of ``outlast price``.

It knows keys. It does not know how anything in them was found.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from outlast.catalog.abilities import Difference, Verdict
from outlast.catalog.claims import Standing
from outlast.catalog.models import Model, Price
from outlast.catalog.move import ALWAYS, WHERE_PRICED, Move

TIER = ("input", "cached_input", "cache_write", "output")


@dataclass(frozen=True, slots=True)
class Side:
    """One of two compared models, on the surface where it is used."""

    model: Model
    surface: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Offer:
    """A model and its price."""

    model: Model
    notes: tuple[str, ...] = ()
    instead: tuple["Offer", ...] = ()
    """Models whose price a note says is quoted in this one's place."""


def move_document(made: Move, before: Side, after: Side, instead: Sequence[Offer]) -> dict[str, object]:
    """The comparison as data."""
    return {
        "from": made.old.ref,
        "to": made.new.ref,
        "parts": {part.name: {"from_usd": part.old, "to_usd": part.new} for part in made.parts},
        "long_context": {"from_above_tokens": threshold(made.old), "to_above_tokens": threshold(made.new)},
        "from_usd": made.old_usd,
        "to_usd": made.new_usd,
        "difference_usd": made.difference_usd,
        "mix": _mix_document(made),
        "abilities": _abilities_document(made.differences),
        "said": list(made.said),
        "assumptions": list(made.assumptions),
        "sources": {model.ref: list(model.sources) for model in (made.old, made.new)},
        "also_compared": [_offer_document(offer) for offer in instead],
        "life": {"from": _life_document(before), "to": _life_document(after)},
    }


def offers_document(offers: Iterable[Offer]) -> dict[str, object]:
    """Prices of several models as data."""
    return {"models": [_offer_document(offer) for offer in offers]}


def _abilities_document(found: Sequence[Difference]) -> dict[str, object]:
    words: dict[str, object] = {
        verdict: [difference.ability for difference in found if difference.verdict == verdict]
        for verdict in get_args(Verdict)
    }
    return words | {"details": [_difference_document(difference) for difference in found]}


def _difference_document(difference: Difference) -> dict[str, object]:
    return {
        "ability": difference.ability,
        "verdict": difference.verdict,
        "from": difference.old,
        "to": difference.new,
    }


def _life_document(side: Side) -> dict[str, object]:
    standing = side.standing
    return {
        "surface": side.surface,
        "status": standing.status,
        "ends": standing.ends,
        "precision": standing.precision,
    }


def _mix_document(made: Move) -> dict[str, object] | None:
    if made.mix is None:
        return None
    usage = made.mix.usage
    return {
        "origin": made.mix.origin,
        "calls": made.mix.calls,
        "input_tokens": usage.input_tokens,
        "cached_tokens": usage.cached_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "output_tokens": usage.output_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "long_context_share": made.mix.long_context_share,
    }


def _offer_document(offer: Offer) -> dict[str, object]:
    price = offer.model.price or Price()
    tier = price.above
    return {
        "id": offer.model.ref,
        "parts": {name: getattr(price, name) for name in (*ALWAYS, *WHERE_PRICED)},
        "above_tokens": price.above_tokens,
        "above": None if tier is None else {name: getattr(tier, name) for name in TIER},
        "other": price.other,
        "notes": list(offer.notes),
        "also_compared": [_offer_document(other) for other in offer.instead],
    }


def threshold(model: Model) -> int | None:
    """The input tokens past which the model's long-context tier holds; None: it has none."""
    return model.price.above_tokens if model.price else None
