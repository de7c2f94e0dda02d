"""``outlast config``: what the configuration settles and where each word comes from; whether it can be used.

It knows the commands' options. It does not know words (``settings``) nor how they look (``cli.config_views``).
"""

import datetime as dt
from pathlib import Path

import click

from outlast.cli.config_views import document, rows, toml_lines
from outlast.cli.options import open_context, shared
from outlast.cli.output import note, print_json, print_table, printable
from outlast.settings import DEFAULT_FILE
from outlast.settings.built_in import configured
from outlast.settings.file import read_configuration
from outlast.settings.origins import effective
from outlast.wiring.trial import try_settings


@click.group()
def config() -> None:
    """Show or check the configuration."""


@config.command()
@click.option("--origin", is_flag=True, help="Where each word comes from: default, file and line, or flag.")
@shared(("text", "json", "toml"))
def show(*, origin: bool, config: Path | None, format_: str, today: dt.date | None, quiet: bool) -> None:
    """Print every word that is in force, with the defaults.

    Secrets are masked; env:NAME is shown as it stands. The TOML can be saved as a file, where no secret was masked.
    """
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    text = read_configuration(config)
    beside: dict[tuple[str, ...], tuple[object, str]] = {}
    if today is not None:
        beside["server", "today"] = (today, "--today")
    words = list(effective(context.settings, text or "", name=str(config or DEFAULT_FILE), beside=beside))
    if context.format == "json":
        print_json(document(words, origin=origin))
    elif context.format == "toml":
        for line in toml_lines(words, origin=origin):
            click.echo(printable(line))
    else:
        print_table("", ("WORD", "VALUE", "ORIGIN")[: 3 if origin else 2], rows(words, origin=origin))
    if text is None:
        note("There is no outlast.toml here: these are the defaults. `outlast init` writes one.", quiet=context.quiet)


@config.command()
@shared(today=False)
def check(*, config: Path | None, format_: str, quiet: bool) -> None:
    """Read the configuration as `outlast serve` would, and start nothing.

    Exit code: 0 it can be used, 2 it cannot; the message names the line. `outlast doctor` looks further.
    """
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    try_settings(context.settings)
    counts = {"providers": len(configured(context.settings)), "models": len(context.settings.models)}
    if context.format == "json":
        print_json(counts)
    else:
        click.echo(
            f"{config or DEFAULT_FILE} can be used: {counts['providers']} providers, {counts['models']} virtual models"
        )
