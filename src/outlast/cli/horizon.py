"""``outlast horizon``: what this configuration and its traffic depend on, and when it ends.

It knows the command's options and its gate. It does not know how the calendar is made (``outlast.horizon``) nor
how it is shown (``cli.horizon_views``).
"""

import datetime as dt
import time
from pathlib import Path

import click

from outlast.cli.exits import FINDINGS, FINE
from outlast.cli.horizon_views import horizon_document, print_horizon
from outlast.cli.options import Days, open_context, shared
from outlast.cli.output import note, print_json
from outlast.horizon.calendar import horizon as calendar
from outlast.horizon.record import window_start_ns
from outlast.rollout.brownout import announced
from outlast.wiring import open_knowledge, open_record
from outlast.wiring.brownout_desk import schedules


@click.command()
@click.option(
    "--fail-within",
    type=Days(),
    metavar="DAYS",
    help="Exit 1 if a model has ended or ends within this time (90d, 12w); dates that are not sure count.",
)
@shared()
def horizon(*, config: Path | None, format_: str, today: dt.date | None, quiet: bool, fail_within: int | None) -> int:
    """Show when the models behind this configuration and its traffic end, and what each move costs.

    One line per virtual model, and per direct model called in the last 30 days; most urgent first. Calls and
    spend are those of the last 30 days, whatever day is rehearsed.
    """
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    knowledge = open_knowledge(context.settings)
    seen = open_record(context.settings).seen(window_start_ns(time.time_ns()))
    made = calendar(context.settings, seen, knowledge, context.today)
    begin = dt.datetime.combine(context.today, dt.time(), dt.UTC) if context.rehearsed else dt.datetime.now(dt.UTC)
    brownouts = {name: announced(windows, begin) for name, windows in schedules(context.settings).items()}
    if context.format == "json":
        print_json(horizon_document(made, brownouts))
    else:
        print_horizon(made, brownouts)
    if fail_within is None:
        return FINE
    due = [entry for entry in made.entries if entry.ends_within(fail_within)]
    if due:
        names = ", ".join(entry.name for entry in due)
        note(f"{len(due)} of {len(made.entries)} ended or end within {fail_within} days: {names}", quiet=quiet)
    return FINDINGS if due else FINE
