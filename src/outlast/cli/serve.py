"""``outlast serve``: the gateway as a process, from the first warning to the last drained stream.

It knows signals, the ready line and what an operator is told at start. It does not know how a call is served
(``wiring`` opens that).
"""

import datetime as dt
import errno
import os
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import click

from outlast.cli.loopback import is_loopback
from outlast.cli.options import Day as DayType
from outlast.cli.output import note
from outlast.errors import MachineError
from outlast.settings import ServerSettings
from outlast.settings.built_in import PACKAGED, configured
from outlast.web.listeners import open_listeners
from outlast.wiring.alone import serve_alone
from outlast.wiring.descriptors import raise_limit
from outlast.wiring.process import Start
from outlast.wiring.run_file import RunFile
from outlast.wiring.serving import Gateway
from outlast.wiring.source import Source, source_of
from outlast.wiring.supervisor import Supervisor
from outlast.wiring.telemetry import log_directly

_OTHERS = 0o007
"""The record may hold what people wrote: it is the operator's and their group's to read, nobody else's."""


class Workers(click.ParamType["int | Literal['auto']"]):
    """A number of processes, or ``auto``."""

    name = "workers"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int | Literal["auto"]:
        """Read the number, or say what one looks like."""
        if value == "auto":
            return "auto"
        if not (str(value).isdecimal() and int(str(value))):
            self.fail(f"{value!r} is no number of processes; write it like 2, or auto", param, ctx)
        return int(str(value))


@click.command()
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="Default: ./outlast.toml, if there.")
@click.option("--host", help="Instead of [server] host.")
@click.option("--port", type=click.IntRange(0, 65535), help="Instead of [server] port; 0 takes a free one.")
@click.option(
    "--workers", type=Workers(), metavar="N", help="Instead of [server] workers: processes; auto: one per core."
)
@click.option("--today", type=DayType(), metavar="DATE", help="Rehearse a day (UTC).")
@click.option("--quiet", is_flag=True, help="No warnings at start.")
def serve(
    *,
    config: Path | None,
    host: str | None,
    port: int | None,
    workers: int | Literal["auto"] | None,
    today: dt.date | None,
    quiet: bool,
) -> None:
    """Run the gateway: an OpenAI-compatible API whose model names outlast their models."""
    run(source_of(config, host=host, port=port, workers=workers), today=today, quiet=quiet)


Advise = Callable[[Start, Gateway], Sequence[str]]


def run(
    source: Source,
    *,
    today: dt.date | None,
    quiet: bool,
    advise: Advise | None = None,
    then: Callable[[], None] = lambda: None,
) -> None:
    """Serve until told to stop.

    Args:
        source: the configuration.
        today: a day to rehearse.
        quiet: no warnings at start.
        advise: what is done and said once it is open, instead of the warnings alone.
        then: what is done when it has been said where it listens.
    """
    text = source.text()
    settings = source.settings(text)
    server = settings.server
    os.umask(os.umask(_OTHERS) | _OTHERS)
    log_directly(settings.log.format)
    start = Start(
        source=source,
        text=text,
        settings=settings,
        rehearsed=today or server.today,
        reachable=not is_loopback(server.host),
        advise=advise or warnings,
    )

    def ready(advice: Sequence[str], bound_host: str, bound_port: int) -> None:
        for line in advice:
            note(f"outlast: {line}", quiet=quiet)
        shown = f"[{bound_host}]" if ":" in bound_host else bound_host
        chat = f"\nchat at http://{_to_visit(shown)}:{bound_port}/chat" if settings.chat.enabled else ""
        click.echo(f"listening on http://{shown}:{bound_port}{chat}")
        then()

    raise_limit()
    run_file = RunFile(settings)
    try:
        listeners = _listeners(server.host, server.port)
        number = processes(server.workers)
        if number == 1:
            serve_alone(start, listeners, run_file, ready)
        else:
            Supervisor(start, listeners, run_file, workers=number).run(ready)
    finally:
        run_file.close()


def _to_visit(host: str) -> str:
    """What a browser on this machine is given for an address that stands for all of them."""
    return {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)


def processes(workers: int | Literal["auto"]) -> int:
    """How many processes ``[server] workers`` means on this machine."""
    return len(os.sched_getaffinity(0)) if workers == "auto" else workers


def _listeners(host: str, port: int) -> tuple[socket.socket, ...]:
    try:
        return open_listeners(host, port)
    except OSError as exc:
        taken = exc.errno == errno.EADDRINUSE
        why = exc.strerror or str(exc)
        remedy = "`--port 0` takes a free one" if taken else "see [server] host and port, or --host and --port"
        raise MachineError(f"cannot listen on {host}:{port}: {why}; {remedy}") from exc


def warnings(start: Start, gateway: Gateway) -> list[str]:
    """What an operator should know before the first call; nothing here stops the gateway."""
    said: list[str] = []
    settings = gateway.current.settings
    if not configured(settings):
        own = f" but the models that come with Outlast ({PACKAGED}/…)" if settings.providers else ""
        said.append(f"no provider is configured{own}; `outlast init` writes an outlast.toml to start from")
    if start.rehearsed:
        said.append(f"rehearsing {start.rehearsed}: calendars, plans and prices move; records keep real time")
    said.extend(_of_keys(settings.server, gateway))
    said.extend(gateway.notices)
    for name in settings.models:
        route = gateway.routes.find(name)
        if route.plan is None:
            continue
        said.extend(f"{name}: {entry.target} is dropped: {entry.reason}" for entry in route.plan.dropped)
        if not route.attempts:
            said.append(f"{name}: no candidate is left; calls are answered with 410 until one is declared")
    return said


def _of_keys(server: ServerSettings, gateway: Gateway) -> list[str]:
    """Where nobody can call, or everybody."""
    reachable = not is_loopback(server.host)
    if reachable and server.require_key is False:
        return [f"[server] require_key = false on {server.host}: whoever reaches it spends your money"]
    if gateway.keys().empty and (reachable or server.require_key):
        return ["a key is required and none was created: every call is answered with 401; `outlast keys create NAME`"]
    return []
