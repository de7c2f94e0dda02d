"""One measurement of one running gateway: plain load, streamed load, memory, start.

It knows how a figure is taken. It does not know how often, in which order, or how it is shown.
"""

import contextlib
import http.client
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

from bench import sample, streams, wrk
from bench.gateways import HERE, Entrance, Gateway, Starter, Upstreams
from bench.processes import NotReady, Processes

EVENTS = 20
WIDE_GAP_MS = 5


class PlainRun(msgspec.Struct, frozen=True, kw_only=True):
    """One repetition of plain calls."""

    connections: int
    rate: float
    failed: int
    p50_us: int
    p99_us: int
    cpu_us: float
    """Processor time of the gateway's processes for each call."""


class StreamRun(msgspec.Struct, frozen=True, kw_only=True):
    """One repetition of streamed calls at a steady rate. Times in microseconds."""

    rate: float
    finished: int
    failed: int
    first_p50: float
    first_p99: float
    transit_p50: float
    transit_p99: float
    stretch_p50: float
    """Of the absolute difference between a gap as read and as written."""
    stretch_p99: float
    cpu_us_per_event: float


class ThroughputRun(msgspec.Struct, frozen=True, kw_only=True):
    """One repetition of so many streams at once, without gaps."""

    streams: int
    finished: int
    events_per_second: float
    failed: int
    cpu_us_per_event: float


class OpenStreams(msgspec.Struct, frozen=True, kw_only=True):
    """Memory while many streams are open at once."""

    streams: int
    failed: int
    idle_mb: float
    open_mb: float

    @property
    def per_gb(self) -> float:
        """Streams that a gigabyte of growth would hold."""
        grown = max(0.1, self.open_mb - self.idle_mb)
        return self.streams / grown * 1000


def verify(gateway: Gateway, *, seconds: float = 60.0) -> None:
    """A plain call must be answered as the upstream answers; asked again until then. Raises ``NotReady``."""
    deadline = time.monotonic() + seconds
    for entrance in filter(None, (gateway.plain, gateway.full)):
        while True:
            status, body = _try_call(entrance)
            if status == 200 and b"pool" in body:
                break
            if time.monotonic() > deadline or gateway.running.process.poll() is not None:
                raise NotReady(f"{gateway.name} answered {status}: {body[:400]!r}\n{gateway.running.tail()}")
            time.sleep(0.2)


def verify_stream(gateway: Gateway, entrance: Entrance) -> None:
    """A streamed call must bring every event of the upstream and its end. Raises ``NotReady``."""
    status, body = call(entrance, _stream_body(entrance, EVENTS, 1))
    if status != 200 or body.count(b" t=") != EVENTS or b"[DONE]" not in body:
        raise NotReady(f"{gateway.name} streamed {status}: {body[-400:]!r}\n{gateway.running.tail()}")


def _try_call(entrance: Entrance) -> tuple[int, bytes]:
    try:
        return call(entrance, entrance.body())
    except (OSError, http.client.HTTPException) as error:
        return 0, repr(error).encode()


def call(entrance: Entrance, body: bytes, *, timeout: float = 10.0) -> tuple[int, bytes]:
    """One call on a connection of its own. Raises ``OSError`` or ``HTTPException``."""
    connection = http.client.HTTPConnection("127.0.0.1", entrance.port, timeout=timeout)
    with contextlib.closing(connection):
        connection.request("POST", entrance.path, body, entrance.all_headers)
        response = connection.getresponse()
        return response.status, response.read()


def plain(gateway: Gateway, entrance: Entrance, script: Path, *, connections: int, seconds: float) -> PlainRun:
    """Load with wrk, closed loop."""
    body = entrance.body()
    target = wrk.write_target(script, port=entrance.port, path=entrance.path, body=body, headers=entrance.all_headers)
    before = gateway.running.cpu_seconds()
    load = wrk.run(target, connections=connections, seconds=seconds)
    cpu = gateway.running.cpu_seconds() - before
    return PlainRun(
        connections=connections,
        rate=load.rate,
        failed=load.refused + load.broken,
        p50_us=load.p50_us,
        p99_us=load.p99_us,
        cpu_us=cpu * 1e6 / max(1, load.requests),
    )


def embedded(command: list[str], *, connections: int, seconds: float) -> PlainRun:
    """A core without a server, in a process that loads itself. Raises ``NotReady``."""
    finished = subprocess.run(
        [*command, str(connections), str(seconds)], capture_output=True, text=True, timeout=seconds + 60, check=False
    )
    lines = [line for line in finished.stdout.splitlines() if line.startswith("@@")]
    if not lines:
        raise NotReady(f"{command[1]} printed no figures:\n{finished.stderr[-1000:]}")
    return msgspec.json.decode(lines[0][2:], type=PlainRun)


def streamed(gateway: Gateway, entrance: Entrance, *, rate: float, seconds: float) -> StreamRun:
    """Streams of 20 events with 5 ms between them, started at a steady rate, open loop."""
    request = entrance.raw(_stream_body(entrance, EVENTS, WIDE_GAP_MS))
    before = gateway.running.cpu_seconds()
    seen = _stream_load(streams.Order(port=entrance.port, request=request, seconds=seconds, rate=rate))
    cpu = gateway.running.cpu_seconds() - before
    stretch = [abs(value) for value in seen.stretch_us]
    return StreamRun(
        rate=rate,
        finished=seen.finished,
        failed=_failed(seen),
        first_p50=_quantile(seen.first_us, 0.5),
        first_p99=_quantile(seen.first_us, 0.99),
        transit_p50=_quantile(seen.transit_us, 0.5),
        transit_p99=_quantile(seen.transit_us, 0.99),
        stretch_p50=_quantile(stretch, 0.5),
        stretch_p99=_quantile(stretch, 0.99),
        cpu_us_per_event=cpu * 1e6 / max(1, seen.events),
    )


def throughput(gateway: Gateway, entrance: Entrance, *, at_once: int, seconds: float) -> ThroughputRun:
    """So many streams at once, each of 100 events without a gap, one after the other."""
    request = entrance.raw(_stream_body(entrance, 100, 0))
    before = gateway.running.cpu_seconds()
    seen = _stream_load(streams.Order(port=entrance.port, request=request, seconds=seconds, streams=at_once))
    cpu = gateway.running.cpu_seconds() - before
    return ThroughputRun(
        streams=at_once,
        finished=seen.finished,
        events_per_second=seen.events / seen.seconds,
        failed=_failed(seen),
        cpu_us_per_event=cpu * 1e6 / max(1, seen.events),
    )


def open_streams(gateway: Gateway, entrance: Entrance, *, streams_open: int, seconds: float) -> OpenStreams:
    """Memory with so many streams open, each with an event a second; best asked of a fresh process."""
    idle = gateway.running.rss_bytes()
    request = entrance.raw(_stream_body(entrance, round(seconds) + 5, 1000))
    order = streams.Order(
        port=entrance.port, request=request, seconds=seconds, rate=streams_open / seconds, patience=1.0
    )
    peak = idle
    with _stream_process(order) as (process, found):
        while process.poll() is None:
            time.sleep(0.2)
            peak = max(peak, gateway.running.rss_bytes())
        seen = _seen(process, found)
    return OpenStreams(
        streams=seen.unfinished, failed=seen.refused + seen.broken, idle_mb=idle / 1e6, open_mb=peak / 1e6
    )


def cold_start(processes: Processes, upstreams: Upstreams, start: Starter) -> float:
    """Seconds from the start of the process to its first answered call; the gateway is stopped again."""
    began = time.monotonic()
    gateway = start(processes, upstreams)
    try:
        while time.monotonic() < began + 120:
            if _try_call(gateway.plain)[0] == 200:
                return time.monotonic() - began
            time.sleep(0.005)
    finally:
        processes.stop(gateway.running)
    raise NotReady(f"{gateway.name} did not answer a first call within 120 s")


def _stream_body(entrance: Entrance, events: int, gap_ms: int) -> bytes:
    return entrance.body(messages=sample.stream_shape(events, gap_ms), stream=True)


@contextlib.contextmanager
def _stream_process(order: streams.Order) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """The load in a process of its own, and the file that it writes its findings to."""
    with tempfile.TemporaryFile() as found:
        command = [sys.executable, "-m", "bench.streams"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=found, cwd=HERE)
        try:
            assert process.stdin is not None
            process.stdin.write(msgspec.json.encode(order))
            process.stdin.close()
            yield process, found
        finally:
            process.kill()
            process.wait()


def _seen(process: subprocess.Popen[bytes], found: IO[bytes]) -> streams.Seen:
    process.wait()
    found.seek(0)
    return msgspec.json.decode(found.read(), type=streams.Seen)


def _stream_load(order: streams.Order) -> streams.Seen:
    with _stream_process(order) as (process, found):
        return _seen(process, found)


def _failed(seen: streams.Seen) -> int:
    return seen.refused + seen.broken + seen.unfinished


def _quantile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(part * len(values)))] if values else float("nan")
