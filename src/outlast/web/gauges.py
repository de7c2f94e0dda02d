"""The published series of what holds between calls: targets, the journal, the calendar, the log, the build.

It knows their names and units. It does not know where numbers come from, nor when they are asked for
(``web.metrics``).
"""

import datetime as dt
import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily

from outlast import __version__

SECONDS_A_DAY = 86_400
STATES = ("closed", "open", "half_open")


class JournalNumbers(Protocol):
    """How the record fares, as the ledger tells it."""

    @property
    def appended(self) -> int:
        """Records kept since the process started."""
        ...

    @property
    def lag(self) -> int:
        """Records in the journal that the database does not have yet."""
        ...

    @property
    def lost(self) -> int:
        """Records that could not be kept."""
        ...

    @property
    def bodies_lost(self) -> int:
        """Records kept without their bodies."""
        ...

    @property
    def damaged(self) -> int:
        """Places of the journal that the disk did not give back."""
        ...

    @property
    def journal_ok(self) -> bool:
        """Whether there is room."""
        ...

    @property
    def database_ok(self) -> bool:
        """Whether the database takes what the journal has."""
        ...


class TargetNumbers(Protocol):
    """How one target fares, as its breaker tells it."""

    @property
    def target(self) -> str:
        """``provider table/model id``."""
        ...

    @property
    def state(self) -> str:
        """One of ``STATES``."""
        ...

    @property
    def pending(self) -> int:
        """Calls that are there now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TelemetryNumbers:
    """What those who watch have missed."""

    lines_dropped: int = 0
    spans_dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarNumbers:
    """Dates, seen from the gateway's day."""

    today: dt.date
    catalogue_day: dt.date
    ends: Iterable[tuple[str, str, dt.date]] = ()
    """Virtual model, target and its known end; a target without one is not here."""


def target_series(targets: Iterable[TargetNumbers]) -> Iterator[Metric]:
    """How every target of a virtual model fares."""
    state = GaugeMetricFamily(
        "outlast_target_state", "1 for the state that a target's breaker is in.", labels=("target", "state")
    )
    pending = GaugeMetricFamily("outlast_target_pending_calls", "Calls at a target now.", labels=("target",))
    for one in targets:
        for each in STATES:
            state.add_metric((one.target, each), int(one.state == each))
        pending.add_metric((one.target,), one.pending)
    yield state
    yield pending


def journal_series(numbers: JournalNumbers) -> Iterator[Metric]:
    """How the record fares."""
    yield CounterMetricFamily("outlast_journal_records", "Records kept.", value=numbers.appended)
    yield CounterMetricFamily("outlast_journal_lost", "Records that could not be kept.", value=numbers.lost)
    yield CounterMetricFamily(
        "outlast_journal_bodies_lost", "Records kept without their bodies.", value=numbers.bodies_lost
    )
    yield CounterMetricFamily(
        "outlast_journal_damaged", "Places that the disk did not give back.", value=numbers.damaged
    )
    yield GaugeMetricFamily(
        "outlast_journal_lag_records", "Records in the journal, not yet in the database.", value=numbers.lag
    )
    yield GaugeMetricFamily("outlast_journal_ok", "1 while the journal has room.", value=int(numbers.journal_ok))
    yield GaugeMetricFamily(
        "outlast_database_ok", "1 while the database takes what the journal has.", value=int(numbers.database_ok)
    )


def calendar_series(numbers: CalendarNumbers) -> Iterator[Metric]:
    """What ends when, and how old that knowledge is."""
    yield GaugeMetricFamily(
        "outlast_catalogue_age_seconds",
        "Since the day of the catalogue's newest knowledge.",
        value=_seconds(numbers.catalogue_day, numbers.today),
    )
    left = GaugeMetricFamily(
        "outlast_model_left_seconds",
        "Until the known end of a virtual model's target; negative after it. Absent: no end is known.",
        labels=("model", "target"),
    )
    for model, target, end in numbers.ends:
        left.add_metric((model, target), _seconds(numbers.today, end))
    yield left


def telemetry_series(numbers: TelemetryNumbers) -> Iterator[Metric]:
    """What those who watch have missed."""
    yield CounterMetricFamily(
        "outlast_log_lines_dropped", "Lines of the log that nobody took in time.", value=numbers.lines_dropped
    )
    yield CounterMetricFamily(
        "outlast_spans_dropped", "Spans that no collector took in time.", value=numbers.spans_dropped
    )


def build_info() -> Metric:
    """Which program this is."""
    said = {"version": __version__, "python": platform.python_version()}
    return InfoMetricFamily("outlast_build", "The running program.", value=said)


def _seconds(since: dt.date, until: dt.date) -> int:
    return (until - since).days * SECONDS_A_DAY
