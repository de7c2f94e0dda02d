"""What a gateway says of itself to those who watch it: numbers and checks of this process alone.

It knows where each is found. It does not know the other processes of the gateway (``wiring.together``) nor how
numbers are published (``web``).
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from outlast.gateway.counters import Counters, Counts
from outlast.ledger.recorder import RecorderStats
from outlast.web.gauges import TargetNumbers, TelemetryNumbers
from outlast.web.health import Check
from outlast.web.processes import ProcessNumbers


class Numbers(Protocol):
    """What ``/metrics`` and ``/readyz`` ask for."""

    def counts(self) -> Counts:
        """Everything counted of calls."""
        ...

    def journal(self) -> RecorderStats:
        """How the record fares."""
        ...

    def connections(self) -> int:
        """Callers that are connected."""
        ...

    def telemetry(self) -> TelemetryNumbers:
        """What those who watch have missed."""
        ...

    def targets(self) -> Sequence[TargetNumbers]:
        """How every target fares."""
        ...

    def processes(self) -> ProcessNumbers:
        """Which processes make up the gateway, and what they have taken."""
        ...

    def checks(self) -> Sequence[Check]:
        """Whether calls can be served."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNumbers:
    """Of one process."""

    counters: Counters
    journal: Callable[[], RecorderStats]
    connections: Callable[[], int]
    telemetry: Callable[[], TelemetryNumbers]
    targets: Callable[[], Sequence[TargetNumbers]]
    checks: Callable[[], Sequence[Check]]

    def counts(self) -> Counts:
        """Everything counted of calls since the process started."""
        return self.counters.counts

    @staticmethod
    def processes() -> ProcessNumbers:
        """This one."""
        return ProcessNumbers((os.getpid(),), time.process_time())


class Published:
    """The numbers that are published: first those of this process, then perhaps those of all."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers

    def counts(self) -> Counts:
        """See ``Numbers``, as the others."""
        return self.numbers.counts()

    def journal(self) -> RecorderStats:
        """See ``Numbers``."""
        return self.numbers.journal()

    def connections(self) -> int:
        """See ``Numbers``."""
        return self.numbers.connections()

    def telemetry(self) -> TelemetryNumbers:
        """See ``Numbers``."""
        return self.numbers.telemetry()

    def targets(self) -> Sequence[TargetNumbers]:
        """See ``Numbers``."""
        return self.numbers.targets()

    def processes(self) -> ProcessNumbers:
        """See ``Numbers``."""
        return self.numbers.processes()

    def checks(self) -> Sequence[Check]:
        """See ``Numbers``."""
        return self.numbers.checks()
