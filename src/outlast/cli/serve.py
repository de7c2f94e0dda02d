"""``outlast serve``: the gateway as a process, from the first warning to the last drained stream.

It knows signals, the ready line and what an operator is told at start. It does not know how a call is served
(``wiring`` opens that).
"""

import asyncio
import datetime as dt
import errno
import ipaddress
import logging
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import click
import msgspec

from outlast.cli.options import Context, open_context
from outlast.cli.options import Day as DayType
from outlast.cli.output import note
from outlast.errors import MachineError
from outlast.settings import ServerSettings
from outlast.wiring.serving import Gateway, new_event_loop, open_gateway

GRACE_SECONDS = 10.0
"""How long running calls may take to end after a signal."""
_OTHERS = 0o007
"""The record may hold what people wrote: it is the operator's and their group's to read, nobody else's."""


@click.command()
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="Default: ./outlast.toml, if there.")
@click.option("--host", help="Instead of [server] host.")
@click.option("--port", type=click.IntRange(0, 65535), help="Instead of [server] port; 0 takes a free one.")
@click.option("--today", type=DayType(), metavar="DATE", help="Rehearse a day (UTC).")
@click.option("--quiet", is_flag=True, help="No warnings at start.")
def serve(*, config: Path | None, host: str | None, port: int | None, today: dt.date | None, quiet: bool) -> None:
    """Run the gateway: an OpenAI-compatible API whose model names outlast their models."""
    context = open_context(config=config, format_="text", today=today, quiet=quiet)
    server = context.settings.server
    overridden = msgspec.structs.replace(server, host=host or server.host, port=server.port if port is None else port)
    context = replace(context, settings=msgspec.structs.replace(context.settings, server=overridden))
    os.umask(os.umask(_OTHERS) | _OTHERS)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_serve(context))


async def _serve(context: Context) -> None:
    """Open, say so, wait for a signal, drain."""
    server = context.settings.server
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    gateway = open_gateway(
        context.settings,
        rehearsed=context.today if context.rehearsed else None,
        reachable=not is_loopback(server.host),
    )
    root = logging.getLogger()
    root.handlers, before = [gateway.telemetry.handler], root.handlers
    try:
        for line in warnings(context, gateway):
            note(f"outlast: {line}", quiet=context.quiet)
        bound_host, bound_port = await _start(gateway, server.host, server.port)
        shown = f"[{bound_host}]" if ":" in bound_host else bound_host
        click.echo(f"listening on http://{shown}:{bound_port}")
        await stop.wait()
    finally:
        await gateway.aclose(GRACE_SECONDS)
        root.handlers = before


async def _start(gateway: Gateway, host: str, port: int) -> tuple[str, int]:
    try:
        return await gateway.server.start(host, port)
    except OSError as exc:
        # The event loop's own text repeats the address as a tuple.
        taken = exc.errno == errno.EADDRINUSE
        why = os.strerror(exc.errno) if exc.errno and exc.errno > 0 else exc.strerror or str(exc)
        remedy = "`--port 0` takes a free one" if taken else "see [server] host and port, or --host and --port"
        raise MachineError(f"cannot listen on {host}:{port}: {why}; {remedy}") from exc


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``; a name other than localhost counts as reachable by others."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def warnings(context: Context, gateway: Gateway) -> list[str]:
    """What an operator should know before the first call; nothing here stops the gateway."""
    said: list[str] = []
    server = context.settings.server
    if not context.settings.providers:
        said.append("no provider is configured; `outlast init` writes an outlast.toml to start from")
    if context.rehearsed:
        said.append(f"rehearsing {context.today}: calendars, plans and prices move; records keep real time")
    said.extend(_of_keys(server, gateway))
    said.extend(gateway.notices)
    for name in context.settings.models:
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
