"""A long row of inputs against the targets, in several processes: what broke, what hung, what grew, how fast it was.

It knows workers, time and memory. It does not know any target. The same seed, number of workers and corpus make the
same inputs; ``digest`` says so.
"""

import contextlib
import multiprocessing
import random
import resource
import signal
import time
import traceback
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType

from fuzz.mutation import Mutator
from fuzz.target import Target

HUNG_SECONDS = 60.0
"""A worker that tells nothing for so long is stopped; its last report says which input it was at."""
MOST_FINDINGS = 3
POOL = 600
_REPORT_EVERY = 2000
_PAGE = resource.getpagesize()


@dataclass(frozen=True)
class Bounds:
    """What an input, and a whole run, may take: more is a finding."""

    seconds: float = 2.0
    """For one input."""
    growth_mb: float = 24.0
    """More resident memory at the end of a target than after its first fifth."""


BOUNDS = Bounds()


class Hang(BaseException):
    """An input took too long. No ``Exception``: no check may swallow it."""


@dataclass(frozen=True)
class Finding:
    """An input that broke a rule."""

    target: str
    what: str
    data: bytes


@dataclass
class Tally:
    """What one worker saw of one target."""

    target: str
    inputs: int = 0
    seconds: float = 0.0
    """Of processor time: what else the machine does is not this run's."""
    slowest: float = 0.0
    growth: int = 0
    """Bytes of resident memory gained after the first fifth."""
    digest: int = 0
    """Over all inputs, in order."""
    words: int = 0
    """Outcomes that differ."""
    findings: list[Finding] = field(default_factory=list)
    interesting: list[bytes] = field(default_factory=list)


@contextlib.contextmanager
def watched() -> Iterator[None]:
    """When the timer of this process runs out, ``Hang`` is raised in whatever Python code goes on."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise Hang

    before = signal.signal(signal.SIGALRM, stop)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE


class Run:
    """One target in one worker."""

    def __init__(self, target: Target, *, seed: int, worker: int, inputs: int, bounds: Bounds = BOUNDS) -> None:
        self._bounds = bounds
        self.tally = Tally(target.name)
        self._target = target
        self._inputs = inputs
        self._rng = random.Random(f"{seed} {target.name} {worker}")  # noqa: S311 - chance that can be repeated
        self._mutator = Mutator(self._rng, target.words)
        self._pool = target.seeds()
        self._words: set[str] = set()
        self._ahead = list(self._pool)  # the corpus itself comes first

    def go(self) -> Iterator[int]:
        """Every input; says from time to time how many there were."""
        tally, began, fifth = self.tally, time.process_time(), 0
        while tally.inputs < self._inputs and len(tally.findings) < MOST_FINDINGS:
            data = self._ahead.pop(0) if self._ahead else self._mutator.input(self._pool)
            tally.digest = zlib.crc32(data, tally.digest)
            tally.inputs += 1
            self._try(data)
            if tally.inputs % _REPORT_EVERY == 0:
                yield tally.inputs
            if tally.inputs == self._inputs // 5:
                fifth = resident()
        tally.seconds = time.process_time() - began
        tally.words = len(self._words)
        tally.growth = resident() - fifth if fifth else 0
        if tally.growth > self._bounds.growth_mb * 1_000_000:
            tally.findings.append(Finding(tally.target, f"memory grew by {tally.growth / 1e6:.0f} MB", b""))

    def _try(self, data: bytes) -> None:
        tally = self.tally
        signal.setitimer(signal.ITIMER_REAL, self._bounds.seconds)
        since = time.process_time()
        try:
            word = self._target.check(data, self._rng)
        except (Exception, Hang) as error:  # noqa: BLE001 - whatever is raised is what is looked for
            signal.setitimer(signal.ITIMER_REAL, 0)
            tally.findings.append(Finding(tally.target, _told(error), data))
            return
        took = time.process_time() - since
        tally.slowest = max(tally.slowest, took)
        if word not in self._words:
            self._words.add(word)
            tally.interesting.append(data)
            if len(self._pool) < POOL:
                self._pool.append(data)


def _told(error: BaseException) -> str:
    lines = traceback.format_exception(error)
    return f"{type(error).__name__}: {error}\n{''.join(lines[-4:])}"


def work(targets: Sequence[tuple[Target, int]], seed: int, worker: int, pipe: Pipe) -> None:
    """A worker's whole life: each target in turn, its tally when it is done, a sign of life now and then."""
    with watched():
        for target, inputs in targets:
            run = Run(target, seed=seed, worker=worker, inputs=inputs)
            for number in run.go():
                pipe.send((target.name, number))
            signal.setitimer(signal.ITIMER_REAL, 0)
            pipe.send(run.tally)
    pipe.send(None)


def shares(targets: Sequence[Target], inputs: int, workers: int) -> list[list[tuple[Target, int]]]:
    """How many inputs of each target each worker makes; in sum at least ``inputs``."""
    whole = sum(target.share for target in targets)
    return [[(target, -(-inputs * target.share // (whole * workers))) for target in targets] for _ in range(workers)]


def campaign(targets: Sequence[Target], *, inputs: int, seed: int, workers: int) -> list[Tally]:
    """Run it all; a worker that hangs or dies becomes a finding."""
    context = multiprocessing.get_context("spawn")
    running: dict[Pipe, Worker] = {}
    for number, plan in enumerate(shares(targets, inputs, workers)):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=work, args=(plan, seed, number, theirs), daemon=True)
        process.start()
        theirs.close()
        running[ours] = Worker(process)
    heard = list(running.values())
    while running:
        ready = wait(list(running), timeout=1)
        for pipe, worker in list(running.items()):
            if not (worker.hear(pipe) if pipe in ready else worker.patient()):
                del running[pipe]
                worker.process.kill()
    return [tally for worker in heard for tally in worker.tallies]


@dataclass
class Worker:
    """One process, as it is heard from outside."""

    process: BaseProcess
    tallies: list[Tally] = field(default_factory=list)
    at: str = "before its first report"
    since: float = field(default_factory=time.monotonic)

    def hear(self, pipe: Pipe) -> bool:
        """Take one report; whether more will come."""
        self.since = time.monotonic()
        try:
            said = pipe.recv()
        except EOFError:
            return self._lost("died")
        if isinstance(said, Tally):
            self.tallies.append(said)
            self.at = f"after {said.target}"
        elif said is not None:
            self.at = f"in {said[0]}, after {said[1]} inputs"
        return said is not None

    def patient(self) -> bool:
        """Whether it may be silent for longer."""
        return time.monotonic() - self.since < HUNG_SECONDS or self._lost("fell silent")

    def _lost(self, how: str) -> bool:
        self.tallies.append(Tally("worker", findings=[Finding("worker", f"a worker {how} {self.at}", b"")]))
        return False
