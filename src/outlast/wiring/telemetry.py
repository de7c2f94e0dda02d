"""What operators see of calls while they happen: the log and the traces that the configuration asks for, opened.

It knows which class stands behind each hook of the path. It does not know what a line or a span holds.
"""

import asyncio
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass

from outlast.gateway.ports import Clock
from outlast.gateway.witness import Tracing, Witness
from outlast.settings import Settings
from outlast.telemetry.log import CallLog, LogHandler, notice
from outlast.telemetry.writer import LineWriter
from outlast.web.gauges import TelemetryNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """The hooks of one gateway, open."""

    witnesses: tuple[Witness, ...]
    tracing: Tracing | None
    handler: logging.Handler
    """For what the program logs: a full pipe must not hold the loop up either."""
    writer: LineWriter

    def numbers(self) -> TelemetryNumbers:
        """What those who watch have missed."""
        return TelemetryNumbers(lines_dropped=self.writer.dropped)

    def close(self) -> None:
        """Give back, once calls have ended; waits a second or so for whoever reads the log."""
        self.writer.close()


def open_telemetry(settings: Settings, *, clock: Clock, descriptor: int | None = None) -> Telemetry:
    """Open what ``[log]`` asks for, on stderr; the running loop carries the lines."""
    loop = asyncio.get_running_loop()
    form = settings.log.format
    writer = LineWriter(
        sys.stderr.fileno() if descriptor is None else descriptor, loop.call_later, notice=notice(form, clock.unix_ns)
    )
    return Telemetry(
        witnesses=(CallLog(writer, form),) if settings.log.calls else (),
        tracing=None,
        handler=LogHandler(_from_any_thread(loop, writer), form),
        writer=writer,
    )


def _from_any_thread(loop: asyncio.AbstractEventLoop, writer: LineWriter) -> Callable[[bytes], None]:
    def put(line: bytes) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(writer.put, line)

    return put
