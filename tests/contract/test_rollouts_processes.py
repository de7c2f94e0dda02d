"""The file of rollouts between processes, under locks, kills and clocks: nothing is lost, taken or counted twice."""

import asyncio
import itertools
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from tests.contract.test_rollouts import DAY, NOON, SECOND, Time, begin, conversations, newest, plan, settle, take, turn

from outlast.errors import LedgerUnavailable, RolloutRefused
from outlast.ledger.location import rollouts_path
from outlast.ledger.rollouts.store import RolloutStore
from outlast.rollout.plan import Arm
from outlast.rollout.ports import Kept
from outlast.rollout.state import Cause, State, Transition, advance, back, pause, resume

PATIENCE = 60.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return rollouts_path(tmp_path / "outlast.db")


@pytest.fixture
def store(file: Path) -> Iterator[RolloutStore]:
    kept = opened(file)
    yield kept
    kept.close()


def opened(file: Path, now: Callable[[], int] = lambda: NOON, *, sweep_s: float = 300.0) -> RolloutStore:
    store = RolloutStore(file, unix_ns=now, sweep_s=sweep_s)
    store.start()
    return store


def steps_of(store: RolloutStore) -> list[int]:
    return [each.after.number for _, taken in reversed(store.rollouts.history("support")) for each in taken]


def worker(task: str, *words: object) -> subprocess.Popen[str]:
    """A process of its own that runs one of the functions below."""
    command = (
        f"from tests.contract import test_rollouts_processes as here; here.{task}(*{[str(each) for each in words]})"
    )
    return subprocess.Popen([sys.executable, "-c", command], stdout=subprocess.PIPE, text=True)


def ends(*children: subprocess.Popen[str]) -> list[list[str]]:
    """What each of them has said; all end well."""
    said = [child.communicate(timeout=PATIENCE)[0].splitlines() for child in children]
    assert [child.returncode for child in children] == [0] * len(children)
    return said


def say(word: object) -> None:
    print(word, flush=True)  # noqa: T201 - a child tells its parent


def _toggle(store: RolloutStore, kept: Kept) -> None:
    cause = Cause(by=f"process {os.getpid()}", at_ns=NOON)
    step = pause if kept.state.phase == "running" else resume
    store.rollouts.step(kept.id, step(kept.state, cause))


def take_steps(file: str, count: str) -> None:
    store = opened(Path(file))
    taken = 0
    while taken < int(count):
        try:
            _toggle(store, newest(store))
        except RolloutRefused:
            continue
        taken += 1
    store.close()
    say(taken)


def test_processes_that_step_at_once_take_every_number_once(file: Path, store: RolloutStore) -> None:
    begin(store, plan())
    ends(*(worker("take_steps", file, 20) for _ in range(3)))

    assert steps_of(store) == list(range(1, 62))
    assert newest(store).state.number == 61
    assert store.rollouts.version() == store.rollouts.situation().version


def converse(file: str, names: str, began: str) -> None:
    store = opened(Path(file))
    for name in names.split(","):
        given = settle(store, name, began=bool(began))
        say(f"{name} {given.arm}")
    store.close()


def test_a_conversation_has_one_model_in_every_process_while_stages_rise(file: Path, store: RolloutStore) -> None:
    begin(store, plan(0.05, 0.3, 0.6))
    names = [f"c{number}" for number in range(120)]
    seen: dict[str, set[str]] = {name: set() for name in names}
    for began in ("", "yes", "yes"):
        parts = [names[number::2] for number in range(2)] if not began else [names, names[::-1]]
        children = [worker("converse", file, ",".join(part), began) for part in parts]
        if newest(store).state.stage < 2:
            take(store, lambda state: advance(newest(store).plan, state, Cause(by="ana", at_ns=NOON)))
        for line in itertools.chain(*ends(*children)):
            name, arm = line.split()
            seen[name].add(arm)

    assert {len(arms) for arms in seen.values()} == {1}
    assert {"A", "B"} == set.union(*seen.values())


def measure(file: str, which: str) -> None:
    """Half of every conversation's turns, counted by whoever is first."""
    store = opened(Path(file))
    kept = newest(store)
    for number in range(40):
        at = NOON + number * SECOND
        arm: Arm = "B" if number % 2 else "A"
        store.boards.add("r1", [turn(f"c{number}", arm, at=at + int(which)), turn(f"{which}-{number}", "A", at=at)])
        store.boards.close(kept, at + 30 * SECOND)
    store.boards.close(kept, NOON + DAY)
    store.close()


def test_what_several_processes_measure_counts_once(file: Path, store: RolloutStore) -> None:
    kept = begin(store, plan())
    ends(*(worker("measure", file, which) for which in range(3)))
    store.boards.close(kept, NOON + DAY)
    assert conversations(store) == 160
    before = store.boards.board("r1")
    store.boards.close(kept, NOON + 2 * DAY)
    assert store.boards.board("r1") == before


def live(file: str) -> None:
    """Begin, step, add and count without end; every line is something that was acknowledged."""
    store = opened(Path(file))
    with suppress(RolloutRefused):
        begin(store, plan())
    say("begun")
    kept = newest(store)
    for number in itertools.count():
        _toggle(store, newest(store))
        say(f"step {newest(store).state.number}")
        at = NOON + number * SECOND
        store.boards.add("r1", [turn(f"{os.getpid()}-{number}", at=at)])
        say("turn")
        store.boards.close(kept, at - 30 * SECOND)
        say("closed")


@pytest.mark.fault("a process is killed while a rollout begins, steps, measures or counts")
def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged(file: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - moments, not secrets
    acknowledged, turns = 0, 0
    for lines in (0, 1, 2, 12, 31, 32):
        child = worker("live", file)
        assert child.stdout is not None
        said = [child.stdout.readline().strip() for _ in range(lines)]
        _until(file.exists)
        time.sleep(chance.random() / 50)  # a moment in the middle of the next work, whichever it is
        child.send_signal(signal.SIGKILL)
        said += [line for line in child.communicate(timeout=PATIENCE)[0].splitlines() if line]
        turns += said.count("turn")
        acknowledged = max([acknowledged, *(int(line.split()[1]) for line in said if line.startswith("step"))])
        _whole(file, acknowledged, begun="begun" in said)
    store = opened(file)
    store.boards.close(newest(store), NOON + DAY)
    store.close()
    assert turns <= conversations(store) <= turns + 6
    assert acknowledged > 10


def _whole(file: Path, acknowledged: int, *, begun: bool) -> None:
    """What is on the disk is one state, with every acknowledged step in it and one more at most."""
    store = opened(file)
    steps = steps_of(store)
    assert steps == list(range(1, len(steps) + 1))
    assert len(steps) >= max(acknowledged, int(begun))
    if steps:
        kept = newest(store)
        assert kept.state == store.rollouts.history("support")[0][1][-1].after
    store.close()


@pytest.mark.fault("the rollouts' file is locked")
def test_a_locked_file_is_said_and_never_hangs(file: Path) -> None:
    store = RolloutStore(file, unix_ns=lambda: NOON, patience=0.05)
    store.start()
    kept = begin(store, plan())
    first = store.rollouts.history("support")[0][1][0]
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            calls: list[Callable[[], object]] = [
                store.rollouts.version,
                store.rollouts.situation,
                lambda: store.rollouts.history("support"),
                lambda: store.rollouts.begin(kept, first),
                lambda: store.rollouts.step("r1", pause(kept.state, first.cause)),
                lambda: store.boards.add("r1", [turn("c")]),
                lambda: store.boards.close(kept, NOON + DAY),
                lambda: store.boards.shadow_spent("r1", 1),
                lambda: asyncio.run(_settled(store)),
            ]
            for call in calls:
                with pytest.raises(LedgerUnavailable, match="locked"):
                    call()
        assert newest(store).state == kept.state
        take(store, lambda state: pause(state, first.cause))
        assert settle(store, "c").arm == "A"
    finally:
        store.close()


async def _settled(store: RolloutStore) -> object:
    return await store.assignments.settle("r1", "c", "", lambda _known: pytest.fail("nothing is known"), began=True)


def test_an_assignment_lasts_for_its_days_after_the_last_use(file: Path) -> None:
    now = Time()
    store = opened(file, now, sweep_s=0.01)
    try:
        begin(store, plan(0.5))
        for name in ("used", "left"):
            settle(store, name, arm="B")
        now.now += 25 * DAY
        assert settle(store, "used").arm == "B"
        store.assignments.flush()  # a gateway's loop does so soon; the one of this call has ended
        now.now += 10 * DAY
        _until(lambda: _rows(file, "assignments") == 1)
        assert settle(store, "used").why == "stored"
        assert settle(store, "left", began=True).why == "began before"
    finally:
        store.close()


def test_what_is_not_needed_any_more_leaves_the_disk(file: Path) -> None:
    store = opened(file, sweep_s=0.01)
    try:
        kept = begin(store, plan(0.1, 0.5))
        settle(store, "c", arm="B", unit="ana")
        store.boards.add("r1", [turn("c")])
        store.boards.close(kept, NOON + DAY)
        take(store, lambda state: advance(kept.plan, state, Cause(by="ana", at_ns=NOON)))
        _until(lambda: _rows(file, "measured") == 0)
        store.boards.add("r1", [turn("c", stage=0, at=NOON + DAY)])
        assert (_rows(file, "measured"), _rows(file, "assignments"), _rows(file, "boards")) == (0, 1, 1)
        take(store, _back)
        _until(lambda: _rows(file, "assignments") == 0 and _rows(file, "units") == 0)
        assert len(steps_of(store)) == 3
    finally:
        store.close()


def _back(state: State) -> Transition:
    return back(state, Cause(by="ana", at_ns=NOON))


def _rows(file: Path, table: str) -> int:
    with closing(sqlite3.connect(file, timeout=PATIENCE)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - a name of ours


def _until(held: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not held():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.01)


def test_the_file_is_for_its_owner_and_one_of_a_newer_version_is_left_alone(file: Path) -> None:
    store = opened(file)
    begin(store, plan())
    store.close()
    assert file.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")
    newer = opened(file)
    for call in (newer.rollouts.version, lambda: begin(newer, plan(model="other"), "r2")):
        with pytest.raises(LedgerUnavailable, match="newer version"):
            call()
    newer.close()


def test_a_damaged_file_is_told_and_a_closed_store_refuses(file: Path) -> None:
    file.write_bytes(b"no database" * 1000)
    store = opened(file)
    with pytest.raises(LedgerUnavailable, match="cannot be read"):
        store.rollouts.version()
    with pytest.raises(LedgerUnavailable, match="cannot be read or written"):
        store.boards.add("r1", [turn("c")])
    store.close()
    with pytest.raises(LedgerUnavailable, match="not open"):
        store.boards.add("r1", [turn("c")])


def test_a_damaged_row_is_told(file: Path, store: RolloutStore) -> None:
    begin(store, plan())
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("UPDATE rollouts SET plan = x'7b'")
    with pytest.raises(LedgerUnavailable, match="damaged row"):
        store.rollouts.situation()
