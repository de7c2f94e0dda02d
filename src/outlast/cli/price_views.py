"""How prices and moves are shown: as one JSON document, or as a page of text.

It knows keys, columns and wording. It does not know how anything shown was found.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import click
from rich.table import Table
from rich.text import Text

from outlast.catalog.abilities import Difference, Verdict
from outlast.catalog.claims import Standing
from outlast.catalog.models import Ability, Model, Price
from outlast.catalog.move import ALWAYS, WHERE_PRICED, Move, Part
from outlast.cli.amounts import ratio_text, usd_text
from outlast.cli.output import console
from outlast.cli.standing_text import end_text

FIRST = ("input", "cached_input", "output")
"""The three lines that everybody compares come first."""
STANDS_IN = {"cached_input": "as input", "cache_write": "as input", "reasoning_output": "as output"}
TIER = ("input", "cached_input", "cache_write", "output")
HEADINGS: dict[Verdict, str] = {
    "lost": "Lost",
    "gained": "Gained",
    "changed": "Changed",
    "unknown": "Not known of both",
}


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
        "long_context": {"from_above_tokens": _threshold(made.old), "to_above_tokens": _threshold(made.new)},
        "from_usd": made.old_usd,
        "to_usd": made.new_usd,
        "difference_usd": made.difference_usd,
        "mix": _mix_document(made),
        "abilities": _abilities_document(made.differences),
        "said": list(made.said),
        "assumptions": [*made.assumptions, *(f"said {text}" for text in made.said)],
        "also_compared": [_offer_document(offer) for offer in instead],
        "life": {"from": _life_document(before), "to": _life_document(after)},
    }


def offers_document(offers: Iterable[Offer]) -> dict[str, object]:
    """Prices of several models as data."""
    return {"models": [_offer_document(offer) for offer in offers]}


def print_offers(offers: Sequence[Offer]) -> None:
    """One line a model; a note's other model follows the one that it is quoted for."""
    table = _table("USD per million tokens", "input", "cached input", "cache write", "output", "long context")
    for offer in offers:
        table.add_row(offer.model.ref, *_price_cells(offer.model.price))
        for other in offer.instead:
            table.add_row(f"  quoted instead: {other.model.ref}", *_price_cells(other.model.price))
    console().print(table)
    for offer in offers:
        for text in offer.notes:
            click.echo(f"{offer.model.ref}: {text}")


def print_move(made: Move, before: Side, after: Side, instead: Sequence[Offer]) -> None:
    """The comparison as a page: prices, a month, what is lost and gained, what was said, what it rests on."""
    for side in (before, after):
        click.echo(_life_text(side))
    click.echo()
    console().print(_parts_table(made, instead))
    click.echo()
    _print_list("Said", made.said)
    for line in _month_lines(made):
        click.echo(line)
    click.echo()
    if all(one.verdict != "lost" for one in made.differences):
        click.echo("Lost: nothing that is known\n")
    for verdict, heading in HEADINGS.items():
        _print_list(heading, [_difference_text(one) for one in made.differences if one.verdict == verdict])
    _print_list("Assumptions", made.assumptions)


def _parts_table(made: Move, instead: Sequence[Offer]) -> Table:
    others = [f"quoted instead: {offer.model.ref}" for offer in instead]
    table = _table("USD per million tokens", made.old.ref, made.new.ref, "", *others)
    for part in sorted(made.parts, key=lambda part: part.name not in FIRST):
        extra = [_cell(part.name, _price_of(offer.model.price, part.name)) for offer in instead]
        ratio = "" if part.ratio is None else ratio_text(part.ratio)
        table.add_row(_part_name(part, made), _cell(part.name, part.old), _cell(part.name, part.new), ratio, *extra)
    return table


def _part_name(part: Part, made: Move) -> str:
    if not part.name.startswith("long_context_"):
        return part.name.replace("_", " ")
    limits = {limit for limit in (_threshold(made.old), _threshold(made.new)) if limit is not None}
    over = " / ".join(f"{limit // 1000}k" for limit in sorted(limits))
    return f"{part.name.removeprefix('long_context_').replace('_', ' ')}, over {over}"


def _month_lines(made: Move) -> Iterator[str]:
    if made.mix is None:
        yield "A month: no token mix is given and none is recorded; say --input-tokens 10M --output-tokens 1M"
        return
    usage = made.mix.usage
    yield (
        f"A month ({made.mix.origin}): {usage.input_tokens:,} input tokens, {usage.cached_tokens:,} of them cached, "
        f"{usage.cache_write_tokens:,} written to the cache; {usage.output_tokens:,} output tokens, "
        f"{usage.reasoning_tokens:,} of them reasoning"
    )
    if made.old_usd is None or made.new_usd is None or made.difference_usd is None:
        yield "  its cost is not known: a price is missing"
        return
    sign = "+" if made.difference_usd > 0 else ""
    share = f" ({sign}{made.difference_usd / made.old_usd:.1%})" if made.old_usd else ""
    yield (
        f"  {usd_text(made.old_usd)} USD -> {usd_text(made.new_usd)} USD: "
        f"{sign}{usd_text(made.difference_usd)} USD{share}"
    )


def _difference_text(difference: Difference) -> str:
    return f"{difference.ability}: {_ability_text(difference.old)} -> {_ability_text(difference.new)}"


def _ability_text(value: Ability | None) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, tuple):
        return ", ".join(value) or "nothing"
    return str(value)


def _print_list(heading: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    click.echo(f"{heading}:")
    for line in lines:
        click.echo(f"  - {line}")
    click.echo()


def _life_text(side: Side) -> str:
    standing = side.standing
    return f"{side.model.ref} on {side.surface}: {standing.status}, {end_text(standing)}"


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


def _abilities_document(found: Sequence[Difference]) -> dict[str, object]:
    words: dict[str, object] = {
        verdict: [difference.ability for difference in found if difference.verdict == verdict] for verdict in HEADINGS
    }
    return words | {"details": [_difference_document(difference) for difference in found]}


def _difference_document(difference: Difference) -> dict[str, object]:
    return {
        "ability": difference.ability,
        "verdict": difference.verdict,
        "from": difference.old,
        "to": difference.new,
    }


def _threshold(model: Model) -> int | None:
    return model.price.above_tokens if model.price else None


def _price_of(price: Price | None, part: str) -> Decimal | None:
    tier = part.startswith("long_context_")
    offered = price.above if price and tier else price
    return None if offered is None else getattr(offered, part.removeprefix("long_context_"))


def _price_cells(price: Price | None) -> tuple[str, ...]:
    price = price or Price()
    cells = [_cell(name, getattr(price, name)) for name in ("input", "cached_input", "cache_write", "output")]
    tier = price.above
    if tier is None or price.above_tokens is None:
        return (*cells, "")
    over = " / ".join(_cell(name, getattr(tier, name)) for name in FIRST)
    return (*cells, f"over {price.above_tokens // 1000}k: {over}")


def _cell(part: str, amount: Decimal | None) -> str:
    if amount is not None:
        return usd_text(amount)
    if part.startswith("long_context_"):
        return "no tier"
    return f"none, {STANDS_IN[part]}" if part in STANDS_IN else "none"


def _table(first: str, *columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(Text(first))
    for column in columns:
        table.add_column(Text(column), justify="right" if column else "left", no_wrap=True)
    return table
