"""``outlast keys``: who may call, what they may use and how much of it.

It knows the five commands and what each prints. It does not know how a key is kept (``ledger.keys_store``) nor what
its flags mean (``cli.keys_flags``).
"""

import datetime as dt
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from outlast.cli.broken_output import check_stdout
from outlast.cli.keys_flags import Wanted, key_flags, pattern_remarks
from outlast.cli.keys_shown import key_document, moment, note_of_secret, print_keys, show_secret
from outlast.cli.keys_words import NAME, NS, End, Ending, Length
from outlast.cli.options import Context, open_context, shared
from outlast.cli.output import note, print_json
from outlast.keys.key import Key
from outlast.ledger.keys_store import KeyStore
from outlast.wiring.keys import open_keys

_OTHERS = 0o007
"""As for the gateway: what is created is the operator's and their group's to read, nobody else's."""


@click.group()
def keys() -> None:
    """Keys of this gateway: who may call, what they may use and how much of it.

    A change takes effect within a second in every gateway that uses the same database, without a restart.
    """


@contextmanager
def _opened(context: Context) -> Iterator[KeyStore]:
    """The keys of the configuration; a database that has to be made is made as the gateway would."""
    before = os.umask(_OTHERS)
    os.umask(before | _OTHERS)
    try:
        yield open_keys(context.settings)
    finally:
        os.umask(before)


@keys.command("create")
@click.argument("name", type=NAME)
@key_flags
@shared(today=False)
def create_command(name: str, *, wanted: Wanted, config: Path | None, format_: str, quiet: bool) -> None:
    """Make a key and print its secret, once: it is kept nowhere.

    \b
      outlast keys create support --owner ana@example.com --team service --model 'openai/*'
      outlast keys create batch --requests-per-minute 60 --tokens-per-minute 20k --budget-month 100USD --expires 90d
    """
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    now = time.time_ns()
    check_stdout()
    with _opened(context) as store:
        key, secret = store.create(wanted.edit(Key(name=name, secrets=()), now))
    show_secret(key, secret, now_ns=now, as_json=context.format == "json")
    note_of_secret(key, quiet=quiet)
    _remark(key, context)


@keys.command("list")
@shared()
def list_command(*, config: Path | None, format_: str, today: dt.date | None, quiet: bool) -> None:
    """Every key that was ever created, with what its secrets begin with; never a secret.

    With --today, as it will be when that day begins.
    """
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    # A gateway that rehearses a day still holds keys to the real one: only the flag moves it here.
    now = time.time_ns() if today is None else int(dt.datetime.combine(today, dt.time(), dt.UTC).timestamp()) * NS
    with _opened(context) as store:
        known = store.keys()
    if context.format == "json":
        print_json([key_document(key, now) for key in known])
    else:
        print_keys(known, now)
    if not known:
        note("No key was created yet; `outlast keys create NAME` makes one.", quiet=quiet)


@keys.command("change")
@click.argument("name")
@key_flags
@shared(today=False)
def change_command(name: str, *, wanted: Wanted, config: Path | None, format_: str, quiet: bool) -> None:
    """Change what a key may do, whom it belongs to or when it ends; `none` lifts what was set.

    What is said replaces what there was: one --model replaces every pattern.

    \b
      outlast keys change support --model 'openai/*' --model assistant
      outlast keys change support --budget-day none --expires 2027-01-15
    """
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    if wanted.nothing:
        raise click.UsageError("nothing to change; say what, like --requests-per-minute 60")
    now = time.time_ns()
    with _opened(context) as store:
        key = store.change(name, lambda known: wanted.edit(known, now))
    _show(key, context, now)
    _remark(key, context)


@keys.command("rotate")
@click.argument("name")
@click.option(
    "--overlap",
    type=Length(),
    default="24h",
    show_default=True,
    metavar="24h",
    help="How long the earlier secrets still open it; 0 ends them now.",
)
@click.option("--expires", type=Ending(), metavar="90d|DATE", help="A new end of the key.  [default: as it is]")
@shared(today=False)
def rotate_command(
    name: str, *, overlap: int, expires: End | None, config: Path | None, format_: str, quiet: bool
) -> None:
    """Give a key a new secret and print it, once; the old one holds until the overlap ends."""
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    now = time.time_ns()
    wanted = Wanted(owner=None, team=None, plan=None, tags=(), models=(), limits={}, expires=expires)
    check_stdout()
    with _opened(context) as store:
        key, secret = store.rotate(name, overlap_ns=overlap, edit=lambda known: wanted.edit(known, now))
    show_secret(key, secret, now_ns=now, as_json=context.format == "json")
    note_of_secret(key, quiet=quiet)
    for old in key.secrets[:-1]:
        if old.usable(now):
            note(f"The one that begins with {old.prefix} holds until {moment(old.expires_ns)}.", quiet=quiet)


@keys.command("revoke")
@click.argument("named", metavar="NAME|PREFIX")
@shared(today=False)
def revoke_command(named: str, *, config: Path | None, format_: str, quiet: bool) -> None:
    """End a key for good by its NAME, or one of its secrets by what the secret begins with.

    A key whose secret was revoked by its PREFIX can be given another with `outlast keys rotate`.
    """
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    with _opened(context) as store:
        key, secret = store.revoke(named)
    _show(key, context, time.time_ns())
    what = f"The key {key.name} opens" if secret is None else f"The secret {secret.prefix}… of {key.name} opens"
    note(f"{what} nothing any more; a running gateway knows within a second.", quiet=quiet)


def _show(key: Key, context: Context, now: int) -> None:
    print_json(key_document(key, now)) if context.format == "json" else print_keys([key], now)


def _remark(key: Key, context: Context) -> None:
    for remark in pattern_remarks(key.models, context.settings):
        note(remark, quiet=context.quiet)
    if context.settings.server.require_key is False:
        note("[server] require_key = false: calls without any key are answered too.", quiet=context.quiet)
