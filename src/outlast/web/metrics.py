"""``/metrics``: what was counted, in Prometheus' text format.

It knows where the numbers are. It counts nothing itself (``gateway.counters``), so a call costs nothing here;
the text is made when somebody asks for it, with the names and units of ``web.series``.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from outlast.gateway.call import Call
from outlast.gateway.counters import Counts
from outlast.gateway.ports import Reply
from outlast.web.gauges import (
    CalendarNumbers,
    JournalNumbers,
    TargetNumbers,
    TelemetryNumbers,
    build_info,
    calendar_series,
    journal_series,
    target_series,
    telemetry_series,
)
from outlast.web.processes import ProcessNumbers, process_series
from outlast.web.series import attempt_series, call_series


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """Where the collector looks when it is asked."""

    counts: Callable[[], Counts]
    journal: Callable[[], JournalNumbers]
    connections: Callable[[], int]
    telemetry: Callable[[], TelemetryNumbers] = TelemetryNumbers
    targets: Callable[[], Iterable[TargetNumbers]] = tuple
    calendar: Callable[[], CalendarNumbers]
    processes: Callable[[], ProcessNumbers] = lambda: ProcessNumbers((os.getpid(),), time.process_time())


class Metrics:
    """The handler of ``/metrics``, with a registry of its own: nothing of the process' other libraries leaks in."""

    def __init__(self, gauges: Gauges) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Collector(gauges))

    async def __call__(self, call: Call, reply: Reply) -> None:
        """Every series."""
        del call
        reply.whole(200, (("content-type", CONTENT_TYPE_LATEST),), generate_latest(self._registry))


class _Collector:
    """Turns counts into series; Prometheus' library calls it by this shape."""

    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        """Every series, made now."""
        gauges = self._gauges
        counts = gauges.counts()
        yield from call_series(counts.calls)
        yield from attempt_series(counts)
        yield from target_series(gauges.targets())
        yield from journal_series(gauges.journal())
        yield from calendar_series(gauges.calendar())
        yield from telemetry_series(gauges.telemetry())
        yield GaugeMetricFamily("outlast_open_connections", "Callers that are connected.", value=gauges.connections())
        yield from process_series(gauges.processes())
        yield build_info()
