"""A long run of mixed calls through a gateway with everything on: ``make soak``.

Plain and streamed calls, unknown models, malformed bodies and callers who leave in mid-stream, through keys, limits
and two targets. Memory, descriptors, threads, latency and the size of the database are sampled after each slice; a
line is fitted through memory after the warm-up. Exit 1: memory or descriptors grow beyond the noise, an answer was
wrong, or a call is missing from the record. The picture goes to ``docs/soak.svg``. Everything stays on loopback.
"""

import argparse
import contextlib
import math
import sqlite3
import subprocess
import sys
import tempfile
import time
from array import array
from pathlib import Path

import msgspec
import uvloop
from bench import nginx, report, sample, streams
from bench.curves import Curve, draw
from bench.gateways import HERE, Entrance
from bench.mixed import Load
from bench.processes import Processes, Running, await_line, await_port, free_port

SETTLE_SECONDS = 1.5
CONNECTIONS = 16
WARM_UP = 0.25
"""Share of the run before the line is fitted."""


class Sample(msgspec.Struct, frozen=True):
    """The gateway after so many calls."""

    calls: int
    rss_mb: float
    descriptors: int
    threads: int
    p50_us: float
    p99_us: float
    database_mb: float
    calls_a_second: float
    wrong: int


class Slope(msgspec.Struct, frozen=True):
    """A line through the samples, per 100,000 calls, with its standard error."""

    mb: float
    error: float

    def grows(self, allowed: float) -> bool:
        """More than allowed, beyond what the noise explains (two standard errors)."""
        return self.mb - 2 * self.error > 0 and self.mb > allowed


def start(processes: Processes, *, workers: int) -> tuple[Running, Entrance, Entrance, Path]:
    """The upstreams, and a gateway before them with a limited key and two targets."""
    _, plain = nginx.start_fixed(processes, sample.ANSWER)
    streamed = free_port()
    command = [sys.executable, "-m", "bench.sse_upstream", str(streamed)]
    await_port(processes.start("upstream-streamed", command, env={"PYTHONPATH": str(HERE)}), streamed)
    folder = processes.logs / "outlast"
    folder.mkdir()
    config, port = folder / "outlast.toml", free_port()
    text = f'[server]\ndatabase = "sqlite:///soak.db"\ntoday = 2026-11-01\nworkers = {workers}\n'
    for name, upstream in (("plain-1", plain), ("plain-2", plain), ("streamed", streamed)):
        text += f'[providers.{name}]\nkind = "openai"\nbase_url = "http://127.0.0.1:{upstream}/v1"\n'
        text += 'api_key = "env:SOAK_UPSTREAM_KEY"\ncatalog = "openai"\n'
    both = f'["plain-1/{sample.MODEL}", "plain-2/{sample.MODEL}"]'
    text += f'[models.bench]\ntarget = {both}\n[models.bench-stream]\ntarget = "streamed/{sample.MODEL}"\n'
    config.write_text(text)
    outlast = [sys.executable, "-m", "outlast"]
    limits = ["--requests-per-minute", "10M", "--tokens-per-minute", "100B", "--budget-month", "1000000USD"]
    create = [*outlast, "keys", "create", "soak", *limits, "--concurrent", "1000", "--config", str(config)]
    made = subprocess.run([*create, "--format", "json"], check=True, capture_output=True, cwd=folder)
    secret = str(msgspec.json.decode(made.stdout)["secret"])
    serve = [*outlast, "serve", "--config", str(config), "--port", str(port)]
    running = processes.start("outlast", serve, env={"SOAK_UPSTREAM_KEY": "soak"})
    await_line(running, "listening on http://")
    headers = {"Authorization": f"Bearer {secret}"}
    return (
        running,
        Entrance(port=port, model="bench", headers=headers),
        Entrance(port=port, model="bench-stream", headers=headers),
        folder / "soak.db",
    )


def watch(chosen: argparse.Namespace, processes: Processes) -> tuple[list[Sample], Load, Path]:
    """Slices until the calls were made."""
    running, plain, streamed, database = start(processes, workers=chosen.workers)
    load = Load(plain, streamed, seed=chosen.seed)
    samples: list[Sample] = []
    slices = max(12, chosen.calls // 20_000)
    while load.made < chosen.calls and running.process.poll() is None:
        since = time.monotonic()
        before = load.made
        uvloop.run(load.run(-(-chosen.calls // slices), CONNECTIONS))
        rate = (load.made - before) / (time.monotonic() - since)
        time.sleep(SETTLE_SECONDS)
        samples.append(_sample(load, running, database, rate))
        _say(samples[-1])
    return samples, load, database


def _sample(load: Load, running: Running, database: Path, rate: float) -> Sample:
    times = sorted(load.tally.microseconds)
    load.tally.microseconds = array("q")
    pids = running.members()
    return Sample(
        calls=load.made,
        rss_mb=running.rss_bytes() / 1e6,
        descriptors=sum(_count(f"/proc/{pid}/fd") for pid in pids),
        threads=sum(_count(f"/proc/{pid}/task") for pid in pids),
        p50_us=times[len(times) // 2],
        p99_us=times[int(0.99 * len(times))],
        database_mb=database.stat().st_size / 1e6,
        calls_a_second=rate,
        wrong=load.tally.wrong,
    )


def _count(folder: str) -> int:
    with contextlib.suppress(OSError):
        return sum(1 for _ in Path(folder).iterdir())
    return 0


def _say(one: Sample) -> None:
    print(
        f"  {one.calls:>10,} calls {one.calls_a_second:7,.0f}/s {one.rss_mb:7.1f} MB  fds {one.descriptors:4d}  "
        f"threads {one.threads:3d}  p50 {one.p50_us:6.0f} us  p99 {one.p99_us:6.0f} us  "
        f"database {one.database_mb:7.1f} MB  wrong {one.wrong}",
        flush=True,
    )


def fit(xs: list[float], ys: list[float]) -> Slope:
    """Least squares, per 100,000 calls."""
    count = len(xs)
    if count < 3:
        return Slope(math.nan, math.nan)
    mean_x, mean_y = sum(xs) / count, sum(ys) / count
    spread = sum((x - mean_x) ** 2 for x in xs)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread
    left = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in zip(xs, ys, strict=True))
    return Slope(slope, math.sqrt(left / (count - 2) / spread))


def kept(database: Path) -> int:
    """Rows in the record."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("SELECT count(*) FROM exchanges").fetchone()[0])


def expected_rows(load: Load) -> int:
    """Calls that got as far as a name that exists; who left early may have been too early for a row."""
    calls = load.tally.calls
    return calls["plain"] + calls["streamed"]


def main() -> int:
    """Watch, fit, draw, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=20_261_122)
    parser.add_argument("--allowed", type=float, default=0.5, help="MB per 100,000 calls; default: %(default)s")
    parser.add_argument("--picture", type=Path, help="where the curves go, such as docs/soak.svg")
    chosen = parser.parse_args()
    streams.raise_file_limit()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, Processes(Path(folder)) as processes:
        samples, load, database = watch(chosen, processes)
        rows = kept(database)
    settled = [one for one in samples if one.calls > chosen.calls * WARM_UP]
    xs = [one.calls / 100_000 for one in settled]
    memory = fit(xs, [one.rss_mb for one in settled])
    descriptors = fit(xs, [float(one.descriptors) for one in settled])
    wanted, most = expected_rows(load), expected_rows(load) + load.tally.calls["left"]
    print(f"memory {memory.mb:+.3f} MB per 100,000 calls (standard error {memory.error:.3f})")
    print(f"descriptors {descriptors.mb:+.3f} per 100,000 calls (standard error {descriptors.error:.3f})")
    print(f"record: {rows:,} rows; {wanted:,} to {most:,} expected; wrong answers: {load.tally.wrong}")
    if load.tally.first_wrong:
        print(f"the first wrong answer: {load.tally.first_wrong}")
    report.save(HERE / "results" / "soak.json", {"memory": memory, "descriptors": descriptors, "samples": samples})
    if chosen.picture:
        chosen.picture.write_text(_picture(samples, load.made))
    grows = memory.grows(chosen.allowed) or descriptors.grows(1.0)
    whole = wanted <= rows <= most and not load.tally.wrong and load.made >= chosen.calls
    print("memory or descriptors grow" if grows else "no growth beyond the noise")
    return int(grows or not whole)


def _picture(samples: list[Sample], calls: int) -> str:
    xs = [float(one.calls) for one in samples]
    curves = (
        Curve("Memory of all processes, MB", (("", tuple(one.rss_mb for one in samples)),)),
        Curve("Open descriptors", (("", tuple(float(one.descriptors) for one in samples)),)),
        Curve(
            "Plain call, microseconds as the load sees it",
            (
                ("p50", tuple(one.p50_us for one in samples)),
                ("p99", tuple(one.p99_us for one in samples)),
            ),
        ),
        Curve("Database, MB", (("", tuple(one.database_mb for one in samples)),)),
    )
    return draw(xs, curves, caption=f"{calls:,} mixed calls through one gateway: keys, limits and two targets on")


if __name__ == "__main__":
    sys.exit(main())
