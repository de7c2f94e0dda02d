"""Prices and moves as pages of text: the tables and lists of ``outlast price``.

It knows columns, order and wording. It does not know how anything shown was found.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import click
from rich.table import Table
from rich.text import Text

from outlast.catalog.abilities import Difference, Verdict
from outlast.catalog.amounts import usd_text
from outlast.catalog.models import Price
from outlast.catalog.move import Move, Part
from outlast.cli.amounts import ratio_text
from outlast.cli.models_text import ability_text
from outlast.cli.output import console
from outlast.cli.price_document import Offer, Side, threshold
from outlast.cli.standing_text import end_text

FIRST = ("input", "cached_input", "output")
"""The three lines that everybody compares come first."""
STANDS_IN = {"cached_input": "as input", "cache_write": "as input", "reasoning_output": "as output"}
HEADINGS: dict[Verdict, str] = {
    "lost": "Lost",
    "gained": "Gained",
    "changed": "Changed",
    "unknown": "Not known of both",
}


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
    click.echo(f"Sources: `outlast models show {made.old.ref}`, `outlast models show {made.new.ref}`")


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
    limits = {limit for limit in (threshold(made.old), threshold(made.new)) if limit is not None}
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
    return f"{difference.ability}: {ability_text(difference.old)} -> {ability_text(difference.new)}"


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
    table.add_column(Text(first), overflow="fold")
    for column in columns:
        table.add_column(Text(column), justify="right" if column else "left", no_wrap=True)
    return table
