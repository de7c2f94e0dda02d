"""What a rollout costs the request path: ``.venv/bin/python benchmarks/rollout_path.py``.

One gateway, one simulated upstream, two virtual names with targets alike: one is being moved (half of its conversations
have B; every call is drawn or remembered, measured and counted), the other is not. Calls go to each in turn, a few
hundred at a time, and the processor time of the whole process is read from the kernel, with what its threads do
afterwards. The figure is the median of the ratios inside one run. A conversation's first call is the dear one: what
is drawn is written down. With ``--null`` nothing is moved: how far two names alike are apart is the run's own error.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import msgspec
import uvloop
from bench import report, sample
from bench.gateways import HERE, Entrance, Gateway, Upstreams, start_outlast
from bench.processes import Processes, await_port, free_port

from outlast.ledger.rollouts.store import RolloutStore
from outlast.rollout import state
from outlast.rollout.plan import Plan, Reference
from outlast.rollout.ports import Kept
from outlast.rollout.state import Cause
from outlast.rollout.words import parse_guards, parse_stages

CONNECTIONS = 8
SETTLE_SECONDS = 1.5
"""After a slice: what was measured is counted within a second."""
AMOUNTS = "errors=1%,latency=1.2x,cost=1.2x"
WORDS = f"{AMOUNTS},contract=5%,refusals=2%,tone.empathy=0.5sd"
REFERENCES = (
    Reference(name="latency", middle=0.01),
    Reference(name="cost", middle=0.001),
    Reference(name="tone.empathy", middle=0.1, spread=0.2),
)


class Case(msgspec.Struct, frozen=True):
    """One way in which conversations come, and what is watched."""

    name: str
    guards: str
    named: bool
    """The caller names its conversations."""
    turns: int = 5
    rate: int = 0
    """Calls a second; 0: as fast as they are answered. Of fewer than about a hundred every one is measured."""


CASES = (
    Case("five turns, errors, latency and cost watched", AMOUNTS, named=True),
    Case("fifty turns, the same watched", AMOUNTS, named=True, turns=50),
    Case("fifty turns, known by their beginning, the same watched", AMOUNTS, named=False, turns=50),
    Case("fifty turns, what is said watched as well", WORDS, named=True, turns=50),
    Case("forty calls a second, five turns, every call measured", AMOUNTS, named=True, rate=40),
)


class Found(msgspec.Struct, frozen=True):
    """What was measured."""

    case: str
    plain_us: float
    moved_us: float
    more_percent: float
    lowest_percent: float
    highest_percent: float
    path_plain_us: float
    path_moved_us: float
    path_more_percent: float
    """Of the thread that calls pass through, alone."""


def start(folder: Path, case: Case) -> None:
    """Begin the rollout, as another process would."""
    store = RolloutStore(folder / "bench.db.rollouts.db", unix_ns=time.time_ns)
    store.start()
    plan = Plan(
        model="bench", incumbent=f"plain/{sample.MODEL}", candidate=f"plain-too/{sample.MODEL}", salt=case.name,
        stages=parse_stages("50,100"), guards=parse_guards(case.guards), references=REFERENCES,
    )  # fmt: skip
    first = state.start(plan, Cause(by="bench", at_ns=time.time_ns()), unproven=True)
    store.rollouts.begin(Kept(id="bench", plan=plan, state=first.after), first)
    store.close()


def requests(entrance: Entrance, case: Case, number: int, conversations: Iterator[int]) -> Iterator[bytes]:
    """So many calls, five to a conversation."""
    for _ in range(number // case.turns):
        name = f"conversation {next(conversations)}"
        messages = [sample.REQUEST["messages"][0], {"role": "user", "content": name}]  # type: ignore[index]
        request = entrance.raw(entrance.body() if case.named else entrance.body(messages=messages))
        if case.named:
            request = request.replace(b"\r\n", b"\r\nx-outlast-conversation: %b\r\n" % name.encode(), 1)
        yield from [request] * case.turns


def path_nanoseconds(gateway: Gateway) -> int:
    """Processor time of the event loop's thread, as the kernel counts it."""
    pid = gateway.running.process.pid
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text("ascii").split()[0])


async def cost(gateway: Gateway, waiting: list[bytes], rate: int) -> tuple[float, float]:
    """Processor microseconds a call: of the whole process, and of the thread that calls pass through."""
    pause = CONNECTIONS / rate if rate else 0.0

    async def connection(mine: list[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.plain.port)
        for request in mine:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if not head.startswith(b"http/1.1 200"):
                raise RuntimeError(head.decode("latin-1"))
            await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
            if pause:
                await asyncio.sleep(pause)
        writer.close()

    before, path_before = gateway.running.cpu_nanoseconds(), path_nanoseconds(gateway)
    size = len(waiting) // CONNECTIONS
    async with asyncio.TaskGroup() as group:
        for place in range(CONNECTIONS):
            group.create_task(connection(waiting[place * size : (place + 1) * size]))
    await asyncio.sleep(SETTLE_SECONDS)
    whole, path = gateway.running.cpu_nanoseconds() - before, path_nanoseconds(gateway) - path_before
    return whole / (size * CONNECTIONS) / 1e3, path / (size * CONNECTIONS) / 1e3


async def measure(gateway: Gateway, case: Case, *, repetitions: int, number: int) -> Found:
    """Both names in turn, again and again."""
    assert gateway.streamed is not None
    number = min(number, 5 * case.rate) if case.rate else number
    conversations, plain, moved = count(), list[tuple[float, float]](), list[tuple[float, float]]()
    for repetition in range(-1, repetitions):
        pair = ((gateway.streamed, plain), (gateway.plain, moved))
        for entrance, costs in pair if repetition % 2 else pair[::-1]:  # neither is always the second
            one = await cost(gateway, list(requests(entrance, case, number, conversations)), case.rate)
            if repetition >= 0:
                costs.append(one)
    more = sorted(100 * (b[0] / a[0] - 1) for a, b in zip(plain, moved, strict=True))
    path_more = [100 * (b[1] / a[1] - 1) for a, b in zip(plain, moved, strict=True)]
    middle = statistics.median
    return Found(
        case.name, middle(a for a, _ in plain), middle(a for a, _ in moved), middle(more), more[0], more[-1],
        middle(b for _, b in plain), middle(b for _, b in moved), middle(path_more),
    )  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=2_000, help="of each slice; default: %(default)s")
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--null", action="store_true", help="move nothing, of the first case: the error of a run")
    parser.add_argument("--save", action="store_true", help="keep the figures in benchmarks/results/rollout_path.json")
    chosen = parser.parse_args()
    found = []
    for case in CASES[:1] if chosen.null else CASES:
        with tempfile.TemporaryDirectory(prefix="path-") as folder, Processes(Path(folder)) as processes:
            port = free_port()
            command = [sys.executable, "-m", "bench.plain_upstream", str(port)]
            await_port(processes.start("upstream", command, env={"PYTHONPATH": str(HERE)}), port)
            gateway = start_outlast(processes, Upstreams(plain=port, streamed=port))
            if not chosen.null:
                start(processes.logs / f"outlast-{gateway.plain.port}", case)
            time.sleep(1)
            found.append(uvloop.run(measure(gateway, case, repetitions=chosen.repetitions, number=chosen.calls)))
    rows = [
        [
            one.case, f"{one.plain_us:.0f}", f"{one.moved_us:.0f}",
            f"{one.more_percent:.1f} ({one.lowest_percent:.1f} to {one.highest_percent:.1f})",
            f"{one.path_plain_us:.0f}", f"{one.path_moved_us:.0f}", f"{one.path_more_percent:.1f}",
        ]
        for one in found
    ]  # fmt: skip
    print(
        report.table(("what", "not moved, us", "moved, us", "more, %", "on the loop, us", "moved, us", "more, %"), rows)
    )
    if chosen.save:
        report.save(HERE / "results" / "rollout_path.json", found)


if __name__ == "__main__":
    main()
