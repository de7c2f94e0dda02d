"""``outlast usage``: what was called, what it used and what it cost.

It knows the command's options and the shape of its answer. It does not know how calls are kept, nor how keys make
groups (``cli.usage_groups``).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, get_args

import click

from outlast.catalog.amounts import usd_text
from outlast.cli.options import Day, open_context, shared
from outlast.cli.output import note, print_json, print_table
from outlast.cli.usage_groups import added, grouped
from outlast.exchange import UsageQuery, UsageRow
from outlast.settings import Settings
from outlast.wiring import open_record
from outlast.wiring.keys import open_keys

Dimension = Literal["model", "served", "key", "day", "owner", "team", "tag"]
_TITLES: dict[Dimension, str] = {
    "model": "MODEL",
    "served": "SERVED BY",
    "key": "KEY",
    "day": "DAY (UTC)",
    "owner": "OWNER",
    "team": "TEAM",
    "tag": "TAG",
}
_UNNAMED: dict[Dimension, str] = {
    "model": "(no model)",
    "served": "(none called)",
    "key": "(no key)",
    "day": "",
    "owner": "(no owner)",
    "team": "(no team)",
    "tag": "(no tag)",
}


@click.command()
@click.option(
    "--by",
    type=click.Choice(get_args(Dimension)),
    default="model",
    show_default=True,
    help="What the calls of one line share: the name asked for, the candidate that served, the key, the day; "
    "or whom the key belongs to now: its owner, its team, each of its tags.",
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

    Where they reported none the tokens are estimates, and a remark says of how many calls.
    Money is the known list price of the model that answered. Lines come most expensive first, days in order.
    """
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    if since and until and until < since:
        raise click.UsageError(f"--until {until} lies before --since {since}")
    found, rows = lines(context.settings, since, until, by)
    if context.format == "json":
        print_json(usage_document(rows, added(found)))
    else:
        print_usage(rows, added(found), by)
    for remark in remarks(found, everything=since is None and until is None):
        note(remark, quiet=quiet)
    if by == "tag" and sum(row.calls for row in rows) > sum(row.calls for row in found):
        note("Calls of a key with several tags count in each; in the total they count once.", quiet=quiet)


def lines(
    settings: Settings, since: dt.date | None, until: dt.date | None, by: Dimension
) -> tuple[Sequence[UsageRow], Sequence[UsageRow]]:
    """Lines that have each call once, and the lines to be shown."""
    record = open_record(settings)
    match by:
        case "owner" | "team" | "tag":
            found = record.usage(UsageQuery(since=since, until=until, by="key"))
            return found, grouped(found, open_keys(settings).keys(), by)
        case "day":
            found = record.usage(UsageQuery(since=since, until=until, by=by))
            return found, sorted(found, key=lambda row: row.name)
        case _:
            found = record.usage(UsageQuery(since=since, until=until, by=by))
            return found, found


def usage_document(rows: Sequence[UsageRow], total: UsageRow) -> dict[str, object]:
    """The JSON answer; the total is the sum of what the lines were made of, whatever is recorded meanwhile."""
    return {"total": _amounts(total), "by": [{"name": row.name, **_amounts(row)} for row in rows]}


def print_usage(rows: Sequence[UsageRow], total: UsageRow, by: Dimension) -> None:
    """The table, with its total below."""
    cells = [_line(row.name or _UNNAMED[by], row) for row in rows]
    if len(rows) != 1:
        cells.append(_line("total", total))
    print_table("", (_TITLES[by], "CALLS", "FAILED", "COST USD", "INPUT", "CACHED", "OUTPUT", "REASONING"), cells)


def remarks(rows: Sequence[UsageRow], *, everything: bool) -> list[str]:
    """What a reader of the sums should know beside them."""
    if not rows and everything:
        return ["Nothing is recorded yet. Run `outlast serve` and point a client's base_url at it."]
    if not rows:
        return ["Nothing is recorded in these days; `outlast usage` without dates shows everything."]
    return list(_doubts(sum(row.unpriced_calls for row in rows), sum(row.estimated_calls for row in rows)))


def _doubts(unpriced: int, estimated: int) -> Iterator[str]:
    if unpriced:
        calls = "1 answered call has" if unpriced == 1 else f"{unpriced:,} answered calls have"
        yield f"{calls} no known price or no tokens: the cost is without them."
    if estimated:
        calls = "Of 1 call" if estimated == 1 else f"Of {estimated:,} calls"
        yield f"{calls} tokens and cost are estimates: the provider reported none, or the caller left before it could."


def _amounts(row: UsageRow) -> dict[str, object]:
    return {
        "calls": row.calls,
        "failed": row.failed,
        "cost_usd": None if row.unpriced_calls and not row.cost_usd else row.cost_usd,
        "unpriced_calls": row.unpriced_calls,
        "estimated_calls": row.estimated_calls,
        "input_tokens": row.input_tokens,
        "cached_tokens": row.cached_tokens,
        "cache_write_tokens": row.cache_write_tokens,
        "output_tokens": row.output_tokens,
        "reasoning_tokens": row.reasoning_tokens,
    }


def _line(name: str, row: UsageRow) -> tuple[str, ...]:
    counts = (row.input_tokens, row.cached_tokens, row.output_tokens, row.reasoning_tokens)
    return (name, f"{row.calls:,}", f"{row.failed:,}", usd_text(row.cost_usd), *(f"{count:,}" for count in counts))
