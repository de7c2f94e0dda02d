"""What operators see of calls while they happen: the log and the traces that the configuration asks for, opened.

It knows which class stands behind each hook of the path. It does not know what a line or a span holds.
"""

import asyncio
import importlib
import logging
import os
import select
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit
from uuid import uuid4

from outlast.errors import SettingsInvalid
from outlast.gateway.ports import Clock
from outlast.gateway.witness import Tracing, Witness
from outlast.settings import OtelSettings, Settings
from outlast.telemetry.log import CallLog, Format, LogHandler, notice
from outlast.telemetry.writer import LineWriter
from outlast.web.gauges import TelemetryNumbers

_TRACES = "/v1/traces"
_ENVIRONMENT = "env:"


class Tracer(Witness, Protocol):
    """What keeps traces; the class behind it is loaded only where ``[otel]`` asks for it."""

    @property
    def dropped(self) -> int:
        """Spans that no collector has."""
        ...

    def place(self, theirs: str) -> str:
        """A call's own ``traceparent``, below its caller's."""
        ...

    def close(self) -> None:
        """Send what waits, for a second or two at most."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """The hooks of one gateway, open."""

    writer: LineWriter
    log: CallLog | None
    tracer: Tracer | None
    handler: logging.Handler
    """For what the program logs: a full pipe must not hold the loop up either."""

    @property
    def witnesses(self) -> tuple[Witness, ...]:
        """Who is told of each call."""
        return tuple(each for each in (self.log, self.tracer) if each is not None)

    @property
    def tracing(self) -> Tracing | None:
        """What gives each call its place in a trace."""
        return None if self.tracer is None else self.tracer.place

    def numbers(self) -> TelemetryNumbers:
        """What those who watch have missed."""
        return TelemetryNumbers(
            lines_dropped=self.writer.dropped, spans_dropped=0 if self.tracer is None else self.tracer.dropped
        )

    def close(self) -> None:
        """Give back, once calls have ended; waits some seconds at most for whoever watches."""
        if self.tracer is not None:
            self.tracer.close()
        self.writer.close()


def open_telemetry(
    settings: Settings, *, clock: Clock, environ: Mapping[str, str] = os.environ, descriptor: int | None = None
) -> Telemetry:
    """Open what ``[log]`` and ``[otel]`` ask for; lines go to stderr, carried by the running loop.

    Raises:
        SettingsInvalid: ``[otel]`` cannot be meant, or asks for what is not installed.
    """
    tracer = None if settings.otel is None else _tracer(settings.otel, settings, environ)
    loop = asyncio.get_running_loop()
    form = settings.log.format
    writer = LineWriter(
        sys.stderr.fileno() if descriptor is None else descriptor, loop.call_later, notice=notice(form, clock.unix_ns)
    )
    return Telemetry(
        writer=writer,
        log=CallLog(writer, form) if settings.log.calls else None,
        tracer=tracer,
        handler=LogHandler(_from_any_thread(loop, writer), form),
    )


def log_directly(form: Format) -> None:
    """What a process without a loop logs: in the same form, written by whoever says it.

    A pipe that nobody reads holds it up for a second at most; then the line is lost.
    """
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger().handlers = [LogHandler(_write_line, form)]


def _write_line(line: bytes) -> None:
    try:
        descriptor = sys.stderr.fileno()
        ready = select.poll()
        ready.register(descriptor, select.POLLOUT)
        if ready.poll(1000):
            os.write(descriptor, line)  # no longer than what a pipe that can be written takes at once
    except (OSError, ValueError):
        return  # closed: nobody is left to be told


def _tracer(otel: OtelSettings, settings: Settings, environ: Mapping[str, str]) -> Tracer:
    endpoint, headers = check_otel(otel, environ)
    from outlast.telemetry.spans import peers  # noqa: PLC0415 - OpenTelemetry is an optional extra
    from outlast.telemetry.tracing import open_tracer  # noqa: PLC0415 - the same

    return open_tracer(endpoint, headers, otel.service_name, instance=str(uuid4()), peers=peers(settings.providers))


def check_otel(otel: OtelSettings, environ: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The address of the collector and the headers that it wants.

    Raises:
        SettingsInvalid: they cannot be meant, or OpenTelemetry is not installed.
    """
    try:
        importlib.import_module("outlast.telemetry.tracing")
    except ModuleNotFoundError as missing:
        if not (missing.name or "").startswith("opentelemetry"):
            raise
        raise SettingsInvalid(
            "[otel] needs OpenTelemetry, which is not installed: pip install 'outlast[otel]', or take [otel] out"
        ) from missing
    return _endpoint(otel.endpoint), {name: _value(name, value, environ) for name, value in otel.headers.items()}


def _endpoint(given: str) -> str:
    """The address of traces at a collector that is named by its own, as its users know it."""
    url = urlsplit(given)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise SettingsInvalid(f"[otel] endpoint = {given!r} is no address like http://127.0.0.1:4318")
    return given if url.path.endswith(_TRACES) else given.rstrip("/") + _TRACES


def _value(name: str, given: str, environ: Mapping[str, str]) -> str:
    if not given.startswith(_ENVIRONMENT):
        return given
    variable = given.removeprefix(_ENVIRONMENT)
    found = environ.get(variable, "").strip()
    if not found:
        raise SettingsInvalid(f"[otel] headers: {name} wants the environment's {variable}, which is empty")
    return found


def _from_any_thread(loop: asyncio.AbstractEventLoop, writer: LineWriter) -> Callable[[bytes], None]:
    def put(line: bytes) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(writer.put, line)

    return put
