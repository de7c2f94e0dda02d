"""``outlast demo``: the whole story on loopback, with simulated models and OpenAI's own client.

It knows how to start the play. It does not know the acts (``outlast.demo``).
"""

import datetime as dt
import sys

import click

from outlast.cli.options import Day
from outlast.errors import SettingsInvalid


@click.command()
@click.option("--stay", is_flag=True, help="Leave the gateway running at the end.")
@click.option("--today", type=Day(), metavar="DATE", help="The day after the retirement.  [default: 2026-02-18]")
def demo(*, stay: bool, today: dt.date | None) -> None:
    """A model retires and its application goes on: no key, no network, nothing left behind."""
    try:
        from outlast.demo import play  # noqa: PLC0415 - the client is an optional extra
    except ModuleNotFoundError as exc:
        raise SettingsInvalid(f"the demonstration needs {exc.name}: pip install 'outlast[demo]'") from exc
    play(sys.stdout, stay=stay, after=today)
