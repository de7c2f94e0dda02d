"""The regression gate: processor time a call, as ratios inside one run; ``.venv/bin/python benchmarks/gate.py``.

Three proxies before one simulated upstream: a bare one on the same event loop and parser, which does the least that a
metering proxy must, the gateway, and the gateway with keys, every limit and two targets on. Calls go to each in turn,
a few hundred at a time, and each one's processor time is read from the kernel, so that what else the machine does
hardly counts. A ratio past its bound is measured again, with more calls and repetitions: what is dearer stays so,
chance does not. Exit 1: it is past its bound again. It needs nothing but this project.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
from pathlib import Path

import msgspec
import uvloop
from bench import report
from bench.gateways import HERE, STARTERS, Entrance, Gateway, Upstreams
from bench.processes import Processes, await_port, free_port

NAMES = ("bare", "outlast", "guarded")
CONNECTIONS = 8
AGAIN = 3
"""Times as many repetitions, of twice as many calls, where a first look finds a ratio past its bound."""
SETTLE_SECONDS = 0.7
"""After a slice: the record is still brought into the database, and that is part of a call's cost."""

GATEWAY_OVER_BARE = 6.0
"""The gateway's time over the bare proxy's; measured 2.9 to 3.7."""
GUARDED_OVER_PLAIN = 1.6
"""With keys, limits and two targets over without; measured 1.22 to 1.42, and 1.11 is the goal (0.9 of the rate)."""


class Found(msgspec.Struct, frozen=True):
    """What was measured; microseconds of processor time a call, by proxy."""

    microseconds: dict[str, float]
    gateway_over_bare: float
    guarded_over_plain: float

    @property
    def dearer(self) -> bool:
        """Whether a ratio is past its bound."""
        return self.gateway_over_bare > GATEWAY_OVER_BARE or self.guarded_over_plain > GUARDED_OVER_PLAIN

    def show(self) -> None:
        """As lines."""
        for name, microseconds in self.microseconds.items():
            print(f"{name:<10} {microseconds:7.1f} us of processor time a call")
        print(f"gateway over bare   {self.gateway_over_bare:5.2f} (bound {GATEWAY_OVER_BARE})")
        print(f"guarded over plain  {self.guarded_over_plain:5.2f} (bound {GUARDED_OVER_PLAIN})")


async def calls(entrance: Entrance, number: int) -> None:
    """So many plain calls over a few connections; raises where one is not answered with 200."""
    request = entrance.raw(entrance.body())

    async def connection(count: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", entrance.port)
        for _ in range(count):
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if not head.startswith(b"http/1.1 200"):
                raise RuntimeError(head.decode("latin-1"))
            await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
        writer.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(connection(number // CONNECTIONS))


async def cost(gateway: Gateway, number: int) -> float:
    """Processor seconds a call of the whole process group."""
    before = gateway.running.cpu_nanoseconds()
    await calls(gateway.plain, number)
    await asyncio.sleep(SETTLE_SECONDS)
    return (gateway.running.cpu_nanoseconds() - before) / number / 1e9


async def measure(gateways: list[Gateway], *, repetitions: int, number: int) -> Found:
    """Every gateway in turn, again and again; the ratios are medians over repetitions."""
    costs: dict[str, list[float]] = {gateway.name: [] for gateway in gateways}
    for repetition in range(-1, repetitions):
        for gateway in gateways:
            one = await cost(gateway, number)
            if repetition >= 0:
                costs[gateway.name].append(one)

    def ratio(above: str, below: str) -> float:
        return statistics.median(a / b for a, b in zip(costs[above], costs[below], strict=True))

    return Found(
        {name: 1e6 * statistics.median(found) for name, found in costs.items()},
        ratio("outlast", "bare"),
        ratio("guarded", "outlast"),
    )


def main() -> int:
    """Measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=2_000, help="of each slice; default: %(default)s")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--save", action="store_true", help="keep the figures in benchmarks/results/gate.json")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gate-") as folder, Processes(Path(folder)) as processes:
        port = free_port()
        command = [sys.executable, "-m", "bench.plain_upstream", str(port)]
        await_port(processes.start("upstream", command, env={"PYTHONPATH": str(HERE)}), port)
        gateways = [STARTERS[name](processes, Upstreams(plain=port, streamed=port)) for name in NAMES]
        found = uvloop.run(measure(gateways, repetitions=chosen.repetitions, number=chosen.calls))
        found.show()
        if found.dearer:
            print("past a bound: measured again, for longer", flush=True)
            found = uvloop.run(measure(gateways, repetitions=AGAIN * chosen.repetitions, number=2 * chosen.calls))
            found.show()
    if chosen.save:
        report.save(HERE / "results" / "gate.json", found)
    return int(found.dearer)


if __name__ == "__main__":
    sys.exit(main())
