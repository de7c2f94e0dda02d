"""What one run of the harness found, and how it is shown: tables with ratios to nginx, and the goals.

It knows the figures and the goals. It does not know how the figures were taken.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from bench.measures import OpenStreams, PlainRun, StreamRun, ThroughputRun
from bench.report import median, table

CONNECTIONS = (1, 16, 64)
CORE = "tensorzero, embedded"
"""TensorZero's core called from Python, without HTTP before it."""


class Found(msgspec.Struct, kw_only=True):
    """Everything measured of one gateway."""

    name: str
    plain: list[PlainRun] = []
    full: list[PlainRun] = []
    """Plain calls with bodies recorded."""
    streamed: list[StreamRun] = []
    throughput: list[ThroughputRun] = []
    open_streams: list[OpenStreams] = []
    starts: list[float] = []
    """Seconds from a cold start to the first answered call."""
    idle_mb: float = 0.0
    loaded_mb: float = 0.0
    """After all the load of this run."""

    def rates(self, connections: int, *, full: bool = False) -> list[float]:
        """Rates of plain calls, one for each repetition."""
        return [run.rate for run in (self.full if full else self.plain) if run.connections == connections]

    def stream(self, figure: Callable[[StreamRun], float]) -> float:
        """Median of one figure of the streamed runs."""
        return median([figure(run) for run in self.streamed])


class Results(msgspec.Struct, kw_only=True):
    """One run of the harness; ``direct`` is the load generator against the upstreams with nothing between."""

    machine: dict[str, Any]
    options: dict[str, Any]
    direct: Found
    gateways: list[Found]
    skipped: dict[str, str]

    def named(self, name: str) -> Found | None:
        """The gateway of this name, if it was measured."""
        return next((found for found in self.gateways if found.name == name), None)


def ratio(mine: Sequence[float], other: Sequence[float]) -> float:
    """Median of the ratios repetition by repetition: runs of one repetition were close together in time."""
    return median(ratios(mine, other))


def ratios(mine: Sequence[float], other: Sequence[float]) -> list[float]:
    """One ratio for each repetition."""
    return [one / two for one, two in zip(mine, other, strict=True)]


class Goal(msgspec.Struct, frozen=True):
    """One goal of the project: what was found, and whether it holds. None: not measured in this run."""

    text: str
    found: str
    reached: bool | None


def plain_table(results: Results) -> str:
    """Plain calls: rates, ratios, latency, processor time, failures."""
    limit = results.named("nginx")
    rows = []
    for found in (results.direct, *results.gateways):
        rows.append(_plain_row(found.name, found.plain, limit))
        if found.full:
            rows.append(_plain_row(f"{found.name}, record full", found.full, limit))
    columns = ["plain calls", *(word for c in CONNECTIONS for word in (f"req/s, {c} conn.", "of nginx"))]
    return table([*columns, "p50 ms at 1", "p99 ms at 16", "CPU us a call", "failed"], rows)


def stream_table(results: Results) -> str:
    """Streamed calls: what each gateway adds to the direct way, in milliseconds."""
    rows = [_stream_row(found, results.direct) for found in (results.direct, *results.gateways) if found.streamed]
    return table(
        [
            *("streams, 20 events 5 ms apart", "first event added p50 ms", "p99", "event added p50 ms", "p99"),
            *("gap differs p50 ms", "p99", "events/s", "of nginx", "CPU us an event", "failed"),
        ],
        [[*row, *_throughput_cells(found, results)] for row, found in rows],
    )


def memory_table(results: Results) -> str:
    """Memory and start."""
    rows = []
    for found in results.gateways:
        if not found.idle_mb:
            continue
        opened = "; ".join(f"{run.streams:,}: {run.per_gb:,.0f}" for run in found.open_streams)
        starts = f"{median(found.starts):.2f}" if found.starts else "-"
        rows.append([found.name, f"{found.idle_mb:.0f}", f"{found.loaded_mb:.0f}", starts, opened or "-"])
    return table(["", "idle MB", "after load MB", "start to first answer s", "open streams per GB"], rows)


def goals(results: Results) -> list[Goal]:
    """The goals that this run can judge."""
    ours = results.named("outlast")
    if ours is None:
        return []
    wanted = [("nginx", 0.2), (CORE, 4.0), ("portkey", 25.0), ("litellm", 200.0)]
    judged = [_rate_goal(ours, results.named(name), name, least) for name, least in wanted]
    full = [ratios(ours.rates(c, full=True), ours.rates(c)) for c in CONNECTIONS] if ours.full else []
    judged.append(_ratio_goal("bodies recorded, of metadata only, at 16 connections >= 0.8", full, least=0.8))
    judged.append(_goal("start to first answer < 1.5 s", median(ours.starts) if ours.starts else None, most=1.5))
    slow = results.named("litellm")
    share = median(ours.starts) / median(slow.starts) if slow and slow.starts and ours.starts else None
    judged.append(_goal("start, of LiteLLM's <= 0.2", share, most=0.2))
    judged.append(_goal("idle < 120 MB", ours.idle_mb or None, most=120.0))
    widest = max(ours.open_streams, key=lambda run: run.streams, default=None)
    per_gb = widest.per_gb if widest and widest.streams >= 5000 else None
    judged.append(_goal("open streams per GB, at 5,000 open >= 5000", per_gb, least=5000.0))
    return [*judged, *_stream_goals(ours, results.named("nginx"), results.direct)]


def _stream_goals(ours: Found, limit: Found | None, direct: Found) -> list[Goal]:
    if limit is None or not ours.streamed or not limit.streamed:
        return []
    parts: list[tuple[str, Callable[[StreamRun], float], Callable[[StreamRun], float]]] = [
        ("first event", lambda run: run.first_p50, lambda run: run.first_p99),
        ("event", lambda run: run.transit_p50, lambda run: run.transit_p99),
    ]
    judged = []
    for name, half, most in parts:
        bound = 2 * (limit.stream(half) - direct.stream(half)) / 1000 + 2
        added = (ours.stream(most) - direct.stream(half)) / 1000
        judged.append(_goal(f"{name} added p99 < 2 x nginx's added p50 + 2 ms = {bound:.2f} ms", added, most=bound))
    return judged


def _rate_goal(ours: Found, other: Found | None, name: str, least: float) -> Goal:
    measured = other is not None and other.plain and ours.plain
    found = [ratios(ours.rates(c), other.rates(c)) for c in CONNECTIONS] if other and measured else []
    return _ratio_goal(f"plain calls, of {name}'s rate at 16 connections >= {least:g}", found, least=least)


def _ratio_goal(text: str, found: Sequence[Sequence[float]], *, least: float) -> Goal:
    """Judged by the median at 16 connections; the lowest and highest repetition show how settled that is."""
    if not found:
        return Goal(text, "not measured", None)
    goal = _goal(text, median(found[1]), least=least)
    shown = " / ".join(f"{median(each):.2f}" for each in found)
    return Goal(
        text,
        f"{goal.found}, repetitions {min(found[1]):.2f}-{max(found[1]):.2f} ({shown} at 1 / 16 / 64)",
        goal.reached,
    )


def _goal(text: str, found: float | None, *, least: float | None = None, most: float | None = None) -> Goal:
    if found is None or found != found:  # noqa: PLR0124 - NaN: nothing was measured
        return Goal(text, "not measured", None)
    reached = (least is None or found >= least) and (most is None or found <= most)
    return Goal(text, f"{found:.2f}", reached)


def _plain_row(name: str, runs: Sequence[PlainRun], limit: Found | None) -> list[str]:
    row = [name]
    for connections in CONNECTIONS:
        rates = [run.rate for run in runs if run.connections == connections]
        of_limit = ratio(rates, limit.rates(connections)) if limit and rates else float("nan")
        row += [f"{median(rates):,.0f}", f"{of_limit:.3f}"]
    at1, at16 = ([run for run in runs if run.connections == c] for c in (1, 16))
    row += [f"{median([run.p50_us for run in at1]) / 1000:.2f}", f"{median([run.p99_us for run in at16]) / 1000:.1f}"]
    return [*row, f"{median([run.cpu_us for run in at16]):,.0f}", f"{sum(run.failed for run in runs):,}"]


def _stream_row(found: Found, direct: Found) -> tuple[list[str], Found]:
    """The direct row shows its own times; every other row what it adds to the direct median."""
    own = found is direct
    first = 0.0 if own else direct.stream(lambda run: run.first_p50)
    transit = 0.0 if own else direct.stream(lambda run: run.transit_p50)
    times = [
        found.stream(lambda run: run.first_p50) - first,
        found.stream(lambda run: run.first_p99) - first,
        found.stream(lambda run: run.transit_p50) - transit,
        found.stream(lambda run: run.transit_p99) - transit,
        found.stream(lambda run: run.stretch_p50),
        found.stream(lambda run: run.stretch_p99),
    ]
    rate = f", {found.streamed[0].rate:g} streams/s"
    return [f"{found.name}{' (itself)' if own else ''}{rate}", *(f"{value / 1000:.2f}" for value in times)], found


def _throughput_cells(found: Found, results: Results) -> list[str]:
    limit = results.named("nginx")
    rates = [run.events_per_second for run in found.throughput]
    of_limit = ratio(rates, [run.events_per_second for run in limit.throughput]) if limit else float("nan")
    cpu = median([run.cpu_us_per_event for run in found.throughput])
    failed = sum(run.failed for run in found.streamed) + sum(run.failed for run in found.throughput)
    return [f"{median(rates):,.0f}", f"{of_limit:.3f}", "-" if found is results.direct else f"{cpu:.1f}", f"{failed:,}"]
