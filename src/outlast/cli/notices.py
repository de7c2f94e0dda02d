"""``outlast notices``: who is told that a model ends, by which way, and what was sent.

It knows the five commands, their options and exit codes. It does not know what is due (``notices``), how it is sent
(``delivery``) nor how it is shown (``cli.notices_views``).
"""

import datetime as dt
import time
from pathlib import Path

import click

from outlast.cli.exits import FINDINGS, FINE
from outlast.cli.notices_day import Day, day_of, draft_of
from outlast.cli.notices_views import STATE_WORDS, log_document, preview_document, print_log, print_preview, sent_text
from outlast.cli.options import Context, open_context, shared
from outlast.cli.output import note, print_json
from outlast.delivery.round import send_all
from outlast.delivery.store import NoticeStore
from outlast.errors import SettingsInvalid
from outlast.notices.calendar import calendar_of
from outlast.notices.feeds import atom_of, json_feed_of, model_eol_of
from outlast.wiring.notices import open_carriers, open_notices, outlook


@click.group()
def notices() -> None:
    """Tell whoever depends on a model, in time, that it ends.

    Who: keys that called it, their owners and teams, as [notices] in outlast.toml says. When: 90, 30, 7 and 1 days
    before the end, and when its date moves. Nothing is sent twice; `outlast notices send` is meant for a daily timer.
    """


def _day(context: Context, store: NoticeStore) -> Day:
    now = dt.datetime.combine(context.today, dt.time(), dt.UTC) if context.rehearsed else dt.datetime.now(dt.UTC)
    found = outlook(context.settings, context.today, now)
    return day_of(context.settings, found, store, today=context.today, now=now)


@notices.command()
@click.option("--full", is_flag=True, help="With each text, as its recipient would read it.")
@shared()
def preview(*, config: Path | None, format_: str, today: dt.date | None, quiet: bool, full: bool) -> None:
    """Show who is to be told what, and where; nothing is sent or written."""
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    day = _day(context, open_notices(context.settings))
    if context.format == "json":
        print_json(preview_document(day, context.settings))
    else:
        print_preview(day, context.settings, full=full)


@notices.command()
@click.option("--dry-run", is_flag=True, help="Say what would be sent; send and write nothing.")
@click.option("--retry-dead", is_flag=True, help="Try again what was given up.")
@click.option("--retry-unknown", is_flag=True, help="Send again what may have arrived: somebody may be told twice.")
@shared(today=False)
def send(
    *, config: Path | None, format_: str, quiet: bool, dry_run: bool, retry_dead: bool, retry_unknown: bool
) -> int:
    """Send what is due and what still waits, each once. Exit 1 where something is given up or may be lost.

    A failed message is tried three times, then again by the next `send`, nine times in all.
    """
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    store = open_notices(context.settings)
    if dry_run:
        print_preview(_day(context, store), context.settings, full=False)
        return FINE
    if context.rehearsed:
        raise SettingsInvalid(
            f"[server] today = {context.today} rehearses a day, and a rehearsed day never sends; "
            "`outlast notices preview` shows what it would say"
        )
    carriers = open_carriers(context.settings)
    with store.alone():
        store.left_sending(time.time_ns())
        if retry_dead:
            store.again("dead", time.time_ns())
        if retry_unknown:
            store.again("unknown", time.time_ns())
        day = _day(context, store)
        store.note_dates(day.changed)
        store.keep([draft_of(each, context.settings) for each in day.everything], time.time_ns())
        done = send_all(store, carriers, unix_ns=time.time_ns, sleep=time.sleep)
    if context.format == "json":
        print_json({state: done.ends[state] for state in STATE_WORDS})
    else:
        click.echo(sent_text(done))
    if day.unreached:
        note(f"keys that nobody is told for: {len({use.key for use in day.unreached})}; see preview", quiet=quiet)
    return FINDINGS if done.ends["dead"] or done.ends["unknown"] or done.ends["waiting"] else FINE


@notices.command()
@click.option("--dead", is_flag=True, help="Only what was given up, what may be lost, and what still waits.")
@shared(today=False)
def log(*, config: Path | None, format_: str, quiet: bool, dead: bool) -> None:
    """Show every message with its state, the latest first."""
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    messages = [
        each for each in reversed(open_notices(context.settings).messages()) if not dead or each.state != "sent"
    ]
    if context.format == "json":
        print_json(log_document(messages))
    else:
        print_log(messages)


@notices.command()
@shared(("text",))
def calendar(*, config: Path | None, format_: str, today: dt.date | None, quiet: bool) -> None:
    """Print the ends of everything depended on as an iCalendar file.

    An event keeps its UID when its date moves, and its SEQUENCE rises, so that a calendar moves it.
    """
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    day = _noted(context)
    alarms = [each for each in context.settings.notices.days if each]
    click.echo(calendar_of(day.outlook.endings, day.known, alarms).encode(), nl=False)


@notices.command()
@click.option("--provider", metavar="NAME", help="eol: whose models, where there are several providers.")
@shared(("atom", "json", "eol"))
def feed(*, config: Path | None, format_: str, today: dt.date | None, quiet: bool, provider: str | None) -> None:
    """Print the ends of everything depended on as a feed: Atom, JSON Feed or model-eol."""
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    day = _noted(context)
    if format_ == "eol":
        text = model_eol_of(day.outlook.models, provider, context.today)
    else:
        text = (atom_of if format_ == "atom" else json_feed_of)(day.outlook.endings, day.known)
    click.echo(text.encode(), nl=False)


def _noted(context: Context) -> Day:
    """The day, its dates kept: what a calendar was given has to be told from the next date. No rehearsal is kept."""
    store = open_notices(context.settings)
    day = _day(context, store)
    if not context.rehearsed:
        store.note_dates(day.changed)
    return day
