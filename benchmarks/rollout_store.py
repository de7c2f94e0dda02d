"""Guards over a million exchanges: ``python benchmarks/rollout_store.py`` prints rate, memory and size of the file.

The SQLite store itself, in one process: conversations of five turns, half of them on B, seven tests; turns are added in
batches of 500 and whatever is over is counted after each, as a gateway does every second. Memory is the process's peak
beyond what it had before the first turn. The figures are kept in ``benchmarks/results/rollout_store.json``.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import msgspec

from outlast.ledger.rollouts.store import RolloutStore
from outlast.rollout.plan import Plan, Reference, Stage
from outlast.rollout.ports import Kept, Turn
from outlast.rollout.state import Cause, start
from outlast.rollout.words import parse_guards

RESULTS: Final = Path(__file__).parent / "results" / "rollout_store.json"
SECOND: Final = 10**9
TURNS, AT_ONCE, RATE = 5, 500, 100
"""Turns of a conversation, of a batch, and of a simulated second."""
PLAN: Final = Plan(
    model="support",
    incumbent="a/old",
    candidate="b/new",
    salt="fixed",
    stages=(Stage(0.5), Stage(1.0)),
    guards=parse_guards("errors=1%,contract=5%,refusals=2%,latency=1.2x,cost=1.2x,tone.words=0.5sd"),
    references=(
        Reference(name="latency", middle=1.0),
        Reference(name="cost", middle=1.0),
        Reference(name="tone.words", middle=0.0, spread=1.0),
    ),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What was seen."""

    exchanges: int
    conversations: int
    seconds: float
    cpu_seconds: float
    a_second: int
    counting_seconds: float
    memory_mb: float
    file_mb: float
    word: str


def turns(exchanges: int) -> Iterator[Turn]:
    """Ten conversations at a time, their turns in turn; the same in both arms."""
    chance = random.Random(7)  # noqa: S311 - figures, not secrets
    for number in range(exchanges):
        conversation = number // (10 * TURNS) * 10 + number % 10
        values = {
            "errors": float(chance.random() < 0.02),
            "contract": float(chance.random() < 0.05),
            "refusals": float(chance.random() < 0.03),
            "latency": chance.lognormvariate(0, 0.8),
            "cost": chance.lognormvariate(0, 0.8),
            "tone.words": chance.gauss(0, 1),
        }
        yield Turn(
            conversation=f"{conversation:x}",
            unit="",
            arm="B" if conversation % 2 else "A",
            stage=0,
            at_ns=number * SECOND // RATE,
            values=values,
        )


def measure(exchanges: int, folder: Path) -> Figures:
    """All of them through the store."""
    file = folder / "outlast.db.rollouts.db"
    store = RolloutStore(file, unix_ns=lambda: 0)
    store.start()
    first = start(PLAN, Cause(by="bench", at_ns=0), unproven=True)
    kept = Kept(id="bench", plan=PLAN, state=first.after)
    store.rollouts.begin(kept, first)
    before, begun, cpu, counting = _peak(), time.perf_counter(), time.process_time(), 0.0
    last = 0
    for batch in batched_turns(exchanges):
        store.boards.add("bench", batch)
        since = time.perf_counter()
        last = batch[-1].at_ns
        store.boards.close(kept, last)
        counting += time.perf_counter() - since
    for _ in range(100):
        store.boards.close(kept, last + 3_600 * SECOND)
    found = store.boards.close(kept, last + 3_600 * SECOND)
    took = time.perf_counter() - begun
    board = store.boards.board("bench")
    store.close()
    return Figures(
        exchanges=exchanges,
        conversations=0 if board is None else board.conversations,
        seconds=round(took, 1),
        cpu_seconds=round(time.process_time() - cpu, 1),
        a_second=round(exchanges / took),
        counting_seconds=round(counting, 1),
        memory_mb=round((_peak() - before) / 1024, 1),
        file_mb=round(file.stat().st_size / 1e6, 1),
        word=found.word,
    )


def batched_turns(exchanges: int) -> Iterator[tuple[Turn, ...]]:
    """As a gateway hands them on."""
    batch: list[Turn] = []
    for turn in turns(exchanges):
        batch.append(turn)
        if len(batch) == AT_ONCE:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)


def _peak() -> int:
    """KiB that this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exchanges", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(given.exchanges, Path(folder))
    for name, value in asdict(figures).items():
        print(f"{name:>18}  {value:,}" if not isinstance(value, str) else f"{name:>18}  {value}")
    if given.exchanges == 1_000_000:
        RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(asdict(figures)), indent=2) + b"\n")


if __name__ == "__main__":
    main()
