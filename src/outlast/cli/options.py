"""The options that commands share, and the frozen value that they become.

It knows ``--config``, ``--format``, ``--today``, ``--quiet``. It does not know what a command prints.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from outlast.settings import Settings, load_settings

Command = TypeVar("Command", bound=Callable[..., Any])

DAYS_OF = {"d": 1, "w": 7}


class Day(click.ParamType[dt.date]):
    """A UTC day, written ``2026-02-17``."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Read the day, or say what a day looks like."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a day; write it like 2026-02-17", param, ctx)


class Days(click.ParamType[int]):
    """A number of days, written ``90d`` or ``12w``; a bare number is days."""

    name = "days"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the length, or say what one looks like."""
        if isinstance(value, int):
            return value
        text = str(value).strip().lower()
        number, unit = (text[:-1], text[-1]) if text[-1:] in DAYS_OF else (text, "d")
        if not number.isdecimal():
            self.fail(f"{value!r} is not a number of days; write it like 90d or 12w", param, ctx)
        return int(number) * DAYS_OF[unit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What every command that reads data starts from."""

    settings: Settings
    today: dt.date
    """The rehearsed day (flag, then configuration), else the real one, UTC."""
    rehearsed: bool
    format: str
    quiet: bool


def shared(formats: tuple[str, ...] = ("text", "json"), *, today: bool = True) -> Callable[[Command], Command]:
    """Add the shared options to a command; it receives them as one ``Context`` through ``open_context``.

    A command that changes something has no ``today``: no day can be rehearsed by it.
    """

    def decorate(command: Command) -> Command:
        rehearsal = (click.option("--today", type=Day(), metavar="DATE", help="Rehearse a day (UTC)."),)
        for option in (
            click.option("--quiet", is_flag=True, help="Results only, no notes."),
            *(rehearsal if today else ()),
            click.option("--format", "format_", type=click.Choice(formats), default=formats[0], show_default=True),
            click.option(
                "--config", type=click.Path(path_type=Path, dir_okay=False), help="Default: ./outlast.toml, if there."
            ),
        ):
            command = option(command)
        return command

    return decorate


def open_context(*, config: Path | None, format_: str, today: dt.date | None, quiet: bool) -> Context:
    """Load the configuration (the empty one where there is none) and settle which day it is."""
    settings = load_settings(config)
    rehearsed = today or settings.server.today
    return Context(
        settings=settings,
        today=rehearsed or dt.datetime.now(dt.UTC).date(),
        rehearsed=rehearsed is not None,
        format=format_,
        quiet=quiet,
    )
