"""``outlast db``: the file that calls are recorded in, copied, checked and told in numbers.

It knows the three commands and what each prints. It does not know how a copy is made (``ledger.backup``) nor what
is checked (``ledger.verify``).
"""

from dataclasses import asdict
from pathlib import Path

import click

from outlast.cli.exits import FINDINGS
from outlast.cli.options import Context, open_context, shared
from outlast.cli.output import note, print_json, print_table
from outlast.ledger.backup import back_up
from outlast.ledger.location import database_path
from outlast.ledger.summary import Summary, summarise
from outlast.ledger.verify import Verified, verify

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def db() -> None:
    """The record's file: a copy of it, whether it is whole, how large it is.

    All three may be used while a gateway records.
    """


@db.command("backup")
@click.argument("file", type=_FILE)
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@shared(today=False)
def backup_command(*, file: Path, force: bool, config: Path | None, format_: str, quiet: bool) -> None:
    """Copy the record into FILE: every call up to now, those that still wait in the journal too.

    Kept responses, rollouts, chats and notices are copied into files beside it, named after it. Only their owner can
    read them: they have names of keys, and what was said.

    \b
      outlast db backup outlast-monday.db
    """
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    made = back_up(_database(context), file, force=force)
    if context.format == "json":
        print_json({**asdict(made), "file": str(made.file), "beside": [str(each) for each in made.beside]})
    else:
        beside = "".join(f", with {each.name}" for each in made.beside)
        click.echo(f"{made.file}: {made.calls:,} calls, {_size(made.bytes)}{beside}")
    if made.from_journals and context.format != "json":
        note(f"{made.from_journals:,} records came from the journal, ahead of the database.", quiet=quiet)
    for remark in made.remarks:
        note(remark, quiet=quiet)


@db.command("verify")
@click.argument("file", type=_FILE, required=False)
@shared(today=False)
def verify_command(*, file: Path | None, config: Path | None, format_: str, quiet: bool) -> int:
    """Look whether the record, or a copy of it in FILE, is whole. Exit code 1: it is not.

    SQLite's own check of the file; the sums of every hour against its calls; the journal's records, and whether the
    database's place in them can be; and the same check of the files beside it: responses, rollouts, chats, notices.
    """
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    found = verify(file or _database(context))
    if context.format == "json":
        print_json(_verified_document(found))
    else:
        _print_verified(found)
    return FINDINGS if found.findings else 0


@db.command("info")
@shared(today=False)
def info_command(*, config: Path | None, format_: str, quiet: bool) -> None:
    """How large the record is, how many calls it has, since when, and what waits in the journal."""
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    summary = summarise(_database(context))
    if context.format == "json":
        print_json({**asdict(summary), "file": str(summary.file)})
    else:
        print_table("", ("WHAT", "IS"), _lines(summary))


def _database(context: Context) -> Path:
    return database_path(context.settings.server.database, context.settings.root)


def _verified_document(found: Verified) -> dict[str, object]:
    return {
        "file": str(found.file),
        "whole": not found.findings,
        "calls": found.calls,
        "hours_compared": found.hours,
        "waiting": found.waiting,
        "beside": [str(each) for each in found.beside],
        "findings": [finding._asdict() for finding in found.findings],
    }


def _print_verified(found: Verified) -> None:
    if found.findings:
        print_table("", ("CHECK", "FINDING"), [(finding.check, finding.says) for finding in found.findings])
        return
    waiting = f", {found.waiting:,} records wait in the journal" if found.waiting else ""
    beside = "".join(f", with {each.name}" for each in found.beside)
    click.echo(f"{found.file} is whole: {found.calls:,} calls, {found.hours:,} hours added up again{waiting}{beside}")


def _lines(summary: Summary) -> list[tuple[str, str]]:
    days = f"{summary.first_day} to {summary.last_day}" if summary.first_day else "none"
    return [
        ("file", str(summary.file)),
        ("size", f"{_size(summary.bytes)}, {_size(summary.free_bytes)} of it free"),
        ("calls", f"{summary.calls:,}, {summary.bodies:,} with what was said"),
        ("days (UTC)", days),
        ("journal", f"{_size(summary.journal_bytes)}, {summary.waiting:,} records wait for the database"),
        ("responses", f"{_size(summary.responses_bytes)} that callers asked to keep, in a file of their own"),
        ("rollouts", f"{_size(summary.rollouts_bytes)} of steps, assignments and what was measured, likewise"),
        ("chats", f"{_size(summary.chats_bytes)} of conversations and accounts, in a file of their own"),
        ("notices", f"{_size(summary.notices_bytes)} of dates that were seen and notices that were sent, likewise"),
        ("deleted", f"{summary.deleted_calls:,} calls and {summary.deleted_bodies:,} bodies, by [ledger] keep"),
        ("version", str(summary.version)),
    ]


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB"
