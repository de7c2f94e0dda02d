"""The published series of the processes that make up a gateway, added up.

It knows the names that Prometheus' libraries agree on. It does not know which processes there are (``wiring``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from prometheus_client import Metric, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

_BEGAN = "process_start_time_seconds"
_PROCESSOR = "process_cpu_seconds"


@dataclass(frozen=True, slots=True)
class ProcessNumbers:
    """The processes of a gateway."""

    pids: tuple[int, ...]
    """Of those that live."""
    processor_seconds: float
    """Of these and of those whose places they took: it never falls."""


def process_series(numbers: ProcessNumbers) -> Iterator[Metric]:
    """Memory and descriptors of all; memory that they share is counted for each of them."""
    said: dict[str, tuple[str, list[float]]] = {}
    for pid in numbers.pids:
        for metric in ProcessCollector(pid=partial(int, pid), registry=None).collect():
            for sample in metric.samples:
                said.setdefault(metric.name, (metric.documentation, []))[1].append(sample.value)
    for name, (documentation, values) in said.items():
        if name != _PROCESSOR:
            yield GaugeMetricFamily(name, documentation, value=min(values) if name == _BEGAN else sum(values))
    yield CounterMetricFamily(
        _PROCESSOR, "Total user and system CPU time spent in seconds.", value=numbers.processor_seconds
    )
