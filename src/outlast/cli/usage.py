"""``outlast usage``: what was called, what it used and what it cost.

It knows the command's options and the shape of its answer. It does not know how calls are kept.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Literal

import click

from outlast.cli.amounts import usd_text
from outlast.cli.options import Day, open_context, shared
from outlast.cli.output import note, print_json, print_table
from outlast.exchange import UsageQuery, UsageRow
from outlast.wiring import open_record

Dimension = Literal["model", "served", "key", "day"]
_UNNAMED = {"model": "(no model)", "served": "(none called)", "key": "(no key)", "day": ""}
_TITLES = {"model": "MODEL", "served": "SERVED BY", "key": "KEY", "day": "DAY (UTC)"}


@click.command()
@click.option(
    "--by",
    type=click.Choice(("model", "served", "key", "day")),
    default="model",
    show_default=True,
    help="What the calls of one line share: the name asked for, the candidate that served, the key, the day.",
)
@click.option("--since", type=Day(), metavar="DATE", help="First day (UTC). Default: everything recorded.")
@click.option("--until", type=Day(), metavar="DATE", help="Last day (UTC), included.")
@shared()
def usage(
    *,
    config: Path | None,
    format_: str,
    today: dt.date | None,
    quiet: bool,
    by: Dimension,
    since: dt.date | None,
    until: dt.date | None,
) -> None:
    """Add up the recorded calls: count, cost and tokens, as the providers reported them.

    Money is the known list price of the model that answered. Lines come most expensive first, days in order.
    """
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    if since and until and until < since:
        raise click.UsageError(f"--until {until} lies before --since {since}")
    rows = open_record(context.settings).usage(UsageQuery(since=since, until=until, by=by))
    if by == "day":
        rows = sorted(rows, key=lambda row: row.name)
    if context.format == "json":
        print_json(usage_document(rows))
    else:
        print_usage(rows, by)
    for remark in remarks(rows, everything=since is None and until is None):
        note(remark, quiet=quiet)


def usage_document(rows: Sequence[UsageRow]) -> dict[str, object]:
    """The JSON answer; the total is the sum of these very lines, whatever is recorded meanwhile."""
    return {"total": _amounts(added(rows)), "by": [{"name": row.name, **_amounts(row)} for row in rows]}


def added(rows: Sequence[UsageRow]) -> UsageRow:
    """Lines as one."""
    return UsageRow(
        name="",
        calls=sum(row.calls for row in rows),
        failed=sum(row.failed for row in rows),
        cost_usd=sum((row.cost_usd for row in rows), Decimal(0)),
        unpriced_calls=sum(row.unpriced_calls for row in rows),
        input_tokens=sum(row.input_tokens for row in rows),
        cached_tokens=sum(row.cached_tokens for row in rows),
        cache_write_tokens=sum(row.cache_write_tokens for row in rows),
        output_tokens=sum(row.output_tokens for row in rows),
        reasoning_tokens=sum(row.reasoning_tokens for row in rows),
    )


def print_usage(rows: Sequence[UsageRow], by: Dimension) -> None:
    """The table, with its total below."""
    lines = [_line(row.name or _UNNAMED[by], row) for row in rows]
    if len(rows) != 1:
        lines.append(_line("total", added(rows)))
    print_table("", (_TITLES[by], "CALLS", "FAILED", "COST USD", "INPUT", "CACHED", "OUTPUT", "REASONING"), lines)


def remarks(rows: Sequence[UsageRow], *, everything: bool) -> list[str]:
    """What a reader of the sums should know beside them."""
    if not rows and everything:
        return ["Nothing is recorded yet. Run `outlast serve` and point a client's base_url at it."]
    if not rows:
        return ["Nothing is recorded in these days; `outlast usage` without dates shows everything."]
    unpriced = sum(row.unpriced_calls for row in rows)
    if unpriced:
        calls = "1 answered call has" if unpriced == 1 else f"{unpriced:,} answered calls have"
        return [f"{calls} no known price or no reported usage: the cost is without them."]
    return []


def _amounts(row: UsageRow) -> dict[str, object]:
    return {
        "calls": row.calls,
        "failed": row.failed,
        "cost_usd": None if row.unpriced_calls and not row.cost_usd else row.cost_usd,
        "unpriced_calls": row.unpriced_calls,
        "input_tokens": row.input_tokens,
        "cached_tokens": row.cached_tokens,
        "cache_write_tokens": row.cache_write_tokens,
        "output_tokens": row.output_tokens,
        "reasoning_tokens": row.reasoning_tokens,
    }


def _line(name: str, row: UsageRow) -> tuple[str, ...]:
    counts = (row.input_tokens, row.cached_tokens, row.output_tokens, row.reasoning_tokens)
    return (name, f"{row.calls:,}", f"{row.failed:,}", usd_text(row.cost_usd), *(f"{count:,}" for count in counts))
