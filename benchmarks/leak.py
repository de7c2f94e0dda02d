"""Whether memory grows with calls: ``.venv/bin/python benchmarks/leak.py --calls 1000000``.

Runs plain calls (wrk, 16 connections) and streamed ones in turn through one gateway until so many were made, reads
the resident memory after each slice, and fits a line through what follows the warm-up. Exit 1: memory grows by
more than ``--allowed`` MB per 100,000 calls, and by more than the noise explains. Everything stays on loopback.
"""

import argparse
import contextlib
import math
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from bench import measures, nginx, report, sample, streams
from bench.gateways import HERE, STARTERS, Gateway, Upstreams
from bench.processes import Processes, await_port, free_port

SLICE_SECONDS = 5.0
SETTLE_SECONDS = 1.5
"""After a slice, before memory is read: what is still being written to the database is not a leak."""


class Sample(msgspec.Struct, frozen=True):
    """Memory after so many calls."""

    calls: int
    rss_mb: float
    disk_mb: float
    failed: int


class Slope(msgspec.Struct, frozen=True):
    """A line through the samples, in MB per 100,000 calls, with its standard error."""

    mb: float
    error: float

    def grows(self, allowed: float) -> bool:
        """More than allowed, beyond what the noise explains (two standard errors)."""
        return self.mb - 2 * self.error > 0 and self.mb > allowed


def fit(samples: Sequence[Sample]) -> Slope:
    """Least squares of memory over calls."""
    count = len(samples)
    if count < 3:
        return Slope(math.nan, math.nan)
    xs = [one.calls / 100_000 for one in samples]
    ys = [one.rss_mb for one in samples]
    mean_x, mean_y = sum(xs) / count, sum(ys) / count
    spread = sum((x - mean_x) ** 2 for x in xs)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread
    left = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in zip(xs, ys, strict=True))
    return Slope(slope, math.sqrt(left / (count - 2) / spread))


def load(gateway: Gateway, script: Path, *, full: bool, streamed: bool) -> tuple[int, int]:
    """One slice: calls made, calls failed."""
    entrance = gateway.full if full and gateway.full is not None else gateway.plain
    run = measures.plain(gateway, entrance, script, connections=16, seconds=SLICE_SECONDS)
    calls, failed = round(run.rate * SLICE_SECONDS), run.failed
    if streamed and gateway.streamed is not None:
        flow = measures.throughput(gateway, gateway.streamed, at_once=16, seconds=2.0)
        calls += flow.finished
        failed += flow.failed
    return calls, failed


def watch(chosen: argparse.Namespace, processes: Processes) -> list[Sample]:
    """Slices until the calls were made."""
    _, plain = nginx.start_fixed(processes, sample.ANSWER)
    streamed = free_port()
    command = [sys.executable, "-m", "bench.sse_upstream", str(streamed)]
    await_port(processes.start("upstream-streamed", command, env={"PYTHONPATH": str(HERE)}), streamed)
    gateway = STARTERS[chosen.gateway](processes, Upstreams(plain=plain, streamed=streamed))
    measures.verify(gateway)
    script, calls, failed = processes.logs / "leak.lua", 0, 0
    samples: list[Sample] = []
    while calls < chosen.calls and gateway.running.process.poll() is None:
        made, lost = load(gateway, script, full=chosen.full, streamed=not chosen.plain)
        calls, failed = calls + made, failed + lost
        time.sleep(SETTLE_SECONDS)
        samples.append(Sample(calls, gateway.running.rss_bytes() / 1e6, _disk_mb(processes.logs), failed))
        one = samples[-1]
        print(
            f"  {one.calls:>10,} calls  {one.rss_mb:8.1f} MB  disk {one.disk_mb:8.1f} MB  failed {one.failed}",
            flush=True,
        )
    return samples


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=200_000)
    parser.add_argument("--gateway", choices=sorted(STARTERS), default="outlast")
    parser.add_argument("--plain", action="store_true", help="no streamed calls")
    parser.add_argument("--full", action="store_true", help="record bodies")
    parser.add_argument("--allowed", type=float, default=0.5, help="MB per 100,000 calls; default: %(default)s")
    return parser.parse_args()


def main() -> int:
    """Watch, fit, judge."""
    chosen = options()
    streams.raise_file_limit()
    with tempfile.TemporaryDirectory(prefix="leak-") as folder, Processes(Path(folder)) as processes:
        samples = watch(chosen, processes)
    settled = [one for one in samples if one.calls > chosen.calls * 0.25]
    slope = fit(settled)
    report.save(HERE / "results" / f"leak-{chosen.gateway}.json", {"slope": slope, "samples": samples})
    last = samples[-1]
    print(
        f"{chosen.gateway}: {slope.mb:+.2f} MB per 100,000 calls (standard error {slope.error:.2f}) over {last.calls:,}"
    )
    grows = slope.grows(chosen.allowed)
    print("memory grows" if grows else "no growth beyond the noise", f"; failed calls: {last.failed}", sep="")
    return int(grows or last.calls < chosen.calls)


def _disk_mb(folder: Path) -> float:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # a drained segment of the journal goes at any moment
            total += path.stat().st_size if path.is_file() else 0
    return total / 1e6


if __name__ == "__main__":
    sys.exit(main())
