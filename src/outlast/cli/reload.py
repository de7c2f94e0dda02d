"""``outlast reload``: a running gateway takes its configuration again, or says why not.

It knows how the gateway on a database is found, told and waited for. It does not know what a reload does.
"""

import datetime as dt
import os
import signal
import time
from pathlib import Path

import click

from outlast.cli.options import Context, open_context, shared
from outlast.cli.output import note, print_json
from outlast.errors import MachineError, SettingsInvalid
from outlast.settings import DEFAULT_FILE
from outlast.settings.file import read_configuration
from outlast.wiring.run_file import RunState, read_running
from outlast.wiring.source import digest

_LOOK_SECONDS = 0.02


@click.command()
@shared()
@click.option(
    "--timeout", type=click.FloatRange(min=0.1), default=30.0, show_default=True, help="Seconds to wait for its answer."
)
def reload(*, timeout: float, config: Path | None, format_: str, today: dt.date | None, quiet: bool) -> None:
    """Have the running gateway read its configuration again.

    The file is checked first. Running calls end as they began; new calls take the new configuration. A wrong one is
    refused, and the one before stays.
    """
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    text = read_configuration(config) or ""
    running = read_running(context.settings)
    _same_file(running, config)
    done = _asked(context, running, digest(text), timeout)
    if not done.last.ok:
        raise SettingsInvalid(f"the gateway refused: {'; '.join(done.last.says)}")
    _show(context, done)


def _same_file(running: RunState, config: Path | None) -> None:
    path = str((config or DEFAULT_FILE).resolve())
    if running.config != path:
        other = running.config or "no file: it was started without one, and a restart finds it"
        raise SettingsInvalid(f"the gateway on this database does not run {path} but {other}")


def _asked(context: Context, running: RunState, wanted: str, timeout: float) -> RunState:
    """The gateway's word on the text with this digest.

    Raises:
        MachineError: the gateway cannot be told, ended, or did not answer in time.
    """
    try:
        os.kill(running.pid, signal.SIGHUP)
    except PermissionError as error:
        raise MachineError(
            f"the gateway ({running.pid}) belongs to another user; run this command as that one"
        ) from error
    except ProcessLookupError as error:
        raise MachineError("the gateway has just ended") from error
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        now = read_running(context.settings)
        if now.last.number > running.last.number and now.last.digest == wanted:
            return now
        time.sleep(_LOOK_SECONDS)
    raise MachineError(
        f"the gateway ({running.pid}) did not say within {timeout:g} s what became of it; /readyz and its log do"
    )


def _show(context: Context, done: RunState) -> None:
    if context.format == "json":
        print_json({"generation": done.generation, "workers": done.workers, "needs_restart": list(done.last.says)})
        return
    processes = f", in {done.workers} processes" if done.workers > 1 else ""
    click.echo(f"Configuration {done.generation} is at work{processes}.")
    for each in done.last.says:
        note(f"outlast: {each}", quiet=context.quiet)
