"""How the calendar is shown: as one JSON document, or as bars and figures.

It knows keys, columns, marks and their legend. It does not know how an entry came about.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

import click
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from outlast.catalog.amounts import month_text
from outlast.catalog.claims import Claim
from outlast.cli.brownout_shown import brownout_document, brownout_text
from outlast.cli.output import console, printable
from outlast.cli.standing_text import end_text
from outlast.cli.timeline import LEGEND, axis, bar
from outlast.horizon.calendar import Entry, Horizon
from outlast.horizon.successors import Successor
from outlast.horizon.words import BASES, MARKS, marks
from outlast.rollout.brownout import Window

NEXT_STEP = """\
Nothing depends on a model yet, as far as is known here. Next:
  outlast init                              writes an outlast.toml with a virtual model to start from
  outlast serve                             runs the gateway; what is called through it shows up here
  outlast models list --ending-within 90d   shows what ends soon anywhere"""

FIGURES = ("days", "share", "USD a month", "USD a month then")

DISPENSABLE = ((), ("successor",), ("successor", *FIGURES[2:]), ("successor", "bars", *FIGURES[2:]))
"""Columns that give way on a narrow terminal, in steps: the lines below the table name the successor too."""


Brownouts = Mapping[str, Sequence[Window]]
"""Windows to come and under way, by the requested name."""
NO_BROWNOUTS: Final[Brownouts] = {}


def horizon_document(made: Horizon, brownouts: Brownouts = NO_BROWNOUTS) -> dict[str, object]:
    """The calendar as data."""
    entries = [
        {**_entry_document(entry), "brownouts": [brownout_document(each) for each in brownouts.get(entry.name, ())]}
        for entry in made.entries
    ]
    return {"today": made.today, "calls": made.calls, "entries": entries}


def print_horizon(made: Horizon, brownouts: Brownouts = NO_BROWNOUTS) -> None:
    """The calendar as a page: one bar a line, its marks explained, then what each line's dates rest on."""
    if not made.entries:
        click.echo(NEXT_STEP)
        return
    click.echo(f"Horizon on {made.today}; calls recorded in the last 30 days: {made.calls:,}")
    click.echo()
    out = console()
    out.print(fitting_table(made, out))
    click.echo()
    click.echo(LEGEND)
    used = {mark for entry in made.entries for mark in marks(entry)}
    if used:
        click.echo("  ".join(f"{mark} {meaning}" for mark, meaning in MARKS.items() if mark in used))
    click.echo()
    for line in _remarks(made, brownouts):
        click.echo(printable(line))


def fitting_table(made: Horizon, out: Console) -> Table:
    """As many columns as there is room for: one left out misleads less than a day or a name cut short."""
    roomy = out.options.update(width=1000)
    tables = [_table(made, without) for without in DISPENSABLE]
    return next((t for t in tables if Measurement.get(out, roomy, t).maximum <= out.width), tables[-1])


def _table(made: Horizon, without: Collection[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    headings = ("name", "bars", "ends", *FIGURES[:3], "successor", FIGURES[3], "marks")
    titles = {"bars": axis(made.today), "marks": ""}
    for heading in (each for each in headings if each not in without):
        table.add_column(
            Text(titles.get(heading, heading)),
            justify="right" if heading in FIGURES else "left",
            no_wrap=heading in ("bars", "ends"),
            overflow="fold",
        )
    for entry in made.entries:
        cells = zip(headings, _cells(entry), strict=True)
        table.add_row(*(Text(printable(cell)) for heading, cell in cells if heading not in without))
    return table


def _cells(entry: Entry) -> tuple[str, ...]:
    standing = entry.standing
    return (
        entry.label,
        bar(entry.days_left, ended=entry.ended, unsure=standing.unsure),
        str(standing.ends or "no end known"),
        "" if entry.days_left is None else str(entry.days_left),
        f"{entry.calls_share:.1%}",
        _sum(entry.recorded.cost_usd),
        entry.successor.ref if entry.successor else "none known",
        _sum(entry.successor_monthly_cost_usd) if entry.successor else "",
        " ".join(marks(entry)),
    )


def _sum(amount: Decimal | None) -> str:
    return "unknown" if amount is None else month_text(amount)


def _remarks(made: Horizon, brownouts: Brownouts) -> Iterator[str]:
    for entry in made.entries:
        standing = entry.standing
        yield f"{entry.label}: {entry.model} on {entry.surface}, {standing.status}, {end_text(standing)}"
        for claim in standing.conflicts:
            yield f"  ! {claim.event} {claim.date} ({claim.precision}) says {claim.source}"
        if entry.successor is not None:
            yield f"  {_successor_text(entry.successor, entry)}"
        if entry.virtual and not entry.covered:
            yield '  no living successor is declared: name one, or say successor = "chain"'
        if entry.recorded.answered:
            yield f"  answered in its place: {', '.join(entry.recorded.answered)}"
        for window in brownouts.get(entry.name, ()):
            yield f"  brown-out {brownout_text(window)}"


def _successor_text(successor: Successor, entry: Entry) -> str:
    since = f" from {entry.switch_day}" if entry.covered and entry.switch_day else ""
    ends = f"; ends {successor.standing.ends} itself" if successor.standing.ends else ""
    passed = f"; declared but gone: {', '.join(successor.passed)}" if successor.passed else ""
    return f"successor {successor.ref} ({BASES[successor.basis]}){since}{ends}{passed}"


def _entry_document(entry: Entry) -> dict[str, object]:
    standing, recorded, successor = entry.standing, entry.recorded, entry.successor
    return {
        "name": entry.name,
        "virtual": entry.virtual,
        "target": entry.target,
        "model": entry.model,
        "surface": entry.surface,
        "status": standing.status,
        "ends": standing.ends,
        "precision": standing.precision,
        "unsure": standing.unsure,
        "conflicts": [_claim_document(claim) for claim in standing.conflicts],
        "days_left": entry.days_left,
        "switch_day": entry.switch_day,
        "calls": recorded.calls,
        "calls_share": entry.calls_share,
        "monthly_cost_usd": recorded.cost_usd,
        "unpriced_calls": recorded.unpriced_calls,
        "estimated_calls": recorded.estimated_calls,
        "redirected": recorded.redirected,
        "soft_gone": recorded.soft_gone,
        "answered": list(recorded.answered),
        "successor": successor.ref if successor else None,
        "successor_basis": successor.basis if successor else None,
        "successor_target": successor.target if successor else None,
        "successor_ends": successor.standing.ends if successor else None,
        "successor_monthly_cost_usd": entry.successor_monthly_cost_usd,
    }


def _claim_document(claim: Claim) -> dict[str, object]:
    return {"event": claim.event, "date": claim.date, "precision": claim.precision, "source": claim.source}
