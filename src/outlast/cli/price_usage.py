"""What a provider's usage export would cost after the move: each model by itself, and all of them.

It knows which model a name in the file means, who takes over, and how the sums are shown. It does not know files
(``catalog.usage_export``) nor what a move costs (``catalog.move``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import click

from outlast.catalog.amounts import month_text
from outlast.catalog.mix import Mix, monthly_usd
from outlast.catalog.models import Model
from outlast.catalog.move import Move
from outlast.catalog.prices import rates_of
from outlast.catalog.store import Catalog
from outlast.catalog.usage_export import Counts, Export
from outlast.cli.output import print_table, printable
from outlast.cli.price_document import Side
from outlast.cli.standing_text import end_text
from outlast.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """One model of the file that somebody takes over from."""

    name: str
    """As the file says it."""
    counts: Counts
    before: Side
    after: Side
    made: Move


@dataclass(frozen=True, slots=True, kw_only=True)
class Staying:
    """One model of the file that nobody takes over from."""

    name: str
    counts: Counts
    side: Side
    mix: Mix

    @property
    def usd(self) -> Decimal | None:
        """What the file's tokens cost on it; None where a price is missing."""
        return monthly_usd(self.mix, rates_of(self.side.model.price))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """One name of the file that is no model here."""

    name: str
    counts: Counts
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """The whole file."""

    export: Export
    moving: Sequence[Moving]
    staying: Sequence[Staying]
    unknown: Sequence[Unknown]

    @property
    def unpriced(self) -> list[str]:
        """Models that a price is missing for; they are in no sum."""
        moving = [each.name for each in self.moving if each.made.difference_usd is None]
        return [*moving, *(each.name for each in self.staying if each.usd is None)]

    @property
    def usd(self) -> tuple[Decimal, Decimal]:
        """All priced models before and after."""
        pairs = [(each.made.old_usd, each.made.new_usd) for each in self.moving]
        pairs += [(each.usd, each.usd) for each in self.staying]
        known = [(old, new) for old, new in pairs if old is not None and new is not None]
        return sum((old for old, _ in known), Decimal(0)), sum((new for _, new in known), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricing:
    """How a name becomes a side, and a side a successor; what ``outlast price`` does for one model."""

    knowledge: Catalog
    settings: Settings
    provider: str
    """Whose names these are, as the operator says; else the file's columns may tell."""
    side: Callable[[str], Side]
    successor: Callable[[str, Side], Side | None]
    move: Callable[[Side, Side, Mix], Move]

    def bill(self, export: Export) -> Bill:
        """Every model of the file."""
        moving: list[Moving] = []
        staying: list[Staying] = []
        unknown: list[Unknown] = []
        for name, counts in export.models.items():
            ref, why = self._ref(name, export.owner)
            if ref is None:
                unknown.append(Unknown(name=name, counts=counts, why=why))
                continue
            mix = Mix(usage=counts.usage, calls=counts.calls or None, origin=export.origin)
            before = self.side(ref)
            after = self.successor(ref, before)
            if after is None or after.model.ref == before.model.ref:
                staying.append(Staying(name=name, counts=counts, side=before, mix=mix))
            else:
                made = self.move(before, after, mix)
                moving.append(Moving(name=name, counts=counts, before=before, after=after, made=made))
        return Bill(export=export, moving=moving, staying=staying, unknown=unknown)

    def _ref(self, name: str, owner: str) -> tuple[str | None, str]:
        """The name that the catalogue or the configuration has for it, or why there is none."""
        if name in self.settings.models:
            return name, ""
        provider = self.provider or owner
        for ref in (f"{self.provider}/{name}" if self.provider else name, name, f"{provider}/{name}"):
            if "/" in ref and (found := self._known(ref)) is not None:
                return found.ref, ""
        same = self.knowledge.with_id(name)
        if len(same) == 1 and not self.provider:
            return same[0], ""
        if len(same) > 1 and not self.provider:
            return None, f"a model of {' and '.join(ref.partition('/')[0] for ref in same)}; say whose with --provider"
        near = self.knowledge.closest(f"{provider}/{name}" if provider else name, 1)
        return None, f"nobody knows it{f'; closest: {near[0]}' if near else ''}"

    def _known(self, ref: str) -> Model | None:
        return self.knowledge.find(ref)


def bill_document(bill: Bill) -> dict[str, object]:
    """The whole file as data."""
    before, after = bill.usd
    export = bill.export
    return {
        "file": export.name,
        "rows": export.rows,
        "rows_left_out": export.left_out,
        "first_day": export.first,
        "last_day": export.last,
        "moves": [_moving_document(each) for each in bill.moving],
        "staying": [
            {"name": each.name, "model": each.side.model.ref, "life": _life(each.side), "usd": each.usd}
            | _tokens(each.counts)
            for each in bill.staying
        ],
        "unknown_models": [{"name": each.name, "why": each.why} | _tokens(each.counts) for each in bill.unknown],
        "unpriced": bill.unpriced,
        "from_usd": before,
        "to_usd": after,
        "difference_usd": after - before,
        "assumptions": assumptions(bill),
    }


def _moving_document(each: Moving) -> dict[str, object]:
    return {
        "name": each.name,
        "from": each.before.model.ref,
        "to": each.after.model.ref,
        "life": _life(each.before),
        "from_usd": each.made.old_usd,
        "to_usd": each.made.new_usd,
        "difference_usd": each.made.difference_usd,
        "lost": [one.ability for one in each.made.differences if one.verdict == "lost"],
    } | _tokens(each.counts)


def _tokens(counts: Counts) -> dict[str, object]:
    return {
        "rows": counts.rows,
        "calls": counts.calls or None,
        "input_tokens": counts.input,
        "cached_tokens": counts.cached,
        "cache_write_tokens": counts.written,
        "output_tokens": counts.output,
        "reasoning_tokens": counts.reasoning,
    }


def _life(side: Side) -> dict[str, object]:
    standing = side.standing
    return {"status": standing.status, "ends": standing.ends, "precision": standing.precision}


def assumptions(bill: Bill) -> list[str]:
    """What the figures rest on, each once."""
    told = dict.fromkeys(text for each in bill.moving for text in each.made.assumptions if "a month has" not in text)
    span = "the file's own span of days, not scaled to a month"
    left = (
        [f"{bill.export.left_out:,} rows count no tokens of a model and are left out"] if bill.export.left_out else []
    )
    return [span, *left, *told]


def print_bill(bill: Bill) -> None:
    """The whole file as a page."""
    click.echo(f"{printable(bill.export.origin)}\n")
    rows = [
        (
            each.name,
            end_text(each.before.standing),
            each.after.model.ref,
            *_counts_text(each.counts),
            _usd(each.made.old_usd),
            _usd(each.made.new_usd),
            _usd(each.made.difference_usd, signed=True),
        )
        for each in bill.moving
    ]
    rows += [
        (
            each.name,
            end_text(each.side.standing),
            "stays",
            *_counts_text(each.counts),
            _usd(each.usd),
            _usd(each.usd),
            "0",
        )
        for each in bill.staying
    ]
    before, after = bill.usd
    rows.append(("in all", "", "", "", "", _usd(before), _usd(after), _usd(after - before, signed=True)))
    print_table("", ("model", "life", "then", "input", "output", "USD", "then USD", "difference"), rows)
    if bill.unpriced:
        click.echo(f"\nWithout a price, and in no sum: {printable(', '.join(bill.unpriced))}")
    if bill.unknown:
        click.echo("\nNot known:")
        for each in bill.unknown:
            tokens = f"{each.counts.input:,} input and {each.counts.output:,} output tokens"
            click.echo(f"  - {printable(each.name)}: {tokens}; {printable(each.why)}")
    click.echo("\nAssumptions:")
    for text in assumptions(bill):
        click.echo(f"  - {printable(text)}")


def _counts_text(counts: Counts) -> tuple[str, str]:
    cached = f" ({counts.cached:,} cached)" if counts.cached else ""
    return f"{counts.input:,}{cached}", f"{counts.output:,}"


def _usd(amount: Decimal | None, *, signed: bool = False) -> str:
    if amount is None:
        return "unknown"
    return f"{'+' if signed and amount > 0 else ''}{month_text(amount)}"
