"""``outlast demo``: the whole story on loopback, with simulated models and OpenAI's own client.

It knows how to start the play. It does not know the acts (``outlast.demo``).
"""

import datetime as dt
import sys
from pathlib import Path

import click

from outlast.cli.options import Day
from outlast.errors import SettingsInvalid


@click.command()
@click.option("--stay", is_flag=True, help="Leave the gateway running at the end.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Keep the proof's report as this page.")
@click.option("--today", type=Day(), metavar="DATE", help="The day after the retirement.  [default: 2026-02-18]")
def demo(*, stay: bool, report: Path | None, today: dt.date | None) -> None:
    """A model retires, its application goes on, and its successor is put to the proof.

    No key, no network; nothing is left behind but the report, where you want one.
    """
    try:
        from outlast.demo import play  # noqa: PLC0415 - the client is an optional extra
    except ModuleNotFoundError as exc:
        raise SettingsInvalid(f"the demonstration needs {exc.name}: pip install 'outlast[demo]'") from exc
    play(sys.stdout, stay=stay, after=today, report=report)
