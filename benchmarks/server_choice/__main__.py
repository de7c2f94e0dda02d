"""Measures the candidates beside nginx: ``cd benchmarks && ../.venv/bin/python -m server_choice``.

Runs interleave (every candidate once, then all again), so a machine that slows down slows all of them.
"""

import argparse
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import msgspec
from bench import nginx, report, sample, wrk
from bench.processes import Processes, Running, await_port, free_port

HERE = Path(__file__).resolve().parent.parent
ENVIRONMENT = HERE / ".venv-peers" / "servers"
CONNECTIONS = (1, 16, 64)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One running proxy."""

    name: str
    running: Running
    target: wrk.Target


@dataclass(frozen=True, slots=True)
class Run:
    """One repetition: what wrk saw and what it cost the candidate's processes."""

    load: wrk.Load
    cpu_us: float


def environment() -> Path:
    """The candidates' own interpreter, made on first use."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", HERE / "requirements-servers.in"], check=True)
    return python


def commands(python: Path, port: dict[str, int], upstream: str, logs: Path) -> dict[str, list[str]]:
    """How each candidate is started: one process (Granian: one worker, one runtime thread), no access log."""
    at = ["--host", "127.0.0.1", "--port"]
    bare = [str(python), "-m", "server_choice.bare"]
    return {
        "uvicorn + pyreqwest": [
            *(str(python), "-m", "uvicorn", "server_choice.asgi:app", "--loop", "uvloop", "--http", "httptools"),
            *("--no-access-log", "--log-level", "error", "--lifespan", "off"),
            *(*at, str(port["uvicorn + pyreqwest"])),
        ],
        "granian + pyreqwest": [
            *(str(python), "-m", "granian", "server_choice.asgi:app", "--interface", "asginl", "--workers", "1"),
            *("--runtime-threads", "1", "--loop", "uvloop", "--no-access-log", "--no-ws"),
            *(*at, str(port["granian + pyreqwest"])),
        ],
        "bare, tasks": [*bare, str(port["bare, tasks"]), upstream, str(logs / "tasks.journal"), "tasks"],
        "bare, callbacks": [*bare, str(port["bare, callbacks"]), upstream, str(logs / "call.journal"), "callbacks"],
    }


def start(processes: Processes, upstream_port: int) -> list[Candidate]:
    """Every candidate, ready to be called, nginx first."""
    upstream = f"http://127.0.0.1:{upstream_port}"
    names = ("uvicorn + pyreqwest", "granian + pyreqwest", "bare, tasks", "bare, callbacks")
    ports = {name: free_port() for name in names}
    found = []
    for name, workers in (("nginx, 1 worker", "1"), ("nginx, auto", "auto")):
        port = free_port()
        passage = nginx.Passage(upstream=upstream_port, port=port)
        running = nginx.start_proxy(processes, [passage], name=_file(name), workers=workers)
        found.append(Candidate(name, running, _target(processes.logs, name, port)))
    for name, command in commands(environment(), ports, upstream, processes.logs).items():
        env = {
            "BENCH_UPSTREAM": upstream,
            "BENCH_JOURNAL": str(processes.logs / "asgi.journal"),
            "PYTHONPATH": str(HERE),
        }
        running = processes.start(_file(name), command, env=env)
        await_port(running, ports[name])
        found.append(Candidate(name, running, _target(processes.logs, name, ports[name])))
    return found


def measure(candidate: Candidate, connections: int, seconds: float) -> Run:
    """One repetition."""
    before = candidate.running.cpu_seconds()
    load = wrk.run(candidate.target, connections=connections, seconds=seconds)
    cpu = candidate.running.cpu_seconds() - before
    return Run(load, cpu * 1e6 / max(1, load.requests))


def show(name: str, runs: dict[tuple[str, int], list[Run]]) -> list[str]:
    """One row: rate and ratio for each number of connections, CPU and latency at 16."""
    row = [name]
    for connections in CONNECTIONS:
        rates = [run.load.rate for run in runs[name, connections]]
        limits = [run.load.rate for run in runs["nginx, 1 worker", connections]]
        of_limit = report.median([rate / limit for rate, limit in zip(rates, limits, strict=True)])
        row += [f"{report.median(rates):,.0f}", f"{of_limit:.2f}"]
    at16 = runs[name, 16]
    row += [
        f"{report.median([run.cpu_us for run in at16]):.0f}",
        f"{report.median([run.load.p99_us / 1000 for run in at16]):.1f}",
        str(sum(run.load.refused + run.load.broken for c in CONNECTIONS for run in runs[name, c])),
    ]
    return row


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    chosen = parser.parse_args()
    machine = report.machine()
    with tempfile.TemporaryDirectory(prefix="server-choice-") as folder, Processes(Path(folder)) as processes:
        upstream, upstream_port = nginx.start_fixed(processes, sample.ANSWER)
        candidates = [Candidate("upstream alone", upstream, _target(processes.logs, "upstream", upstream_port))]
        candidates += start(processes, upstream_port)
        for candidate in candidates:
            wrk.run(candidate.target, connections=16, seconds=1)
        runs: dict[tuple[str, int], list[Run]] = defaultdict(list)
        for _ in range(chosen.repetitions):
            for connections in CONNECTIONS:
                for candidate in candidates:
                    runs[candidate.name, connections].append(measure(candidate, connections, chosen.seconds))
    columns = ["", *(word for c in CONNECTIONS for word in (f"{c} conn. req/s", "of nginx"))]
    columns += ["CPU us/call", "p99 ms at 16", "failed"]
    print(machine)
    print(report.table(columns, [show(candidate.name, runs) for candidate in candidates]))
    report.save(
        HERE / "results" / "server_choice.json",
        {"machine": machine, "seconds": chosen.seconds, "runs": [(*key, value) for key, value in runs.items()]},
    )


def _target(folder: Path, name: str, port: int) -> wrk.Target:
    headers = {"Content-Type": "application/json", "Authorization": "Bearer bench"}
    body = msgspec.json.encode(sample.REQUEST)
    return wrk.write_target(
        folder / f"{_file(name)}.lua", port=port, path="/v1/chat/completions", body=body, headers=headers
    )


def _file(name: str) -> str:
    return name.replace(", ", "-").replace(" + ", "-").replace(" ", "-")


if __name__ == "__main__":
    main()
