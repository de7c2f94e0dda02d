"""The gateway's figures, beside nginx as the limit and beside its peers: ``make bench``.

Starts two upstreams (nginx with a fixed JSON answer; a uvloop process that streams), every gateway before them,
and the load (wrk; an open-loop client of our own), all on loopback. Repetitions interleave: every gateway once,
then all again. A peer that is not installed is left out, loudly. Everything that was started is stopped, also on
Ctrl-C. Results: ``benchmarks/results/gateway.json`` (``gateway-quick.json``) and tables on stdout.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bench import measures, nginx, report, results, sample, streams
from bench.gateways import DEFAULT, HERE, STARTERS, Entrance, Gateway, Upstreams, tensorzero_core
from bench.processes import NotReady, Processes, await_port, free_port

PARTS = ("plain", "streams", "throughput", "open", "start")
FEW_STREAMS = 500
"""As many open streams as the peers are asked for; only nginx and ours are asked for more."""
SLOW_RATE = {"litellm": 4.0}
"""Streams a second where the common rate would only measure a queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is measured."""

    repetitions: int
    seconds: float
    starts: int
    stream_rate: float
    at_once: int
    open_streams: tuple[int, ...]
    parts: tuple[str, ...]


class Bench:
    """One run of the harness."""

    def __init__(self, processes: Processes, plan: Plan) -> None:
        self._processes = processes
        self._plan = plan
        self._upstreams, self._direct = self._start_upstreams()
        self._found: dict[str, results.Found] = {"direct": results.Found(name="direct")}
        self.skipped: dict[str, str] = {}
        self._core: list[str] | None = None

    def run(self, names: tuple[str, ...]) -> tuple[results.Found, list[results.Found]]:
        """Measure everything; what is found first is the direct way."""
        gateways = [gateway for gateway in map(self._start, names) if gateway is not None]
        for gateway in gateways:
            time.sleep(0.5)
            self._found[gateway.name].idle_mb = gateway.running.rss_bytes() / 1e6
        everyone = [self._direct, *gateways]
        for repetition in range(-1, self._plan.repetitions):
            say("warm-up" if repetition < 0 else f"repetition {repetition + 1} of {self._plan.repetitions}")
            if repetition < 0:
                self._warm_up(everyone)
            else:
                self._repeat(everyone)
        for gateway in gateways:
            self._found[gateway.name].loaded_mb = gateway.running.rss_bytes() / 1e6
            self._processes.stop(gateway.running)
        for gateway in gateways:
            if gateway.streamed is not None:
                self._open_streams(gateway.name)
        self._cold_starts([gateway.name for gateway in gateways])
        return self._found["direct"], [found for name, found in self._found.items() if name != "direct"]

    def _start_upstreams(self) -> tuple[Upstreams, Gateway]:
        fixed, plain = nginx.start_fixed(self._processes, sample.ANSWER)
        streamed = free_port()
        command = [sys.executable, "-m", "bench.sse_upstream", str(streamed)]
        running = self._processes.start("upstream-streamed", command, env={"PYTHONPATH": str(HERE)})
        await_port(running, streamed)
        direct = Gateway(name="direct", running=fixed, plain=Entrance(port=plain), streamed=Entrance(port=streamed))
        return Upstreams(plain=plain, streamed=streamed), direct

    def _start(self, name: str) -> Gateway | None:
        say(f"start {name}")
        try:
            gateway = STARTERS[name](self._processes, self._upstreams)
            measures.verify(gateway)
        except NotReady as reason:
            self._leave_out(name, reason)
            return None
        self._found[name] = results.Found(name=name)
        try:
            if gateway.streamed is not None:
                measures.verify_stream(gateway, gateway.streamed)
        except NotReady as reason:
            self._leave_out(f"{name}, streamed", reason)
            return replace(gateway, streamed=None)
        if name == "tensorzero":
            self._core = tensorzero_core(self._processes, self._upstreams)
            self._found[results.CORE] = results.Found(name=results.CORE)
        return gateway

    def _leave_out(self, name: str, reason: NotReady) -> None:
        print(f"\n!!! {name.upper()} IS LEFT OUT: {reason}\n", file=sys.stderr, flush=True)
        self.skipped[name] = str(reason).splitlines()[0]

    def _warm_up(self, everyone: list[Gateway]) -> None:
        """A short load of each kind, not kept."""
        for gateway in everyone:
            self._plain(gateway, 16, 1.0)
            if gateway.streamed is not None:
                measures.throughput(gateway, gateway.streamed, at_once=self._plan.at_once, seconds=1.0)

    def _repeat(self, everyone: list[Gateway]) -> None:
        """Every kind of load once, through one gateway right after the other: what drifts, drifts for all."""
        seconds = self._plan.seconds
        if "plain" in self._plan.parts:
            for connections in results.CONNECTIONS:
                for gateway in everyone:
                    metadata, full = self._plain(gateway, connections, seconds)
                    self._found[gateway.name].plain += metadata
                    self._found[gateway.name].full += full
                if self._core is not None:
                    run = measures.embedded(self._core, connections=connections, seconds=seconds)
                    self._found[results.CORE].plain.append(run)
        for gateway in everyone:
            if gateway.streamed is not None:
                self._streamed(gateway, gateway.streamed, seconds)

    def _plain(
        self, gateway: Gateway, connections: int, seconds: float
    ) -> tuple[list[measures.PlainRun], list[measures.PlainRun]]:
        script = self._processes.logs / f"{gateway.name}.lua"
        metadata, full = (
            [measures.plain(gateway, entrance, script, connections=connections, seconds=seconds)] if entrance else []
            for entrance in (gateway.plain, gateway.full)
        )
        return metadata, full

    def _streamed(self, gateway: Gateway, entrance: Entrance, seconds: float) -> None:
        found = self._found[gateway.name]
        if "streams" in self._plan.parts:
            rate = SLOW_RATE.get(gateway.name, self._plan.stream_rate)
            found.streamed.append(measures.streamed(gateway, entrance, rate=rate, seconds=seconds))
        if "throughput" in self._plan.parts:
            at_once = self._plan.at_once
            found.throughput.append(measures.throughput(gateway, entrance, at_once=at_once, seconds=seconds))

    def _open_streams(self, name: str) -> None:
        """In a fresh process, whose memory has not been used by anything else."""
        if "open" not in self._plan.parts:
            return
        gateway = STARTERS[name](self._processes, self._upstreams)
        measures.verify(gateway)
        for count in self._plan.open_streams:
            if gateway.streamed is None or (count > FEW_STREAMS and name not in ("nginx", "outlast")):
                continue
            say(f"{count} open streams through {name}")
            run = measures.open_streams(gateway, gateway.streamed, streams_open=count, seconds=max(6.0, count / 200))
            self._found[name].open_streams.append(run)
        self._processes.stop(gateway.running)

    def _cold_starts(self, names: list[str]) -> None:
        if "start" not in self._plan.parts:
            return
        for repetition in range(self._plan.starts):
            for name in names:
                if name == "litellm" and repetition >= 3:
                    continue
                say(f"cold start of {name}")
                seconds = measures.cold_start(self._processes, self._upstreams, STARTERS[name])
                self._found[name].starts.append(seconds)


def say(text: str) -> None:
    """Where the run is, on stderr."""
    print(f"  {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def show(found: results.Results) -> None:
    """Tables and goals on stdout."""
    print(f"# {found.machine}\n# {found.options}")
    for name, reason in found.skipped.items():
        print(f"# left out: {name}: {reason}")
    for text in (results.plain_table(found), results.stream_table(found), results.memory_table(found)):
        print(f"\n{text}")
    print()
    for goal in results.goals(found):
        word = {True: "reached", False: "MISSED", None: "not measured"}[goal.reached]
        print(f"{word:>12}: {goal.text}: {goal.found}")


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two short repetitions: about two minutes")
    parser.add_argument("--only", default=",".join(DEFAULT), help=f"of {', '.join(STARTERS)}; default: %(default)s")
    parser.add_argument("--parts", default=",".join(PARTS), help="default: %(default)s")
    parser.add_argument("--repetitions", type=int, help="default: 5")
    parser.add_argument("--seconds", type=float, help="of one run of load; default: 3")
    parser.add_argument("--check", action="store_true", help="exit 1 when a goal is missed")
    return parser.parse_args()


def plan_of(chosen: argparse.Namespace) -> Plan:
    """How much the command line asks for."""
    return Plan(
        repetitions=chosen.repetitions or (2 if chosen.quick else 5),
        seconds=chosen.seconds or (1.0 if chosen.quick else 3.0),
        starts=1 if chosen.quick else 5,
        stream_rate=20.0,
        at_once=16,
        open_streams=(200,) if chosen.quick else (500, 5000),
        parts=tuple(chosen.parts.split(",")),
    )


def main() -> int:
    """Run, print, save."""
    chosen = options()
    streams.raise_file_limit()
    plan, machine = plan_of(chosen), report.machine()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, Processes(Path(folder)) as processes:
        bench = Bench(processes, plan)
        direct, gateways = bench.run(tuple(chosen.only.split(",")))
    found = results.Results(
        machine={**machine, "load_after": report.load(), "at": datetime.now(UTC).isoformat(timespec="seconds")},
        options={"quick": chosen.quick, "repetitions": plan.repetitions, "seconds": plan.seconds},
        direct=direct,
        gateways=gateways,
        skipped=bench.skipped,
    )
    report.save(HERE / "results" / f"gateway{'-quick' if chosen.quick else ''}.json", found)
    show(found)
    missed = any(goal.reached is False for goal in results.goals(found))
    return int(chosen.check and missed)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("stopped; nothing that was started is left running")
