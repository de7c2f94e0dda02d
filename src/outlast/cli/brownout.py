"""``outlast brownout``: announced minutes in which a virtual model is missing, or its successor answers.

It knows the three commands and what each prints. It does not know what a window does to a call (``wiring.brownouts``)
nor where windows are kept.
"""

import datetime as dt
import difflib
import re
from collections.abc import Sequence
from pathlib import Path

import click

from outlast.cli.brownout_shown import brownout_document, spelled
from outlast.cli.options import Context, open_context, shared
from outlast.cli.output import note, print_json, print_table, printable
from outlast.errors import SettingsInvalid
from outlast.rollout.brownout import Serve, Window, announced, parse_windows
from outlast.wiring.brownout_desk import reschedule, schedules, successor_in

_BEGINS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?Z?")


@click.group()
def brownout() -> None:
    """Take a name away for some announced minutes: forgotten callers show themselves before the real day.

    A change is in effect within two seconds in every gateway that uses the same database.
    """


@brownout.command("add")
@click.argument("name")
@click.argument("windows", metavar="WINDOW[,WINDOW]...")
@click.option(
    "--serve",
    type=click.Choice(("410", "successor")),
    default="410",
    show_default=True,
    help="410: the name answers as a retired model does. successor: the successor answers.",
)
@click.option(
    "--keys", multiple=True, metavar="PATTERN", help="Only for keys like this: batch, team-*; may be repeated."
)
@shared(today=False)
def add_command(
    name: str,
    windows: str,
    *,
    serve: Serve,
    keys: Sequence[str],
    config: Path | None,
    format_: str,
    quiet: bool,
) -> None:
    """Announce brown-outs of the virtual model NAME: their beginnings in UTC, and minutes.

    \b
      outlast brownout add assistant 2027-01-05T10:00Z+15m,2027-01-12T10:00Z+60m
      outlast brownout add assistant 2027-01-05T10:00Z+15m --serve successor --keys 'team-*'
    """
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    wanted = parse_windows(windows, serve=serve, keys=keys)
    now = _now()
    over = next((each for each in wanted if each.ends <= now), None)
    if over is not None:
        raise SettingsInvalid(f"the brown-out {spelled(over)} is over already")
    _must_be_virtual(name, context)
    if serve == "successor" and successor_in(context.settings, name, context.today) is None:
        raise SettingsInvalid(
            f'{name} has no successor that can be asked: declare [models."{name}"] successor = "provider/model", '
            "or begin a rollout"
        )
    kept = reschedule(context.settings, name, lambda known: (*announced(known, now), *wanted))
    _show({name: kept}, context)
    note("In effect in every gateway within two seconds; `outlast notices send` tells who called it.", quiet=quiet)


@brownout.command("list")
@click.argument("name", required=False)
@click.option("--all", "past", is_flag=True, help="Those that are over, too.")
@shared()
def list_command(
    name: str | None, *, past: bool, config: Path | None, format_: str, today: dt.date | None, quiet: bool
) -> None:
    """Brown-outs to come and under way, of every name or of NAME; with --today, from that day's beginning on."""
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    now = _now() if today is None else dt.datetime.combine(today, dt.time(), dt.UTC)
    found = {of: each if past else announced(each, now) for of, each in schedules(context.settings).items()}
    _show({of: each for of, each in found.items() if each and name in (None, of)}, context)


@brownout.command("remove")
@click.argument("name")
@click.argument("begins", required=False)
@shared(today=False)
def remove_command(name: str, begins: str | None, *, config: Path | None, format_: str, quiet: bool) -> None:
    """Call off the brown-out of NAME that BEGINS then (2027-01-05T10:00Z), or all of them; one under way ends."""
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    now, at = _now(), None if begins is None else _beginning(begins)
    gone: list[Window] = []

    def without(known: Sequence[Window]) -> Sequence[Window]:
        gone.extend(each for each in announced(known, now) if at in (None, each.begins))
        return [each for each in known if each not in gone]

    kept = reschedule(context.settings, name, without)
    if not gone:
        raise SettingsInvalid(f"{name} has no such brown-out; `outlast brownout list` shows those that it has")
    _show({name: announced(kept, now)}, context)
    note(f"{len(gone)} called off", quiet=quiet)


def _beginning(text: str) -> dt.datetime:
    if not _BEGINS.fullmatch(text.partition("+")[0]):
        raise SettingsInvalid(f"{text!r} is no beginning; write it like 2027-01-05T10:00Z")
    return parse_windows(f"{text.partition('+')[0]}+1m")[0].begins


def _must_be_virtual(name: str, context: Context) -> None:
    if name not in context.settings.models:
        near = difflib.get_close_matches(name, context.settings.models, 3, 0.5) or list(context.settings.models)[:3]
        hint = f"; there are {', '.join(near)}" if near else ""
        raise SettingsInvalid(f"{name!r} is no virtual model, and only those have brown-outs{hint}")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _show(found: dict[str, tuple[Window, ...]], context: Context) -> None:
    if context.format == "json":
        print_json([{"name": name, **brownout_document(each)} for name, windows in found.items() for each in windows])
        return
    rows = [
        (
            printable(name),
            spelled(each),
            f"{each.ends:%Y-%m-%d %H:%M}",
            each.serve,
            ", ".join(each.keys) or "everybody",
        )
        for name, windows in found.items()
        for each in windows
    ]
    if not rows:
        click.echo("No brown-out is announced; `outlast brownout add NAME WINDOW` announces one.")
        return
    print_table("", ("NAME", "WINDOW", "UNTIL (UTC)", "SERVES", "FOR"), rows)
