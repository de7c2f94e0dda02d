"""``outlast pin``: keys and users who choose a model of a rollout themselves, up to a day.

It knows the three commands. It does not know when a pin holds (``rollout.assignment``) nor where it is kept.
"""

import datetime as dt
from pathlib import Path
from typing import Final

import click

from outlast.cli.exits import FINDINGS, FINE
from outlast.cli.options import Context, Day, open_context, shared
from outlast.cli.output import note, print_json, print_table
from outlast.errors import SettingsInvalid
from outlast.rollout.assignment import Pin
from outlast.rollout.plan import Arm
from outlast.wiring.keys import open_keys
from outlast.wiring.rollout_desk import incumbent_of, open_rollouts

ANY: Final = "any"


@click.group()
def pin() -> None:
    """Keys and users who choose for themselves: A, the old model while it lives, or B, the new one.

    A pin holds for conversations that begin after it, through its last day (UTC). A roll-back is above every pin: then
    everybody has A.
    """


_WHOSE = (
    click.option("--user", default="", metavar="USER", help="The user that requests name."),
    click.option("--key", default="", metavar="NAME", help="The key's name."),
)


@pin.command("add")
@click.argument("model")
@click.argument("arm", type=click.Choice(("A", "B")))
@_WHOSE[0]
@_WHOSE[1]
@click.option("--until", "ends", type=Day(), required=True, metavar="DATE", help="The last day on which it holds.")
@shared(today=False)
def add_command(
    model: str, arm: Arm, *, user: str, key: str, ends: dt.date, config: Path | None, format_: str, quiet: bool
) -> int:
    """Pin a key, a user, or a key's user to model A or B of MODEL's rollouts.

    The key has to be one of `outlast keys list`; a user is whatever requests say.

    \b
      outlast pin add support B --key beta-testers --until 2027-01-31
      outlast pin add support A --user ana --until 2027-01-31
    """
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    incumbent_of(context.settings, model)
    _named(key, user)
    if ends < context.today:
        raise SettingsInvalid(f"--until {ends} is over already; today is {context.today}")
    named = open_keys(context.settings).key(key).name if key else ""
    with open_rollouts(context.settings) as store:
        store.rollouts.pin(model, Pin(key=named, user=user, arm=arm, ends=ends))
        _show(store.rollouts.situation().pins, context)
    return FINE


@pin.command("list")
@shared()
def list_command(*, config: Path | None, format_: str, today: dt.date | None, quiet: bool) -> int:
    """Show every pin, and whether it still holds."""
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    with open_rollouts(context.settings) as store:
        found = store.rollouts.situation().pins
    _show(found, context)
    if not found:
        note("Nobody is pinned.", quiet=quiet)
    return FINE


@pin.command("remove")
@click.argument("model")
@_WHOSE[0]
@_WHOSE[1]
@shared(today=False)
def remove_command(model: str, *, user: str, key: str, config: Path | None, format_: str, quiet: bool) -> int:
    """Take a pin away: the next conversation is drawn as everybody's. Exit code 1: there was none."""
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    _named(key, user)
    with open_rollouts(context.settings) as store:
        there = store.rollouts.unpin(model, key, user)
        _show(store.rollouts.situation().pins, context)
    if not there:
        note(f"Nothing was pinned there for {model}.", quiet=quiet)
    return FINE if there else FINDINGS


def _named(key: str, user: str) -> None:
    if not (key or user):
        raise click.UsageError("whom? say --key NAME, --user USER, or both")


def _show(found: tuple[tuple[str, Pin], ...], context: Context) -> None:
    if context.format == "json":
        print_json([{**_document(model, one), "holds": context.today <= one.ends} for model, one in found])
        return
    rows = [
        (model, one.key or ANY, one.user or ANY, one.arm, f"{one.ends}", "" if context.today <= one.ends else "over")
        for model, one in found
    ]
    if rows:
        print_table("", ("MODEL", "KEY", "USER", "HAS", "UNTIL", ""), rows)


def _document(model: str, one: Pin) -> dict[str, object]:
    return {"model": model, "key": one.key, "user": one.user, "arm": one.arm, "until": one.ends}
