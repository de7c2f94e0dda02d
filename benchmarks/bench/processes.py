"""Processes under measurement: started in groups of their own, read through /proc, always stopped.

It knows how to start, await, weigh and stop a process tree. It does not know what any of them is.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class NotReady(Exception):
    """A process ended, or never listened, before its deadline; the message ends with its last output."""


@dataclass(frozen=True, slots=True)
class Running:
    """One started process and everything it started: they share a process group."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def members(self) -> list[int]:
        """Ids of all living processes of the group."""
        group = self.process.pid
        ids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        return [pid for pid in ids if _group_of(pid) == group]

    def cpu_seconds(self) -> float:
        """User and system time of the whole group so far; what ended in between is not in it."""
        return sum(_cpu_ticks(pid) for pid in self.members()) / TICKS_PER_SECOND

    def cpu_nanoseconds(self) -> int:
        """The same to the nanosecond, of threads that are alive; 0 where the kernel keeps no such account."""
        return sum(_cpu_nanoseconds(pid) for pid in self.members())

    def rss_bytes(self) -> int:
        """Resident memory of the whole group; pages that its processes share count once for each."""
        return sum(_rss_bytes(pid) for pid in self.members())

    def tail(self) -> str:
        """The last lines that the process printed."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def stop(self) -> None:
        """End the whole group: asked first, then killed."""
        for sign, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
            if not self.members():
                return


@dataclass(slots=True)
class Processes:
    """Every process of one measurement; leaving the context stops them all, also on Ctrl-C."""

    logs: Path
    running: list[Running] = field(default_factory=list)

    def __enter__(self) -> Self:
        for sign in (signal.SIGINT, signal.SIGTERM):  # a shell's background job is started with SIGINT ignored
            signal.signal(sign, signal.default_int_handler)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for running in reversed(self.running):
            running.stop()

    def start(self, name: str, command: Sequence[str], *, env: Mapping[str, str] | None = None) -> Running:
        """Start a command; its output goes to ``logs/name.log``."""
        log = self.logs / f"{name}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=self.logs,
                start_new_session=True,
            )
        running = Running(name, process, log)
        self.running.append(running)
        return running

    def stop(self, running: Running) -> None:
        """Stop one process group before the others."""
        running.stop()
        self.running.remove(running)


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def await_port(running: Running, port: int, *, seconds: float = 60.0) -> None:
    """Return once something accepts connections on the port. Raises ``NotReady``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if running.process.poll() is not None:
            raise NotReady(f"{running.name} ended with {running.process.returncode}:\n{running.tail()}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1.0):
            return
        time.sleep(0.01)
    raise NotReady(f"{running.name} did not listen within {seconds:.0f} s:\n{running.tail()}")


def await_line(running: Running, start: str, *, seconds: float = 60.0) -> str:
    """Return what follows ``start`` on the first line of output that holds it. Raises ``NotReady``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for line in running.log.read_text(errors="replace").splitlines():
            if start in line:
                return line.partition(start)[2].strip()
        if running.process.poll() is not None:
            raise NotReady(f"{running.name} ended with {running.process.returncode}:\n{running.tail()}")
        time.sleep(0.01)
    raise NotReady(f"{running.name} did not say {start!r} within {seconds:.0f} s:\n{running.tail()}")


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except (ProcessLookupError, PermissionError):
        return -1


def _cpu_ticks(pid: int) -> int:
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(after_name[11]) + int(after_name[12])


def _cpu_nanoseconds(pid: int) -> int:
    total = 0
    with contextlib.suppress(OSError):  # a thread or process that ends meanwhile
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    return total


def _rss_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    except OSError:
        return 0
