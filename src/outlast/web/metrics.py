"""``/metrics``: what was counted, in Prometheus' text format.

It knows where the numbers are. It counts nothing itself (``gateway.counters``), so a call costs nothing here;
the text is made when somebody asks for it, with the names and units of ``web.series``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from outlast.gateway.call import Call
from outlast.gateway.counters import Counters
from outlast.gateway.ports import Reply
from outlast.web.series import JournalNumbers, call_series, journal_series


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """Where the collector looks when it is asked."""

    counters: Counters
    journal: Callable[[], JournalNumbers]
    connections: Callable[[], int]


class Metrics:
    """The handler of ``/metrics``, with a registry of its own: nothing of the process' other libraries leaks in."""

    def __init__(self, gauges: Gauges) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Collector(gauges))
        ProcessCollector(registry=self._registry)

    async def __call__(self, call: Call, reply: Reply) -> None:
        """Every series."""
        del call
        reply.whole(200, (("content-type", CONTENT_TYPE_LATEST),), generate_latest(self._registry))


class _Collector:
    """Turns tallies into series; Prometheus' library calls it by this shape."""

    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        """Every series, made now."""
        gauges = self._gauges
        yield from call_series(gauges.counters.tallies)
        yield from journal_series(gauges.journal())
        yield GaugeMetricFamily("outlast_open_connections", "Callers that are connected.", value=gauges.connections())
